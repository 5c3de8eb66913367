"""Une liaison lente n'est pas une faute : le temps que l'on donne à qui avance."""

from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Closing

from tests.bonus.server.core.ground import Ground


def test_a_frame_that_advances_has_time_and_no_credit() -> None:
    ground = Ground(frame=30.0, floor=1_000, idle=10_000.0, ping=10_000.0)
    client, _ = ground.arrive("alice")
    session = client.session
    assert session
    session.progressed(1_000_000)  # rien n'est commencé
    session.partial_since = ground.world.now()
    session.progressed(1_000_000)  # d'un coup : ce n'est pas mille secondes d'avance
    ground.world.advance(29)
    session.progressed(20_000)
    ground.world.advance(20)
    ground.hub.tick()
    assert not client.closed
    ground.world.advance(2)
    ground.hub.tick()
    assert client.last(Closing).reason == Reason.SILENT


def test_who_was_not_listened_to_was_not_silent() -> None:
    ground = Ground(ping=30.0, idle=75.0)
    client, _ = ground.arrive("alice")
    assert client.session
    client.session.hold()
    ground.world.advance(100)
    client.session.release()
    ground.hub.tick()
    assert not client.closed
