"""Le serveur : son noyau, ce qu'il garde, le réseau, et qui le tient."""
