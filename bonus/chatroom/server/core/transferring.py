"""Être soi ailleurs : un code qui ne vaut qu'une fois, et dix minutes, donne un jeton de plus."""

import hashlib
import re
import secrets
from collections.abc import Callable

from chatroom.common.proofs import proof_of
from chatroom.protocol import messages
from chatroom.protocol.frames import Reason
from chatroom.server.core.house import House
from chatroom.server.core.pending import Batch, Code, Newcomer
from chatroom.server.core.people import Number, Person
from chatroom.server.core.session import Session
from chatroom.server.core.verbs import RefusalError, Request, verb
from chatroom.server.core.waiting import look_up, wait_for
from wording.numbers import delay

KIND = "token"
SECONDS = 600  # le temps d'aller le taper sur un autre appareil
# Dix caractères qui se dictent sans se confondre : 49 bits, pour dix minutes.
ALPHABET, SIZE = "23456789ABCDEFGHJKMNPQRSTVWXYZ", 10
WORTHLESS = "Ce code ne vaut rien, ou plus : il ne sert qu'une fois, et dix minutes."


def hash_of(code: str) -> bytes:
    """Ni les tirets, ni les espaces, ni les majuscules n'y comptent."""
    return hashlib.sha256(re.sub(r"[\W_]", "", code).upper().encode()).digest()


@verb("token")
def token(request: Request) -> None:
    """Un code pour se présenter d'un autre appareil, sans y apporter son jeton."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(SIZE))
    written = f"{drawn[: SIZE // 2]}-{drawn[SIZE // 2 :]}"
    expires = request.house.world.date() + 1000 * SECONDS
    code = Code(hash_of(drawn), KIND, str(request.person.id), expires)

    def issued(why: str) -> None:
        if why:
            raise RefusalError(f"Le serveur ne peut rien enregistrer : {why}", Reason.STORAGE)
        request.house.note(f"{request.session} demande un code pour un autre appareil")
        text = f"Sur l'autre appareil : client.py --token {written} (une fois, {delay(SECONDS)})."
        request.answer(code=written, seconds=SECONDS, text=text)

    request.wait(lambda done: request.house.store.issue(code, done), issued)


def transferred(
    house: House,
    session: Session,
    message: messages.Identify,
    then: Callable[[Person, bytes], None],
) -> None:
    """Quelqu'un qui vient avec un code : `then` avec qui il est, et le jeton tiré pour lui."""

    def found(subject: str | None) -> None:
        if session.closed:
            pass
        elif subject is None:
            session.close(Reason.CODE, WORTHLESS)
        else:
            look_up(house, session, Number(int(subject)), known)
        session.release()

    def known(person: Person | None) -> None:
        if person is None:
            return session.close(Reason.CODE, WORTHLESS)
        given, drawn = message.token, b""
        if len(given) != messages.TOKEN:
            given = drawn = secrets.token_bytes(messages.TOKEN)
        return _add(house, session, person, given, lambda: then(person, drawn))

    def sorry(why: str) -> None:
        session.close(Reason.STORAGE, f"Le serveur ne peut rien relire : {why}")
        session.release()

    session.hold()
    house.store.redeem(KIND, hash_of(message.code), house.world.date(), found, sorry)


def _add(
    house: House, session: Session, person: Person, given: bytes, then: Callable[[], None]
) -> None:
    """Un jeton de plus à cette personne ; puis `then`, une fois qu'il est gardé."""
    proof = proof_of(given)
    person.busy += 1

    def write(batch: Batch) -> None:
        batch.tokens.append((person.id, proof))

    def settle(kept: bool) -> None:
        person.busy -= 1
        if kept:
            person.proofs = (*person.proofs, proof)

    def lost(why: str) -> None:
        session.close(Reason.STORAGE, f"Le serveur ne peut rien enregistrer : {why}")

    newcomer = Newcomer(write, settle)
    wait_for(session, newcomer, then, lost)
    house.submit(newcomer, session)
