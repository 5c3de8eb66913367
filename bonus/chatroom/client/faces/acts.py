"""Ce qu'on a fait d'un salon ou d'un message, en une phrase."""

from chatroom.client.core.events import Happened
from wording.harmless import neutral

# Ce qui se dit après « alice a » ou « Vous avez » : quand l'acte fait, puis quand il défait.
SWITCHES = {
    "lock": ("fermé ce salon aux nouveaux venus", "rouvert ce salon à tous"),
    "readonly": ("réservé la parole aux opérateurs", "rendu la parole à tout le monde"),
    "private": ("réservé ce salon à ses invités", "ouvert ce salon à tous"),
    "password": ("mis un mot de passe à ce salon", "retiré le mot de passe de ce salon"),
    "close": ("fermé ce salon", "rouvert ce salon"),
}


def told(event: Happened) -> str:
    """Rien, pour un acte que cette version ne connaît pas."""
    message, mine = event.message, event.mine
    who, text = neutral(message.pseudo), neutral(message.text)
    have = "Vous avez" if mine else f"{who} a"
    called = "Vous vous appelez" if mine else f"{who} s'appelle"
    sentences = {
        "nick": f"{called} maintenant {text}",
        "topic": f"{have} changé le sujet : {text}" if text else f"{have} retiré le sujet",
        "rename": f"{have} renommé ce salon : {text}",
        "invite": f"{who} vous invite dans {text} : /join {text}",
        "delete": f"{have} retiré un message",
    }
    if switch := SWITCHES.get(message.act):
        return f"{have} {switch[message.text == 'off']}"
    return sentences.get(message.act, "")
