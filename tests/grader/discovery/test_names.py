"""Quel fichier sert quelle étape, dans des copies comme on en rencontre."""

import random
import time
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from grader.discovery.files import read_submission
from grader.discovery.names import (
    CHOSEN,
    MAX_OTHERS,
    Found,
    find_empty,
    find_steps,
    missing_choices,
)
from grader.engine.catalogue import steps
from tests.grader.discovery.copies import ROOT, submission

SERVER = b"import asyncio\nasyncio.start_server(handle, HOST, PORT)\n"
CLIENT = b"import socket\nsocket.socket().connect((HOST, PORT))\n"
ASYNC_CLIENT = b"import asyncio\nawait asyncio.open_connection(HOST, PORT)\n"
SYNC_WEB = b"import requests\nrequests.get(url)\n"
ASYNC_WEB = b"import aiohttp\nasync def get_content(url): ...\n"
COUNT = b"import time\nfor i in range(10): time.sleep(0.5)\n"
ASYNC_COUNT = b"import asyncio\nasync def count():\n  for i in range(10): await asyncio.sleep(1)\n"
NAMES = {PurePosixPath(step.file).stem: step.id for step in steps()}
FOLDERS = {
    2: "2. Première version",
    3: "3. Client asynchrone",
    4: "4. Un chat fonctionnel",
    5: "5. Gérer des pseudos",
    6: "6. Déconnexion",
}


LENT = "jugée sur le fichier de l'étape suivante : celui de cette étape manque"


def find(files: dict[str, bytes], *, lent: bool = False) -> dict[str, Found]:
    """Par nom de fichier du sujet, sans extension ; chaque étape dans son fichier, ou non."""
    found = find_steps(submission(files), steps())
    return {
        name: found[step]
        for name, step in NAMES.items()
        if step in found and found[step].note.startswith(LENT) is lent
    }


def paths(files: dict[str, bytes], *, lent: bool = False) -> dict[str, str]:
    return {name: str(one.path) for name, one in find(files, lent=lent).items()}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        # tels que les nomme le sujet, ailleurs ou autrement écrits
        ("web_sync.py", "web_sync"),
        ("TP6/part1/web_async.py", "web_async"),
        ("Web_Sync.PY", "web_sync"),
        ("II. Chat Room/l'étape 5/Chat Serveur II 5.py", "chat_server_ii_5"),
        ("chat-client-ii-6.py", "chat_client_ii_6"),
        # fautes de frappe et mots collés
        ("web_sync_mutiple.py", "web_sync_multiple"),
        ("web_sync _multiple.py", "web_sync_multiple"),
        ("web_async_multiples.py", "web_async_multiple"),
        ("websync.py", "web_sync"),
        ("webasync.py", "web_async"),
        ("websyncmultiple.py", "web_sync_multiple"),
        ("multi_web_async.py", "web_async_multiple"),
        ("web_aync.py", "web_async"),
        ("web_snyc.py", "web_sync"),
        ("slep_and_print.py", "sleep_and_print"),
        ("sleep_and_prnt_asnyc.py", "sleep_and_print_async"),
        ("sleepandprint.py", "sleep_and_print"),
        ("sleepAndPrintAsync.py", "sleep_and_print_async"),
        ("async_sleep.py", "sleep_and_print_async"),
        ("mesures.py", "mesure"),
        ("part1/measure.py", "mesure"),
        # numéros et rôles du chat
        ("serveur_ii_3.py", "chat_server_ii_3"),
        ("chat_server_2.py", "chat_server_ii_2"),
        ("chat_server_II_2.py", "chat_server_ii_2"),
        ("server2.py", "chat_server_ii_2"),
        ("client_v6.py", "chat_client_ii_6"),
        ("serveur_iv.py", "chat_server_ii_4"),
        ("cleint5.py", "chat_client_ii_5"),
        ("server24.py", "chat_server_ii_4"),
        ("async_client_3.py", "chat_client_ii_3"),
        ("client_pseudo.py", "chat_client_ii_5"),
        ("serveur_deconnexion.py", "chat_server_ii_6"),
        ("chat_client_ii_4.py", "chat_client_ii_3"),  # l'étape 4 garde le client de la 3
        # le dossier dit l'étape ou le rôle
        ("part2/3/server.py", "chat_server_ii_3"),
        ("Partie 2/3/client.py", "chat_client_ii_3"),
        ("II. Chat Room/2. Première version/server.py", "chat_server_ii_2"),
        ("II. Chat Room/Déconnexion/client.py", "chat_client_ii_6"),
        ("II.5/serveur.py", "chat_server_ii_5"),
        ("part2/server/5.py", "chat_server_ii_5"),
        ("Client/ii_6.py", "chat_client_ii_6"),
        ("6. Déconnexion/chat_server_ii_5.py", "chat_server_ii_5"),
        ("part1/web_sync/main.py", "web_sync"),
        ("part1/async/web.py", "web_async"),
        ("part1/web_async_multiple/main.py", "web_async_multiple"),
        ("mesure/main.py", "mesure"),
        # pris dans ce qui sert d'ordinaire à autre chose : il n'y a rien d'autre
        ("tests/web_sync.py", "web_sync"),
    ],
)
def test_one_file(path: str, name: str) -> None:
    assert paths({path: b"pass"}) == {name: path}


