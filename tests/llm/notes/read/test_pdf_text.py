"""Tests of the Markdown of .pdf files."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm.notes.read import pdf_lines
from llm.notes.read.content import Unreadable
from llm.notes.read.pdf_columns import HYPHEN, Line
from llm.notes.read.pdf_lines import read_lines
from llm.notes.read.pdf_text import markdown, read_pdf
from tests.llm.notes.read.written_files import pdf

REPORT = Path(__file__).parents[3] / "data" / "notes" / "project_report.pdf"
LONG = "A line that is as long as the column is wide, and goes on"


def line(text: str, bottom: float, **changes: float) -> Line:
    values = {"page": 1, "left": 50.0, "right": 300.0, "size": 10.0, "first_word_width": 20.0, **changes}
    return Line(
        page=int(values["page"]),
        text=text,
        left=values["left"],
        right=values["right"],
        bottom=bottom,
        size=values["size"],
        bold=bool(changes.get("bold")),
        first_word_width=values["first_word_width"],
    )


def test_lines_are_joined_and_gaps_separate_paragraphs() -> None:
    text = markdown(
        [line(LONG, 700), line("until it ends.", 688, right=100), line("Another.", 650, right=90)]
    )
    assert text == f"# Page 1\n\n{LONG} until it ends.\n\nAnother.\n"


def test_short_line_keeps_its_line_break() -> None:
    text = markdown([line("Acme", 700, right=80), line("Initech", 688, right=85), line(LONG, 676)])
    assert "Acme\nInitech\n" in text


def test_larger_and_bolder_lines_are_headings() -> None:
    lines = [
        line("The title", 760, size=18), line("Skills", 720, bold=1), line(LONG, 700), line(LONG, 688),
    ]  # fmt: skip
    assert markdown(lines).startswith("# The title\n\n## Skills\n\nA line")


def test_pages_are_the_headings_without_others() -> None:
    text = markdown([line("One.", 700), line("Two.", 700, page=2)])
    assert text == "# Page 1\n\nOne.\n\n# Page 2\n\nTwo.\n"


def test_hyphenated_words_are_joined() -> None:
    lines = [
        line(f"an organi{HYPHEN}", 700),
        line(f"sation of well{HYPHEN}", 688),
        line("known, well-known people", 676),
    ]
    assert "an organisation of well-known, well-known people" in markdown(lines)


def test_lone_bullets_become_entries() -> None:
    lines = [line("• first", 700), line("second", 676, right=90), line("•", 660), line("third", 660)]
    assert "- first" in markdown(lines)
    assert "- third" in markdown(lines)


def test_page_numbers_and_running_titles_are_left_out() -> None:
    lines = [
        one
        for page in (1, 2, 3)
        for one in (
            line("My thesis", 800, page=page),
            line(f"Words {page}.", 700, page=page),
            line(f"Others {page}.", 650, page=page),
            line(f"{page} / 3", 20, page=page),
        )
    ]
    text = markdown(lines)
    assert "thesis" not in text
    assert "/ 3" not in text
    assert "Words 2." in text


def test_columns_hyphens_and_ligatures_of_a_real_file() -> None:
    text = read_pdf(REPORT.read_bytes()).text
    assert "Eight per cent of rows had a wrong unit (cases for pieces) and were repaired by hand." in text
    assert text.index("## Summary") < text.index("## Method") < text.index("## Next steps")
    assert HYPHEN not in text
    assert "ﬁ" not in text


def test_wide_gaps_are_cells() -> None:
    (one,) = read_lines(pdf([[("Dairy", 10, 50, 700), ("21 %", 10, 200, 700)]])).lines
    assert one.text == "Dairy | 21 %"


def test_sizes_and_weights_are_read() -> None:
    heading, text = read_lines(pdf([[("*Skills", 14, 50, 700), ("Go and Python", 10, 50, 680)]])).lines
    assert (heading.text, heading.size, heading.bold) == ("Skills", 14, True)
    assert (text.size, text.bold) == (10, False)


def test_too_large_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match="401 pages"):
        read_lines(pdf([[("words here", 10, 50, 700)]] * 401))
    monkeypatch.setattr(pdf_lines, "MAX_CHARACTERS", 20)
    with pytest.raises(Unreadable, match="far more text"):
        read_lines(pdf([[("words here, and more of them", 10, 50, 700)]]))


def test_file_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_lines, "TIME_LIMIT_S", 0.0)
    with pytest.raises(Unreadable):
        read_lines(pdf([[("words here", 10, 50, 700)]]))


def test_table_rows_stay_together_and_distant_bullets_are_found() -> None:
    lines = [
        line("Plan | Price", 700),
        line("Pro | 19", 680),
        line("• | a long point that is", 640),
        line("broken", 628),
    ]
    text = markdown(lines)
    assert "Plan | Price\nPro | 19\n" in text
    assert "- a long point that is broken" in text


def test_page_of_one_line_keeps_it() -> None:
    text = markdown([line(f"Step {page}", 700, page=page) for page in (1, 2, 3)])
    assert [f"Step {page}" in text for page in (1, 2, 3)] == [True] * 3
