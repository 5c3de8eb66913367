"""Ce qui touche au réseau."""
