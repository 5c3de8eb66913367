"""Extraire une archive, même faite pour nuire."""

import gzip
import os
import random
import stat
import struct
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from grader.classroom import archives
from grader.classroom.archives import ArchiveError, ArchiveLimits, opened, stem, unpack
from tests.grader.classroom.packing import CODE, member, tarred, tree, zipped

GOOD = {"tp6/part1/web_sync.py": CODE, "tp6/urls.txt": b"https://a\n", "tp6/.env": b"HOST=x"}


def extract(
    archive: Path, folder: Path, limits: ArchiveLimits = archives.DEFAULT_LIMITS
) -> list[str]:
    with opened(archive, limits) as file:
        return unpack(file, archive.name, folder, limits)


def refusal(archive: Path, limits: ArchiveLimits = archives.DEFAULT_LIMITS) -> str:
    """Pourquoi elle est refusée ; rien n'est écrit."""
    folder = archive.parent / "sorti"
    with pytest.raises(ArchiveError) as caught:
        extract(archive, folder, limits)
    assert not folder.exists()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["c.zip", "c.tar.gz", "c.tgz", "c.tar"])
def test_extracts_every_file(tmp_path: Path, name: str) -> None:
    make = zipped if name.endswith("zip") else tarred
    assert extract(make(tmp_path / name, GOOD), tmp_path / "sorti") == []
    assert tree(tmp_path / "sorti") == GOOD


def test_what_it_is_decides_not_its_name(tmp_path: Path) -> None:
    tarred(tmp_path / "c.tar.gz", GOOD).rename(tmp_path / "c.zip")
    extract(tmp_path / "c.zip", tmp_path / "sorti")
    assert tree(tmp_path / "sorti") == GOOD


def test_leaves_out_what_is_never_read(tmp_path: Path) -> None:
    names = (".git/hooks/a.py", "__MACOSX/._a.py", "x/__pycache__/a.py", "._a.py", ".DS_Store")
    content = GOOD | dict.fromkeys(names, CODE)
    assert extract(zipped(tmp_path / "c.zip", content), tmp_path / "sorti") == []
    assert tree(tmp_path / "sorti") == GOOD


OUTSIDE = ("../dehors.py", "/dehors.py", "a/../../dehors.py", "C:/dehors.py", "..\\dehors.py")


@pytest.mark.parametrize("name", ["c.zip", "c.tar.gz"])
def test_nothing_goes_outside(tmp_path: Path, name: str) -> None:
    make = zipped if name.endswith("zip") else tarred
    room = tmp_path / "a" / "b"
    archive = make(room / name, dict.fromkeys(OUTSIDE, b"!") | {"bon.py": CODE})
    (note,) = extract(archive, room / "sorti")
    assert note.startswith("5 fichiers ignorés : un chemin qui sort de l'archive (")
    assert tree(tmp_path) == {f"a/b/{name}": archive.read_bytes(), "a/b/sorti/bon.py": CODE}


def test_no_link_and_no_device_from_a_tar(tmp_path: Path) -> None:
    others = (
        member("lien.py", tarfile.SYMTYPE, target="/etc/passwd"),
        member("dur.py", tarfile.LNKTYPE, target="bon.py"),
        member("tube.py", tarfile.FIFOTYPE),
        member("disque.py", tarfile.BLKTYPE),
        member("dossier", tarfile.SYMTYPE, target="/tmp"),
    )
    archive = tarred(tmp_path / "c.tar.gz", {"bon.py": CODE}, *others)
    assert extract(archive, tmp_path / "sorti") == [
        "3 liens ignorés : on n'en extrait aucun (lien.py, dur.py, dossier)",
        "2 fichiers spéciaux ignorés : on n'en extrait aucun (tube.py, disque.py)",
    ]
    assert os.listdir(tmp_path / "sorti") == ["bon.py"]  # noqa: PTH208


