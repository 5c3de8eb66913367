"""Ce que voit une personne."""
