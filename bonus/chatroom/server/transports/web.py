"""Le serveur de la page web : ses fichiers par HTTP, puis le chat par WebSocket.

Un message WebSocket n'est qu'un morceau du flux de trames que porte aussi TCP : tout le reste,
décodeur, session et bornes, est celui de tcp.py. Le format de HTTP et de WebSocket est l'affaire de
`websockets`, dont nous n'utilisons que le protocole, sans ses connexions : les siennes écriraient
l'en-tête de chaque message une fois par destinataire.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from email.utils import formatdate
from http import HTTPStatus

from websockets.datastructures import Headers, MultipleValuesError
from websockets.exceptions import RequestLineTooLong, SecurityError
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Closing, Hello
from chatroom.server.core.session import Session
from chatroom.server.core.world import Wrap
from chatroom.server.transports.origins import Origin, Trusted
from chatroom.server.transports.site import SOCKET, Answer, Site, error
from chatroom.server.transports.tcp import Connection, Listener
from wording.harmless import neutral

REQUEST = 16_384  # octets d'une demande : un navigateur en envoie cinq cents
MESSAGE = 65_536  # octets d'un message WebSocket ; la page coupe plus court ce qui est long
PIECE = 4_096  # octets lus d'un coup : six cents messages vides, cinq millisecondes de calcul
COST = 0.02  # messages pris au débit par un message WebSocket court, même vide
AGREEMENT = b"\x16"  # par quoi commence un accord TLS
NONSENSE = "Cette demande ne se comprend pas : ce serveur parle HTTP/1.1."
TOO_LONG = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
IN_CLEAR = (
    "Ce port n'est pas chiffré : l'adresse commence par http://, et non https://. Pour chiffrer, "
    "le serveur se lance avec --tls-cert (--make-cert fait un certificat)."
)
ORIGIN = 100  # caractères d'une origine refusée que garde le journal


def envelope(data: bytes) -> bytes:
    """Ces trames en un message WebSocket : le même pour tous ceux d'un salon."""
    return Frame(Opcode.BINARY, data).serialize(mask=False)


def _response(answer: Answer) -> Response:
    headers = Headers((("Date", formatdate(usegmt=True)), *answer.headers))
    return Response(answer.status, answer.status.phrase, headers, answer.body)


def refusal(text: str, status: HTTPStatus) -> bytes:
    """Une réponse entière, à qui n'ira pas plus loin."""
    return _response(error(status, text, ("Connection", "close"))).serialize()


