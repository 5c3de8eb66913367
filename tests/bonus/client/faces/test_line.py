"""Le client en lignes, tel qu'on s'en sert : un vrai serveur, des tubes, un terminal."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.bonus.client.faces.running import Chat
from tests.support.processes import ENVIRONMENT, ROOT, run
from tests.support.waiting import wait_until

pytestmark = pytest.mark.proof  # un vrai terminal : des secondes pour chacun


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    with Chat(tmp_path_factory.mktemp("chat")) as running:
        yield running


# Sur des tubes


def test_two_people_talk(chat: Chat) -> None:
    """Chacun lit ce que dit l'autre, et qui arrive et part ; ses propres mots lui reviennent."""
    with chat.client("alice", "--room", "deux") as alice:
        alice.expect("— Vous êtes dans deux (1 personne) —")
        with chat.client("bob", "--room", "deux") as bob:
            bob.expect("— Vous êtes dans deux (2 personnes) —")
            alice.expect("Annonce : bob a rejoint la chatroom")
            alice.type("bonjour")
            bob.expect("[hh:mm] alice a dit : bonjour")
            bob.type("//salut", "/msg alice entre nous")
            alice.expect("[hh:mm] bob a dit : /salut")
            alice.expect("[hh:mm] bob vous a dit en privé : entre nous")
            assert bob.leave() == 0
        alice.expect("Annonce : bob a quitté la chatroom")
        with chat.client("bob", "--room", "deux") as bob:
            alice.expect("bob est de retour !")
            bob.expect("Welcome back bob !")
            bob.expect("[hh:mm] Vous avez dit : /salut")
        assert alice.leave() == 0
        assert alice.lines[:4] == [
            "Bienvenue alice !",
            "— Vous êtes dans deux (1 personne) —",
            "Annonce : bob a rejoint la chatroom",
            "[hh:mm] Vous avez dit : bonjour",
        ]
        assert bob.lines[1:5] == [
            "— derniers messages privés —",
            "[hh:mm] Vous avez dit en privé à alice : entre nous",
            "— Vous êtes dans deux (2 personnes) —",
            "[hh:mm] alice a dit : bonjour",
        ]
    assert "alice" in chat.log_of("alice").joinpath("client.log").read_text()
    assert "Vous avez dit : bonjour" in chat.log_of("alice").joinpath("client.log").read_text()


@pytest.mark.parametrize("end", ["", "\n", "\n/quit\n"])
def test_a_script_waits_for_its_acknowledgements(chat: Chat, end: str) -> None:
    """La fin de l'entrée, même sans retour à la ligne, attend que tout soit enregistré."""
    with chat.client(f"script{len(end)}", "--room", "script") as client:
        assert client.popen.stdin
        client.popen.stdin.write(("un\ndeux\ntrois" + end).encode())
        assert client.leave() == 0
        said = [line for line in client.lines if "Vous avez dit" in line]
        assert said[-3:] == [f"[hh:mm] Vous avez dit : {text}" for text in ("un", "deux", "trois")]


def test_the_pseudo_can_be_the_first_line(chat: Chat) -> None:
    """Sans --pseudo ni --room : la première ligne, et le salon général."""
    with chat.client("", person="carole") as carole:
        carole.type("carole", "bonjour")
        assert carole.leave() == 0
        assert carole.lines == [
            "Bienvenue carole !",
            "— Vous êtes dans général (1 personne) —",
            "[hh:mm] Vous avez dit : bonjour",
        ]


def test_commands(chat: Chat, tmp_path: Path) -> None:
    """Changer de salon, dire qui est où, remonter l'historique, et tout ce qui ne va pas."""
    with chat.client("dora", "--room", "ici") as dora:
        dora.type("un mot", "/join là bas", "/who là bas", "/join LÀ BAS")
        dora.expect("— Vous êtes dans là bas (1 personne) —")
        dora.expect("  là bas (1) : dora")
        dora.expect("Vous êtes déjà dans là bas.")
        dora.type("/join ici")
        wait_until(lambda: dora.out.count("Vous avez dit : un mot") == 2, lambda: dora.out)
        dora.type("/history", "/zut", "/join", "/msg", "/msg dora", "/msg Zoé ça va ?")
        dora.expect("— début de l'historique —")
        dora.expect("Commande inconnue : /zut (/help les dit toutes, // écrit un « / »).")
        dora.expect("Usage : /join SALON")
        dora.expect("Personne ne s'appelle Zoé. (« ça va ? » n'a pas été envoyé)")
        assert dora.lines.count("Usage : /msg PSEUDO TEXTE") == 2
        dora.type(f"/image {tmp_path / 'absente.png'}", "/who nulle part", "/rooms", "/help")
        dora.expect("« absente.png » n'existe pas.")
        dora.expect("Il n'y a pas de salon nulle part.")
        dora.expect("  ici (1) : dora")
        assert "/image FICHIER" in dora.out
        assert dora.leave() == 0


