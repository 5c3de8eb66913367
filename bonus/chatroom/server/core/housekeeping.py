"""Le ménage : ce qui ne sert plus à personne s'en va, ce qui a changé sur le disque est relu.

Le disque propose, la maison dispose : elle seule sait qui est là.
"""

from chatroom.protocol.frames import Reason
from chatroom.server.core.house import House
from chatroom.server.core.people import Number, Person
from chatroom.server.core.space import Tidied

AGAIN = 0.1  # secondes entre deux morceaux d'un ménage qui n'est pas fini


def tidy(house: House) -> None:
    """À appeler chaque seconde."""
    if house.tidying:
        return
    house.tidying = True

    def done(tidied: Tidied) -> None:
        house.tidying = False
        _apply(house, tidied)
        if tidied.more:
            house.world.later(AGAIN, lambda: tidy(house))

    house.store.tidy(house.limits, done)


def _apply(house: House, tidied: Tidied) -> None:
    house.space = tidied.space
    for number, (size, pictures) in tidied.lighter.items():
        if person := house.people.live(number):
            person.bytes = max(0, person.bytes - size)
            person.pictures = max(0, person.pictures - pictures)
    rooms = [room for number in tidied.rooms if (room := house.rooms.get(number))]
    rooms = [room for room in rooms if not room.count and room.id not in house.opening]
    people = [number for number in tidied.people if not house.people.live(number)]
    if rooms or people:
        for room in rooms:
            house.rooms.forget(room)
        house.people.gone(len(people))
        house.store.drop([room.id for room in rooms], people)


def reread(house: House) -> None:
    """La base a changé sans nous : quelqu'un y est oublié, renommé, ou a un autre rôle."""
    for person in house.people.all_live():
        if person.id not in house.enrolling:
            _reread(house, person)


def _reread(house: House, person: Person) -> None:
    def found(fresh: Person | None) -> None:
        if house.people.live(person.id) is not person:
            return
        if fresh:
            house.people.refresh(person, fresh)
            return
        dismiss(house, person)

    house.store.person(Number(person.id), found, house.note)


def dismiss(house: House, person: Person) -> None:
    """La base ne connaît plus cette personne : la maison non plus."""
    for one in person.sessions:
        text = "Vous n'êtes plus connu de ce serveur : vos messages y sont retirés."
        one.close(Reason.EXPELLED, text)
    house.people.forget(person)