@pytest.mark.parametrize(
    "path",
    [
        *("bs_server_I1.py", "bs_client_II2A.py", "chat_server_ii_7.py", "server_i_2.py"),
        *("main.py", "utils.py", "local_site.py", "web_client.py", "web_sync_async.py"),
        *(
            "web_server_3.py",
            "sleep_client_2.py",
            "web_sync.txt",
            ".web_sync.py",
            "sync.py",
            "chat.py",
            "setup.py",
            "3.py",
        ),
        *("compteur_web.py", "🐍.py", "\n.py", "\udcff.py", ".py"),
    ],
)
def test_not_a_step(path: str) -> None:
    assert paths({path: b"pass"}) == {}


def test_every_step_in_its_own_folder() -> None:
    files = {
        f"TP6/II. Chat Room/{folder}/{role}.py": content
        for folder in FOLDERS.values()
        for role, content in (("serveur", SERVER), ("client", CLIENT))
    }
    expected = {
        f"chat_{role}_ii_{number}": f"TP6/II. Chat Room/{folder}/{name}.py"
        for number, folder in FOLDERS.items()
        for role, name in (("server", "serveur"), ("client", "client"))
        if (role, number) != ("client", 4)
    }
    assert paths(files) == expected


def test_titles_alone_are_enough() -> None:
    files = {f"{folder[3:]}/server.py": SERVER for folder in FOLDERS.values()}
    assert paths(files) == {
        f"chat_server_ii_{number}": f"{folder[3:]}/server.py" for number, folder in FOLDERS.items()
    }


def test_roman_steps() -> None:
    files = {f"server_{roman}.py": SERVER for roman in ("ii", "iii", "iv", "v", "vi")}
    assert list(paths(files).items()) == [
        ("chat_server_ii_2", "server_ii.py"),
        ("chat_server_ii_3", "server_iii.py"),
        ("chat_server_ii_4", "server_iv.py"),
        ("chat_server_ii_5", "server_v.py"),
        ("chat_server_ii_6", "server_vi.py"),
    ]


def test_the_exact_path_wins_and_the_others_are_told() -> None:
    other = (
        *("web_sync.py", "TP6/part1/web_sync.py", "web_sync (1).py", "old/web_sync.py"),
        "websync.py",
    )
    found = find({"part1/web_sync.py": b"pass"} | dict.fromkeys(other, SYNC_WEB))["web_sync"]
    assert str(found.path) == "part1/web_sync.py"
    assert list(map(str, found.others)) == [
        *("TP6/part1/web_sync.py", "web_sync.py", "websync.py", "old/web_sync.py"),
        "web_sync (1).py",
    ]


def test_the_exact_path_wins_over_its_twin() -> None:
    twins = ("Part1/web_sync.py", "PART1/Web_Sync.py", "part1/web_sync.py")
    assert paths(dict.fromkeys(twins, SYNC_WEB)) == {"web_sync": "part1/web_sync.py"}


def test_a_copy_is_worth_less_than_its_original() -> None:
    files = dict.fromkeys(("old/server_2.py", "zone/server_2.py", "server_2 (1).py"), SERVER)
    found = find(files)["chat_server_ii_2"]
    assert str(found.path) == "zone/server_2.py"
    assert list(map(str, found.others)) == ["server_2 (1).py", "old/server_2.py"]


def test_a_number_is_worth_more_than_a_title() -> None:
    files = dict.fromkeys(("client_pseudo.py", "mon_super_client_5.py"), CLIENT)
    assert paths(files) == {"chat_client_ii_5": "mon_super_client_5.py"}


def test_an_alias_is_contradicted_by_the_number_of_its_folder() -> None:
    first, *others = [step for step in steps() if step.kind == "server"]
    aliased = [replace(first, aliases=("serveur",)), *others]
    found = find_steps(submission({"part2/3/serveur.py": SERVER}), aliased)
    assert found[NAMES["chat_server_ii_3"]].note == ""
    assert found[NAMES["chat_server_ii_2"]].note == LENT
    found = find_steps(submission({"part2/serveur.py": SERVER + b"a quitt pseudo"}), aliased)
    assert list(found) == [NAMES["chat_server_ii_2"]]


