"""Les outils de mesure.py : lancer les scripts, les comparer, montrer le résultat."""
