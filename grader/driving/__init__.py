"""Conduire un programme : son terminal, ses connexions, ce qu'il faut en attendre."""
