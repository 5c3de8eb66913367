"""Ce que voit une personne ; rien de la connexion n'y est."""
