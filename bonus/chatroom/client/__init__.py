"""Le client : son noyau, le réseau, et ce que voit une personne."""
