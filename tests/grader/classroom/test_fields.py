"""Un CSV, et la place de chacune de ses cellules."""

import csv
import io
import time

import pytest

from grader.classroom.fields import encoding, rows


def texts(content: bytes, separator: bytes = b",") -> list[list[str]]:
    return [[field.text for field in row] for row in rows(content, separator, "utf-8")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_cells_are_those_of_the_csv_module(end: str, separator: str) -> None:
    table = [["a", 'dit "oui"', ""], [f"deux{end}lignes", separator, "é"], ["", "", "x"]]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator=end).writerows(table)
    for text in (file.getvalue(), file.getvalue().removesuffix(end), f"\ufeff{file.getvalue()}"):
        assert texts(text.encode(), separator.encode()) == table


def test_each_cell_knows_its_place() -> None:
    content = b'\xef\xbb\xbfun,"de""ux"\r\n\r\n,trois\n'
    found = rows(content, b",", "utf-8")
    assert [content[field.start : field.end] for row in found for field in row] == [
        *(b"un", b'"de""ux"', b"", b"trois"),
    ]


def test_an_unclosed_quote_is_a_character() -> None:
    assert texts(b'"a,b\n"c"d,e\n') == [['"a', "b"], ['"c"d', "e"]]


def test_nothing_has_no_line() -> None:
    for content in (b"", b"\xef\xbb\xbf", b"\n\r\n\n"):
        assert texts(content) == []


@pytest.mark.parametrize("piece", [b'"', b'"a', b'",', b'"\n', b",", b'"a"b,', b'x"'])
def test_no_file_takes_forever(piece: bytes) -> None:
    before = time.process_time()
    rows(piece * (200_000 // len(piece)), b",", "utf-8")
    assert time.process_time() - before < 3


def test_the_encodings_of_moodle_and_of_excel() -> None:
    assert encoding("é".encode()) == "utf-8"
    assert encoding("é".encode("cp1252")) == "cp1252"
    assert encoding("é".encode("utf-16")) is None
    assert encoding(b"\x81\xff") is None