def test_no_link_and_no_device_from_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        for name, kind in (("lien.py", stat.S_IFLNK), ("tube.py", stat.S_IFIFO)):
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
        archive.writestr("bon.py", CODE)
        archive.writestr(zipfile.ZipInfo("rare.py"), CODE, compress_type=zipfile.ZIP_LZMA)
    assert extract(tmp_path / "c.zip", tmp_path / "sorti") == [
        "1 lien ignoré : on n'en extrait aucun (lien.py)",
        "1 fichier spécial ignoré : on n'en extrait aucun (tube.py)",
        "1 fichier ignoré : compression inhabituelle (rare.py)",
    ]
    assert tree(tmp_path / "sorti") == {"bon.py": CODE}


def test_a_link_already_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "sorti").mkdir()
    (tmp_path / "sorti" / "bon.py").symlink_to(tmp_path / "cible")
    with pytest.raises(ArchiveError, match=r"^c\.zip : on ne peut pas l'extraire, "):
        extract(zipped(tmp_path / "c.zip", {"bon.py": CODE}), tmp_path / "sorti")
    assert not (tmp_path / "cible").exists()


def test_one_name_is_one_file(tmp_path: Path) -> None:
    content = {"a": CODE, "a/b.py": CODE, "c/d.py": CODE, "c": CODE, "./c/d.py": b"autre"}
    (note,) = extract(tarred(tmp_path / "c.tar", content), tmp_path / "sorti")
    assert note == "3 fichiers ignorés : un autre porte déjà ce nom (a/b.py, c, ./c/d.py)"
    assert tree(tmp_path / "sorti") == {"a": CODE, "c/d.py": CODE}


def test_windows_separators_make_folders(tmp_path: Path) -> None:
    extract(tarred(tmp_path / "c.tar", {"part1\\web_sync.py": CODE}), tmp_path / "sorti")
    assert tree(tmp_path / "sorti") == {"part1/web_sync.py": CODE}


def test_names_of_macos_are_utf8_without_saying_so(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "c.zip", {"\xe9t\xe9.py": CODE, "Z.py": CODE})
    content = bytearray(archive.read_bytes())
    for start, at in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        content[content.index(start) + at] &= ~8  # l'UTF-8 y est, sa marque n'y est plus
    content = content.replace(b"Z.py", b"\x82.py")  # et celui-ci vient de MS-DOS
    archive.write_bytes(content)
    extract(archive, tmp_path / "sorti")
    assert sorted(tree(tmp_path / "sorti")) == ["\xe9.py", "\xe9t\xe9.py"]


def test_an_archive_inside_is_told_and_left(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "tp6.zip", GOOD).read_bytes()
    archive = tarred(tmp_path / "c.tar", {"a.py": CODE, "x/tp6.zip": inner, "x/vieux.RAR": b"Rar"})
    assert extract(archive, tmp_path / "sorti") == [
        "2 archives ignorées : dans une archive, à extraire d'abord (x/tp6.zip, x/vieux.RAR)"
    ]
    assert tree(tmp_path / "sorti") == {"a.py": CODE}


def test_a_sparse_file_is_left(tmp_path: Path) -> None:
    """Un en-tête à l'ancienne (GNU) : 512 octets d'archive, et autant de vide qu'on veut."""
    head = bytearray(member("vide.py", tarfile.GNUTYPE_SPARSE).tobuf(tarfile.GNU_FORMAT))
    head[483:495] = b"%011o\0" % 900_000
    head[148:155] = b"%06o\0" % (sum(head[:148]) + 8 * ord(" ") + sum(head[156:512]))
    file = member("a.py", tarfile.REGTYPE).tobuf(tarfile.USTAR_FORMAT)
    (tmp_path / "c.tar").write_bytes(head + file + bytes(1024))
    (note,) = extract(tmp_path / "c.tar", tmp_path / "sorti")
    assert note == "1 fichier ignoré : un fichier creux, fait de vide (vide.py)"
    assert tree(tmp_path / "sorti") == {"a.py": b""}


