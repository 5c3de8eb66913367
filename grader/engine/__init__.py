"""Les étapes dans l'ordre, les essais, les verdicts."""
