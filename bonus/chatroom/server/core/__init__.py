"""Le noyau du serveur : qui est là, ce qui se dit ; ni réseau, ni disque, ni heure."""
