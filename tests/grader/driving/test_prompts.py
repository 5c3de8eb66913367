"""Reconnaître ce que demande une invite, et y répondre."""

from pathlib import Path

import pytest

from grader.driving.arena import Arena
from grader.driving.prompts import Asked, asked, converse, question
from tests.grader.driving.playing import playing

PROMPTS = [
    ("Choisissez votre pseudo :", "pseudo"),
    ("Pseudo:", "pseudo"),
    ("PSEUDO >", "pseudo"),
    ("Entrez votre nom d'utilisateur :", "pseudo"),
    ("Quel est ton nom ?", "pseudo"),
    ("Votre surnom", "pseudo"),
    ("Qui êtes-vous ?", "pseudo"),
    ("Enter your username:", "pseudo"),
    ("Nickname:", "pseudo"),
    ("What is your name?", "pseudo"),
    ("Please login:", "pseudo"),
    ("Pseudo pour rejoindre le serveur :", "pseudo"),
    ("Comment vous appelez-vous ?", "pseudo"),
    ("Tapez votre pseudo puis Entrée :", "pseudo"),
    ("Enter your username to continue:", "pseudo"),
    ("Votre nom sur le serveur :", "pseudo"),
    ("Bienvenue sur le serveur ! Pseudo ?", "pseudo"),
    ("Nom :", "pseudo"),
    ("Quel est votre pseudo (3 à 15 caractères, sans message) ?", "pseudo"),
    ("Port du serveur :", "port"),
    ("Quel port ?", "port"),
    ("Server port:", "port"),
    ("Enter the port of the server to connect to:", "port"),
    ("Port [8888] :", "port"),
    ("Adresse IP du serveur :", "host"),
    ("Server address?", "host"),
    ("Hôte :", "host"),
    ("Host:", "host"),
    ("IP :", "host"),
    ("Nom du serveur :", "host"),
    ("Nom d'hôte :", "host"),
    ("Adresse :", "host"),
    ("Adresse (IP) du serveur :", "host"),
    ("Server name:", "host"),
    ("Message à envoyer au serveur :", "message"),
    ("Que voulez-vous envoyer ?", "message"),
    ("Que voulez-vous envoyer au serveur ?", "message"),
    ("Votre message :", "message"),
    ("Texte à envoyer", "message"),
    ("Say something", "message"),
    ("Que voulez-vous dire ?", "message"),
    ("Connecté au serveur 127.0.0.1, port 8888. Message :", "message"),
    (">>>", "message"),
    (">", "message"),
    ("Message ('quit' pour quitter) :", "message"),
    ("Entrez un message pour le serveur (Entrée pour valider) :", "message"),
    ("Entrez votre message à envoyer à l'hôte :", "message"),
    ("Enter the message to send to the server:", "message"),
    ("Vous :", "message"),
    ("Entrez une URL :", "url"),
    ("Enter the website:", "url"),
    ("Lien de la page :", "url"),
    ("https://", "url"),
    ("Adresse du site :", "url"),
    ("Adresse de la page :", "url"),
    ("URL du fichier à télécharger :", "url"),
    ("Adresse web :", "url"),
    ("Fichier des URL :", "file"),
    ("Chemin du fichier :", "file"),
    ("Path to the list of urls:", "file"),
    ("Nom du fichier :", "file"),
    ("File name:", "file"),
    ("URL file:", "file"),
    ("Fichier contenant les URL à télécharger :", "file"),
    ("Liste des sites :", "file"),
    ("Appuyez sur Entrée pour quitter", "enter"),
    ("Appuyez sur Entrée pour quitter...", "enter"),
    ("Appuyez sur la touche Entrée pour continuer", "enter"),
    ("Press Enter to exit", "enter"),
    ("Press [Enter] to quit...", "enter"),
    ("Press any key to continue . . .", "enter"),
    ("Appuie sur une touche", "enter"),
    ("Entrée pour quitter", "enter"),
    ("[Entrée] pour vous connecter au serveur", "enter"),
    ("Tapez Entrée pour vous connecter au serveur", "enter"),
    ("Continuer ?", "enter"),
    ("Fin du programme, pour quitter :", "enter"),
    ("En attente…", ""),
    ("Chargement", ""),
    ("Connexion au serveur...", ""),
    ("Connexion au serveur 127.0.0.1:8888…", ""),
    ("Connecté.", ""),
    ("", ""),
    ("Rapport", ""),
    ("Support", ""),
    ("portail", ""),
    ("Serveur démarré", ""),
]


