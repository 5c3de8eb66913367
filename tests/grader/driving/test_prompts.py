"""Reconnaître ce que demande une invite, et y répondre."""

import pytest

from grader.driving.prompts import Asked, asked, question

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
