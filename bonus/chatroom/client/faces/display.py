"""Ce qu'on lit à l'écran : une ou plusieurs lignes par événement. Rien n'est écrit ici."""

import math
import time
from collections.abc import Iterable

from chatroom.client.core import events
from chatroom.client.faces.acts import told
from chatroom.protocol.documents import Absent, Missing, RoomSummary
from chatroom.protocol.messages import Pictured, Presence, Whispered
from wording.harmless import neutral
from wording.numbers import plural

DAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin"]
MONTHS += ["juillet", "août", "septembre", "octobre", "novembre", "décembre"]
LATEST = (
    253_402_300_799_000 - 86_400_000
)  # ms : l'avant-veille de l'an 10000 ; plus loin, localtime s'égare
DIM, RESET = "\x1b[2m", "\x1b[0m"
ABSENT = {
    Missing.REMOVED: "message retiré",
    Missing.UNREADABLE: "message illisible",
    Missing.STRANGE: "message que cette version ne sait pas lire",
}
ACTED = {"delete", "nick"}  # l'acte, dans le salon, le dit déjà
# D'une personne, puis de plusieurs.
PRESENCES = {
    Presence.ARRIVED: ("a rejoint la chatroom", "ont rejoint la chatroom"),
    Presence.LEFT: ("a quitté la chatroom", "ont quitté la chatroom"),
    Presence.BACK: ("est de retour !", "sont de retour !"),
    Presence.MOVED: ("a changé de salon", "ont changé de salon"),
}


def day_of(when: time.struct_time) -> str:
    """« samedi 21 novembre 2026 », sans dépendre des langues installées."""
    number = "1er" if when.tm_mday == 1 else str(when.tm_mday)
    return f"{DAYS[when.tm_wday]} {number} {MONTHS[when.tm_mon - 1]} {when.tm_year}"


