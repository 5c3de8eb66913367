"""Une ligne de commande en français, avec le Python qui la lit."""

import argparse
import ast
import re
from pathlib import Path

import pytest

from wording.arguments import CATALOGUE, SHOWN, Parser, positive
from wording.version import VERSION

# Ce qu'argparse ne reproche qu'à qui écrit le programme, ou dit d'une option dépréciée.
PROGRAMMERS = (
    *("must be", "invalid option", "is required for options", "cannot merge", "not defined"),
    *("invalid conflict", "conflicting", "cannot have", "invalid argument", "is not callable"),
    *('argument "-" with mode', "deprecated", "abbrev"),
)


def parser() -> Parser:
    made = Parser("Ce que fait ce programme.", program="essai")
    add = made.options.add_argument
    add("-n", "--number", type=positive)
    add("--pair", nargs=2)
    add("--some", nargs="+")
    add("--perhaps", nargs="?")
    add("--choice", choices=("un", "deux"))
    add("--flag", action="store_true")
    made.add_argument("folder", metavar="DOSSIER", help=argparse.SUPPRESS)
    one = made.add_mutually_exclusive_group()
    one.add_argument("--here", action="store_true")
    one.add_argument("--there", action="store_true")
    return made


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "il manque DOSSIER"),
        (["."] * 2, "argument inconnu, ."),
        ([".", "--numbers", "1"], "argument inconnu, --numbers 1"),
        ([".", "-n"], "-n/--number attend une valeur"),
        ([".", "-n", "0"], "-n/--number n'accepte pas « 0 »"),
        ([".", "-n", "un"], "-n/--number n'accepte pas « un »"),
        ([".", "--flag=1"], "--flag n'attend pas la valeur « 1 »"),
        ([".", "--pair", "1"], "--pair attend 2 valeurs"),
        ([".", "--some"], "--some attend au moins une valeur"),
        ([".", "--choice", "trois"], "--choice n'accepte pas « trois » (au choix : {choices})"),
        ([".", "--here", "--there"], "--there ne va pas avec --here"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exited:
        parser().parse_args(arguments)
    assert exited.value.code == 2
    out, shown = capsys.readouterr()
    # D'une version de Python à l'autre, les choix ont des guillemets, ou n'en ont pas.
    wanted = [reason.format(choices=choices) for choices in ("un, deux", "'un', 'deux'")]
    assert (out, shown) in [("", f"Demande incorrecte : {one} (voir --help).\n") for one in wanted]


def test_a_hostile_argument_is_bounded_and_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([".", "--\x1b[31m\n" + "x" * 5000])
    shown = capsys.readouterr().err
    assert "--␛[31m␊x" in shown
    assert len(shown) < SHOWN + 100
    assert shown.count("\n") == 1


def test_the_help_is_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        parser().parse_args(["--help"])
    assert exited.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Usage : essai ")
    assert "Options :\n  -h, --help" in shown
    assert "affiche cette aide" in shown


def test_the_usage_alone_is_in_french_too() -> None:
    assert parser().format_usage().startswith("Usage : essai ")


def test_the_version_comes_with_its_formats(capsys: pytest.CaptureFixture[str]) -> None:
    made = parser()
    made.add_version("base 3")
    with pytest.raises(SystemExit) as exited:
        made.parse_args(["--version"])
    assert exited.value.code == 0
    assert capsys.readouterr() == (f"TP6 {VERSION}, base 3\n", "")


def test_the_parser_of_another_speaks_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    """Ce module ne change argparse que le temps de ses propres phrases."""
    with pytest.raises(SystemExit):
        parser().parse_args([])
    with pytest.raises(SystemExit):
        argparse.ArgumentParser(prog="autre").parse_args(["x"])
    assert capsys.readouterr().err.endswith("autre: error: unrecognized arguments: x\n")


def test_only_what_is_given() -> None:
    made = Parser("", only_given=True)
    made.options.add_argument("--name")
    assert vars(made.parse_args([])) == {}
    assert vars(made.parse_args(["--name", "x"])) == {"name": "x"}


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "1.5"])
def test_positive(text: str) -> None:
    assert positive("12") == 12
    with pytest.raises(ValueError, match=r".*"):
        positive(text)


def test_all_that_a_person_can_read_is_in_the_catalogue() -> None:
    tree = ast.parse(Path(argparse.__file__).read_text("utf-8"))
    texts = {
        given.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "ngettext")
        for given in call.args
        if isinstance(given, ast.Constant) and isinstance(given.value, str)
    }
    assert len(texts) > 20
    personal = {text for text in texts if not any(part in text for part in PROGRAMMERS)}
    assert personal <= CATALOGUE.keys()


def test_a_translation_takes_what_the_original_took() -> None:
    """Sans nom, chaque valeur doit y trouver sa place, dans le même ordre."""
    for english, french in CATALOGUE.items():
        assert len(re.findall("%[sr]", english)) == len(re.findall("%[sr]", french)), english
        assert set(re.findall(r"%\((\w+)\)", french)) <= set(re.findall(r"%\((\w+)\)", english))
