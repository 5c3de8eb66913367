"""Ce que chaque étape doit montrer : un contrôle est une fonction, nommée dans steps.toml."""
