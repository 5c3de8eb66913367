"""Le réseau du client : une connexion qui se refait."""
