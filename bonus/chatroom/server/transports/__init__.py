"""Le réseau du serveur : TCP, WebSocket, et les fichiers de la page."""
