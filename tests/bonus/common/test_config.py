"""Les réglages : chaque source de chacun, leur ordre, et ce que disent les erreurs."""

import os
import re
from collections.abc import Callable
from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

import pytest
from chatroom.client.settings import ClientSettings, load_client
from chatroom.common import settings
from chatroom.common.config import MAX_SIZE
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from chatroom.server.operation.settings import ServerSettings, load_server

from tests.support.processes import ROOT

EXAMPLE = ROOT / "bonus/chat.conf.example"
Settings = ServerSettings | ClientSettings
Load = Callable[..., Settings]
# Pour chaque réglage : son option, et trois valeurs telles qu'on les écrit et telles qu'on les lit.
COMMON = {
    "host": ("--address", {"a.fr": "a.fr", "::1": "::1", "10.0.0.1": "10.0.0.1"}),
    "port": ("--port", {"1": 1, "9999": 9999, "65535": 65535}),
    "log": ("--log", {f"/{name}": Path(f"/{name}") for name in "abc"}),
}
SERVER = COMMON | {
    "data": ("--data", {f"/{name}": Path(f"/{name}") for name in "abc"}),
    "durability": ("--durability", {"off": "off", "normal": "normal", "full": "full"}),
    "web_port": ("--web-port", {"0": 0, "9999": 9999, "65535": 65535}),
    "web_names": (
        "--web-name",
        {"a.fr": ("a.fr",), "B.fr, c_d": ("b.fr", "c_d"), "été.fr": ("xn--t-9fab.fr",)},
    ),
    "trusted_proxy": (
        "--trusted-proxy",
        {name: (ip_network(name),) for name in ("10.0.0.1", "::1", "10.0.0.0/8")},
    ),
    "tls_cert": ("--tls-cert", {f"/{name}": Path(f"/{name}") for name in "abc"}),
    "metrics": (
        "--metrics",
        {"0": ("127.0.0.1", 0), "a.fr:9100": ("a.fr", 9100), "[::1]:9100": ("::1", 9100)},
    ),
    "code": ("--code", {"a": "a", "été 42": "été 42", " c ": "c"}),
    "guests": ("--list", {f"/{name}": Path(f"/{name}") for name in "abc"}),
}
CLIENT = COMMON | {
    "pseudo": ("--pseudo", {"it4": "it4", "Élodie": "Élodie", "un deux": "un deux"}),
    "room": ("--room", {"a": "a", "b": "b", "c": "c"}),
    "code": ("--class-code", {"a": "a", "été 42": "été 42", " c ": "c"}),
    "tls_ca": ("--tls-ca", {f"/{name}": Path(f"/{name}") for name in "abc"}),
}
KNOBS: list[tuple[Load, str, str, object]] = [
    (load_server, name, *row) for name, row in SERVER.items()
]
KNOBS += [(load_client, name, *row) for name, row in CLIENT.items()]
# Pour chacun de ceux-ci, l'option ; à elle seule, elle dit le contraire de la valeur par défaut.
FLAGS = [
    (load_server, "quiet", "--quiet"),
    (load_server, "web", "--no-web"),
    (load_client, "lines", "--lines"),
    (load_client, "tls", "--tls"),
    (load_client, "tls_insecure", "--tls-insecure"),
]
BOUNDS = [
    (load, item.name, type(item.default))
    for load in (load_server, load_client)
    for item in fields(Limits)
]


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    return tmp_path / "chat.conf"


def read(text: str, beside: Path, load: Load = load_server) -> Settings:
    beside.write_text(text, encoding="utf-8")
    return load([], {}, beside)


def complaint(text: str, beside: Path, load: Load = load_server) -> str:
    with pytest.raises(ChatError) as raised:
        read(text, beside, load)
    return str(raised.value).removeprefix(str(beside))


def test_defaults(beside: Path) -> None:
    server = load_server([], {"XDG_STATE_HOME": "/etat"}, beside)
    assert server == ServerSettings(data=Path("/etat/chat_room"))
    assert (server.host, server.port, server.durability) == ("127.0.0.1", 8888, "full")
    assert (server.log, server.quiet, server.task) == (None, False, None)
    assert (server.web, server.web_port, server.web_names) == (True, 8080, ())
    assert (server.tls_cert, server.tls_key, server.make_cert) == (None, None, False)
    assert server.metrics is None
    assert server.limits == Limits()
    client = load_client([], {}, beside)
    assert client == ClientSettings()
    assert (client.host, client.port, client.pseudo) == ("127.0.0.1", 8888, "")
    assert (client.room, client.lines, client.log) == ("", False, None)
    assert (client.tls, client.tls_ca, client.tls_insecure) == (False, None, False)


