"""Là où tourne le code d'un inconnu : espaces de noms, bubblewrap, limites."""
