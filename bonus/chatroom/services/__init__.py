"""Ce qui touche au disque : historique, journaux, réglages, images, jetons."""
