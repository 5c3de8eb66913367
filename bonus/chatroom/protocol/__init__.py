"""Des octets aux messages, et retour ; ni socket, ni fichier, ni horloge."""


class ChatError(Exception):
    """C'est impossible ; le texte, en français, dit pourquoi à la personne."""