def test_images_are_drawn(chat: Chat, tmp_path: Path) -> None:
    """Une image envoyée se voit chez les autres, en caractères."""
    picture = tmp_path / "damier.png"
    Image.new("RGB", (8, 4), "white").save(picture)
    with (
        chat.client("emma", "--room", "images") as emma,
        chat.client("fred", "--room", "images") as fred,
    ):
        wait_until(lambda: "Vous êtes" in emma.out and "Vous êtes" in fred.out, lambda: fred.out)
        emma.type(f"/image {picture}")
        emma.expect("[hh:mm] Vous avez envoyé une image : damier.png (8x4)")
        fred.expect("[hh:mm] emma a envoyé une image : damier.png (8x4)")
        wait_until(lambda: len(fred.lines) > 12, lambda: fred.out)
        drawing = fred.lines[-1]
        assert len(drawing) > 60
        assert drawing == drawing[0] * len(drawing)


def test_many_lines_at_once(chat: Chat) -> None:
    """Plus de messages que le débit n'en permet d'un coup : aucun ne manque, et il reste."""
    texts = [f"ligne {number}" for number in range(25)]
    with chat.client("gilles", "--room", "flot") as gilles:
        gilles.type(*texts)
        assert gilles.leave() == 0
        assert gilles.lines[2:] == [f"[hh:mm] Vous avez dit : {text}" for text in texts]


def test_a_pseudo_that_is_taken(chat: Chat) -> None:
    """Le pseudo d'un autre est refusé, et le script échoue."""
    with chat.client("hugo") as hugo:
        assert hugo.leave() == 0
    with chat.client("hugo", person="imposteur") as other:
        assert other.wait() == 1
        assert other.lines == ["Le pseudo hugo est déjà pris."]


@pytest.mark.parametrize("name", ["", "x" * 21, "@privé", "deux\u202elignes"])
def test_a_name_that_cannot_be(chat: Chat, name: str) -> None:
    """Un pseudo impossible est refusé avant toute connexion."""
    with chat.client("", person="personne") as client:
        client.type(name)
        assert client.wait() == 1
        assert client.lines[0].startswith("Pseudo refusé : ")


def test_a_room_that_cannot_be(chat: Chat) -> None:
    """Un script dont le salon est refusé échoue, au lieu de parler dans le vide."""
    with chat.client("irène", "--room", "x" * 31) as irene:
        irene.type("bonjour")
        assert irene.wait() == 1
        assert irene.lines[-1] == "Nom de salon refusé : 30 caractères au plus."


def test_no_server(tmp_path: Path) -> None:
    """Un premier essai manqué est une erreur : sans doute l'adresse."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = ("bonus/client.py", "-p", str(port), "--pseudo", "jo", "--log", str(tmp_path))
    result = run(*command, HOME=str(tmp_path))
    assert (result.returncode, result.stdout) == (1, f"Pas de serveur sur 127.0.0.1:{port}\n")


def test_interrupted(chat: Chat) -> None:
    """SIGINT, sans terminal : il s'en va sans une trace."""
    with chat.client("karl", "--room", "int") as karl:
        karl.expect("— Vous êtes dans int (1 personne) —")
        karl.interrupt()
        assert karl.wait() == 0
        assert len(karl.lines) == 2