def overlapping(file: Path, times: int, size: int) -> Path:
    """Un zip dont tous les noms mènent au même contenu, de `size` octets."""
    crc, name = zlib.crc32(bytes(size)), b"a.py"
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(bytes(size)) + packer.flush()
    sizes = struct.pack("<3L", crc, len(packed), size)
    local = b"PK\x03\x04" + struct.pack("<5H", 20, 0, 8, 0, 0) + sizes
    local += struct.pack("<2H", len(name), 0) + name + packed
    entry = b"PK\x01\x02" + struct.pack("<6H", 20, 20, 0, 8, 0, 0) + sizes
    entry += struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4H2LH", 0, 0, times, times, len(entry) * times, len(local), 0)
    file.write_bytes(local + entry * times + b"PK\x05\x06" + end)
    return file


def test_one_content_under_a_thousand_names_is_a_bomb(tmp_path: Path) -> None:
    """La bombe de Fifield : chaque nom compte, même si l'archive ne le contient qu'une fois."""
    archive = overlapping(tmp_path / "c.zip", 2_000, 900_000)
    assert archive.stat().st_size < 200_000
    assert refusal(archive) == "c.zip : une fois extraite, elle pèserait plus de 1\xa0000 Mo."
    extract(overlapping(tmp_path / "c.zip", 1, 900_000), tmp_path / "sorti")
    assert tree(tmp_path / "sorti") == {"a.py": bytes(900_000)}


def test_big_or_deep_files_stay_inside(tmp_path: Path) -> None:
    content = {"gros.csv": b"x" * 101, "n" * 300: CODE, "a/" * 20 + "b.py": CODE, "bon.py": CODE}
    limits = ArchiveLimits(file_bytes=100)
    assert extract(zipped(tmp_path / "c.zip", content), tmp_path / "sorti", limits) == [
        "1 fichier ignoré : trop gros pour être un script (gros.csv)",
        f"2 fichiers ignorés : chemin trop long ou trop profond ({'n' * 39}…{'n' * 19}…, "
        f"{'a/' * 20}b.py)",
    ]
    assert tree(tmp_path / "sorti") == {"bon.py": CODE}


def test_names_are_shown_without_danger(tmp_path: Path) -> None:
    (note,) = extract(zipped(tmp_path / "c.zip", {"../\x1b[2J\n": CODE}), tmp_path / "sorti")
    assert "../␛[2J␊" in note
    (tmp_path / "c.zip").rename(tmp_path / "\x1b\n.zip")
    (tmp_path / "\x1b\n.zip").write_bytes(b"rien")
    assert refusal(tmp_path / "\x1b\n.zip") == "␛␊.zip : ce n'est ni un zip ni un tar.gz."


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "ce fichier est vide"),
        (b"Rar!\x1a\x07", "c'est une archive RAR, il faut un zip ou un tar.gz"),
        (b"7z\xbc\xaf\x27\x1c", "c'est une archive 7z, il faut un zip ou un tar.gz"),
        (b"%PDF-1.7", "ce n'est ni un zip ni un tar.gz"),
        (b"PK\x03\x04", "cette archive est abîmée ou incomplète"),
        (b"\x1f\x8b\x08", "cette archive est abîmée ou incomplète"),
        (gzip.compress(b"un texte", mtime=0), "cette archive est abîmée ou incomplète"),
    ],
)
def test_says_what_it_is_not(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "c.zip").write_bytes(content)
    assert refusal(tmp_path / "c.zip") == f"c.zip : {why}."


def test_refuses_what_is_not_a_file(tmp_path: Path) -> None:
    zipped(tmp_path / "vrai.zip", GOOD)
    (tmp_path / "c.zip").symlink_to("vrai.zip")
    assert refusal(tmp_path / "c.zip") == "c.zip : on ne peut pas la lire, c'est un lien."
    os.mkfifo(tmp_path / "tube.zip")
    assert refusal(tmp_path / "tube.zip") == "tube.zip : ce n'est pas un fichier ordinaire."
    assert refusal(tmp_path / "rien.zip") == "rien.zip : on ne peut pas la lire, il n'existe pas."


def test_says_that_it_is_encrypted(tmp_path: Path) -> None:
    content = bytearray(zipped(tmp_path / "c.zip", {"a.py": CODE}).read_bytes())
    for start, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(start) + at] |= 1
    (tmp_path / "c.zip").write_bytes(content)
    assert refusal(tmp_path / "c.zip") == "c.zip : elle est protégée par un mot de passe."


