"""Le chat : un serveur, ses clients, et ce qu'ils se disent. Voir bonus.md."""
