"""La connexion de la page et un vrai serveur, tué en pleine conversation."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatroom.protocol.messages import Said, Say
from playwright.sync_api import Page

from tests.bonus.page.modules import blank
from tests.bonus.page.network.links import pump
from tests.bonus.processes import Server, present
from tests.support.browsers import Pages

EMPTY = '<!doctype html><link rel="icon" href="data:,">'
START = """async () => {
  const { Link } = await import("/network/link.js");
  const { Tokens } = await import("/tokens.js");
  const limits = await (await fetch("/limits.json")).json();
  Object.assign(window, { events: [], posts: [] });
  window.link = new Link({
    url: `ws://${location.host}/socket`,
    pseudo: "alice",
    tokens: new Tokens(),
    limits,
    patience: { longest: 0.2 },
    onEvents: (events) => window.events.push(...events),
  });
  window.link.participant.join("salon");
  window.link.start();
}"""
SAY = """(texts) => {
  for (const text of texts) window.posts.push(window.link.participant.say("salon", text));
  window.link.flush();
}"""
# Ce qui s'est dit dans le salon, dans l'ordre, et lequel de nos messages chacun accuse.
SPOKEN = """() => window.events
  .filter(({ type, room }) => type === "spoke" && room === "salon")
  .map(({ message, post }) => [message.seq, message.text, window.posts.indexOf(post)])"""


def open_page(pages: Pages, server: Server) -> Page:
    page = pages.new()
    start(page, server)
    return page


def start(page: Page, server: Server) -> None:
    """Une page vide, mais de ce serveur ; le reste vient de lui."""
    url = f"http://127.0.0.1:{server.web_port}/empty"
    page.route(url, lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
    page.goto(url)
    page.evaluate(START)


def happened(page: Page, kind: str) -> Callable[[], Any]:
    return lambda: page.evaluate("(kind) => window.events.some(({ type }) => type === kind)", kind)


def test_killed_in_a_conversation(pages: Pages, tmp_path: Path) -> None:
    """kill -9, puis le même serveur au même endroit : rien ne manque, rien n'est dit deux fois."""
    mine, theirs = [f"alice {n}" for n in range(24)], [f"bob {n}" for n in range(6)]
    with Server(tmp_path) as server:
        ports = (server.port, server.web_port)
        page = open_page(pages, server)
        pump(page, happened(page, "entered"))
        with present(server, "bob") as (bob, room):
            page.evaluate(SAY, mine[:12])
            bob.tell(*(Say(room, n + 1, text) for n, text in enumerate(theirs)))
            while bob.expect(Said).text != theirs[-1]:
                pass
            server.popen.send_signal(signal.SIGSTOP)  # les suivants partent, sans accusé
            page.evaluate(SAY, mine[12:])
            server.popen.kill()
            server.wait()
    pump(page, happened(page, "lost"))
    with Server(tmp_path, "--web-port", str(ports[1]), port=ports[0]):
        pump(page, lambda: page.evaluate("window.link.participant.outbox.length === 0"))
        spoken = page.evaluate(SPOKEN)
        page.evaluate("window.link.close()")
    seqs, texts, posts = (list(column) for column in zip(*spoken, strict=True))
    assert seqs == list(range(1, len(mine) + len(theirs) + 1))
    assert sorted(texts) == sorted(mine + theirs)
    assert [text for text in texts if text.startswith("alice")] == mine
    assert [post for post in posts if post >= 0] == list(range(len(mine)))
    assert json.dumps(pages.errors).count("ERR_CONNECTION_RE") == len(pages.errors)
    pages.errors.clear()


def test_another_tab(pages: Pages, tmp_path: Path) -> None:
    """La même personne dans un autre onglet : le premier reste, tant qu'on ne l'en chasse pas."""
    with Server(tmp_path) as server:
        page = open_page(pages, server)
        pump(page, happened(page, "entered"))
        other = page.context.new_page()
        start(other, server)
        pump(other, happened(other, "entered"))
        page.evaluate(SAY, ["du premier"])
        pump(other, happened(other, "spoke"))
        assert not happened(page, "ended")()
        other.evaluate("{ link.participant.ask('alone'); link.flush(); }")
        pump(page, happened(page, "ended"))
        ended = page.evaluate("window.events.at(-1)")
        assert (ended["type"], ended["final"]) == ("ended", True)
        assert other.evaluate("window.events.some(({ back }) => back)")
        for each in (page, other):
            each.evaluate("window.link.close()")


def test_a_page_from_elsewhere(pages: Pages, tmp_path: Path) -> None:
    """Une page d'un autre site ne parle pas en notre nom : l'Origin est vérifiée."""
    with Server(tmp_path) as server:
        page = blank(pages)
        closed = page.evaluate(
            """(url) => new Promise((resolve) => {
              const socket = new WebSocket(url);
              socket.onopen = () => resolve("ouverte");
              socket.onclose = () => resolve("refusée");
            })""",
            f"ws://127.0.0.1:{server.web_port}/socket",
        )
        assert closed == "refusée"
    assert "403" in pages.errors.pop()
