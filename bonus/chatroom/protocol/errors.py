"""Ce qui peut manquer de se faire, dans tout le chat."""


class ChatError(Exception):
    """C'est impossible ; le texte, en français, dit pourquoi à la personne."""
