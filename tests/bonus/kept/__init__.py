"""Ce qu'ont écrit des versions publiées : chaque format doit se lire longtemps après."""
