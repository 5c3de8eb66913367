"""Des actes, et ce qui s'en dit : au terminal comme dans la page."""

TOLD = [
    ("nick", "alicia", False, "prof s'appelle maintenant alicia"),
    ("nick", "alicia", True, "Vous vous appelez maintenant alicia"),
    ("topic", "lundi", False, "prof a changé le sujet : lundi"),
    ("topic", "", True, "Vous avez retiré le sujet"),
    ("rename", "jeux", False, "prof a renommé ce salon : jeux"),
    ("invite", "jeux", False, "prof vous invite dans jeux : /join jeux"),
    ("delete", "", True, "Vous avez retiré un message"),
    ("lock", "on", False, "prof a fermé ce salon aux nouveaux venus"),
    ("lock", "off", False, "prof a rouvert ce salon à tous"),
    ("readonly", "on", True, "Vous avez réservé la parole aux opérateurs"),
    ("close", "off", False, "prof a rouvert ce salon"),
    ("private", "on", False, "prof a réservé ce salon à ses invités"),
    ("password", "off", False, "prof a retiré le mot de passe de ce salon"),
    ("topic", "a\x1bb", False, "prof a changé le sujet : a�b"),
    ("toString", "x", False, ""),
]
