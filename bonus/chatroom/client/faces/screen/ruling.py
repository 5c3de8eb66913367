"""Ce qu'on décide des salons, des messages et de nous : où cela se montre."""

from typing import Protocol

from chatroom.client.core import events
from chatroom.client.faces.screen.choosing import Chooser
from chatroom.client.faces.screen.composer import Composer
from chatroom.client.faces.screen.conversation import Conversation
from chatroom.client.faces.screen.panels import LinkState
from chatroom.client.faces.screen.rooms import OpenRoom, OpenRooms
from chatroom.protocol.messages import PRIVATE
from wording.harmless import neutral


class Stage(Protocol):
    """L'écran, pour qui y décide."""

    rooms: OpenRooms
    connection: LinkState
    composer: Composer
    conversation: Conversation
    chooser: Chooser

    def go(self, room: OpenRoom) -> None:
        """Montre ce salon."""

    def show(self, event: events.Event, room: OpenRoom | None = None) -> None:
        """Le dit dans ce salon, ou dans celui que l'on regarde."""

    def record(self, event: events.Event) -> None:
        """L'écrit au journal."""

    def refresh_people(self) -> None: ...


class Decisions:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def hear(self, event: events.Event) -> bool:
        """Vrai si c'est l'affaire d'un salon."""
        match event:
            case events.Happened():
                self._happened(event)
            case events.Announcement() | events.Gathering():
                if room := self._stage.rooms.find(event.room):
                    self._announced(room, event)
            case events.Ruled() | events.Renamed() | events.PutOut():
                if room := self._stage.rooms.find(event.room):
                    self._changed(room, event)
            case _:
                return False
        return True

    def _changed(
        self, room: OpenRoom, event: events.Ruled | events.Renamed | events.PutOut
    ) -> None:
        match event:
            case events.Ruled(mode=mode, topic=topic):
                room.mode, room.topic = mode, topic
            case events.Renamed(name=name):
                self._stage.rooms.rename(room, name)
                if room is self._stage.rooms.current:
                    self._stage.composer.placeholder = f"Écrire dans {room.title}"
            case events.PutOut():
                self._put_out(room, event)

    def _announced(self, room: OpenRoom, event: events.Announcement | events.Gathering) -> None:
        if isinstance(event, events.Gathering):
            self._stage.show(event, room)
            self._stage.refresh_people()
        elif not event.mine:
            room.announced(event)
            self._stage.show(event, room)

    def _happened(self, event: events.Happened) -> None:
        stage, message = self._stage, event.message
        if message.act == "nick" and event.mine and not event.old:
            stage.connection.who = neutral(message.text)
        if message.act == "nick" and event.room == PRIVATE:  # dit dans chacun de nos salons
            return
        room = stage.rooms.open(event.room)
        if message.act == "delete":
            if room.removed(message.target, message.pseudo) and room is stage.rooms.current:
                stage.chooser.forget()
                stage.conversation.changed()
            stage.record(event)
        else:
            stage.show(event, room)
        if message.act == "nick" and not event.old:
            room.renamed(message.pseudo, message.text)

    def _put_out(self, room: OpenRoom, event: events.PutOut) -> None:
        stage = self._stage
        looking = room is stage.rooms.current
        stage.rooms.close(room)
        if looking:
            stage.go(stage.rooms.current or stage.rooms.open(PRIVATE))
        stage.show(event)
        stage.refresh_people()