def each_source(
    load: Load,
    key: str,
    texts: list[str],
    options: list[str],
    beside: Path,
    value: Callable[[Settings], object],
) -> list[object]:
    """La valeur que donne chaque source seule, puis chaque paire, puis les trois."""
    file, environ, _ = texts
    variable = {f"CHAT_{key}": environ}
    seen = [
        value(load([], variable, beside)),
        value(load(options, {}, beside)),
        value(load(options, variable, beside)),
    ]
    beside.write_text(f"{key}={file}\n", encoding="utf-8")
    seen += [
        value(load([], {}, beside)),
        value(load([], variable, beside)),
        value(load(options, {}, beside)),
        value(load(options, variable, beside)),
    ]
    return seen


@pytest.mark.parametrize(("load", "name", "option", "values"), KNOBS)
def test_every_setting_from_every_source(
    load: Load, name: str, option: str, values: dict[str, object], beside: Path
) -> None:
    texts = list(values)
    file, environ, given = values.values()
    seen = each_source(
        load, name.upper(), texts, [option, texts[2]], beside, lambda loaded: getattr(loaded, name)
    )
    assert seen == [environ, given, given, file, environ, given, given]


@pytest.mark.parametrize(("load", "name", "option"), FLAGS)
def test_every_switch_from_every_source(load: Load, name: str, option: str, beside: Path) -> None:
    def value(loaded: Settings) -> object:
        return getattr(loaded, name)

    usual = value(load([], {}, beside))
    texts = ["non", "oui", ""] if usual else ["oui", "non", ""]
    seen = each_source(load, name.upper(), texts, [option], beside, value)
    assert seen == [usual, not usual, not usual, not usual, usual, not usual, not usual]


@pytest.mark.parametrize(("load", "name", "kind"), BOUNDS)
def test_every_bound_from_every_source(load: Load, name: str, kind: type, beside: Path) -> None:
    texts = ["11", "12", "13"] if kind is int else ["1.5", "2.5", "3.5"]
    file, environ, given = map(kind, texts)
    seen = each_source(
        load,
        settings.key_of_limit(name),
        texts,
        ["--limit", f"{name}={texts[2]}"],
        beside,
        lambda loaded: getattr(loaded.limits, name),
    )
    assert seen == [environ, given, given, file, environ, given, given]
    assert {type(value) for value in seen} == {kind}


def test_every_setting_is_tested_above() -> None:
    switches = {load: {name for where, name, _ in FLAGS if where is load} for load, *_ in FLAGS}
    server = {*SERVER, *switches[load_server], "tls_key", "make_cert", "task", "limits"}
    client = {*CLIENT, *switches[load_client], "token", "limits"}
    assert {item.name for item in fields(ServerSettings)} == server
    assert {item.name for item in fields(ClientSettings)} == client


def test_a_private_key_comes_with_its_certificate(beside: Path) -> None:
    """Le certificat d'une source, la clé d'une autre : elles vont ensemble ; la clé seule, non."""
    for options, environ in ((["--tls-key", "/k"], {}), ([], {"CHAT_TLS_KEY": "/k"})):
        with pytest.raises(ChatError, match=r"^Il y a une clé privée \(TLS_KEY\), et pas de "):
            load_server(options, environ, beside.with_name("absent"))
        beside.write_text("TLS_CERT=c\n")
        server = load_server(options, environ, beside)
        assert isinstance(server, ServerSettings)
        assert (server.tls_cert, server.tls_key) == (beside.parent / "c", Path("/k"))


@pytest.mark.parametrize("key", ["TLS_CA=a", "TLS_INSECURE=oui"])
def test_a_client_that_was_told_whom_to_trust_uses_tls(key: str, beside: Path) -> None:
    """Une source qui dit non n'y peut rien : rien ne doit partir en clair par mégarde."""
    client = read(f"{key}\nTLS=non\n", beside, load_client)
    assert isinstance(client, ClientSettings)
    assert client.tls
    client = read("TLS_INSECURE=non\n", beside, load_client)
    assert isinstance(client, ClientSettings)
    assert not client.tls


def test_names_of_the_page_add_up(beside: Path) -> None:
    beside.write_text("WEB_NAMES=non.fr\n")
    server = load_server(["--web-name", "a.fr", "--web-name", "b.fr,c.fr"], {}, beside)
    assert isinstance(server, ServerSettings)
    assert server.web_names == ("a.fr", "b.fr", "c.fr")


def test_short_options_and_the_export(beside: Path) -> None:
    server = load_server(["-a", "::", "-p", "0", "--export-history", "salon"], {}, beside)
    assert isinstance(server, ServerSettings)
    assert (server.host, server.port) == ("::", 0)
    assert server.task == ("export-history", "salon")
    client = load_client(["-a", "a.fr", "-p", "1"], {}, beside)
    assert (client.host, client.port) == ("a.fr", 1)


