"""Les règles qui reconnaissent le fichier d'une étape : leurs exemples, leur ordre."""

from pathlib import PurePosixPath

import pytest

from grader.discovery import names, rules
from grader.discovery.candidates import Candidate, Target
from grader.discovery.files import SourceFile
from grader.discovery.rules import RULES, Rule, rank
from grader.engine.catalogue import steps
from tests.grader.discovery.copies import submission

STEPS = {PurePosixPath(step.file).stem: step for step in steps()}
EXAMPLES = [(rule, *example) for rule in RULES for example in rule.examples]
each_example = pytest.mark.parametrize(
    ("rule", "path", "content", "name"), EXAMPLES, ids=[example[1] for example in EXAMPLES]
)


def candidate(path: str, content: str = "") -> Candidate:
    return Candidate(SourceFile(PurePosixPath(path), content.encode()))


@each_example
def test_the_first_rule_that_matches_an_example_is_its_own(
    rule: Rule, path: str, content: str, name: str
) -> None:
    at = rank(Target(STEPS[name]), candidate(path, content))
    assert at is not None
    assert RULES[at].name == rule.name


@each_example
def test_an_example_is_found(rule: Rule, path: str, content: str, name: str) -> None:
    alone = [step for step in steps() if step is STEPS[name]]
    found = names.find_steps(submission({path: f"pass\n{content}".encode()}), alone)
    assert [str(one.path) for one in found.values()] == [path]
    assert found[STEPS[name].id].note.startswith("choisi d'après son contenu") is not rule.sure


@each_example
def test_no_rule_can_go(
    rule: Rule, path: str, content: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sans elle, son exemple ne se trouve plus, ou n'a plus la même priorité."""
    before = rank(Target(STEPS[name]), candidate(path, content))
    monkeypatch.setattr(rules, "RULES", tuple(one for one in RULES if one is not rule))
    after = rank(Target(STEPS[name]), candidate(path, content))
    assert after is None or after >= (before or 0)
    assert after is None or rules.RULES[after].name != rule.name


def test_the_rules_are_ordered() -> None:
    """Deux à deux, un exemple de l'une passe avant un exemple de la suivante, pour une étape."""
    server = [
        *("part2/chat_server_ii_5.py", "TP6/part2/chat_server_ii_5.py", "ChatServerII5.py"),
        *("serveur_5.py", "ii_5.py", "serveur_5 (1).py", "5/server.py", "Partie 1/server5.py"),
        *("serveur_pseudo.py", "Partie 1/5/server.py", "serveur.py"),
    ]
    content = "start_server( pseudo"
    target = Target(STEPS["chat_server_ii_5"])
    ranks = [rank(target, candidate(path, content)) for path in server]
    assert ranks == sorted(set(ranks), key=lambda at: -1 if at is None else at)
    assert None not in ranks


@pytest.mark.parametrize(
    ("path", "content", "name"),
    [
        ("chat_client_ii_5.py", "", "chat_server_ii_5"),  # l'autre rôle
        ("chat_server_ii_5.py", "", "chat_server_ii_6"),  # une autre étape
        ("server_i_5.py", "", "chat_server_ii_5"),  # une autre partie
        ("web_server_5.py", "", "chat_server_ii_5"),  # un autre sujet
        ("main.py", "start_server( pseudo", "chat_server_ii_5"),  # rien dans le nom
        ("serveur.py", "start_server(", "chat_server_ii_5"),  # à trois étapes près
        ("web_sync.py", "", "web_async"),
        ("web_sync.py", "", "web_sync_multiple"),
        ("web_sync_async.py", "", "web_sync"),
        ("web_client.py", "import requests", "web_sync"),
        ("moi.py", "import aiohttp\nasync def", "web_async"),
        ("compteur_async.py", "", "sleep_and_print"),
        ("mesure/outils.py", "", "mesure"),
    ],
)
def test_what_no_rule_matches(path: str, content: str, name: str) -> None:
    assert rank(Target(STEPS[name]), candidate(path, content)) is None
