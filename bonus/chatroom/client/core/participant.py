"""Le client sans le réseau : ce qu'il sait, ce qu'il demande, ce qu'il répète après une coupure.

Qui le fait vivre (network/link.py) lui passe les trames du serveur, envoie ce que rend
`to_send`, et donne à un visage ce que rend `take_events`. Ni socket, ni fichier, ni horloge ici.
La page web en a le jumeau, coupé aux mêmes endroits : page/core/participant.js.
"""

import json
from collections.abc import Mapping

from chatroom.client.core import events
from chatroom.client.core.checks import checked_image, checked_name, checked_text
from chatroom.client.core.outbox import Outbox, Post
from chatroom.client.core.presence import announced
from chatroom.client.core.questions import Asked, Questions
from chatroom.client.core.reasons import FINAL, known
from chatroom.client.core.ruling import entered, happened, put_out, renamed, unsaid
from chatroom.client.core.stream import Live, Stream
from chatroom.client.core.streams import Streams
from chatroom.protocol import ChatError, messages
from chatroom.protocol.documents import Posted, answer, page, room_list
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.limits import Limits
from chatroom.protocol.text import fold
from wording.harmless import neutral

GIVEN_UP = "Image abandonnée : la connexion s'est coupée deux fois pendant son envoi."


class RetryError(ChatError):
    """Cette connexion ne mène plus à rien : il faut en faire une autre. Le texte dit pourquoi."""