def test_which_file(tmp_path: Path, beside: Path) -> None:
    """L'option, sinon la variable, sinon celui d'à côté ; un fichier nommé doit exister."""
    named, other = tmp_path / "named", tmp_path / "other"
    beside.write_text("PORT=1")
    named.write_text("PORT=2")
    other.write_text("PORT=3")
    assert load_server([], {"CHAT_CONFIG": ""}, beside).port == 1
    assert load_server([], {"CHAT_CONFIG": str(named)}, beside).port == 2
    options = ["--config", str(other)]
    assert load_server(options, {"CHAT_CONFIG": str(named)}, beside).port == 3
    for arguments, environ in ((["--config", "absent"], {}), ([], {"CHAT_CONFIG": "absent"})):
        with pytest.raises(ChatError, match=r"Configuration absent : il n'existe pas\."):
            load_server(arguments, environ, beside)


@pytest.mark.parametrize("text", [
    "PORT=9999", "\ufeffPORT=9999\r\n", "\n  # PORT=1\n\t\nPORT = 9999  \n", "PORT=9999 # le port",
    "PORT='9999'", 'PORT="9999"  # le port', "# é\nPORT=9999\n#PORT=1", "PORT=\u00a09999",
])  # fmt: skip
def test_how_a_file_may_be_written(text: str, beside: Path) -> None:
    assert read(text, beside).port == 9999


def test_quotes_keep_a_hash_and_folders_start_from_the_file(beside: Path) -> None:
    server = read("DATA='un #deux'\nLOG=a#b\n", beside)
    assert isinstance(server, ServerSettings)
    assert (server.data, server.log) == (beside.parent / "un #deux", beside.parent / "a#b")


def test_server_and_client_share_a_file(beside: Path) -> None:
    text = "PORT=0\nDATA=/x\nDURABILITY=off\nPSEUDO=it4\nROOM=a\nLIMIT_PSEUDO=7\nLIMIT_ROOM=8\n"
    assert read(text, beside).limits == Limits(pseudo=7, room=8)
    client = read(text.replace("PORT=0", "PORT=7"), beside, load_client)
    assert isinstance(client, ClientSettings)
    assert (client.pseudo, client.room, client.limits.pseudo) == ("it4", "a", 7)


@pytest.mark.parametrize(("text", "message"), [
    ("\nHOTS=a", ", ligne 2 : « HOTS » est inconnu (peut-être HOST)."),
    ("host=a", ", ligne 1 : « host » est inconnu (peut-être HOST)."),
    ("=1", ", ligne 1 : «  » est inconnu."),
    ("PORT=1\n#\nPORT=2", ", ligne 3 : PORT est déjà donné ligne 1."),
    ("PORT 1", ", ligne 1 : il faut CLÉ=VALEUR, et non « PORT 1 »."),
    ("HOST='a", ", ligne 1 : HOST a des guillemets mal fermés."),
    ("HOST='a' b", ", ligne 1 : HOST a des guillemets mal fermés."),
    ("HOST=a\x1bb", ", ligne 1 : HOST contient un caractère invisible : « a�b »."),
    ("PORT=65536", ", ligne 1 : PORT ne peut pas valoir « 65536 » : un port est un entier de 0 à "
     "65535."),
])  # fmt: skip
def test_what_is_wrong_in_a_file_and_where(text: str, message: str, beside: Path) -> None:
    assert complaint(text, beside) == message


@pytest.mark.parametrize("line", [
    "HOST=", "HOST=a b", "HOST=http://a", "PORT=", "PORT=-1", "PORT=1_0", "PORT=１", "PORT=8.0",
    "DATA=", "LOG=''", "DURABILITY=fort", "QUIET=peut-être", "TEXT=0", "TEXT=-1", "TEXT=1e3",
    "TEXT=10000000000", "RATE=-1", "RATE=nan", "RATE=inf", "BURST=0.5", "PING=0", "IDLE=x",
    "PING=10000000000", "WEB_PORT=65536", "WEB=peut-être", "WEB_NAMES=", "WEB_NAMES=a.fr,",
    "METRICS=a b:9100", "METRICS=::1:9100", "METRICS=9100:", "METRICS=a:b", "METRICS=65536",
    "TRUSTED_PROXY=", "TRUSTED_PROXY=a.fr", "TRUSTED_PROXY=10.0.0.1/8",
    "WEB_NAMES=a.fr:8080", "WEB_NAMES=http://a.fr", "WEB_NAMES=a..fr", "WEB_NAMES=*.fr",
    "TLS_CERT=",
])  # fmt: skip
def test_values_out_of_bounds(line: str, beside: Path) -> None:
    key, _, value = line.partition("=")
    value = value.strip("'")
    assert complaint(line, beside).startswith(
        f", ligne 1 : {key} ne peut pas valoir « {value} » : "
    )
    if value:
        with pytest.raises(ChatError, match=f"^CHAT_{key} ne peut pas valoir « "):
            load_server([], {f"CHAT_{key}": value}, beside.with_name("absent"))


