"""Démarrer, arrêter, inviter, certifier."""
