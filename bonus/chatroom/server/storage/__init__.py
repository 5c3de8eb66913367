"""Ce que le serveur garde, et rend."""