class Participant:
    def __init__(self, pseudo: str, token: bytes = b"", limits: Limits | None = None) -> None:
        self.pseudo, self.token = pseudo, token
        self.person = 0  # notre numéro ; 0 tant que le serveur ne l'a pas dit
        self.device = 0  # de même, celui de cet appareil parmi les nôtres
        self.outbox = Outbox(limits or Limits())
        self._limits = limits or Limits()
        self.welcomed = False  # sur la connexion présente
        self.greeting: messages.Greeting | None = None  # de même : il attend `identify`
        self._streams = Streams()
        self._requests: list[messages.Message] = []
        self._questions = Questions()
        self._events: list[events.Event] = []

    # Avec qui le fait vivre

    def connected(self) -> None:
        """Une connexion neuve."""
        self._requests = [messages.Hello(messages.VERSION)]

    def identify(self, shown: bytes, code: str = "", person: int = 0) -> None:
        """Se présente au serveur qui vient de saluer ; `shown` : le jeton, ou sa preuve.

        `person` : le numéro gardé avec lui.
        """
        who = (person or self.person, self.device, self.pseudo)
        self._requests.append(messages.Identify(*who, code, shown))

    def disconnected(self) -> None:
        """Elle est finie : tout ce qui n'était qu'à elle s'oublie."""
        self.welcomed, self.greeting = False, None
        self._questions.clear()
        self._requests.clear()
        self._streams.cut(self.outbox)

    def receive(self, message: messages.Message) -> None:
        """Une trame du serveur. ProtocolError si elle n'a pas de sens ici, ou RetryError."""
        match message:
            case (
                messages.Said()
                | messages.Whispered()
                | messages.Pictured()
                | messages.Acted()
                | messages.Announced()
                | messages.Gathered()
            ):
                self._live(message)
            case messages.Ping():
                self._requests.append(messages.Pong())
            case messages.Pong() | messages.Unknown():
                pass
            case messages.Greeting():
                self._greeted(message)
            case messages.Parted():
                self.outbox.parted(message.size)
            case messages.Welcome():
                self._welcome(message)
            case messages.Notice():
                self._events.append(events.NoticeShown(message.text))
            case (
                messages.Joined()
                | messages.Page()
                | messages.Image()
                | messages.RoomList()
                | messages.Answered()
                | messages.Refused()
            ):
                self._answered(message)
            case messages.Closing():
                reason = known(message.reason)
                self._events.append(events.Ended(reason, message.text, reason in FINAL))
            case _:
                raise ProtocolError("Le serveur parle comme un client.")

    def take_events(self) -> list[events.Event]:
        """Ce qui est arrivé depuis la dernière fois."""
        taken, self._events = self._events, []
        return taken

    def to_send(self, now: float) -> list[messages.Message]:
        """Ce qu'il y a à envoyer à cette heure (en secondes) ; voir aussi `outbox.wake`."""
        sent, self._requests = self._requests, []
        if self.welcomed and self._streams.caught_up:
            sent += self.outbox.to_send(now, self._streams.number)
            left = self._streams.depart(self.outbox, self._questions.rooms())
            sent += [messages.Leave(room) for room in left]
        return sent

    # Ce que veut la personne. Chacune lève ValueError, en français, si ce n'est pas possible.

    def join(self, name: str, word: str = "") -> None:
        """Entrer dans un salon, ou le créer ; Entered ou RefusedRequest suivra.

        `word` : son mot de passe.
        """
        name = checked_name("Nom de salon", name, self._limits.room)
        stream = self._streams.named(name)
        if stream is None:
            stream = self._streams.add(name)
            stream.word = word
            if self.welcomed:
                self._ask(stream.join())
        elif stream.known:
            stream.leaving = False
            self._events.append(entered(stream, again=False, restarted=False))

    def leave(self, name: str) -> None:
        if name == messages.PRIVATE:
            raise ValueError("On ne quitte pas les messages privés.")
        self._mine(name).leaving = True

    def say(self, room: str, text: str) -> Post:
        self._mine(room)
        return self.outbox.add(Post(fold(room), checked_text(text, self._limits.text)))

    def whisper(self, pseudo: str, text: str) -> Post:
        to = checked_name("Pseudo", pseudo, self._limits.pseudo)
        return self.outbox.add(Post(messages.PRIVATE, checked_text(text, self._limits.text), to))

    def send_image(self, room: str, name: str, data: bytes) -> Post:
        self._mine(room)
        image = checked_image(data, self._limits.image)
        name = checked_name("Nom d'image", name, self._limits.image_name)
        return self.outbox.add(Post(fold(room), name, image=image))

    def list_rooms(self, room: str = "") -> None:
        """Qui est où, ou qui est dans ce salon ; RoomsListed ou RefusedRequest suivra."""
        name = room and checked_name("Nom de salon", room, self._limits.room)
        self._ask(messages.ListRooms(name))

    def older(self, room: str) -> None:
        """La page d'avant tout ce qui a été reçu de ce salon ; PageReceived suivra."""
        stream = self._mine(room)
        if not stream.caught_up:
            raise ValueError("Pas encore : ce salon n'a pas fini d'arriver.")
        if stream.more:
            self._ask(messages.GetPage(stream.number, stream.oldest, 0))
        else:
            self._events.append(events.PageReceived(stream.name, (), self.person, more=False))

    def fetch(self, message: messages.Pictured) -> None:
        """Les octets d'une image ; ImageReceived suivra."""
        if self._streams.has(message.room):
            self._ask(messages.GetImage(message.room, message.seq))

    def topic(self, room: str) -> str:
        """Le sujet d'un salon où l'on est ; vide s'il n'en a pas."""
        return self._mine(room).topic

    def ask(self, verb: str, arguments: Mapping[str, object] | None = None) -> None:
        """Une commande ; AnswerReceived ou RefusedRequest suivra."""
        text = json.dumps(arguments or {}, ensure_ascii=False, separators=(",", ":"))
        self._ask(messages.Ask(verb, text))

    def _mine(self, name: str) -> Stream:
        stream = self._streams.named(name)
        if stream is None or not stream.known:
            raise ValueError(f"Vous n'êtes pas dans le salon {neutral(name)}.")
        return stream

    def _ask(self, request: Asked) -> None:
        if not self.welcomed:
            raise ValueError("La connexion est perdue : attendez qu'elle revienne.")
        self._requests += self._questions.ask(request)

    # Ce que dit le serveur

    def _answered(
        self,
        message: messages.Joined
        | messages.Page
        | messages.Image
        | messages.RoomList
        | messages.Answered
        | messages.Refused,
    ) -> None:
        match message:
            case messages.Joined():
                self._joined(message)
            case messages.Page():
                self._page(message)
            case messages.Image():
                self._answer(messages.GetImage)
                if not self._streams.closed(message.room):
                    room = self._streams.numbered(message.room).name
                    self._events.append(events.ImageReceived(room, message.seq, message.data))
            case messages.RoomList():
                self._answer(messages.ListRooms)
                self._events.append(events.RoomsListed(room_list(message.rooms)))
            case messages.Answered():
                self._answer(messages.Ask)
                self._events.append(events.AnswerReceived(message.verb, answer(message.answer)))
            case messages.Refused():
                self._refused(message)

    def _answer(self, kind: type[Asked]) -> Asked:
        """La demande à laquelle ceci répond."""
        asked = self._questions.oldest()
        if not isinstance(asked, kind):
            raise ProtocolError("Une réponse à une question qu'on n'a pas posée.")
        self._requests += self._questions.settle()
        return asked

    def _greeted(self, message: messages.Greeting) -> None:
        if self.greeting:
            raise ProtocolError("Deux fois bonjour.")
        self.greeting = message

    def _welcome(self, message: messages.Welcome) -> None:
        if self.welcomed or not self.greeting:
            raise ProtocolError("Bienvenue deux fois, ou avant bonjour.")
        again, self.welcomed = bool(self.person), True
        if not message.back:  # si l'on y était, sa base est neuve
            for stream in self._streams:
                stream.forget()
        self.person, self.pseudo = message.person, message.pseudo
        self.token, self.device = message.token or self.token, message.device
        given_up = self.outbox.begin(message.nonce)
        who = (message.pseudo, message.person, message.colour)
        since = (bool(message.back), again)
        self._events.append(events.Welcomed(*who, *since, message.token, message.role))
        self._events += unsaid(given_up, GIVEN_UP)
        for stream in self._streams:
            self._ask(stream.join())

    def _joined(self, message: messages.Joined) -> None:
        asked = self._answer(messages.Join)
        assert isinstance(asked, messages.Join)
        stream = self._streams.named(asked.room)
        assert stream
        if fold(message.name) != fold(asked.room):
            self._rename(stream, message.name)
        after = asked.after
        if message.restarted:
            stream.forget()
            after = 0
        again = stream.known
        if stream.joined(message, after):
            following = messages.GetPage(message.room, after or message.last + 1, bool(after))
            self._questions.expect(following)
        self._streams.enter(stream)
        if stream.name != messages.PRIVATE and not stream.leaving:
            self._events.append(entered(stream, again=again, restarted=stream.remade))
        stream.remade = False

    def _page(self, message: messages.Page) -> None:
        self._answer(messages.GetPage)
        if self._streams.closed(message.room):
            return None
        stream, more = self._streams.numbered(message.room), bool(message.more)
        written = page(message.documents, message.room)
        if stream.caught_up:
            stream.older(written, more=more)
            shown = tuple(one for one in written if not isinstance(one, messages.Acted))
            found = events.PageReceived(stream.name, shown, self.person, more)
            return self._events.append(found)
        forwards = bool(message.forwards)
        fresh, following = stream.page(written, forwards=forwards, more=more)
        for posted in fresh:
            self._spoke(stream, posted, old=True)
        if following:
            self._ask(following)
        return self._release(stream)

    def _live(self, message: Live) -> None:
        # Un salon qu'on vient de quitter parle encore un peu.
        if self._streams.has(message.room):
            stream = self._streams.numbered(message.room)
            stream.live(message)
            self._release(stream)

    def _release(self, stream: Stream) -> None:
        for message in stream.release():
            match message:
                case messages.Announced() | messages.Gathered():
                    if event := announced(stream.name, message, self.person):
                        self._events.append(event)
                case _:
                    self._spoke(stream, message, old=False)

    def _spoke(self, stream: Stream, message: Posted, *, old: bool) -> None:
        mine = message.person == self.person
        post = self.outbox.remove(message.nonce) if mine and message.nonce else None
        if isinstance(message, messages.Acted):
            self._events.append(events.Happened(stream.name, message, mine, old))
            if not old:
                self.pseudo = message.text if message.act == "nick" and mine else self.pseudo
                self._events += happened(stream, message, (self._streams, self.outbox))
        else:
            self._events.append(events.Spoke(stream.name, message, mine, old, post))

    def _rename(self, stream: Stream, name: str) -> None:
        self._events += renamed(stream, name, (self._streams, self.outbox))
        if self._streams.named(name) is not stream:
            raise RetryError("Un salon a changé de nom")

    def _refused(self, message: messages.Refused) -> None:
        post = self.outbox.remove(message.nonce) if message.nonce else None
        asked = None if message.nonce else self._questions.oldest()
        if asked:
            self._requests += self._questions.settle()
        room = asked.room if isinstance(asked, messages.Join) else ""
        refusal = events.RefusedRequest(message.text, post, known(message.reason), room)
        self._events.append(refusal)
        if isinstance(asked, messages.Join):
            self._shut_out(asked.room, message.text)
        if not isinstance(asked, messages.GetPage) or self._streams.closed(asked.room):
            return
        stream = self._streams.numbered(asked.room)
        if stream.caught_up:
            return
        if asked.forwards:
            raise RetryError(message.text)  # rien ne doit manquer : il faudra redemander
        stream.give_up(asked.seq - 1)
        self._release(stream)

    def _shut_out(self, name: str, text: str) -> None:
        """On n'entre pas dans ce salon."""
        stream = self._streams.named(name)
        if stream is None or stream.name == messages.PRIVATE:
            raise RetryError(text)
        self._events += put_out(stream, text, (self._streams, self.outbox))