def test_a_name_is_never_overruled_by_content() -> None:
    files = {"chat_server_ii_3.py": CLIENT, "chat_client_ii_3.py": SERVER, "web_sync.py": ASYNC_WEB}
    assert paths(files) == {
        name: f"{name}.py" for name in ("web_sync", "chat_client_ii_3", "chat_server_ii_3")
    }


def test_content_tells_what_the_name_does_not() -> None:
    pseudo = b'writer.write(f"Hello|{pseudo}")\n'
    files = {
        "part1/web.py": SYNC_WEB,
        "part1/web2.py": ASYNC_WEB,
        "part1/sleep1.py": COUNT,
        "part1/sleep2.py": ASYNC_COUNT,
        "part2/server.py": SERVER + b"CLIENTS = {}\n",
        "part2/client.py": ASYNC_CLIENT,
        "part2/client_final.py": ASYNC_CLIENT + pseudo,
        "II. Chat Room/6/main.py": SERVER,
    }
    assert paths(files) == {
        "web_sync": "part1/web.py",
        "web_async": "part1/web2.py",
        "sleep_and_print": "part1/sleep1.py",
        "sleep_and_print_async": "part1/sleep2.py",
        "chat_server_ii_4": "part2/server.py",
        "chat_client_ii_3": "part2/client.py",
        "chat_client_ii_5": "part2/client_final.py",
        "chat_server_ii_6": "II. Chat Room/6/main.py",
    }
    found = find(files)
    assert found["chat_server_ii_4"].note.startswith("choisi d'après son contenu")
    assert found["chat_server_ii_6"].note == ""


def test_content_alone_is_not_enough() -> None:
    assert paths({"main.py": SERVER, "divers/truc.py": ASYNC_CLIENT, "moi.py": ASYNC_WEB}) == {}


def test_a_count_without_async_in_its_name_may_be_the_synchronous_one() -> None:
    files = {"sleep_async.py": ASYNC_COUNT, "dormir.py": ASYNC_COUNT}
    assert paths(files) == {
        "sleep_and_print": "dormir.py",
        "sleep_and_print_async": "sleep_async.py",
    }


def test_a_guess_is_not_a_candidate_for_a_step_already_found() -> None:
    files = {f"chat_server_ii_{number}.py": SERVER for number in (2, 3)} | {"server.py": SERVER}
    assert [found.others for found in find(files).values()] == [(), ()]


def test_a_numbered_file_keeps_its_step_from_an_unnumbered_one() -> None:
    files = {"server.py": SERVER, "server_2.py": SERVER, "server_4.py": SERVER}
    assert paths(files) == {
        "chat_server_ii_2": "server_2.py",
        "chat_server_ii_3": "server.py",
        "chat_server_ii_4": "server_4.py",
    }


def test_sync_and_async_in_the_same_folder_about_async() -> None:
    names = ("sleep_and_print", "web_sync", "web_async", "web_sync_multiple", "web_async_multiple")
    folder = "I. Débuts avec l'asynchrone"
    files = {f"{folder}/{name}.py": b"pass" for name in names}
    assert paths(files) == {name: f"{folder}/{name}.py" for name in names}
    assert paths({f"{folder}/web.py": SYNC_WEB}) == {"web_sync": f"{folder}/web.py"}


def test_empty_files_are_told_and_not_taken() -> None:
    files = {
        "part2/chat_server_ii_3.py": b"\xef\xbb\xbf# -*- coding: utf-8 -*-\r\n\r\n   # plus tard\n",
        "serveur3.py": SERVER,
        "part2/chat_server_ii_4.py": b"",
        "chat_server_ii_5.py": SERVER,
    }
    found = find(files)
    assert paths(files) == {
        "chat_server_ii_3": "serveur3.py",
        "chat_server_ii_5": "chat_server_ii_5.py",
    }
    assert found["chat_server_ii_3"].note == "ne contient rien : part2/chat_server_ii_3.py"
    assert found["chat_server_ii_5"].note == ""
    assert find_empty(submission(files), steps()) == {
        NAMES["chat_server_ii_3"]: (PurePosixPath("part2/chat_server_ii_3.py"),),
        NAMES["chat_server_ii_4"]: (PurePosixPath("part2/chat_server_ii_4.py"),),
    }


@pytest.mark.parametrize(
    ("kept", "lent"),
    [
        ("chat_server_ii_6", "chat_server_ii_5"),
        ("chat_client_ii_6", "chat_client_ii_5"),
        ("chat_server_ii_4", "chat_server_ii_3"),
        ("chat_server_ii_3", "chat_server_ii_2"),
    ],
)
def test_work_left_in_the_file_of_the_next_step(kept: str, lent: str) -> None:
    files = {f"part2/{kept}.py": SERVER}
    assert paths(files, lent=True) == {lent: f"part2/{kept}.py"}
    assert paths(files) == {kept: f"part2/{kept}.py"}
    assert find(files, lent=True)[lent].note == LENT
    files |= {f"part2/{lent}.py": b"# plus tard"}
    note = f"{LENT} ; ne contient rien : part2/{lent}.py"
    assert find(files, lent=True)[lent].note == note
    files |= {f"part2/{lent}.py": SERVER}
    assert paths(files, lent=True).get(lent) is None
    assert paths(files)[lent] == f"part2/{lent}.py"


