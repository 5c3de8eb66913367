"""La connexion de la page : elle se refait d'elle-même, et ne perd rien."""

import socket

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    TOKEN,
    VERSION,
    Closing,
    Notice,
    Parted,
    Ping,
    Pong,
    Say,
    SendImage,
    SendPart,
    Welcome,
)
from playwright.sync_api import Page

from tests.bonus.page.network.links import ME, ROOM, Stage, pump, said
from tests.support.browsers import Pages

PING, IDLE = int(Limits().ping * 1000), int(Limits().idle * 1000)  # millisecondes


@pytest.fixture
def stage(modules: Page) -> Stage:
    return Stage(modules)


@pytest.fixture
def still(stage: Stage) -> Stage:
    """L'horloge de la page n'avance plus que quand le test le dit."""
    stage.page.clock.install(time=0)
    stage.page.clock.pause_at(1_000)
    return stage


def test_connecting_then_welcome(stage: Stage) -> None:
    """Ce que la page apprend d'une première connexion."""
    stage.start()
    stage.visitor().greet()
    assert stage.event() == {"type": "connecting"}
    who = {"pseudo": "alice", "person": ME, "colour": 0, "back": False, "again": False}
    assert stage.event() == {"type": "welcomed", "role": 0, **who}


def test_nobody_there(stage: Stage, pages: Pages) -> None:
    """Pas de serveur dès le premier essai : c'est dit, et c'est fini."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # sans listen : personne ne décroche
        host = f"127.0.0.1:{unheard.getsockname()[1]}"
        stage.start(url=f"ws://{host}/socket")
        ended = {"type": "ended", "reason": None, "text": f"Pas de réponse de {host}"}
        assert stage.event("ended") == {**ended, "final": True}
    assert "ERR_CONNECTION_REFUSED" in pages.errors.pop()


def test_somebody_who_never_answers(stage: Stage, pages: Pages) -> None:
    """Un port où quelque chose décroche, sans un mot : on n'attend pas toujours."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        host = f"127.0.0.1:{mute.getsockname()[1]}"
        stage.start({"answer": 0.05}, f"ws://{host}/socket")
        assert stage.event("ended")["text"] == f"Pas de réponse de {host}"
        pump(stage.page, lambda: pages.errors)
        stage.page.close()  # avant que le port ne se ferme : la console s'en plaindrait aussi
    assert "closed before" in pages.errors.pop()


def test_the_token_is_kept_before_it_is_shown(stage: Stage) -> None:
    """Coupé avant le Welcome, il est peut-être inscrit : le même jeton, ensuite, le prouvera."""
    visitor = stage.settled_in()
    kept = stage.page.evaluate("[...window.kept].map(([pseudo, token]) => [pseudo, [...token]])")
    assert [(name, len(token)) for name, token in kept] == [("alice", TOKEN)]
    visitor.cut()
    assert stage.visitor().hello() == bytes(kept[0][1])


def test_tokens_out_of_reach(stage: Stage) -> None:
    """Sans rien pouvoir garder on parle quand même, en sachant ce qu'on y perd."""
    stage.start(broken=True)
    lost = "Votre pseudo ne pourra pas vous être rendu : disque plein"
    assert stage.event() == {"type": "notice", "text": lost}
    stage.visitor().greet()
    stage.event("welcomed")


def test_comes_back_and_repeats(stage: Stage) -> None:
    """Coupée avant l'accusé, elle revient d'elle-même et répète, avec le même numéro."""
    visitor = stage.settled_in()
    stage.do("say('salon', 'bonjour')")
    visitor.expect(Say(ROOM, 1, "bonjour"))
    visitor.cut()
    assert stage.event()["type"] == "lost"
    assert stage.event()["type"] == "connecting"
    again = stage.visitor()
    again.greet(back=True)
    assert stage.event("welcomed")["again"]
    again.let_in()
    again.expect(Say(ROOM, 1, "bonjour"))
    again.send(said(1, "bonjour", nonce=1))
    assert stage.event("spoke")["post"]["nonce"] == 1
    assert stage.page.evaluate("window.link.participant.outbox.length") == 0


