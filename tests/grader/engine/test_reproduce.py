"""Les commandes à coller : ce qui a été lancé, et rien de plus qu'on ne l'a lancé."""

import shlex
import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from grader.engine.reproduce import Spoken, argument, commands, spoken
from grader.model.records import Check, Failure
from tests.grader.engine.samples import check, script

HOSTILE = [
    "x.py",
    "mon script.py",
    "II. Chat Room/l'étape.py",
    "$(touch piégé).py",
    "`touch piégé`; touch piégé #.py",
    "a\ntouch piégé\n.py",
    '"x" && touch piégé || ".py',
    "{host}{port}.py",
    "-c'import os; os.mkdir(\"piégé\")'#.py",
    "-m.py",
    "é\x1b[31m.py",
    "*.py",
    "~root.py",
]


@pytest.mark.parametrize("path", HOSTILE)
def test_a_script_name_is_only_an_argument(path: str, tmp_path: Path) -> None:
    launch, *_ = commands(check("x"), script(path))
    shown = tmp_path / "vu"
    shown.mkdir()
    (shown / "python").write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n', encoding="ascii")
    (shown / "python").chmod(0o755)
    environment = {"PATH": f"{shown}:/usr/bin:/bin"}
    result = subprocess.run(
        ["/bin/sh", "-c", launch], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    (argument,) = result.stdout.decode().split("\0")[:-1]
    assert PurePosixPath(argument) == PurePosixPath(path)  # « ./-m.py » est « -m.py »
    assert not argument.startswith("-")
    assert [entry.name for entry in tmp_path.iterdir()] == ["vu"]


def shown(*terminals: str, **launch: object) -> tuple[str, ...]:
    one: Check = replace(check("x"), reproduce=terminals)
    return commands(one, script("part2/chat client.py", **launch))


def test_the_folder_the_options_and_the_answers_of_the_launch() -> None:
    assert shown("{run}\nls") == ("python 'part2/chat client.py'\nls",)
    assert shown("{run}\nls", folder="part2") == ("cd part2\npython 'chat client.py'\nls",)
    assert shown("{run}", folder=".", arguments=("-u", "{url}")) == (
        "python 'part2/chat client.py' -u https://www.python.org",
    )
    assert shown("{run}\n{word}", answers=("pseudo", "host", "enter")) == (
        "python 'part2/chat client.py'\nit4\n127.0.0.1\n\nbonjour",
    )
    assert shown("{python} -p 9999", folder="part2", arguments=("-p", "1")) == (
        "cd part2\npython 'chat client.py' -p 9999",
    )


def test_the_other_terminals_stay_where_they_are() -> None:
    assert shown("{run}", "nc {host} {port}", folder="part2", port=4321)[1] == "nc 127.0.0.1 4321"


def test_an_address_that_the_machine_has_not_is_given_to_it() -> None:
    assert shown("{run}", "nc {host} {port}", host="5.5.5.1", port=9) == (
        "sudo ip addr add 5.5.5.1 dev lo\npython 'part2/chat client.py'",
        "nc 5.5.5.1 9",
    )
    for host in ("", "0.0.0.0", "127.0.0.2", "::1", "localhost"):
        assert not shown("{run}", host=host)[0].startswith("sudo")


def test_a_list_under_the_name_or_without_the_newline_the_script_wants() -> None:
    (terminal,) = shown("{urls}\n{run}", file="mes sites.txt", unended=True)
    made, run = terminal.split("\n")
    assert made.startswith("printf '%s\\n%s\\n%s' https://")
    assert made.endswith("> 'mes sites.txt'")
    assert run == "python 'part2/chat client.py'"


def test_a_list_of_urls_is_made_by_a_command() -> None:
    (terminal,) = shown("{urls}\n{run}", folder="part2", arguments=("{file}",))
    first, second, third = terminal.split("\n")
    assert (first, third) == ("cd part2", "python 'chat client.py' urls.txt")
    assert shlex.split(second)[-1] == "urls.txt"


def test_reading_a_script_needs_no_launch() -> None:
    one = replace(check("x", static=True), reproduce=("grep -n CLIENTS {script}",))
    (terminal,) = commands(one, script("part2/x.py", folder="part2", host="5.5.5.1"))
    assert terminal == "grep -n CLIENTS part2/x.py"


@pytest.mark.parametrize(
    ("sent", "expected", "known"),
    [
        ("", "", Spoken()),
        ("Hello|bavidu", "Annonce : bavidu a rejoint la chatroom", Spoken("bavidu")),
        ("rocataso", "bavidu a dit : rocataso", Spoken("bavidu", "rocataso")),
        ("rocataso", "10.1.2.3:2000 a dit : rocataso", Spoken(word="rocataso")),
        ("Hello rocataso", "Hello rocataso", Spoken(word="rocataso")),
        ("", "Annonce : bavidu a quitté la chatroom", Spoken("bavidu")),
        ("https://www.python.org", "$(id)", Spoken()),
        ("$(id); é", "'; id #", Spoken()),
    ],
)
def test_the_words_of_the_judged_trial(sent: str, expected: str, known: Spoken) -> None:
    assert spoken(Failure("", sent, expected)) == known


def test_an_address_learned_from_the_script_is_only_an_argument() -> None:
    _, second, third = commands(check("x"), script(host="$(id) ; id", port=4321))
    assert shlex.split(second) == ["nc", "$(id) ; id", "4321"]
    assert third == "echo 'it4 bonjour' https://www.python.org urls.txt"


@pytest.mark.parametrize("folder", ["a b", "-x", "$(id)"])
def test_a_folder_is_only_an_argument(folder: str) -> None:
    one = replace(check("x"), reproduce=("{run}",))
    first, second = commands(one, script(f"{folder}/x.py", folder=folder))[0].split("\n")
    assert PurePosixPath(shlex.split(first)[1]) == PurePosixPath(folder)
    assert second == "python x.py"


def test_the_script_seen_from_a_folder() -> None:
    assert argument(script("a/b.py"), "a") == "b.py"
    assert argument(script("a/b.py"), "c") == "a/b.py"
    assert argument(script("-b.py"), ".") == "./-b.py"