@pytest.mark.parametrize(("prompt", "kind"), PROMPTS)
def test_what_a_prompt_asks(prompt: str, kind: str) -> None:
    assert asked(prompt).kind == kind


def test_a_vague_word_is_not_sure() -> None:
    assert asked("Adresse :") == Asked("host", sure=False)
    assert asked("Adresse IP :") == Asked("host", sure=True)
    assert asked("> ") == Asked("message", sure=False)


def test_only_what_there_is_an_answer_to() -> None:
    assert question("Pseudo :", {"message": "x"}) == ""
    assert question("Port :", {"pseudo": "it4"}) == ""
    assert question("Port :", {"port": "8888"}) == "port"
    assert question("Pseudo :", {}) == ""


def test_a_long_prompt_is_read_from_its_end() -> None:
    assert asked("port " * 100_000 + ". Votre pseudo :").kind == "pseudo"


def test_answers_whatever_the_order(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        answers = {"pseudo": "it4", "host": "10.0.0.1", "port": "4321"}
        given = await converse(arena, program, answers, lambda: "voilà" in program.since())
        assert given == ["port", "host", "pseudo"]
        assert "voilà 4321 10.0.0.1 it4" in program.since()

    source = "port = input('Quel port ? ')\nhost = input('Server address: ')\n"
    source += "name = input('\\x1b[1mVotre pseudo\\x1b[0m > ')\nprint('voilà', port, host, name)"
    playing(tmp_path, source, scenario)


def test_types_nothing_to_who_asks_nothing(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await converse(arena, program, {"pseudo": "it4"}, lambda: False) == []
        assert program.since() == ""

    playing(tmp_path, "input()", scenario)


def test_answers_who_asks_nothing_with_what_a_check_allows(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        answers = {"pseudo": "it4", "host": "10.0.0.1"}
        silent = ("pseudo", "port", "host")
        given = await converse(arena, program, answers, lambda: False, silent=silent)
        assert given == ["pseudo", "host"]
        assert "['it4', '10.0.0.1']" in program.since()

    playing(tmp_path, "print([input(), input('Cible : ')])\ninput()", scenario)


def test_types_nothing_to_who_asks_for_something_else(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        answers = {"host": "10.0.0.1"}
        assert await converse(arena, program, answers, lambda: False, silent=("host",)) == []

    playing(tmp_path, "input('Message à envoyer au serveur : ')", scenario)


def test_types_nothing_to_who_does_not_read(tmp_path: Path) -> None:
    """Une invite est affichée ; le programme, lui, attend autre chose."""

    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await converse(arena, program, {"pseudo": "it4"}, lambda: False) == []

    playing(
        tmp_path, "import time\nprint('Pseudo : ', end='', flush=True)\ntime.sleep(500)", scenario
    )


def test_answers_who_asks_late(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        given = await converse(
            arena, program, {"pseudo": "it4"}, lambda: "voilà it4" in program.since()
        )
        assert given == ["pseudo"]

    playing(tmp_path, "import time\ntime.sleep(0.5)\nprint('voilà', input('Pseudo : '))", scenario)


def test_gives_enter_to_who_waits_for_it(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await converse(arena, program, {"enter": ""}, lambda: False) == ["enter"]
        assert program.code == 0

    playing(tmp_path, "input('Appuyez sur Entrée pour quitter')", scenario)


def test_does_not_answer_for_ever(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        given = await converse(arena, program, {"pseudo": "it4"}, lambda: False)
        assert given == ["pseudo"] * 8

    playing(tmp_path, "while True: input('Pseudo déjà pris. Pseudo : ')", scenario)
