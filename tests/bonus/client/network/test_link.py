"""La connexion du client, en vraies sockets, devant un serveur dont le test écrit chaque trame."""

import asyncio
import random

import pytest
from chatroom.client.core.events import Ended, Lost, NoticeShown, Spoke, Welcomed
from chatroom.client.network.link import GONE, Patience
from chatroom.common.proofs import proof_of, unmasked
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import TOKEN, Closing, Ping, Pong, Say

from tests.bonus.client.core.conversation import GREETING, ME, SECRET
from tests.bonus.client.network.stage import ROOM, Keyring, said, scene, settled_in, stage


@scene
async def test_nobody_there() -> None:
    """Pas de serveur dès le premier essai : c'est dit, et c'est fini."""
    async with stage() as opened:
        await opened.stop()
        opened.link.start()
        text = f"Pas de serveur sur 127.0.0.1:{opened.port}"
        assert await opened.event() == Ended(None, text, final=True)
        assert opened.delays == []


@scene
async def test_the_token_is_kept_before_it_is_shown() -> None:
    """Coupé avant le Welcome, il est peut-être inscrit : le même jeton, ensuite, le prouvera."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        ((place, (token, person)),) = opened.keyring.kept.items()
        assert (place, len(token), person) == ((GREETING.server, "alice"), TOKEN, ME)
        assert opened.keyring.addresses == {f"127.0.0.1:{opened.port}": GREETING.server}
        visitor.writer.close()
        shown = await (await opened.visitor()).hello()
        known = (GREETING.challenge, GREETING.server)
        assert unmasked(shown, [proof_of(token)], *known) == token


@scene
async def test_a_token_from_before() -> None:
    """Le jeton d'une autre fois sert dès le premier Hello."""
    keyring = Keyring()
    async with stage(keyring) as opened:
        keyring.old[f"127.0.0.1:{opened.port}", "alice"] = SECRET
        opened.link.start()
        shown = await (await opened.visitor()).hello()
        known = (GREETING.challenge, GREETING.server)
        assert unmasked(shown, [proof_of(SECRET)], *known) == SECRET


@scene
async def test_tokens_out_of_reach() -> None:
    """Sans fichier de jetons on parle quand même, en sachant ce qu'on y perd."""
    async with stage(Keyring(broken=True)) as opened:
        opened.link.start()
        await (await opened.visitor()).greet()
        lost = "Votre pseudo ne pourra pas vous être rendu : illisible"
        assert await opened.event() == NoticeShown(lost)


@scene
async def test_comes_back_and_repeats() -> None:
    """Coupé avant l'accusé, il revient de lui-même et répète, avec le même numéro."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        post = opened.link.participant.say("salon", "bonjour")
        opened.link.flush()
        await visitor.expect(Say(ROOM, 1, "bonjour"))
        visitor.writer.transport.abort()
        assert await opened.event() == Lost("Connexion perdue", opened.delays[0])
        again = await opened.visitor()
        await again.greet(back=True)
        welcomed = await opened.event()
        assert isinstance(welcomed, Welcomed)
        assert welcomed.again
        await again.let_in()
        await again.expect(Say(ROOM, 1, "bonjour"))
        again.send(said(1, "bonjour", nonce=1))
        spoke = await opened.event(Spoke)
        assert isinstance(spoke, Spoke)
        assert spoke.post is post


@scene
async def test_backs_off() -> None:
    """L'attente est tirée au hasard sous une borne qui double, jusqu'à la plus longue."""
    patience = Patience(first=0.5, longest=3.0)
    async with stage(patience=patience) as opened:
        visitor = await settled_in(opened)
        await opened.stop()
        visitor.writer.transport.abort()
        for _ in range(6):
            await opened.event(Lost)
        draw = random.Random(4)
        bounds = (0.5, 1.0, 2.0, 3.0, 3.0, 3.0)
        assert opened.delays[:6] == [draw.uniform(0, bound) for bound in bounds]


@scene
async def test_a_return_forgets_the_failures() -> None:
    """Revenu, puis de nouveau coupé : l'attente repart de la plus courte."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        for _ in range(3):
            visitor.writer.transport.abort()
            visitor = await opened.visitor()
            await visitor.greet(back=True)
            await opened.event(Welcomed)
        draw = random.Random(4)
        assert opened.delays == [draw.uniform(0, Patience().first) for _ in range(3)]