def test_a_pipe_nobody_reads(chat: Chat, tmp_path: Path) -> None:
    """« | head » en a assez : ni trace, ni attente."""
    command = f"'{sys.executable}' bonus/client.py -p {chat.port} --pseudo léa --log '{tmp_path}'"
    script = f"(echo un; sleep 0.5; echo deux; sleep 0.5; echo trois) | {command} | head -1"
    environment = ENVIRONMENT | {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    result = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (result.stdout, result.stderr) == ("Bienvenue léa !\n", "")


def test_the_server_comes_back(tmp_path: Path) -> None:
    """Tué puis relancé : le client revient, ce qui était dit l'est une fois, rien ne manque."""
    with Chat(tmp_path) as chat, chat.client("mona", "--room", "salon") as mona:
        mona.type("avant")
        mona.expect("[hh:mm] Vous avez dit : avant")
        chat.kill()
        wait_until(lambda: "Connexion perdue ; nouvel essai dans" in mona.out, lambda: mona.out)
        mona.type("pendant")
        chat.restart()
        mona.expect("Reconnecté.")
        mona.type("après")
        assert mona.leave() == 0
        said = [line for line in mona.lines if "Vous avez dit" in line]
        assert said == [f"[hh:mm] Vous avez dit : {text}" for text in ("avant", "pendant", "après")]


def test_quick_to_start() -> None:
    """Sans terminal, ni prompt_toolkit ni Pillow : ils sont longs à venir."""
    code = (
        "import sys; sys.path.insert(0, 'bonus'); import client;"
        "print([name for name in ('prompt_toolkit', 'PIL', 'ascii_magic') if name in sys.modules])"
    )
    assert run("-c", code).stdout == "[]\n"


# Devant un terminal


def test_a_first_visit(chat: Chat) -> None:
    """Le pseudo, la liste des salons, la question ; puis on parle, et Ctrl-D ferme la porte."""
    with chat.client("nina", "--room", "accueil") as nina:
        nina.expect("— Vous êtes dans accueil (1 personne) —")
        with chat.terminal("", person="oscar") as oscar:
            oscar.expect("Pseudo :")
            oscar.press("@oscar\n")
            oscar.expect("Pseudo refusé : il commence par « @ », qui annonce autre chose.")
            oscar.press("nina\n")
            oscar.expect("Le pseudo nina est déjà pris.")
            oscar.press("oscar\n")
            oscar.expect("Bienvenue oscar !")
            oscar.expect("  accueil (1) : nina")
            oscar.expect("Salon à rejoindre ou à créer [général] :")
            oscar.press("accueil\n")
            nina.expect("Annonce : oscar a rejoint la chatroom")
            oscar.expect("accueil >")
            oscar.press("bonjour\n")
            nina.expect("[hh:mm] oscar a dit : bonjour")
            oscar.expect("Vous avez dit : bonjour")
            assert oscar.text.count("bonjour") == 1
            oscar.press("\x04")
            assert oscar.wait() == 0


def test_typing_survives_a_message(chat: Chat) -> None:
    """Un message arrive pendant qu'on tape : la ligne commencée reste entière, dessous."""
    with (
        chat.client("paul", "--room", "tape") as paul,
        chat.terminal("quentin", "--room", "tape") as quentin,
    ):
        quentin.expect("tape >")
        quentin.press("une longue phr")
        quentin.expect("tape > une longue phr")
        paul.type("coucou")
        quentin.expect_line(r"\[\d\d:\d\d\] paul a dit : coucou")
        quentin.expect_line("tape > une longue phr")
        assert quentin.lines[-1] == "tape > une longue phr"
        quentin.press("ase\n")
        paul.expect("[hh:mm] quentin a dit : une longue phrase")
        quentin.press("/msg pa\t")
        quentin.expect("tape > /msg paul")
        quentin.press("psst\n")
        paul.expect("[hh:mm] quentin vous a dit en privé : psst")
        quentin.press("à moitié\x03")
        assert quentin.wait() == 0


def test_the_terminal_is_left_as_found(chat: Chat) -> None:
    """Congédié en plein milieu d'une phrase : la raison, code 1, et un terminal intact."""
    with chat.terminal("rosa", "--room", "fin") as rosa:
        rosa.expect("fin >")
        rosa.press("je disais do")
        rosa.expect("fin > je disais do")
        with chat.client("rosa", "--room", "fin") as elsewhere:
            elsewhere.expect("Welcome back rosa !")
            elsewhere.type("/alone")
            rosa.expect("rosa a déconnecté ses autres appareils (/alone).")
            assert rosa.wait() == 1
            assert rosa.raw.count(b"\x1b[?2004h") == rosa.raw.count(b"\x1b[?2004l")


@pytest.mark.parametrize("no_color", ["", "1"])
def test_colours(chat: Chat, no_color: str) -> None:
    """Le pseudo d'un autre a sa couleur, sauf si NO_COLOR le refuse."""
    name = f"sam{no_color}"
    with chat.client(f"t{name}", "--room", f"c{name}") as other:
        other.expect(f"— Vous êtes dans c{name} (1 personne) —")
        with chat.terminal(name, "--room", f"c{name}", NO_COLOR=no_color) as sam:
            sam.expect(f"c{name} >")
            other.type("coucou")
            sam.expect(f"t{name} a dit : coucou")
            assert (b"\x1b[38;2;" in sam.raw) == (not no_color)
            sam.press("\x04")
            assert sam.wait() == 0