@pytest.mark.parametrize("name", ["c.zip", "c.tar.gz"])
def test_refuses_bombs_before_writing(tmp_path: Path, name: str) -> None:
    make = zipped if name.endswith("zip") else tarred
    archive = make(tmp_path / name, {"a.py": CODE, "b.py": bytes(3_000_000)})
    limits = ArchiveLimits(unpacked_bytes=2_000_000)
    assert refusal(archive, limits) == f"{name} : une fois extraite, elle pèserait plus de 2 Mo."
    many = make(tmp_path / name, {f"{at}.py": b"" for at in range(12)})
    assert refusal(many, ArchiveLimits(entries=11)) == f"{name} : elle contient plus de 11 noms."
    assert "plus de 11 fichiers" in refusal(many, ArchiveLimits(files=11))
    heavy = make(tmp_path / name, {f"{at}.py": bytes(1000) for at in range(12)})
    assert "en extraire plus de 0,01 Mo" in refusal(heavy, ArchiveLimits(kept_bytes=10_000))
    assert "elle pèse plus de 0,0001 Mo" in refusal(heavy, ArchiveLimits(archive_bytes=100))


def test_a_stream_that_hides_its_size_is_stopped(tmp_path: Path) -> None:
    """Dans un tar.gz, ce qui suit la fin du tar ne s'annonce nulle part."""
    tarred(tmp_path / "c.tar", {"a.py": CODE})
    content = (tmp_path / "c.tar").read_bytes() + bytes(5_000_000)
    (tmp_path / "c.tar.gz").write_bytes(gzip.compress(content))
    limits = ArchiveLimits(unpacked_bytes=1_000_000, header_bytes=10_000, entries=10)
    assert "une fois extraite, elle pèserait plus de 1,015 Mo" in refusal(
        tmp_path / "c.tar.gz", limits
    )


def test_sizes_it_announces_reserve_no_memory(tmp_path: Path) -> None:
    """Un en-tête étendu, une table des matières : lus d'un coup, sur la foi de l'archive."""
    huge = member("././@PaxHeader", tarfile.XHDTYPE, size=900_000_000)
    head = huge.tobuf(tarfile.USTAR_FORMAT)
    (tmp_path / "c.tar.gz").write_bytes(gzip.compress(head + bytes(20_000_000)))
    tracemalloc.start()
    try:
        assert refusal(tmp_path / "c.tar.gz") in (  # selon la version de tarfile
            "c.tar.gz : sa table des matières est démesurée.",
            "c.tar.gz : ses en-têtes sont démesurés.",
        )
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 90_000_000, 4, 0)
        with (tmp_path / "c.zip").open("wb") as file:
            file.write(b"PK\x03\x04")
            file.truncate(90_000_004)
            file.seek(0, os.SEEK_END)
            file.write(end)
        assert refusal(tmp_path / "c.zip") == "c.zip : sa table des matières est démesurée."
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def extended(kind: bytes, body: bytes) -> bytes:
    """Un en-tête étendu, tel que tarfile le lit avant le fichier qui le suit."""
    head = member("././@PaxHeader", kind, size=len(body)).tobuf(tarfile.USTAR_FORMAT)
    return head + body + bytes(-len(body) % tarfile.BLOCKSIZE)


