"""Ce que peut un opérateur envers quelqu'un : le renvoyer, l'exclure, lui retirer la parole."""

import hashlib
from functools import partial

from chatroom.protocol.flags import Role
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Notice
from chatroom.protocol.text import fold
from chatroom.server.core.bans import (
    ADDRESS,
    MINUTE,
    MUTE,
    PERSON,
    Ban,
    is_address,
    lasting,
    local,
    network,
)
from chatroom.server.core.guesses import TOO_MANY
from chatroom.server.core.house import House, Visit
from chatroom.server.core.pending import Altered
from chatroom.server.core.people import Person
from chatroom.server.core.verbs import WHY, RefusalError, Request, verb
from wording.numbers import count

LONGEST = 5_256_000  # minutes : dix ans
CODE = 100  # caractères
ADDRESSES = 64  # caractères d'une adresse
LISTED = 200  # exclusions montrées, les dernières


@verb("operator")
def operator(request: Request) -> None:
    """Devenir opérateur, par le code que le serveur a montré à qui le tient."""
    house, session, person = request.house, request.session, request.person
    code, now = request.text("code", CODE), house.world.now()
    if house.door.guesses.exhausted(session.host, now):
        raise RefusalError(TOO_MANY)

    def redeemed(subject: str | None) -> None:
        if subject != str(person.id):
            house.door.guesses.wrong(session.host, now)
            house.note(f"{session} a donné un mauvais code d'opérateur.")
            raise RefusalError("Ce code n'est pas, ou n'est plus, le vôtre.", Reason.CODE)
        promote(request)

    digest, date = hashlib.sha256(code.encode()).digest(), house.world.date()
    request.read(partial(house.store.redeem, "operator", digest, date), redeemed)


def promote(request: Request) -> None:
    """Le rôle s'attache à la personne, et non à cet appareil."""
    person = request.person
    person.role |= Role.OPERATOR

    def undo() -> None:
        person.role &= ~Role.OPERATOR

    def then() -> None:
        request.house.note(f"{request.session} est désormais opérateur.")
        request.answer(role=int(person.role), text="Vous êtes opérateur de ce chat.")

    request.decide(
        lambda batch: batch.altered.append(
            Altered(person.id, person.pseudo, person.key, person.role)
        ),
        then,
        undo=undo,
    )


@verb("kick", operator=True)
def kick(request: Request) -> None:
    why = request.text("why", WHY)

    def then(person: Person) -> None:
        if not person.sessions:
            raise RefusalError(f"{person.pseudo} n'est pas là.", Reason.NOT_FOUND)
        expel(
            _other(request, person), Reason.EXPELLED, f"{request.person.pseudo} vous a renvoyé", why
        )
        request.tell(f"{person.pseudo} est renvoyé{_because(why)}")

    request.whom(then)


@verb("ban", operator=True)
def ban(request: Request) -> None:
    """Une personne, et son adresse si elle y est seule ; ou une adresse."""
    minutes, why = request.number("minutes", LONGEST), request.text("why", WHY)
    date = request.house.world.date()
    make = partial(
        Ban, until=minutes and date + minutes * MINUTE, why=why, by=request.person.pseudo
    )
    if address := request.text("address", ADDRESSES):
        where = network(address)
        if not is_address(where) or ("/" in where and not where.endswith("::/64")):
            raise RefusalError(f"« {address} » n'est pas une adresse.", Reason.NAME)
        if problem := _spared(request.house, where, None):
            raise RefusalError(f"{where} : {problem} ; excluez plutôt une personne.")
        bans = [make(ADDRESS, where)]
        return _enforce(request, bans, where, minutes, "")
    return request.whom(lambda person: _ban_person(request, person, make, minutes))


def _ban_person(request: Request, person: Person, make: "partial[Ban]", minutes: int) -> None:
    _other(request, person)
    bans, spared = [make(PERSON, str(person.id), name=person.pseudo)], []
    for where in dict.fromkeys(network(session.host) for session in person.sessions):
        if problem := _spared(request.house, where, person):
            spared.append(f"{where} ne l'est pas : {problem}.")
        else:
            bans.append(make(ADDRESS, where, name=person.pseudo))
    _enforce(request, bans, person.pseudo, minutes, " ".join(["", *spared]))


def _spared(house: House, where: str, whom: Person | None) -> str:
    """Pourquoi cette adresse ne s'exclut pas, à cause de `whom` ou en soi ; vide, elle s'exclut."""
    if local(where):
        return "c'est cette machine, d'où tout le monde peut venir"
    there = {session.person for session in house.sessions if network(session.host) == where}
    others = [person for person in there if person and person is not whom]
    if any(person.role & Role.OPERATOR for person in others):
        return "un opérateur en vient"
    if len(others) > (0 if whom else 1):
        return f"{len(others)} personnes en viennent" if others[1:] else "une personne en vient"
    return ""


