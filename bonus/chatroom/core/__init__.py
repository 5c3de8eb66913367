"""Le cœur du chat : salons, personnes, débits. Ni socket, ni fichier ; l'horloge lui est prêtée."""
