"""Les bornes de la page : ce qu'elle accepte du serveur, et d'abord, comme le client Python."""

from chatroom.protocol.bounds import GREETING
from playwright.sync_api import Page

from tests.bonus.protocol.vectors import BOUNDS


def test_the_bounds_of_a_client(modules: Page) -> None:
    """Ce que la page accepte du serveur, et d'abord : comme le client Python."""
    found = modules.evaluate(
        """async () => {
          const { FROM_SERVER, GREETING } = await import("/protocol/bounds.js");
          return [[...FROM_SERVER], [...GREETING]];
        }"""
    )
    from_server, greeting = (dict(map(tuple, bounds)) for bounds in found)
    assert from_server == dict(BOUNDS["server"])
    assert greeting == GREETING
