"""Le noyau du client : ce qu'il sait d'une conversation ; ni réseau, ni disque, ni heure."""
