"""Measures of practice: kept without words, compared over time."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree

from bus.messages import PracticeAnswerMeasured, PracticeEnded
from bus.messages.control import TYPED
from bus.messages.practice import Measures
from session.store.comparison_page import comparison_page, sparkline
from session.store.measures import compare, without_words
from session.store.search import Match, search
from session.transcript.saved_session import Practice, SavedSession, decode, encode
from tests.session.transcript.sessions import STARTED, question, saved, turn


def measures(words: int = 120, fillers: int = 6, example_words: str = "for Zanzibar") -> Measures:
    return Measures(
        words=words, answer_s=75, speaking_s=60, words_per_minute=words, first_word_s=1, pauses=5,
        longest_pause_s=2.5, pause_share=0.2, fillers={"um": fillers}, doubled=0,
        favourites={"zanzibar": 4}, first_sentence_words=8, example_words=example_words,
        figures=["30 Zanzibar"], result_words="which led to Zanzibar", closing_words="",
    )  # fmt: skip


def practice(day: int, **given: int) -> SavedSession:
    counted = measures(**given)  # type: ignore[arg-type]
    answer = PracticeAnswerMeasured(
        number=1, asked="Why Zanzibar?", text="Zanzibar, um.", measures=counted, remarks=["Zanzibar 4 times"]
    )
    whole = PracticeEnded(answers=1, of=1, measures=counted, remarks=["Zanzibar"], caveats=["Zanzibar"])
    return saved(
        turn("Zanzibar, um.", 0, 2),
        questions=[question(1, 2, text="Why Zanzibar?")],
        practice=Practice(answers=[answer], whole=whole),
        notes=["zanzibar.md"],
        started=STARTED + timedelta(days=day),
    )


def test_measures_are_kept_without_a_word() -> None:
    whole = practice(0)
    bare = without_words(whole)
    assert "zanzibar" not in encode(bare).casefold()
    assert decode(encode(bare).encode()) == bare
    assert compare([bare]) == compare([whole])


def test_practices_are_compared_by_date() -> None:
    compared = compare(
        [practice(3, words=150), practice(0), saved(turn("A call.", 0, 1)), practice(1, fillers=0)]
    )
    values = {series.label: [point.value for point in series.points] for series in compared}
    assert values == {
        "Pace": [120, 120, 150],
        "Fillers": [5, 0, 4],
        "Pauses": [4, 4, 4],
        "Longest pause": [2.5, 2.5, 2.5],
        "Answers with example, result and conclusion": [66.7, 66.7, 66.7],
    }
    assert [sparkline(series) for series in compared[:3]] == ["▁▁█", "█▁▇", "▄▄▄"]


def test_the_page_has_curves_and_no_script() -> None:
    page = comparison_page(compare([practice(0), practice(7, words=150)]))
    assert page.count("<svg") == 5
    for part in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(part)
    assert "2026-11-28: 120.0" in page
    assert not re.search(r"<script|href=|src=|http:|https:|url\(", page)
    assert "default-src 'none'" in page


def test_one_practice_is_a_page_too() -> None:
    assert "<circle" in comparison_page(compare([practice(0)]))
    assert compare([])[0].points == ()


def test_words_are_found_with_time_and_speaker() -> None:
    session = saved(
        turn("We will buy ZANZIBAR.", 67, 69, "call"),
        turn("Why?", 70, 71),
        questions=[question(1, 72, answer="Zanzibar is **large**.", model="small")],
    )
    assert list(search(session, "zanzibar")) == [
        Match("1:07", "Them", "We will buy ZANZIBAR."),
        Match("1:12", "small", "Zanzibar is **large**."),
    ]
    typed = saved(questions=[question(1, 72, TYPED, text="Where is Zanzibar?")])
    assert [match.text for match in search(typed, "zanzibar")] == ["Where is Zanzibar?"]
    assert list(search(session, "nothing like it")) == []
    (cut,) = search(saved(turn("a " * 200 + "Zanzibar" + " b" * 200, 0, 1)), "zanzibar")
    assert (cut.text[0], cut.text[-1]) == ("…", "…")
    assert len(cut.text) < 140
