"""Le client plein écran (Textual). Rien d'ici n'est chargé pour le client en lignes."""
