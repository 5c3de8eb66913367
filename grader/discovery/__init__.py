"""Ce qu'il y a à juger dans une copie : ses fichiers, ses étapes, et le Python qu'il leur faut."""