def _enforce(request: Request, bans: list[Ban], whom: str, minutes: int, spared: str) -> None:
    house, date = request.house, request.house.world.date()
    if len(house.bans) + len(bans) > house.limits.bans:
        raise RefusalError("Il y a trop d'exclusions : levez-en d'abord (/bans, /unban).")

    def then() -> None:
        for one in bans:
            house.bans.add(one)
        for session in list(house.sessions):
            if found := _applies(bans, session):
                session.close(Reason.BANNED, found.sentence(date))
        addresses = [one.subject for one in bans if one.kind == ADDRESS and one.subject != whom]
        also = f", ainsi que {', '.join(addresses)}" if addresses else ""
        request.tell(
            f"{whom} est exclu pour {lasting(minutes)}{also}{_because(bans[0].why)}{spared}"
        )

    request.decide(lambda batch: batch.bans.extend(bans), then)


def _applies(bans: list[Ban], session: Visit) -> Ban | None:
    for one in bans:
        person = session.person
        if one.kind == ADDRESS and one.subject == network(session.host):
            return one
        if one.kind == PERSON and person and one.subject == str(person.id):
            return one
    return None


@verb("unban", operator=True)
def unban(request: Request) -> None:
    """Une personne, et les adresses exclues avec elle ; ou une adresse."""
    name = request.text("address", ADDRESSES) or request.text("who", ADDRESSES)
    where = network(name)
    date = request.house.world.date()
    found = [
        one
        for one in request.house.bans.running(date)
        if one.kind != MUTE
        and (one.subject == where or (one.name and fold(one.name) == fold(name)))
    ]
    if not found:
        raise RefusalError(f"{name} n'est pas exclu (/bans dit qui l'est).", Reason.NOT_FOUND)
    _lift(request, found, f"{name} n'est plus exclu.")


def _lift(request: Request, bans: list[Ban], text: str) -> None:
    def then() -> None:
        for one in bans:
            request.house.bans.lift(one.kind, one.subject)
        request.tell(text)

    request.decide(lambda batch: batch.unbans.extend((one.kind, one.subject) for one in bans), then)


@verb("bans", operator=True)
def bans(request: Request) -> None:
    date = request.house.world.date()
    running = request.house.bans.running(date)
    lines = [one.line(date) for one in running[-LISTED:]]
    if hidden := len(running) - len(lines):
        lines.insert(0, f"… et {count(hidden, 'autre')} avant.")
    request.answer(lines=lines, text="" if lines else "Personne n'est exclu.")


@verb("mute", operator=True)
def mute(request: Request) -> None:
    minutes, why = request.number("minutes", LONGEST), request.text("why", WHY)
    house = request.house

    def then(person: Person) -> None:
        _other(request, person)
        until = minutes and house.world.date() + minutes * MINUTE
        one = Ban(MUTE, str(person.id), until, why, request.person.pseudo, person.pseudo)

        def kept() -> None:
            house.bans.add(one)
            notify(person, one.sentence(house.world.date()))
            request.tell(
                f"{person.pseudo} n'a plus la parole pour {lasting(minutes)}{_because(why)}"
            )

        request.decide(lambda batch: batch.bans.append(one), kept)

    request.whom(then)


@verb("unmute", operator=True)
def unmute(request: Request) -> None:
    def then(person: Person) -> None:
        date = request.house.world.date()
        one = request.house.bans.mute_of(person.id, date)
        if one is None:
            raise RefusalError(f"{person.pseudo} a la parole.", Reason.NOT_FOUND)
        _lift(request, [one], f"{person.pseudo} a de nouveau la parole.")
        notify(person, "On vous a rendu la parole.")

    request.whom(then)


def notify(person: Person, text: str) -> None:
    """Une phrase, sur tous ses appareils."""
    for session in person.sessions:
        session.peer.send(Notice(text).encode())


def expel(person: Person, reason: Reason, text: str, why: str) -> None:
    for session in list(person.sessions):
        session.close(reason, f"{text}{_because(why)}")


def _other(request: Request, person: Person) -> Person:
    """Ni soi-même, ni un autre opérateur."""
    if person is request.person:
        raise RefusalError("C'est vous.")
    if person.role & Role.OPERATOR:
        raise RefusalError(f"{person.pseudo} est opérateur aussi.")
    return person


def _because(why: str) -> str:
    return f" : {why}" if why else "."
