"""Les jetons secrets d'une personne : ce qui prouve, à chaque serveur, qu'un pseudo est le sien."""

import fcntl
import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chatroom.common.state import make_private
from chatroom.protocol import ChatError
from chatroom.protocol.text import fold
from wording.reasons import reason

MAX_SIZE = 1_000_000  # octets : dix mille jetons ; au-delà, ce n'est pas notre fichier
LOCK_PATIENCE = 5.0  # secondes : les autres clients ne tiennent le verrou que quelques millièmes
PRIVATE = 0o600
OPENING = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # ni lien, ni tube qui ferait attendre
TOKEN = re.compile(r"(?:[0-9a-f]{2}){1,64}")

PERSON = 4  # octets du numéro de la personne, après ceux de son jeton
# Qui est le serveur, en hexadécimal -> pseudo replié -> jeton, puis numéro, en hexadécimal ; ou,
# d'avant la version 2 du protocole, « hôte:port » -> pseudo replié -> jeton.
Servers = dict[str, dict[str, str]]
ADDRESSES = "adresses"  # parmi les serveurs : « hôte:port » -> qui y répondait


@dataclass(frozen=True, slots=True)
class Credential:
    """Ce qu'on sait de soi chez un serveur.

    `stranger` : un autre répondait à cette adresse ; `placed` : c'est lui qui y répondait.
    """

    token: bytes = b""
    person: int = 0
    stranger: bool = False
    placed: bool = False


class Tokens:
    """Le fichier des jetons, que plusieurs clients peuvent partager.

    Ses méthodes lisent et écrivent le disque : depuis une boucle asyncio, `asyncio.to_thread`.
    `say` reçoit ce qu'il faut dire à la personne quand le fichier a dû être refermé ou écarté.
    """

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self.path = path
        self._say = say

    def find(self, server: bytes, address: str, pseudo: str) -> Credential:
        """Le jeton de ce pseudo chez ce serveur, quelle que soit son adresse ; ChatError.

        À défaut, celui qu'un client de la version 1 gardait pour cette adresse (« hôte:port »).
        """
        try:
            servers = self._read()
        except ValueError:
            with self._locked():
                servers = self._read_or_set_aside()
        except OSError as error:
            raise self._error(error) from error
        name, who = server.hex(), fold(pseudo)
        there = servers.get(ADDRESSES, {}).get(address)
        where = (there not in {None, name}, there == name)
        if kept := servers.get(name, {}).get(who):
            data = bytes.fromhex(kept)
            token, person = data[:-PERSON], int.from_bytes(data[-PERSON:])
            return Credential(token, person, *where)
        old = servers.get(address, {}).get(who, "")
        return Credential(bytes.fromhex(old), 0, *where)

    def keep(self, server: bytes, address: str, pseudo: str, token: bytes, person: int = 0) -> None:
        """Garde ce jeton, sur le disque avant de revenir ; ChatError si c'est impossible."""
        with self._locked():
            servers = self._read_or_set_aside()
            who = fold(pseudo)
            kept = token.hex() + person.to_bytes(PERSON).hex()
            servers.setdefault(server.hex(), {})[who] = kept
            servers.setdefault(ADDRESSES, {})[address] = server.hex()
            if (old := servers.get(address)) and old.pop(who, None) and not old:
                del servers[address]
            text = json.dumps(servers, ensure_ascii=False, indent=1)
            self._replace(text.encode("utf-8", "replace"))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Un seul client à la fois. Le verrou a son fichier : celui des jetons est remplacé."""
        try:
            make_private(self.path.parent)
            lock = os.open(
                self.path.with_name(f"{self.path.name}.lock"),
                os.O_RDWR | os.O_CREAT | OPENING,
                PRIVATE,
            )
        except OSError as error:
            raise self._error(error) from error
        try:
            self._wait(lock)
            yield
        except OSError as error:
            raise self._error(error) from error
        finally:
            os.close(lock)  # et le verrou avec

    def _wait(self, lock: int) -> None:
        limit = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > limit:
                    raise ChatError(f"{self.path} : un autre client le tient.") from None
                time.sleep(0.01)

    def _read(self) -> Servers:
        """Le contenu du fichier, vide s'il n'y en a pas."""
        try:
            with open(self.path, "rb", opener=_opener) as file:
                self._check(file.fileno())
                return _parsed(file.read(MAX_SIZE + 1))
        except FileNotFoundError:
            return {}

    def _check(self, number: int) -> None:
        """Un fichier ordinaire, et que personne d'autre ne lit."""
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError
        if status.st_mode & 0o077:
            os.fchmod(number, PRIVATE)
            self._say(f"D'autres que vous pouvaient lire {self.path} : il est refermé.")

    def _read_or_set_aside(self) -> Servers:
        """Sous le verrou : le fichier a pu être remplacé depuis, il se relit."""
        try:
            return self._read()
        except ValueError:
            aside = self.path.with_name(f"{self.path.name}.bad")
            self.path.replace(aside)
            self._say(f"{self.path} est illisible : il est mis de côté, dans {aside}.")
            return {}

    def _replace(self, data: bytes) -> None:
        """Tout ou rien : une coupure laisse l'ancien fichier ou le nouveau, entiers."""
        if len(data) > MAX_SIZE:
            raise ChatError(f"{self.path} est plein : retirez-en les serveurs d'autrefois.")
        # Toujours le même nom, protégé par le verrou : un client tué ne laisse pas de reste.
        new = self.path.with_name(f"{self.path.name}.new")
        new.unlink(missing_ok=True)
        try:
            number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | OPENING, PRIVATE)
            with open(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(number)
            new.replace(self.path)
        finally:
            new.unlink(missing_ok=True)
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # le nouveau nom aussi doit survivre à une coupure
        finally:
            os.close(folder)

    def _error(self, error: OSError) -> ChatError:
        return ChatError(f"{self.path} : {reason(error)}.")


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | OPENING)


def _parsed(data: bytes) -> Servers:
    """ValueError si ce n'est pas exactement ce que `keep` écrit."""
    if len(data) > MAX_SIZE:
        raise ValueError
    try:
        servers: Servers = json.loads(data)
    except RecursionError:  # « [[[[… »
        raise ValueError from None
    for tokens in servers.values() if isinstance(servers, dict) else [None]:
        if not (isinstance(tokens, dict) and all(map(_is_token, tokens.values()))):
            raise ValueError
    return servers


def _is_token(text: object) -> bool:
    return isinstance(text, str) and TOKEN.fullmatch(text) is not None
