"""La page web."""
