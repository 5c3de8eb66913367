"""Des octets aux messages, et retour ; ni socket, ni fichier, ni horloge."""
