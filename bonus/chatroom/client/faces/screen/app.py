"""Le client plein écran : ce qui se voit et se tape ; la connexion est celle de network/link.py."""

import time

from textual import on
from textual.events import AppFocus
from textual.widgets import Input

from chatroom.client.core import events
from chatroom.client.faces.commands import help_lines, parse
from chatroom.client.faces.display import Display
from chatroom.client.faces.ignoring import Ignored
from chatroom.client.faces.names import Names
from chatroom.client.faces.screen.asking import AskScreen
from chatroom.client.faces.screen.choosing import Chooser
from chatroom.client.faces.screen.composer import Composer, Search
from chatroom.client.faces.screen.conversation import Conversation
from chatroom.client.faces.screen.finder import Finder
from chatroom.client.faces.screen.panels import LinkState, RoomPanel
from chatroom.client.faces.screen.pictures import Pictures
from chatroom.client.faces.screen.rooms import Entry, OpenRoom, entry_of
from chatroom.client.faces.screen.ruling import Decisions
from chatroom.client.faces.screen.window import Window
from chatroom.client.faces.speaking import DEFAULT_ROOM, Book, Outcome, Speaker, outcome_of
from chatroom.client.network.link import Link
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import Limits
from wording.harmless import neutral


class ChatApp(Window):
    def __init__(
        self,
        link: Link,
        names: Names,
        book: Book,
        limits: Limits,
        room: str,
        ignored: Ignored | None = None,
    ) -> None:
        where = f"{link.host}:{link.port}"
        connection = LinkState(neutral(link.participant.pseudo), where)
        super().__init__(connection, names.complete, lambda: len(link.participant.outbox))
        self._link, self._book, self._limits = link, book, limits
        self._wanted = room or DEFAULT_ROOM
        self._words = Display(False, time.localtime())
        self._speaker = Speaker(link, names, limits, self.note, ignored)
        self.chooser = Chooser(self.conversation, self.hint, self._speaker.delete)
        self.ruling = Decisions(self)
        self.pictures = Pictures(
            link.participant, self._speaker.ask, self.conversation.art, self._drawn, limits
        )
        self._early: list[str] = []  # ce qui est dit avant le premier salon
        self._listing = False  # on a demandé à voir les salons
        self._leaving = False
        self.finder = Finder()
        self.farewell: list[str] = []  # à dire une fois le terminal rendu

    def on_mount(self) -> None:
        self._link.start()
        self.run_worker(self._listen())

    # Ce qui arrive

    async def _listen(self) -> None:
        async for event in self._link.events():
            heard = self._speaker.hear(event)
            if heard is None:
                continue
            self._handle(heard)
            self.redraw()
            if isinstance(heard, events.Ended) and heard.final:
                self.farewell = self._words.lines(heard)
                self.exit(outcome_of(heard))
                return

    def _handle(self, event: events.Event) -> None:
        match event:
            case events.ImageReceived():
                if entry := self.pictures.received(event):
                    self._draw([entry])
            case events.PageReceived():
                self._page(event)
            case events.Spoke():
                self._spoke(event)
            case events.RoomsListed(rooms=rooms):
                self.rooms.listed(rooms)
                if self._listing:
                    self._listing = False
                    self.show(event)
            case events.RefusedRequest(reason=Reason.CODE, room=room) if room:
                self._ask_word(room, event)
            case events.Entered():
                self._entered(event)
            case events.Welcomed() | events.Lost() if not self.connection.welcomed:
                self._connection(event)
                self.record(event)  # l'état le dit déjà
                if isinstance(event, events.Welcomed):
                    self.hint("".join(self._words.lines(event)))
            case _ if not self.ruling.hear(event):
                self._connection(event)
                self.show(event)

    def _connection(self, event: events.Event) -> None:
        connection = self.connection
        match event:
            case events.Welcomed(pseudo=pseudo, again=again):
                connection.who, connection.welcomed, connection.retry = neutral(pseudo), True, None
                connection.operator = bool(event.role)
                if not again:
                    self._speaker.obey("", "/join", self._wanted)
                self.refresh_people()
            case events.Lost(delay=delay):
                connection.welcomed, connection.retry = False, time.monotonic() + delay
                self.pictures.lost()
                self._listing = False
                for room in self.rooms:  # ce qui manquait sera rattrapé : on ne l'a pas lu
                    room.loading = room.filling = False
            case events.AnswerReceived(verb="operator"):
                connection.operator = True
            case events.RefusedRequest(post=None) if not self.rooms.current and not self._leaving:
                self.farewell = self._words.lines(event)
                self.exit(Outcome.FAILED)

    def _entered(self, event: events.Entered) -> None:
        room = self.rooms.open(event.room)
        room.count, room.mode, room.topic = event.members, event.mode, event.topic
        if event.restarted:
            room.more = True
            self.show(event, room)
        else:
            self.record(event)
        if not event.again:
            self.go(room)
            for text in self._early:
                self.note(text)
            self._early.clear()
        self.refresh_people()

    def _ask_word(self, room: str, event: events.RefusedRequest) -> None:
        """Le mot de passe d'un salon ; y renoncer quand on n'est dans aucun, c'est partir."""

        def answered(word: str | None) -> None:
            if word:
                participant = self._link.participant
                self._speaker.ask(lambda: participant.join(room, word))
            elif not self.rooms.current:
                self.farewell = self._words.lines(event)
                self.exit(Outcome.FAILED)

        self.push_screen(AskScreen(neutral(event.text)), answered)

    def _spoke(self, event: events.Spoke) -> None:
        room = self.rooms.open(event.room)
        if event.post:
            self.connection.sent = True
        if not event.old:
            room.filling = False
        seen = self._reading(room) or (event.old and room.filling)
        room.add(entry_of(event.message, event.mine), seen=seen)
        if room is self.rooms.current and room.unread == 1 and not seen:
            self.conversation.changed()
        self.record(event)

    def _page(self, event: events.PageReceived) -> None:
        if room := self.rooms.find(event.room):
            room.loading, room.more = False, event.more
            room.prepend([entry_of(one, one.person == event.person) for one in event.messages])
            if room is self.rooms.current:
                self.conversation.sync()
                if not event.more:
                    self.hint("C'est le début de l'historique.")
                self._search_again()

    def _reading(self, room: OpenRoom) -> bool:
        """Ce qui arrive dans ce salon est sous les yeux de quelqu'un."""
        return room is self.rooms.current and self.conversation.following and self.app_focus

    def show(self, event: events.Event, room: OpenRoom | None = None) -> None:
        lines = self._words.lines(event)
        self._book.write(*lines)
        for line in lines:
            self.note(line, room)

    def note(self, text: str, room: OpenRoom | None = None) -> None:
        """Une ligne qui n'est de personne."""
        text = text.strip().removeprefix("— ").removesuffix(" —")
        if room := room or self.rooms.current:
            room.add(Entry(neutral(text)), seen=True)
            self.redraw()
        else:
            self._early.append(text)

    # Ce qu'on dit

    @on(Composer.Typed)
    async def _said(self, event: Composer.Typed) -> None:
        room = self.rooms.current
        if room is None:
            return self.note("Pas encore dans un salon : un instant.")
        self.conversation.to_end()
        self._read(room)
        for line in event.pasted:
            if not self._speaker.obey(room.name, "", line):
                break
        if event.line.strip():
            await self._obey(room, event.line)
        self.redraw()
        return None

    async def _obey(self, room: OpenRoom, line: str) -> None:
        try:
            command, rest = parse(line)
        except ValueError as why:
            return self.note(str(why))
        match command:
            case "" if room.private:
                self.note("Ici, on répond par /msg PSEUDO TEXTE.")
            case "/help":
                for text in help_lines(self.connection.operator):
                    self.note(text)
            case "/quit":
                await self.action_leave_chat()
            case "/history":
                self.action_older()
            case "/image" if not room.private:
                await self._speaker.send_image(room.name, rest)
            case "/join" if (there := self.rooms.find(rest)) and not there.private:
                self.go(there)
            case _:
                self._listing = command in ("/rooms", "/who")
                self._speaker.obey(room.name, command, rest)
        return None

    @on(Composer.Hint)
    def _hinted(self, event: Composer.Hint) -> None:
        self.hint(event.text)

    @on(Input.Changed, "Composer")
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self.composer.proposed and not self.composer.pasted:
            self.hint("")

    def refresh_people(self) -> None:
        if self._link.participant.welcomed:
            self._speaker.ask(self._link.participant.list_rooms)

    # D'un salon à l'autre, et dans le passé

    def go(self, room: OpenRoom) -> None:
        if previous := self.rooms.current:
            previous.clear_mark()
        self.rooms.current = room
        self.conversation.open_room(room)
        room.unread = 0
        self.composer.placeholder = (
            "/msg PSEUDO TEXTE" if room.private else f"Écrire dans {room.title}"
        )
        self.redraw()
        self._search_again()

    def _read(self, room: OpenRoom) -> None:
        room.unread = 0
        room.clear_mark()
        self.conversation.changed()

    def action_room(self, step: int) -> None:
        if room := self.rooms.neighbour(step):
            self.go(room)

    @on(RoomPanel.Chosen)
    def _chosen(self, event: RoomPanel.Chosen) -> None:
        if room := self.rooms.find(event.name):
            self.go(room)
        else:
            self._speaker.obey("", "/join", event.name)

    def action_leave(self) -> None:
        room = self.rooms.current
        if room is None or room.private or len(self.rooms) < 2:
            return self.hint("C'est le seul salon : Ctrl-Q pour partir.")
        if self._speaker.ask(lambda: self._link.participant.leave(room.name)):
            self.rooms.close(room)
            if self.rooms.current:
                self.go(self.rooms.current)
        return None

    def action_page(self, step: int) -> None:
        self.conversation.page(step)

    @on(Conversation.AtTop)
    def _at_top(self) -> None:
        room = self.rooms.current
        if room and room.more:
            self.action_older()

    def action_older(self) -> None:
        """La page d'avant, une à la fois."""
        room = self.rooms.current
        if room is None or room.loading:
            return None
        if not room.more:
            return self.hint("C'est le début de ce qui peut se relire ici.")
        room.loading = self._speaker.obey(room.name, "/history", "")
        return None

    @on(Conversation.AtEnd)
    def _at_end(self) -> None:
        if room := self.rooms.current:
            room.unread = 0
            self.redraw()

    def on_app_focus(self, event: AppFocus) -> None:
        if (room := self.rooms.current) and self.conversation.following:
            room.unread = 0
            self.redraw()

    # Chercher

    def action_search(self) -> None:
        self.screen.add_class("searching")
        self.search.focus()
        self._search_again()

    @on(Input.Changed, "Search")
    def _searched(self, event: Input.Changed) -> None:
        self.finder.look_for(event.value)
        self.conversation.pattern = self.finder.pattern
        self.conversation.rebuild()
        self._search_again()

    def _search_again(self, step: int = 0) -> None:
        """Montre où en est la recherche, si l'on cherche."""
        room = self.rooms.current
        if room is None or not self.screen.has_class("searching"):
            return
        if found := self.finder.move(room, step):
            self.conversation.reveal(found)
        self.hint(self.finder.summary(room))

    @on(Search.Moved)
    def _moved(self, event: Search.Moved) -> None:
        self._search_again(event.step)

    def action_escape(self) -> None:
        """Échap : finir de chercher, oublier ce qu'on a désigné ou collé, ou revenir en bas."""
        if self.chooser.chosen:
            self.chooser.forget()
        elif self.screen.has_class("searching"):
            self.screen.remove_class("searching")
            self.search.value = ""  # et plus rien n'est souligné
            self.composer.focus()
        elif self.composer.pasted:
            self.composer.forget_pasted()
        else:
            self.conversation.to_end()
            if self.rooms.current:
                self._read(self.rooms.current)
        self.hint("")
        self.redraw()

    def record(self, event: events.Event) -> None:
        self._book.write(*self._words.lines(event))

    # Les images

    @on(Conversation.Shown)
    def _pictures_shown(self, event: Conversation.Shown) -> None:
        if room := self.rooms.current:
            self.pictures.missing(room.name, event.entries)
            self._draw(event.entries)

    def _draw(self, entries: list[Entry]) -> None:
        rows = max(4, self.conversation.size.height - 3)
        self.run_worker(self.pictures.draw(entries, self.conversation.body, rows))

    def _drawn(self) -> None:
        self.conversation.changed()

    # Partir

    async def action_leave_chat(self) -> None:
        """Une fois tout accusé ; une seconde fois : tout de suite."""
        if self._leaving:
            return self._gone(settled=False)
        self._leaving = True
        self.hint("On attend les accusés de réception ; encore Ctrl-Q : sans attendre.")
        self.run_worker(self._leave())
        return None

    async def _leave(self) -> None:
        self._gone(settled=await self._link.close())

    def _gone(self, *, settled: bool) -> None:
        if not settled and (lost := len(self._link.participant.outbox)):
            self.farewell = [f"Messages peut-être perdus, sans accusé de réception : {lost}."]
        self.exit(Outcome.FAILED if self.farewell else Outcome.LEFT)
