"""L'état de la connexion, et ce qui attend d'être accusé."""

from typing import Any

import pytest
from playwright.sync_api import Page

START = """async () => {
  const { Status } = await import("/view/status.js");
  window.waiting = 0;
  window.status_ = new Status(() => window.waiting);
}"""
SHOWN = """() => ({
  state: ["state", "countdown"].map((id) => document.getElementById(id).textContent).join(""),
  sending: document.getElementById("sending").textContent,
  retry: !document.getElementById("retry").hidden,
  connected: window.status_.connected,
})"""


@pytest.fixture
def status(screen: Page) -> Page:
    screen.clock.install(time=0)
    screen.clock.pause_at(1_000)
    screen.evaluate(START)
    return screen


def shown(page: Page, script: str = "") -> Any:
    page.evaluate(f"() => {{ {script} }}")
    return page.evaluate(SHOWN)


def test_the_four_states(status: Page) -> None:
    changes = [f"window.status_.change('{state}')" for state in ("connected", "lost", "ended")]
    found = [shown(status, script) for script in ("", *changes)]
    assert [one["state"] for one in found] == ["connexion…", "connecté", "reconnexion…", "terminé"]
    assert [one["connected"] for one in found] == [False, True, False, False]


def test_a_countdown_one_may_cut_short(status: Page) -> None:
    found = shown(status, "window.status_.change('lost', 2)")
    assert (found["state"], found["retry"]) == ("reconnexion dans 2 s", True)
    status.clock.run_for(1_250)
    assert shown(status)["state"] == "reconnexion dans 1 s"
    status.clock.run_for(1_000)
    found = shown(status)
    assert (found["state"], found["retry"]) == ("reconnexion…", False)


def test_what_waits_is_said_only_if_it_lasts(status: Page) -> None:
    script = "window.status_.change('connected'); window.waiting = 2; window.status_.show();"
    assert shown(status, script)["sending"] == ""
    status.clock.run_for(750)
    assert shown(status)["sending"] == "2 messages en envoi"
    assert shown(status, "window.status_.change('lost')")["sending"] == "2 messages en attente"
    script = "window.waiting = 0; window.status_.sent = true; window.status_.change('connected');"
    assert shown(status, script)["sending"] == "✓ reçu par le serveur"