class Lobby:
    """Ceux qui demandent un fichier, ou une WebSocket, et ne sont pas encore au chat."""

    def __init__(self, site: Site, most: int, trusted: Trusted) -> None:
        self.trusted = trusted
        self._addresses: Counter[str] = Counter()
        self.adopt(site, most)

    def adopt(self, site: Site, most: int) -> None:
        self.site = site
        self._most, self._most_per_address = most, max(1, most // 2)

    def enter(self, host: str, *, alone: bool = True) -> bool:
        """Faux s'il n'y a plus de place. `alone` : faux d'un mandataire, qui demande pour tous."""
        full = self._addresses.total() >= self._most
        if full or (alone and self._addresses[host] >= self._most_per_address):
            return False
        self._addresses[host] += 1
        return True

    def leave(self, host: str) -> None:
        self._addresses[host] -= 1
        if not self._addresses[host]:
            del self._addresses[host]


class WebConnection(Connection):
    """Une demande HTTP ; et, si c'est celle d'une WebSocket, un client."""

    __slots__ = ("_asked", "_entry", "_http", "_in_lobby", "_inbox", "_lobby", "_proxy")

    wrap: "Wrap" = staticmethod(envelope)

    def __init__(self, listener: Listener, origin: Origin, lobby: Lobby) -> None:
        super().__init__(listener, origin)
        self._entry = self.host  # `host` sera celui pour qui parle un mandataire
        self._proxy = origin.host in lobby.trusted
        self._http = ServerProtocol(max_size=MESSAGE)
        self._lobby = lobby
        self._asked = 0  # octets de la demande
        self._inbox = b""  # reçus, et pas encore lus
        self._in_lobby = False  # au guichet, où l'on ne reste pas

    @property
    def kind(self) -> str:
        return "websocket" if self._session else "http"

    def _opened(self) -> None:
        self._in_lobby = self._lobby.enter(self._entry, alone=not self._proxy)
        if self._in_lobby:
            self._set_deadline(self._listener.hub.limits.handshake, self._too_late)
        else:
            text = "Trop de demandes à la fois : réessayez."
            self._respond(error(HTTPStatus.SERVICE_UNAVAILABLE, text))

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave_lobby()
        super().connection_lost(exc)

    def _leave_the_door(self) -> None:
        self._listener.turnstile.leave(self._entry)

    def _too_late(self) -> None:
        if self._asked and not self._leaving:  # sinon, il n'a rien demandé : un navigateur prévoit
            text = "Cette demande n'a pas été finie à temps."
            self._respond(error(HTTPStatus.REQUEST_TIMEOUT, text))
        else:
            self.abort()

    def _leave_lobby(self) -> None:
        if self._in_lobby:
            self._in_lobby = False
            self._lobby.leave(self._entry)

    # Lire

    def buffer_updated(self, nbytes: int) -> None:
        if self._leaving:
            return
        self._listener.hub.tally.received += nbytes
        self._inbox += bytes(self._listener.buffer[:nbytes])
        if self._session:
            self._session.heard()
        self._unwrap()
        if self._session:
            self._session.progressed(nbytes)

    def _go_on(self) -> None:
        super()._go_on()
        self._unwrap()

    def _unwrap(self) -> None:
        """Par petits morceaux : qui inonde est retenu avant qu'on ait tout lu.

        Et ligne par ligne tant que c'est HTTP : la suite d'une demande n'est pas à lire avec elle.
        """
        while self._inbox and not (self._session and self._session.held):
            if self._leaving:
                return
            line = 0 if self._session else self._inbox.find(b"\n", 0, PIECE) + 1
            size = line or PIECE
            piece, self._inbox = self._inbox[:size], self._inbox[size:]
            if self._lost(piece):
                return
            self._http.receive_data(piece)
            if not self._session and (fault := self._http.handshake_exc):
                self._misunderstand(fault)
                return
            for event in self._http.events_received():
                if isinstance(event, Request):
                    self._answer(event)
                elif isinstance(event, Frame) and self._session:
                    self._hear(self._session, event)
            if self._session:
                self._read(self._session)
            self._reply()

    def _lost(self, piece: bytes) -> bool:
        """Ce n'est pas une demande : on s'est trompé de port, ou l'on n'en finit pas."""
        if self._session:
            return False
        self._asked += len(piece)
        if self._asked == len(piece) and piece[0] == Hello.KIND:
            text = "Ce port est celui de la page web : pour un client, c'est l'autre."
            self.write(Closing(Reason.PROTOCOL, text).encode())
            self._hang_up()
        elif self._asked == len(piece) and piece[:1] == AGREEMENT:
            self._listener.refuse(self._entry, "https sur un port en clair")
            self._misunderstand(text=IN_CLEAR)
        elif self._asked == len(piece) and not piece[:1].isalpha():
            self._misunderstand()
        elif self._asked > REQUEST:
            self._misunderstand(SecurityError())
        return self._leaving

    def _misunderstand(self, fault: Exception | None = None, text: str = NONSENSE) -> None:
        """Un refus de nous : `websockets` se tait, ou répond en anglais."""
        status = HTTPStatus.BAD_REQUEST
        if isinstance(fault, SecurityError):
            uri = isinstance(fault, RequestLineTooLong)
            status = HTTPStatus.REQUEST_URI_TOO_LONG if uri else TOO_LONG
            text = "Cette demande est trop longue."
        self.write(refusal(text, status))
        self._hang_up()

    def _hear(self, session: Session, frame: Frame) -> None:
        if len(frame.data) < PIECE:  # en morceaux plus grands, une image ne coûte que son prix
            session.spend(COST)
        if session.closed:
            return
        if frame.opcode in {Opcode.BINARY, Opcode.CONT}:
            self._decoder.feed(bytes(frame.data))
        elif frame.opcode is Opcode.TEXT:
            self._http.fail(CloseCode.UNSUPPORTED_DATA, "Des octets, et non du texte.")

    def _partial(self) -> int:
        return super()._partial() + len(self._http.reader.buffer) + len(self._inbox)

    # Répondre

    def _answer(self, request: Request) -> None:
        site, headers = self._lobby.site, request.headers
        if self._proxy and not self._name_who(headers.get_all("X-Forwarded-For")):
            text = "L'en-tête X-Forwarded-For ne se comprend pas."
            return self._respond(error(HTTPStatus.BAD_REQUEST, text))
        try:
            host, origin = headers["Host"], headers.get("Origin")
            tag, encodings = headers.get("If-None-Match"), headers.get("Accept-Encoding", "")
        except (KeyError, MultipleValuesError):
            text = "Il faut un en-tête Host, et un seul de chaque."
            return self._respond(error(HTTPStatus.BAD_REQUEST, text))
        if not site.knows(host):
            text = "Ce nom n'est pas celui de ce serveur (voir --web-name)."
            return self._respond(error(HTTPStatus.MISDIRECTED_REQUEST, text))
        if request.path != SOCKET:
            answer = site.answer(request.method, request.path, tag, encodings)
            return self._serve(request, site.secured(answer, host))
        if not site.welcomes(origin, host):
            whence = neutral((origin or "")[:ORIGIN])
            self._listener.hub.note(f"{self._name} refusé : sa page vient de {whence}")
            return self._respond(error(HTTPStatus.FORBIDDEN, "Cette page vient d'ailleurs."))
        return self._upgrade(request)

    def _name_who(self, hops: Sequence[str]) -> bool:
        """Pour qui le mandataire demande : il en amène plusieurs par une même connexion."""
        try:
            host = self._lobby.trusted.forwarded(hops)
        except ValueError:
            return False
        if host:
            self.host, self._name = Origin(host, 0).block, f"{host} (par {self._entry})"
        return True

    def _upgrade(self, request: Request) -> None:
        self._http.send_response(self._http.accept(request))
        self._reply()
        if self._http.state is State.OPEN:
            self._leave_lobby()
            self._clear_deadline()
            super()._opened()

    def _serve(self, request: Request, answer: Answer) -> None:
        """Une page fait cinquante demandes : une même connexion en porte plusieurs.

        L'une après l'autre : qui en demande sans lire nous ferait garder toutes les réponses.
        """
        if request.method == "HEAD":
            answer = replace(answer, body=b"")
        alone = not self._inbox and not self._transport.get_write_buffer_size()
        closing = "close" in ", ".join(request.headers.get_all("Connection")).lower()
        if request.protocol == "HTTP/1.1" and alone and not closing:
            self.write(_response(answer).serialize())
            self._http, self._asked = ServerProtocol(max_size=MESSAGE), 0
        else:
            self._respond(answer)

    def _respond(self, answer: Answer) -> None:
        """Répond, et ferme."""
        response = _response(answer)
        response.headers["Connection"] = "close"
        self._http.send_response(response)
        self._reply()

    def _reply(self) -> None:
        """Ce que le protocole a à dire ; vide, il demande de fermer."""
        for data in self._http.data_to_send():
            if not data:
                self._hang_up()
            elif not self._leaving:
                self.write(data)

    # Ce qu'appelle la session

    def send(self, data: bytes) -> None:
        super().send(envelope(data))

    def close(self, data: bytes) -> None:
        if not self._leaving:
            self.send(data)
            if self._http.state is State.OPEN:
                self._http.send_close(CloseCode.NORMAL_CLOSURE)
            self._reply()
            self._hang_up()
