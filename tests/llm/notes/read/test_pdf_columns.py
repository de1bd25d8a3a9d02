"""Tests of the reading order of columns and tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm.notes.read.pdf_lines import read_lines
from llm.notes.read.pdf_text import read_pdf
from tests.llm.notes.read.written_files import pdf

CASES = Path(__file__).parents[3] / "data" / "notes_cases"

PROSE = [
    "Led the migration of",
    "forty services to a new",
    "cluster without downtime.",
    "Cut the deploy time",
    "to four minutes for",
    "all of the teams.",
]
OTHER = [
    "Engineer with ten years",
    "in payments. Likes small",
    "teams and plain code.",
    "Looks for a role with",
    "more ownership of the",
    "product.",
]
SKILLS = ["Python", "Kubernetes", "Go", "Rust", "SQL", "French"]


def side_by_side(*columns: list[str], shift: float = 0.0) -> list[tuple[str, float, float, float]]:
    """Return lines drawn row by row, one column beside the other."""
    return [
        (text, 10, 50 + 180 * number, 700 - 14 * row - shift * number)
        for row, texts in enumerate(zip(*columns, strict=True))
        for number, text in enumerate(texts)
    ]


def texts(lines: list[tuple[str, float, float, float]]) -> list[str]:
    return [line.text for line in read_lines(pdf([lines])).lines]


@pytest.mark.parametrize("shift", [0.0, 5.0], ids=["same baselines", "other baselines"])
def test_columns_of_prose_are_read_one_by_one(shift: float) -> None:
    assert texts(side_by_side(PROSE, OTHER, shift=shift)) == [*PROSE, *OTHER]


def test_three_columns_are_read_one_by_one() -> None:
    assert texts(side_by_side(PROSE, OTHER, PROSE)) == [*PROSE, *OTHER, *PROSE]


@pytest.mark.parametrize("columns", [(SKILLS, PROSE), (PROSE, SKILLS)])
def test_short_lines_beside_prose_are_a_column(columns: tuple[list[str], list[str]]) -> None:
    assert texts(side_by_side(*columns)) == [*columns[0], *columns[1]]


def test_lines_across_the_gutter_stay_above_and_below() -> None:
    above = ("A title that goes over both of the columns of this page, in full", 10, 50, 730)
    below = ("A last line that goes over both of the columns of this page, too", 10, 50, 600)
    lines = [above, *side_by_side(PROSE, OTHER), below]
    assert texts(lines) == [above[0], *PROSE, *OTHER, below[0]]


@pytest.mark.parametrize(
    "rows",
    [
        [
            ("Group", "Before", "Now"),
            ("Dairy", "21 %", "12 %"),
            ("Salads", "34 %", "19 %"),
            ("Bread", "1 %", "2 %"),
        ],
        [("Acme, engineer", "2019 to 2023"), ("Initech, lead", "2015 to 2019"), ("Globex, intern", "2014")],
        [("Name:", "Ada Lovelace"), ("Phone:", "555 0100"), ("Town:", "London"), ("Role:", "Engineer")],
    ],
)
def test_tables_stay_rows(rows: list[tuple[str, ...]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    assert texts(side_by_side(*columns)) == [" | ".join(row) for row in rows]


def test_headings_in_columns_are_headings() -> None:
    text = read_pdf((CASES / "samebase.pdf").read_bytes()).text
    assert text.split("\n\n")[:4] == [
        "# EXPERIENCE",
        "Led the Kubernetes migration of forty services to a new cluster with zero downtime.\n"
        "Cut the deploy time from forty minutes to four.",
        "# SUMMARY",
        "Engineer with ten years in payments. Likes small teams and plain code. Looking for a role with more "
        "ownership of the product.\n",
    ]


def rotated(body: bytes, *, page: int, matrix: str) -> bytes:
    """Return a file whose page is turned, and whose letters are."""
    body = body.replace(b"/Type /Page /Parent", b"/Rotate %d /Type /Page /Parent" % page)
    return body.replace(b" Td (", f" Td {matrix} Tm (".encode()) if matrix else body


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_rotated_pages_are_read(turn: int) -> None:
    body = rotated(pdf([side_by_side(PROSE, OTHER)]), page=turn, matrix="")
    assert [line.text for line in read_lines(body).lines] == [*PROSE, *OTHER]


@pytest.mark.parametrize(("a", "b"), [(0, 1), (-1, 0), (0, -1)])
def test_rotated_letters_are_read(a: int, b: int) -> None:
    first = pdf([[("FIRST", 10, 0, 0), ("SECOND", 10, 0, 0)]])
    for text, across in ((b"FIRST", 0), (b"SECOND", 14)):
        # The next line lies "below" when the page is turned so that the letters stand upright.
        matrix = f"{a} {b} {-b} {a} {300 + b * across} {400 - a * across} Tm ".encode()
        words = b"Led the migration of" if text == b"FIRST" else b"forty services in a year"
        first = first.replace(b"(" + text + b")", matrix + b"(" + words + b")")
    assert [line.text for line in read_lines(first).lines] == [
        "Led the migration of",
        "forty services in a year",
    ]


def test_sidebar_of_names_keeps_its_lines() -> None:
    names = ["Skills", "Python", "Go", "Languages", "German", "French"]
    text = read_pdf(pdf([side_by_side(PROSE, names)])).text
    assert "\n".join(names) in text


def test_right_column_comes_second() -> None:
    right = [(text, 10, 300, 760 - 14 * row) for row, text in enumerate(PROSE)]
    left = [(text, 10, 50, 730 - 14 * row) for row, text in enumerate(OTHER)]
    assert texts([*right, *left]) == [*OTHER, *PROSE]
