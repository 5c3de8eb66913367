"""Reconnaître ce que demande une invite, et y répondre."""

import pytest

from grader.driving.prompts import question

CHAT = {"pseudo": "it4", "host": "127.0.0.1", "port": "8888"}
TALK = {"message": "Hello"}
WEB = {"url": "https://x"}
FILE = {"file": "urls.txt"}


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
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
        ("Port du serveur :", "port"),
        ("Quel port ?", "port"),
        ("Server port:", "port"),
        ("Adresse IP du serveur :", "host"),
        ("Server address?", "host"),
        ("Hôte :", "host"),
        ("Host:", "host"),
        ("IP :", "host"),
        (">", ""),
        ("", ""),
        ("En attente…", ""),
        ("Chargement", ""),
    ],
)
def test_before_a_chat(prompt: str, kind: str) -> None:
    assert question(prompt, CHAT) == kind


@pytest.mark.parametrize(
    ("prompt", "answers", "kind"),
    [
        ("Votre message :", TALK, "message"),
        ("Texte à envoyer", TALK, "message"),
        ("Say something", TALK, "message"),
        ("Que voulez-vous dire ?", TALK, "message"),
        (">>>", TALK, "message"),
        ("> ", TALK, "message"),
        ("", TALK, ""),
        ("Connecté.", TALK, ""),
        ("Entrez une URL :", WEB, "url"),
        ("Enter the website:", WEB, "url"),
        ("Lien de la page :", WEB, "url"),
        ("https://", WEB, "url"),
        ("Fichier des URL :", {**FILE, **WEB}, "file"),
        ("Chemin du fichier :", FILE, "file"),
        ("Path to the list of urls:", FILE, "file"),
        ("Nom du fichier :", FILE, "file"),
    ],
)
def test_elsewhere(prompt: str, answers: dict[str, str], kind: str) -> None:
    assert question(prompt, answers) == kind


def test_only_what_there_is_an_answer_to() -> None:
    assert question("Pseudo :", {"message": "x"}) == "message"
    assert question("Port :", {"pseudo": "it4"}) == ""
    assert question("Pseudo :", {}) == ""


@pytest.mark.parametrize("prompt", ["Rapport :", "Support", "portail"])
def test_a_word_that_looks_like_another(prompt: str) -> None:
    assert question(prompt, {"port": "8888"}) == ""
