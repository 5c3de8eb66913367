"""Le travail d'un étudiant, jugé à chaque enregistrement."""