class Display:
    """Met en lignes, à l'heure d'ici. Garde le jour de la dernière, pour dire quand il change.

    Tout ce qui vient du réseau y est de nouveau rendu inoffensif : le serveur est un inconnu.
    """

    def __init__(self, colours: bool, today: time.struct_time) -> None:
        self._colours = colours
        self._day = day_of(today)
        self._absent: set[tuple[str, int]] = set()  # places montrées vides

    def lines(self, event: events.Event) -> list[str]:
        match event:
            case events.Spoke(room=room, message=message, mine=mine):
                if isinstance(message, Absent):
                    self._absent.add((room, message.seq))
                found = [*self._new_day(message), self._message(message, mine)]
            case events.Happened() | events.AnswerReceived() | events.PutOut():
                found = [self.dim(f"— {line}") for line in self._done(event)]
            case events.ImageReceived() | events.Ruled() | events.Renamed():
                found = []
            case events.Entered() | events.Announcement() | events.Gathering():
                found = self._presence(event)
            case events.RoomsListed(rooms=rooms):
                found = self._rooms(rooms)
            case events.PageReceived():
                found = self._page(event)
            case _:
                found = [self._line(event)]
        return found

    def _done(
        self, event: events.Happened | events.AnswerReceived | events.PutOut
    ) -> Iterable[str]:
        match event:
            case events.Happened(message=message) if message.act == "delete":
                known = (event.room, message.target) in self._absent
                return [] if known else filter(None, [told(event)])
            case events.Happened():
                return filter(None, [told(event)])
            case events.PutOut(room=room):
                return [f"Vous n'êtes plus dans {neutral(room)}."]
            case events.AnswerReceived():
                return replied(event)

    def _presence(
        self, event: events.Entered | events.Announcement | events.Gathering
    ) -> list[str]:
        match event:
            case events.Entered():
                return self._entered(event)
            case events.Announcement():
                return self._announcement(event)
            case events.Gathering():
                return self._gathering(event)

    def _line(
        self,
        event: events.Welcomed
        | events.NoticeShown
        | events.RefusedRequest
        | events.Lost
        | events.Ended,
    ) -> str:
        match event:
            case events.Welcomed(pseudo=pseudo, back=back, again=again):
                greeting = "Welcome back" if back else "Bienvenue"
                line = self.dim("Reconnecté.") if again else f"{greeting} {neutral(pseudo)} !"
            case events.NoticeShown(text=text):
                line = self.dim(f"— {neutral(text)}")
            case events.RefusedRequest(text=text, post=post):
                about = f" (« {post.text} » n'a pas été envoyé)" if post else ""
                line = f"{neutral(text)}{about}"
            case events.Lost(text=text, delay=delay):
                seconds = math.ceil(delay)
                line = self.dim(f"{neutral(text)} ; nouvel essai dans {seconds} s…")
            case events.Ended(text=text):
                line = neutral(text)
        return line

    def dim(self, text: str) -> str:
        return f"{DIM}{text}{RESET}" if self._colours else text

    def pseudo(self, pseudo: str, colour: int) -> str:
        pseudo = neutral(pseudo)
        if not self._colours:
            return pseudo
        return f"\x1b[38;2;{colour >> 16 & 255};{colour >> 8 & 255};{colour & 255}m{pseudo}{RESET}"

    def _entered(self, event: events.Entered) -> list[str]:
        room = neutral(event.room)
        if event.restarted:
            return [self.dim(f"{room} a recommencé (serveur restauré) ; voici ce qu'il en a :")]
        if event.again:
            return []
        many = plural(event.members)
        return [self.dim(f"— Vous êtes dans {room} ({event.members} personne{many}) —")]

    def _announcement(self, event: events.Announcement) -> list[str]:
        if event.mine:
            return []
        pseudo = self.pseudo(event.pseudo, event.colour)
        said, _ = PRESENCES[event.presence]
        start = "" if event.presence is Presence.BACK else "Annonce : "
        return [f"{start}{pseudo} {said}"]

    def _gathering(self, event: events.Gathering) -> list[str]:
        one, many = PRESENCES[event.presence]
        return [f"Annonce : {gathered(event)} {many if event.count > 1 else one}"]

    def _new_day(self, message: events.Shown) -> list[str]:
        day = day_of(local_time(message))
        if day == self._day or (isinstance(message, Absent) and not message.time):
            return []
        self._day = day
        return [self.dim(f"— {day} —")]

    def _message(self, message: events.Shown, mine: bool) -> str:
        if isinstance(message, Absent):
            return self.dim(f"— {absence(message)} —")
        hour = self.dim(time.strftime("[%H:%M]", local_time(message)))
        author = "Vous" if mine else self.pseudo(message.pseudo, message.colour)
        have = "avez" if mine else "a"
        match message:
            case Pictured():
                size = f"{message.width}x{message.height}"
                what = f"{have} envoyé une image : {neutral(message.name)} ({size})"
            case Whispered() if mine:
                what = f"avez dit en privé à {neutral(message.to)} : {neutral(message.text)}"
            case Whispered():
                what = f"vous a dit en privé : {neutral(message.text)}"
            case _:
                what = f"{have} dit : {neutral(message.text)}"
        return f"{hour} {author} {what}"

    def _rooms(self, rooms: Iterable[RoomSummary]) -> list[str]:
        lines = []
        for room in rooms:
            names = ", ".join(map(neutral, room.members))
            others = room.count - len(room.members)
            more = f" et {others} autre{plural(others)}" if others > 0 else ""
            there = f" : {names}{more}" if names else ""
            lines.append(f"  {neutral(room.name)} ({room.count}){there}")
        return lines or ["Aucun salon pour l'instant."]

    def _page(self, event: events.PageReceived) -> list[str]:
        """Une page d'avant, encadrée ; le jour en cours redevient ensuite celui d'aujourd'hui."""
        today, self._day = self._day, ""
        lines = []
        for message in event.messages:
            lines += self._new_day(message)
            lines.append(self._message(message, message.person == event.person))
        self._day = today
        start = "— plus ancien —" if event.more else "— début de l'historique —"
        return [self.dim(start), *lines, *([self.dim("— fin de la page —")] if lines else [])]


def replied(event: events.AnswerReceived) -> list[str]:
    """Ce que le serveur répond à une commande : une phrase, des lignes."""
    text, lines = event.answer.get("text"), event.answer.get("lines")
    found = [text, *(lines if isinstance(lines, list) else ())]
    told = [neutral(line) for line in found if isinstance(line, str) and line]
    return told if told or event.verb in ACTED else ["C’est fait."]


def absence(message: Absent) -> str:
    """Ce qui se lit à la place d'un message qui n'est plus là, ou que l'on ne sait pas lire."""
    by = f" par {neutral(message.by)}" if message.by else ""
    return f"{ABSENT[message.why]}{by}"


def gathered(event: events.Gathering) -> str:
    """« alice, bob et 12 autres »."""
    names = [neutral(name) for name in event.names[: event.count]]
    others = event.count - len(names)
    if others:
        return f"{', '.join(names)} et {others} autre{plural(others)}" if names else f"{others}"
    return " et ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def local_time(message: events.Shown) -> time.struct_time:
    """L'heure de réception par le serveur, dans le fuseau d'ici."""
    return time.localtime(min(message.time, LATEST) / 1000)