HEADERS = {
    "digits": extended(tarfile.XHDTYPE, b"1" * 60_000),
    "large": extended(tarfile.XHDTYPE, b"6 a=b\n" * 20_000),
    "common": extended(tarfile.XGLTYPE, b"".join(b"8 %04d=\n" % at for at in range(2_000))),
    "sparse": extended(
        tarfile.XHDTYPE, b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n25 GNU.sparse.realsize=1\n"
    ),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers_take_neither_time_nor_memory(tmp_path: Path, name: str) -> None:
    """Le dernier est suivi de la carte d'un fichier creux : dix millions de nombres."""
    file = member("a.py", tarfile.REGTYPE).tobuf(tarfile.USTAR_FORMAT)
    content = HEADERS[name] + file + b"10000000\n" + b"0\n" * 10_000_000
    (tmp_path / "c.tar.gz").write_bytes(gzip.compress(content, 1))
    started = time.process_time()
    assert refusal(tmp_path / "c.tar.gz") == "c.tar.gz : ses en-têtes sont démesurés."
    assert time.process_time() - started < 2


def test_all_headers_together_are_bounded(tmp_path: Path) -> None:
    file = member("a.py", tarfile.REGTYPE).tobuf(tarfile.USTAR_FORMAT)
    content = (extended(tarfile.XHDTYPE, b"6 a=b\n" * 1_000) + file) * 50
    (tmp_path / "c.tar.gz").write_bytes(gzip.compress(content + bytes(1024)))
    limits = ArchiveLimits(header_bytes=200_000)
    assert refusal(tmp_path / "c.tar.gz", limits) == "c.tar.gz : ses en-têtes sont démesurés."
    assert extract(tmp_path / "c.tar.gz", tmp_path / "sorti")[0].startswith("49 fichiers")


def test_says_that_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = zipped(tmp_path / "c.zip", GOOD)
    real = os.open

    def full(path: str, flags: int, *_: int) -> int:
        return real("/dev/full" if flags & os.O_CREAT else path, flags & ~os.O_CREAT & ~os.O_EXCL)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(ArchiveError) as caught:
        extract(archive, tmp_path / "sorti")
    assert str(caught.value) == "c.zip : on ne peut pas l'extraire, le disque est plein."


@pytest.mark.parametrize("name", ["c.zip", "c.tar.gz", "c.tar"])
def test_a_damaged_archive_is_told_never_a_traceback(tmp_path: Path, name: str) -> None:
    make = zipped if name.endswith("zip") else tarred
    content = make(tmp_path / name, GOOD).read_bytes()
    draw = random.Random(6)
    told = 0
    for attempt in range(120):
        damaged = bytearray(content[: draw.randrange(1, len(content))])
        if attempt % 2:
            damaged = bytearray(content)
            for _ in range(draw.randrange(1, 4)):
                damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        (tmp_path / name).write_bytes(damaged)
        try:
            extract(tmp_path / name, tmp_path / f"sorti{attempt}")
        except ArchiveError:
            told += 1
    assert told > 30
    assert {path.name for path in tmp_path.iterdir()} <= {name} | {
        f"sorti{attempt}" for attempt in range(120)
    }


def test_a_damaged_content_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("a.py", CODE)
    content = (tmp_path / "c.zip").read_bytes().replace(CODE, CODE.upper())
    (tmp_path / "c.zip").write_bytes(content)
    assert refusal(tmp_path / "c.zip") == "c.zip : cette archive est abîmée ou incomplète."


def test_a_negative_size_goes_nowhere(tmp_path: Path) -> None:
    """Il ramènerait tarfile au même en-tête, sans fin."""
    head = bytearray(member("a.py", tarfile.REGTYPE).tobuf(tarfile.USTAR_FORMAT))
    head[124:136] = b"\xff" * 10 + b"\xfe\x00"  # -512
    head[148:156] = b" " * 8
    head[148:155] = b"%06o\0" % sum(head[:512])
    (tmp_path / "c.tar").write_bytes(member("b.py", tarfile.REGTYPE).tobuf() + head)
    assert refusal(tmp_path / "c.tar") == "c.tar : cette archive est abîmée ou incomplète."


def test_a_damaged_header_is_not_the_end(tmp_path: Path) -> None:
    content = bytearray(tarred(tmp_path / "c.tar", {"a.py": CODE, "b.py": CODE}).read_bytes())
    content[2 * tarfile.BLOCKSIZE + 3] ^= 1
    (tmp_path / "c.tar").write_bytes(content)
    assert refusal(tmp_path / "c.tar") == "c.tar : cette archive est abîmée ou incomplète."


def test_its_stem() -> None:
    names = ["tp6.zip", "tp6.tar.gz", "TP6.TGZ", "tp6.tar", "v1.2.zip", "tp6"]
    assert [stem(name) for name in names] == ["tp6", "tp6", "TP6", "tp6", "v1.2", "tp6"]