def test_a_client_cannot_call_port_zero(beside: Path) -> None:
    assert complaint("PORT=0", beside, load_client).endswith("un entier de 1 à 65535.")
    assert complaint("PSEUDO=/quit", beside, load_client).startswith(", ligne 1 : PSEUDO ne peut")


def test_zero_is_no_rate_limit(beside: Path) -> None:
    assert read("RATE=0", beside).limits.rate == 0


def test_a_long_value_is_not_repeated_whole(beside: Path) -> None:
    assert len(complaint("PORT=" + "9" * 5000, beside)) < 200


def test_files_that_are_not_a_configuration(beside: Path) -> None:
    beside.write_bytes(b"PORT=1\n# \xe9t\xe9\n")
    with pytest.raises(ChatError, match="ligne 2 : ce n'est pas de l'UTF-8"):
        load_server([], {}, beside)
    beside.write_bytes(b"#" * MAX_SIZE)
    assert load_server([], {}, beside).port == 8888
    beside.write_bytes(b"#" * (MAX_SIZE + 1))
    with pytest.raises(ChatError, match="dépasse 64000 octets"):
        load_server([], {}, beside)
    beside.unlink()
    os.mkfifo(beside)
    with pytest.raises(ChatError, match="pas un fichier ordinaire"):
        load_server([], {}, beside)
    with pytest.raises(ChatError, match=r"c'est un dossier|pas un fichier ordinaire"):
        load_server([], {}, beside.parent)


def test_empty_and_foreign_variables_are_ignored(beside: Path) -> None:
    environ = {"CHAT_PORT": "", "CHAT_AMPHI": "x", "PORT": "1", "CHAT_": "", "HOST": "x"}
    assert load_server([], environ, beside).port == 8888
    environ = {"CHAT_PORT_8888_TCP": "tcp://10.0.0.1:8888", "CHAT_SERVICE_HOST": "10.0.0.1"}
    assert load_server([], environ, beside).host == "127.0.0.1"  # ceux de Kubernetes


@pytest.mark.parametrize(("arguments", "message"), [
    (["--prot", "1"], "argument inconnu, --prot 1"),
    (["salon"], "argument inconnu, salon"),
    (["-p"], "-p/--port attend une valeur"),
    (["-p", "a"], "-p/--port ne peut pas valoir « a » : un port est un entier de 0 à 65535"),
    (["--quiet=1"], "--quiet n'attend pas la valeur « 1 »"),
    (["--limit", "rate"], "--limit ne peut pas valoir « rate » : il faut NOM=VALEUR, "
     "comme rate=20"),
    (["--limit", "rat=1"], "--limit ne peut pas valoir « rat=1 » : « rat » est inconnu "
     "(peut-être rate)"),
    (["--durability", "x"], "--durability ne peut pas valoir « x » : il faut full, normal ou off"),
    (["--tls-cert", ""], "--tls-cert ne peut pas valoir «  » : il faut le nom d'un fichier"),
    (["--web-name", "a b"], "--web-name ne peut pas valoir « a b » : il faut des noms de machines, "
     "comme chat.exemple.fr"),
    (["--config", ""], "--config ne peut pas valoir «  » : il faut le nom d'un fichier"),
    (["-a", "\x1b[2J"], "-a/--address ne peut pas valoir « �[2J » : une adresse est un nom ou une "
     "adresse IP, comme 127.0.0.1"),
    (["--po", "1"], "argument inconnu, --po 1"),
])  # fmt: skip
def test_wrong_options(
    arguments: list[str], message: str, beside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exited:
        load_server(arguments, {}, beside)
    shown = capsys.readouterr()
    assert exited.value.code == 2
    assert shown.out == ""
    assert shown.err == f"Demande incorrecte : {message} (voir --help).\n"


@pytest.mark.parametrize("load", [load_server, load_client])
def test_help_is_in_french_and_names_every_bound(
    load: Load, beside: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as exited:
        load(["--help"], {}, beside)
    text = capsys.readouterr().out
    assert exited.value.code == 0
    assert text.startswith("Usage : ")
    assert not re.search(r"\b(show|options:|usage:|default|exit)\b", text)
    for item in fields(Limits):
        assert f" {item.name}={item.default}" in text
    for option in ("-a HÔTE", "-p PORT", "--config", "--limit", "--log", "--help"):
        assert option in text
    assert ("kill -9" in text) is (load is load_server)
