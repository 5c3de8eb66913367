"""La façon de lancer se lit comme on la taperait : sans accolades, depuis son dossier."""

from dataclasses import replace

import pytest

from grader.model.records import Launch
from grader.reports.launching import address, command, typed
from tests.grader.reports import sample

RESULT = replace(sample.sleeping(), file="TP 6/web.py")


@pytest.mark.parametrize(
    ("launch", "expected"),
    [
        (Launch("TP 6", ("-f", "{file}")), "python web.py -f urls.txt"),
        (Launch(".", ("{url}",)), "python 'TP 6/web.py' https://www.python.org"),
        (Launch("", ("-p", "{port}", "-a", "{host}")), "python 'TP 6/web.py' -p 8888 -a 127.0.0.1"),
        (Launch("", ("-p", "{port}"), port=9000), "python 'TP 6/web.py' -p 9000"),
        (Launch("", ("--liste={file}",)), "python 'TP 6/web.py' --liste=urls.txt"),
        (Launch("", ("{file}",), file="mes_urls"), "python 'TP 6/web.py' mes_urls"),
        (Launch("ailleurs", ("{rien}; rm",)), "python 'TP 6/web.py' '{rien}; rm'"),
    ],
)
def test_the_command_as_one_would_type_it(launch: Launch, expected: str) -> None:
    assert command(replace(RESULT, launch=launch)) == expected


def test_what_was_never_launched_has_no_command() -> None:
    assert command(replace(RESULT, launch=None)) == ""
    assert command(replace(RESULT, file="")) == ""


def test_what_was_typed() -> None:
    assert typed(Launch()) == ""
    assert typed(Launch(answers=("url", "enter"))) == "l'URL, puis Entrée"
    assert typed(Launch(answers=("âge",))) == "âge"


def test_the_address() -> None:
    assert address(Launch(host="5.5.5.1", port=9000)) == "5.5.5.1:9000"
    assert address(Launch(host="5.5.5.1")) == ""