def test_backs_off(stage: Stage) -> None:
    """L'attente est tirée au hasard sous une borne qui double, et repart de la plus courte."""
    stage.page.evaluate("Math.random = () => 0.5")
    visitor = stage.settled_in()
    stage.refuse = True
    visitor.cut()
    lost = [stage.event("lost") for _ in range(5)]
    assert [event["delay"] for event in lost] == [0.0005, 0.001, 0.002, 0.002, 0.002]
    assert {event["text"] for event in lost} <= {"Connexion perdue", "Pas de réponse de chat.test"}
    stage.refuse = False
    visitor = stage.visitor()
    visitor.greet(back=True)
    stage.event("welcomed")
    visitor.cut()
    assert stage.event("lost")["delay"] == 0.0005


def test_dismissed_for_good(stage: Stage) -> None:
    """Renvoyée : la raison du serveur, pas de nouvel essai, et plus rien ensuite."""
    visitor = stage.settled_in()
    elsewhere = {"reason": Reason.TAKEN_OVER, "text": "Connecté ailleurs.", "final": True}
    visitor.send(Closing(Reason.TAKEN_OVER, "Connecté ailleurs."), Notice("encore"))
    assert stage.event() == {"type": "ended", **elsewhere}
    pump(stage.page, lambda: visitor.closed)
    assert stage.page.evaluate("window.link.close()")
    assert stage.waiting == 0


def test_dismissed_for_now(stage: Stage) -> None:
    """Le serveur s'arrête : on le dit, et on revient."""
    visitor = stage.settled_in()
    visitor.send(Closing(Reason.SHUTDOWN, "Le serveur est arrêté."))
    visitor.cut()
    ended = stage.event()
    assert (ended["reason"], ended["final"]) == (Reason.SHUTDOWN, False)
    stage.visitor().greet(back=True)


def test_refused_on_arrival(stage: Stage) -> None:
    """Complet dès le premier essai : inutile d'attendre à la porte."""
    stage.start()
    visitor = stage.visitor()
    visitor.send(Closing(Reason.FULL, "Le chat est complet."))
    ended = {"type": "ended", "reason": Reason.FULL, "text": "Le chat est complet."}
    assert stage.event("ended") == {**ended, "final": True}


def test_not_a_chat_server(stage: Stage) -> None:
    """Ce qui répond n'est pas un serveur de chat."""
    stage.start()
    stage.visitor().write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    ended = stage.event("ended")
    assert (ended["reason"], ended["final"]) == (Reason.PROTOCOL, True)
    assert ended["text"].startswith("Le serveur ne se comprend pas : ")


def test_what_precedes_nonsense_is_shown(stage: Stage) -> None:
    """Un bon message, puis n'importe quoi, d'un même coup."""
    visitor = stage.settled_in()
    visitor.write(said(1, "bonjour").encode() + b"\x04")
    assert stage.event()["type"] == "spoke"
    assert stage.event()["type"] == "ended"


def test_frames_cut_anywhere(stage: Stage) -> None:
    """Un message WebSocket n'est qu'un morceau du flux."""
    visitor = stage.settled_in()
    data = said(1, "bonjour").encode() + said(2, "à tous").encode()
    for place in range(0, len(data), 11):
        visitor.write(data[place : place + 11])
    assert stage.event()["message"]["text"] == "bonjour"
    assert stage.event()["message"]["text"] == "à tous"


def test_asks_a_silent_server_then_gives_up(still: Stage) -> None:
    """Un silence : es-tu là ? Un silence plus long : la connexion est perdue."""
    clock = still.page.clock
    visitor = still.settled_in()
    clock.fast_forward(PING + 1)
    visitor.expect(Ping())
    visitor.send(Pong(), said(1, "me revoilà"))
    still.event("spoke")
    clock.fast_forward(IDLE - PING)
    visitor.expect(Ping())
    clock.fast_forward(PING - 2)
    assert still.waiting == 0
    clock.fast_forward(4)
    assert still.event()["type"] == "lost"
    pump(still.page, lambda: visitor.closed)
    clock.fast_forward(30_000)
    still.visitor()


def test_answers_pings(stage: Stage) -> None:
    visitor = stage.settled_in()
    visitor.send(Ping())
    visitor.expect(Pong())


def test_retries_at_once(stage: Stage) -> None:
    """Un bouton, un réseau qui revient : l'attente entre deux essais s'arrête là."""
    stage.page.evaluate("Math.random = () => 1")
    visitor = stage.settled_in(first=1_000, longest=1_000)
    visitor.cut()
    assert stage.event("lost")["delay"] == 1_000
    stage.page.evaluate("window.link.retry()")
    stage.visitor().greet(back=True)


