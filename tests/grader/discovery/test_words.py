"""Ce que disent les noms rencontrés dans de vraies copies."""

from typing import Any

import pytest

from grader.discovery.words import Words, plain, read, squashed

SERVER, CLIENT = frozenset({"server"}), frozenset({"client"})
SYNC, ASYNC = frozenset({"sync"}), frozenset({"async"})
WEB, CHAT = frozenset({"web"}), frozenset({"chat"})


def said(words: Words, *ignored: str) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(words).items()
        if value != getattr(Words(), name) and name not in ignored
    }


@pytest.mark.parametrize(
    ("name", "role", "part", "number"),
    [
        ("chat_server_ii_5", SERVER, 2, 5),
        ("chat_server_II_2", SERVER, 2, 2),
        ("chatServerII3", SERVER, 2, 3),
        ("CHAT-CLIENT-II-6", CLIENT, 2, 6),
        ("serveur_ii_3", SERVER, 2, 3),
        ("Serveur Ⅱ 3", SERVER, 2, 3),
        ("chat_server_2", SERVER, None, 2),
        ("server2", SERVER, None, 2),
        ("server02", SERVER, None, 2),
        ("server_v2", SERVER, None, 2),
        ("server24", SERVER, 2, 4),
        ("server2.4", SERVER, 2, 4),
        ("part2_4_server", SERVER, 2, 4),
        ("Étape 5 client", CLIENT, None, 5),
        ("client_iv", CLIENT, None, 4),
        ("client_v", CLIENT, None, 5),
        ("server_vi", SERVER, None, 6),
        ("server_ii", SERVER, 2, None),
        ("server_8888", SERVER, None, None),
        ("server_2023_5", SERVER, None, 5),
        ("tp6_server_3", SERVER, None, 3),
        ("server (1)", SERVER, None, None),
        ("chatserverii5", SERVER, 2, 5),
        ("cleint_5", CLIENT, None, 5),
        ("sevreur_5", SERVER, None, 5),
        ("5", frozenset(), None, 5),
    ],
)
def test_roles_and_numbers(
    name: str, role: frozenset[str], part: int | None, number: int | None
) -> None:
    words = read(name, folder=False)
    assert (words.roles, words.part, words.number) == (role, part, number)


@pytest.mark.parametrize(
    ("name", "mode", "multiple"),
    [
        ("web_sync", SYNC, False),
        ("websync", SYNC, False),
        ("WebAsync", ASYNC, False),
        ("web_sync_mutiple", SYNC, True),
        ("web_sync _multiple", SYNC, True),
        ("websyncmultiple", SYNC, True),
        ("web-asnyc-mutliple", ASYNC, True),
        ("websycn", SYNC, False),
        ("web_aync", ASYNC, False),
        ("web_synch_multi", SYNC, True),
        ("web_asynchrone", ASYNC, False),
        ("web_asyncio_urls", ASYNC, True),
        ("web_aiohttp", ASYNC, False),
        ("web_requests", frozenset(), False),
    ],
)
def test_sync_and_async_are_never_confused(name: str, mode: frozenset[str], multiple: bool) -> None:
    words = read(name, folder=False)
    assert (words.topics, words.modes, words.multiple) == (WEB, mode, multiple)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TP6", {"lab": 6}),
        ("TP6 - Chat room", {"lab": 6, "topics": CHAT}),
        ("part2", {"part": 2}),
        ("Partie 2", {"part": 2}),
        ("partie_ii", {"part": 2}),
        ("II", {"part": 2}),
        ("II. Chat Room", {"part": 2, "topics": CHAT}),
        ("III. Bonus", {"part": 3, "support": True}),
        ("3", {"number": 3}),
        ("II.3", {"part": 2, "number": 3}),
        ("2.4", {"part": 2, "number": 4}),
        ("2. Première version", {"number": 2, "title": 2}),
        ("3. Client asynchrone", {"number": 3, "title": 3}),
        ("Client asynchrone", {"title": 3}),
        ("4-un-chat-fonctionnel", {"number": 4, "title": 4, "topics": CHAT}),
        ("5. Gérer des pseudos", {"number": 5, "title": 5}),
        ("Déconnexion", {"title": 6}),
        ("I. Débuts avec l'asynchrone", {"part": 1, "modes": ASYNC}),
        ("mesure_support", {"support": True, "topics": frozenset({"measure"})}),
        ("vieux trucs", {}),
        ("backup", {"copy": True}),
    ],
)
def test_folders(name: str, expected: dict[str, Any]) -> None:
    assert said(read(name, folder=True), "oddities", "alone") == expected


def test_a_word_is_never_a_typo_of_a_short_or_distant_one() -> None:
    for name in (
        "clock",
        "text",
        "users",
        "sum",
        "slip",
        "points",
        "message",
        "zync",
        "syn",
        "x" * 300,
    ):
        words = read(name, folder=False)
        assert said(words, "oddities", "alone") == {}
        assert words.oddities == 1


def test_previous_labs_copies_and_tests_are_told() -> None:
    assert read("bs_server_II2A", folder=False).foreign
    assert read("web_sync (1)", folder=False).copy
    assert read("web_sync - Copie", folder=False).copy
    assert read("test_web_sync", folder=False).support


def test_squashed_forgets_everything_but_letters_and_digits() -> None:
    assert squashed("Chat-Sérveur_II 2!") == "chatserveurii2"
    assert squashed("日本\udcff\n") == ""


def test_plain_forgets_case_and_accents_and_parts_joined_words() -> None:
    assert plain("ChatServéurⅡ") == "chat serveurii"
