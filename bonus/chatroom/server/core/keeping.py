"""Ce qu'on décide d'un salon : son sujet, son nom, qui y entre, qui y parle, sa fin."""

from collections.abc import Callable, Mapping
from functools import partial

from chatroom.protocol.flags import Mode
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import LONGEST_NAME
from chatroom.server.core.entry import INVITED, rules
from chatroom.server.core.names import clean_room
from chatroom.server.core.passwords import sealed
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import Room
from chatroom.server.core.verbs import RefusalError, Request, verb

TOPIC = 200  # caractères
RESTRICTED = Mode.PRIVATE | Mode.LOCKED | Mode.PASSWORD


def _room(request: Request) -> Room:
    name = request.text("room", LONGEST_NAME)
    room = request.house.rooms.named(name)
    if room is None or room.id in request.house.opening:
        raise RefusalError(f"Il n'y a pas de salon {name}.", Reason.NOT_FOUND)
    return room


def _own(request: Request) -> Room:
    """Un salon dont il décide : celui qu'il a ouvert, ou n'importe lequel s'il est opérateur."""
    room = _room(request)
    if not rules(room, request.person):
        raise RefusalError(f"Il faut avoir ouvert {room.name}, ou être opérateur.")
    return room


def _change(
    request: Request,
    room: Room,
    act: tuple[str, str],
    text: str,
    values: Mapping[str, object],
    then: Callable[[], None] = lambda: None,
) -> None:
    """Ce qui change du salon : tout de suite, et comme avant si cela ne peut être enregistré."""
    before = {name: getattr(room, name) for name in values}

    def put(changes: Mapping[str, object]) -> None:
        for name, value in changes.items():
            setattr(room, name, value)

    def kept() -> None:
        then()
        request.tell(text)

    put(values)
    request.decide(
        lambda batch: batch.changed.append(room.snapshot()),
        kept,
        [(room, act[0], 0, act[1])],
        partial(put, before),
    )


def _switch(request: Request, room: Room, mode: Mode, act: str, texts: tuple[str, str]) -> None:
    on = request.flag("on")
    if bool(room.mode & mode) == on:
        raise RefusalError("C'est déjà le cas.")
    text = texts[0 if on else 1].format(room.name)
    changed = room.mode | mode if on else room.mode & ~mode
    values: dict[str, object] = {"mode": changed}
    if on and mode & RESTRICTED:
        values["invited"] = room.invited | _present(room)
    elif not changed & RESTRICTED:
        values["invited"] = frozenset()
    _change(request, room, (act, "on" if on else "off"), text, values)


def _present(room: Room) -> frozenset[int]:
    """Ceux qui y sont : une coupure ne doit pas les en priver."""
    return frozenset(guest.person.id for guest in room.members if guest.person)


@verb("lock", operator=True)
def lock(request: Request) -> None:
    texts = ("{} n'accueille plus personne.", "{} accueille de nouveau tout le monde.")
    _switch(request, _room(request), Mode.LOCKED, "lock", texts)


@verb("readonly", operator=True)
def readonly(request: Request) -> None:
    texts = ("Dans {}, seuls les opérateurs parlent.", "Dans {}, tout le monde parle.")
    _switch(request, _room(request), Mode.READ_ONLY, "readonly", texts)


@verb("private")
def private(request: Request) -> None:
    texts = ("On n'entre plus dans {} que sur invitation (/invite).", "{} est ouvert à tous.")
    _switch(request, _own(request), Mode.PRIVATE, "private", texts)


@verb("close", operator=True)
def close(request: Request) -> None:
    """Tout le monde en sort, et n'y revient pas ; ce qui s'y est dit reste sur le disque."""
    room = _room(request)
    if request.flag("on") == bool(room.mode & Mode.CLOSED):
        raise RefusalError(
            f"{room.name} est déjà {'fermé' if room.mode & Mode.CLOSED else 'ouvert'}."
        )
    if not request.flag("on"):
        text = f"{room.name} est rouvert."
        return _change(request, room, ("close", "off"), text, {"mode": room.mode & ~Mode.CLOSED})
    text = f"{room.name} est fermé : tout le monde en est sorti."
    values = {"mode": room.mode | Mode.CLOSED}
    return _change(request, room, ("close", "on"), text, values, partial(_empty, room))


def _empty(room: Room) -> None:
    room.flush()  # qu'il se ferme est la dernière chose qu'ils en lisent
    for guest in list(room.members):
        guest.put_out(room.id)


@verb("topic", operator=True)
def topic(request: Request) -> None:
    room, text = _room(request), request.text("text", TOPIC)
    said = f"Le sujet de {room.name} : {text}" if text else f"{room.name} n'a plus de sujet."
    _change(request, room, ("topic", text), said, {"topic": text})


@verb("rename", operator=True)
def rename(request: Request) -> None:
    """Son ancien nom y mène toujours : qui revient d'une coupure ne connaît que lui."""
    house, room = request.house, _room(request)
    try:
        name = clean_room(request.text("name", LONGEST_NAME), house.limits.room)
    except ValueError as why:
        raise RefusalError(f"Nom de salon refusé : {why}.", Reason.NAME) from None
    if house.rooms.named(name) not in {None, room}:
        raise RefusalError(f"Il y a déjà un salon {name}.", Reason.NAME)
    if house.rooms.alike(name) not in {None, room}:
        raise RefusalError(f"On confondrait {name} avec un autre salon.", Reason.NAME)
    before, former = room.name, room.former
    house.rooms.rename(room, name)
    request.decide(
        lambda batch: batch.changed.append(room.snapshot()),
        lambda: request.tell(f"{before} s'appelle désormais {name}."),
        [(room, "rename", 0, name)],
        lambda: house.rooms.rename(room, before, former),
    )


@verb("invite")
def invite(request: Request) -> None:
    room = _own(request)

    def then(person: Person) -> None:
        if len(room.invited) >= INVITED:
            raise RefusalError(f"{room.name} a déjà {INVITED} invités.", Reason.FULL)
        letters = request.house.rooms.private_of(person)
        before, room.invited = room.invited, room.invited | {person.id}

        def undo() -> None:
            room.invited = before

        request.decide(
            lambda batch: batch.changed.append(room.snapshot()),
            lambda: request.tell(f"{person.pseudo} peut entrer dans {room.name}."),
            [(letters, "invite", 0, room.name)],
            undo,
            [person],
        )

    request.whom(then)


@verb("password")
def password(request: Request) -> None:
    """Le mot de passe d'un salon ; vide : il n'en a plus. Ceux qui y sont n'ont pas à le donner."""
    room, word = _own(request), request.text("word", LONGEST_NAME)
    if not word:
        text = f"{room.name} n'a plus de mot de passe."
        values: dict[str, object] = {"mode": room.mode & ~Mode.PASSWORD, "seal": b""}
        return _change(request, room, ("password", "off"), text, values)

    def made(seal: bytes) -> None:
        text = f"{room.name} a désormais un mot de passe."
        mode = room.mode | Mode.PASSWORD
        values = {"mode": mode, "seal": seal, "invited": _present(room)}
        _change(request, room, ("password", "on"), text, values)
        request.session.release()

    request.session.hold()
    return request.house.world.aside(partial(sealed, word), made)
