"""Les tests des services."""