def test_a_connection_that_hangs_is_made_anew_when_the_network_is_back(still: Stage) -> None:
    visitor = still.settled_in()
    hanging = "class { readyState = 0; close() {} static OPEN = 1; }"
    still.page.evaluate(f"window.Real = WebSocket; window.WebSocket = {hanging}; 0")
    visitor.cut()
    still.event("lost")
    still.page.clock.fast_forward(500)
    still.event("connecting")
    still.page.evaluate("window.WebSocket = Real; window.link.retry()")
    assert still.event("lost")["delay"] <= 0.5
    still.page.clock.fast_forward(500)
    still.visitor().greet(back=True)


def test_probes_a_connection_that_may_be_dead(still: Stage) -> None:
    """Au réveil : répond-il encore ? S'il se tait, une autre connexion."""
    clock = still.page.clock
    visitor = still.settled_in()
    still.page.evaluate("window.link.retry()")
    visitor.expect(Ping())
    visitor.send(Pong(), said(1, "toujours là"))
    assert still.event()["type"] == "spoke"
    clock.fast_forward(10_000)
    assert still.waiting == 0
    still.page.evaluate("window.link.retry()")
    visitor.expect(Ping())
    clock.fast_forward(2_999)
    assert still.waiting == 0
    clock.fast_forward(1)
    assert still.event()["type"] == "lost"
    clock.fast_forward(30_000)
    still.visitor()


def test_leaves_once_acknowledged(stage: Stage) -> None:
    """`close` attend les accusés de réception."""
    visitor = stage.settled_in()
    stage.do("say('salon', 'un dernier mot')")
    stage.page.evaluate("window.link.close().then((done) => { window.done = done; }); 0")
    visitor.expect(Say(ROOM, 1, "un dernier mot"))
    assert stage.page.evaluate("window.done") is None
    visitor.send(said(1, "un dernier mot", nonce=1))
    stage.page.wait_for_function("window.done === true")
    pump(stage.page, lambda: visitor.closed)
    assert stage.event()["type"] == "spoke"
    assert stage.waiting == 0


def test_leaves_without_acknowledgement(stage: Stage) -> None:
    """Sans accusé, `close` y renonce, et le dit."""
    stage.settled_in(goodbye=0.05)
    stage.do("say('salon', 'un dernier mot')")
    assert stage.page.evaluate("window.link.close()") is False


def test_paces_itself(stage: Stage) -> None:
    """Au-delà de la réserve, les messages partent l'un après l'autre, sans qu'on y revienne."""
    visitor = stage.settled_in()
    for number in range(18):
        stage.do(f"say('salon', '{number}')")
    visitor.expect(*(Say(ROOM, number + 1, f"{number}") for number in range(18)))


def test_cuts_what_it_sends(stage: Stage) -> None:
    """Une image part en morceaux, à mesure que le serveur les a, et en messages assez courts."""
    visitor = stage.settled_in()
    stage.do("sendImage('salon', 'chat.png', new Uint8Array(100_000).fill(7))")
    data = b""
    while isinstance(piece := visitor.receive(), SendPart):
        data += piece.data
        if len(data) % 32_768 == 0:  # elle n'en envoie pas plus sans réponse
            visitor.send(Parted(len(data)))
    assert piece == SendImage(ROOM, 1, "chat.png", b"\x07" * (100_000 - len(data)))
    assert len(data) == 12 * 8_192
    assert 30_000 < max(visitor.sizes) <= 32_768


def test_an_error_of_the_page_does_not_cut(stage: Stage, pages: Pages) -> None:
    """Elle se voit dans la console, et la conversation continue."""
    visitor = stage.settled_in()
    stage.page.evaluate(
        """() => {
          const push = window.events.push;
          window.events.push = (...events) => {
            window.events.push = push;
            window.events.push(...events);
            throw new Error("panne de la page");
          };
        }"""
    )
    visitor.cut()
    stage.visitor().greet(back=True)
    stage.event("welcomed")
    pump(stage.page, lambda: pages.errors)
    assert "panne de la page" in pages.errors.pop()


def test_a_welcome_in_bytes(stage: Stage) -> None:
    """Les grandes trames ne sont permises qu'une fois la bienvenue reçue, dans le même élan."""
    stage.start()
    visitor = stage.visitor()
    visitor.hello()
    welcome = Welcome(VERSION, ME, 0, 0, False, "alice", b"").encode()
    visitor.write(welcome + Notice("Bonsoir.").encode())
    assert stage.event("notice")["text"] == "Bonsoir."
