"""Ce que voit et tape une personne ; la connexion est celle de network/."""