@pytest.mark.parametrize("kept", ["chat_server_ii_5", "chat_client_ii_3", "chat_server_ii_2"])
def test_the_file_of_the_next_step_may_do_something_else(kept: str) -> None:
    """Le protocole change de 4 à 5 ; le client de 3 n'envoie plus Hello ; rien n'est avant 2."""
    assert paths({f"{kept}.py": b"pass", "web_sync_multiple.py": b"pass"}, lent=True) == {}


def test_the_other_labs_of_the_year_are_left_alone() -> None:
    files = {"TP4/server_2.py": SERVER, "TP5/client_5.py": CLIENT, "TP6/server_3.py": SERVER}
    assert paths(files) == {"chat_server_ii_3": "TP6/server_3.py"}
    assert paths({"TP5/server_3.py": SERVER}) == {"chat_server_ii_3": "TP5/server_3.py"}


def test_bonuses_and_tests_are_not_steps() -> None:
    folders = ("bonus", "III. Bonus", "part3", "tests", "grader/checks", "exemples")
    files = {f"{folder}/chat_server_ii_6.py": SERVER for folder in folders}
    assert paths(files | {"web_sync.py": SYNC_WEB}) == {"web_sync": "web_sync.py"}
    found = find(files | {"server6.py": SERVER})["chat_server_ii_6"]
    assert (str(found.path), found.others) == ("server6.py", ())


def test_the_order_of_files_changes_nothing() -> None:
    names = ["server", "server2", "serveur_2", "chat_server_ii_3", "client", "client_5", "web_sync"]
    files = {
        f"{folder}/{name}.py": SERVER + CLIENT for folder in ("a", "b", "part2") for name in names
    }
    expected = find(files)
    assert len(expected) == 6
    for seed in range(5):
        shuffled = random.Random(seed).sample(sorted(files), len(files))
        assert find({name: files[name] for name in shuffled}) == expected


def test_many_candidates_are_counted_quickly() -> None:
    files = {f"d{n % 7}/server_5_{n:04}.py": SERVER for n in range(2_000)}
    started = time.process_time()
    found = find(files)["chat_server_ii_5"]
    assert time.process_time() - started < 2
    assert len(found.others) == MAX_OTHERS
    assert found.note == f"et {2_000 - 1 - MAX_OTHERS} autres candidats encore"


def test_this_repository_is_found_exactly() -> None:
    found = find_steps(read_submission(ROOT), steps())
    assert found == {step.id: Found(PurePosixPath(step.file)) for step in steps()}
    assert len(found) == 16


@pytest.mark.parametrize("missing", NAMES)
def test_nothing_here_is_taken_for_a_missing_step(missing: str) -> None:
    copy = read_submission(ROOT)
    files = {str(file.path): file.content for file in copy.files if file.path.stem != missing}
    assert set(find(files)) == set(NAMES) - {missing}


def test_a_chosen_file_is_taken_from_no_other_step() -> None:
    files = {"chat_server_ii_5.py": SERVER, "essais/le_bon.py": SERVER, "web_sync.py": SYNC_WEB}
    copy = submission(files)
    chosen = {"II.5.server": PurePosixPath("essais/le_bon.py")}
    found = find_steps(copy, steps(), chosen)
    assert found["II.5.server"] == Found(chosen["II.5.server"], note=CHOSEN)
    assert found["I.2.sync"].path == PurePosixPath("web_sync.py")
    taken = {"II.5.server": PurePosixPath("web_sync.py")}
    assert "I.2.sync" not in find_steps(copy, steps(), taken)
    assert find_steps(submission({"x.py": b"x"}), steps(), {"I.2.sync": PurePosixPath("x.py")})


@pytest.mark.parametrize("path", ["absent.py", "../web_sync.py", "notes.txt"])
def test_a_chosen_file_that_is_not_a_script_of_the_copy(path: str) -> None:
    copy = submission({"web_sync.py": SYNC_WEB, "notes.txt": b"x"})
    chosen = {"I.2.sync": PurePosixPath(path)}
    assert find_steps(copy, steps(), chosen) == find_steps(copy, steps())
    (told,) = missing_choices(copy, chosen)
    assert told == f"I.2.sync : le fichier choisi, {path}, n'est pas un script de la copie"
    assert not missing_choices(copy, {"I.2.sync": PurePosixPath("web_sync.py")})
