"""Ce que laisse deviner le contenu d'un script, quand son nom n'en dit pas assez.

De simples mots cherchés dans le texte, en minuscules : un indice, jamais un verdict.
"""

_SERVER = (b"start_server", b".listen(", b".bind(", b"create_server")
_CLIENT = (b"open_connection", b".connect(", b"create_connection")
_DEPARTURE = ("a quitt", "quitté la chat", "déconnect", "deconnect", "disconnect")
_LEAVING = (*_DEPARTURE, "os._exit", "raise ")
_REGISTRY = (b"clients[", b"clients =", b"clients:", b"clients.", b" a dit")


def role_of(content: bytes) -> str:
    """« server », « client », ou "" si rien ne le dit."""
    if any(clue in content for clue in _SERVER):
        return "server"
    return "client" if any(clue in content for clue in _CLIENT) else ""


def stage_of(content: bytes, role: str) -> int:
    """L'étape du chat que le script semble avoir atteinte ; 0 s'il n'a rien à voir."""
    if not any(clue in content for clue in (_SERVER if role == "server" else _CLIENT)):
        return 0
    has_pseudo = b"pseudo" in content or b"hello|" in content
    clues = _DEPARTURE if role == "server" else _LEAVING
    if has_pseudo:
        return 6 if any(clue.encode() in content for clue in clues) else 5
    if role == "client":
        return 3 if b"open_connection" in content or b"aioconsole" in content else 2
    if any(clue in content for clue in _REGISTRY):
        return 4
    return 3 if b"message received" in content else 2


def topic_of(content: bytes) -> str:
    """« web », « sleep », ou "" si rien ne le dit."""
    if any(clue in content for clue in (b"requests", b"aiohttp", b"urllib", b"httpx")):
        return "web"
    return "sleep" if b"sleep(" in content and b"range(" in content else ""


def mode_of(content: bytes) -> str:
    return "async" if b"async def" in content or b"asyncio" in content else "sync"
