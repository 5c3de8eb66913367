"""Ce que change pour nous ce qu'on décide d'un salon : ce qu'il est, son nom, d'y être encore."""

from chatroom.client.core.events import Entered, Event, PutOut, RefusedRequest, Renamed, Ruled
from chatroom.client.core.outbox import Outbox, Post
from chatroom.client.core.stream import OFF, Stream
from chatroom.client.core.streams import Streams
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.messages import PRIVATE, Acted
from chatroom.protocol.text import fold

Ours = tuple[Streams, Outbox]  # nos salons, et ce que nous y disons


def entered(stream: Stream, *, again: bool, restarted: bool) -> Entered:
    """Nous y voilà."""
    rules = (stream.mode, stream.topic)
    return Entered(stream.name, stream.members, again, restarted, *rules)


def happened(stream: Stream, message: Acted, ours: Ours) -> list[Event]:
    if stream.name == PRIVATE:  # rien ne s'en décide
        return []
    stream.ruled(message)
    events: list[Event] = [Ruled(stream.name, stream.mode, stream.topic)]
    if message.act == "rename":
        return [*events, *renamed(stream, message.text, ours)]
    if message.act != "close" or message.text == OFF:
        return events
    return [*events, *put_out(stream, "Ce salon est fermé.", ours)]


def renamed(stream: Stream, name: str, ours: Ours) -> list[Event]:
    """Si l'on était déjà dans un salon de ce nom, ils n'en font qu'un : on sort de celui-ci."""
    streams, outbox = ours
    before, other = stream.name, streams.named(name)
    if PRIVATE in (before, name):
        raise ProtocolError("Les messages privés n'ont pas d'autre nom.")
    if other and other is not stream:
        return put_out(stream, "Ce salon a changé de nom.", ours)
    streams.rename(stream, name)
    outbox.rename(fold(before), fold(name))
    return [Renamed(before, name)]


def put_out(stream: Stream, text: str, ours: Ours) -> list[Event]:
    """Nous n'y sommes plus : ce qu'on voulait y dire ne le sera pas. `text` : pourquoi."""
    streams, outbox = ours
    streams.remove(stream.name)
    lost = unsaid(outbox.drop(fold(stream.name)), text)
    return [*lost, PutOut(stream.name)] if stream.known else lost


def unsaid(posts: list[Post], text: str) -> list[Event]:
    """Ce qui ne sera pas dit. `text` : pourquoi."""
    return [RefusedRequest(text, post) for post in posts]
