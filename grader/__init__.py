"""Le correcteur : juge chaque étape du TP sur ce qu'elle fait, hors ligne et à l'abri."""