@scene
async def test_dismissed_for_good() -> None:
    """Renvoyé : la raison du serveur, et pas de nouvel essai."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        visitor.send(Closing(Reason.TAKEN_OVER, "Connecté ailleurs."))
        visitor.writer.close()
        assert await opened.event() == Ended(Reason.TAKEN_OVER, "Connecté ailleurs.", final=True)
        assert not await opened.link.drain(-1)
        assert opened.delays == []


@scene
async def test_dismissed_for_now() -> None:
    """Le serveur s'arrête : on le dit, et on revient."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        visitor.send(Closing(Reason.SHUTDOWN, "Le serveur est arrêté."))
        visitor.writer.close()
        ended = Ended(Reason.SHUTDOWN, "Le serveur est arrêté.", final=False)
        assert await opened.event() == ended
        await (await opened.visitor()).greet(back=True)


@scene
async def test_refused_on_arrival() -> None:
    """Complet dès le premier essai : inutile d'attendre à la porte."""
    async with stage() as opened:
        opened.link.start()
        visitor = await opened.visitor()
        visitor.send(Closing(Reason.FULL, "Le chat est complet."))
        visitor.writer.close()
        assert await opened.event() == Ended(Reason.FULL, "Le chat est complet.", final=True)


@scene
async def test_not_a_chat_server() -> None:
    """Ce qui répond n'est pas un serveur de chat."""
    async with stage() as opened:
        opened.link.start()
        visitor = await opened.visitor()
        visitor.writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        ended = await opened.event()
        assert isinstance(ended, Ended)
        assert (ended.reason, ended.final) == (Reason.PROTOCOL, True)


@scene
async def test_asks_a_silent_server() -> None:
    """Un silence : es-tu là ? Et de nouveau, au silence suivant."""
    async with stage(patience=Patience(ping=0.02, idle=1.0)) as opened:
        visitor = await settled_in(opened)
        await visitor.expect(Ping())
        visitor.send(Pong())
        await visitor.expect(Ping())


@scene
async def test_gives_up_a_silent_server() -> None:
    """Un silence plus long : la connexion est perdue."""
    async with stage(patience=Patience(ping=0.02, idle=0.05)) as opened:
        opened.link.start()
        visitor = await opened.visitor()
        while await visitor.receive():
            pass
        (await opened.visitor()).writer.transport.abort()  # parle-t-il TLS ?
        assert await opened.event() == Ended(None, GONE, final=True)


@scene
async def test_leaves_once_acknowledged() -> None:
    """`close` attend les accusés de réception."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        opened.link.participant.say("salon", "un dernier mot")
        opened.link.flush()
        closing = asyncio.create_task(opened.link.close())
        await visitor.expect(Say(ROOM, 1, "un dernier mot"))
        assert not closing.done()
        visitor.send(said(1, "un dernier mot", nonce=1))
        assert await closing
        assert await visitor.receive() is None


@scene
async def test_leaves_without_acknowledgement() -> None:
    """Sans accusé, `close` y renonce, et le dit."""
    async with stage(patience=Patience(goodbye=0.05)) as opened:
        await settled_in(opened)
        opened.link.participant.say("salon", "un dernier mot")
        opened.link.flush()
        assert not await opened.link.close()


@scene
async def test_paces_itself() -> None:
    """Au-delà de la réserve, les messages partent l'un après l'autre, sans qu'on y revienne."""
    async with stage() as opened:
        visitor = await settled_in(opened)
        for number in range(18):
            opened.link.participant.say("salon", f"{number}")
        opened.link.flush()
        await visitor.expect(*(Say(ROOM, number + 1, f"{number}") for number in range(18)))


def test_patience_grows_no_overflow() -> None:
    """Mille échecs d'affilée n'y changent rien."""
    assert 0 <= Patience().delay(5_000) <= Patience().longest


def test_scenes_really_run() -> None:
    """Un test asynchrone qui échoue échoue."""

    async def wrong() -> None:
        raise AssertionError

    with pytest.raises(AssertionError):
        scene(wrong)()
