"""Scores of turns from stamped lines: latencies, cuts, turn ends."""

from __future__ import annotations

import pytest

from livebench.contract import Event, Stamped
from livebench.data.rows import Span
from livebench.data.stream import Turn
from livebench.scoring.turns import Scores, TurnScore, score

FIRST = Turn(
    id="1",
    text="Where do you live? And why?",
    language="en",
    start_s=1.0,
    end_s=4.0,
    holds=[Span(2.0, 2.8)],
)
SECOND = Turn(id="2", text="In a small town.", language="en", start_s=6.0, end_s=8.0, holds=[])


def _lines(*events: tuple[float, Event]) -> list[Stamped]:
    return [Stamped(round(at_s * 1e9), event) for at_s, event in events]


def _final(
    at_s: float, text: str, id: int | None = None, replaces: tuple[int, ...] = ()
) -> tuple[float, Event]:
    return at_s, Event(type="final", text=text, id=id, replaces=list(replaces))


def _score(*events: tuple[float, Event], commits_words: bool = False) -> Scores:
    return score([FIRST, SECOND], _lines(*events), 0, commits_words=commits_words)


def _first(*events: tuple[float, Event]) -> TurnScore:
    return _score(*events).turns[0]


def test_latencies_begin_at_the_end_of_speech() -> None:
    found = _first(
        (3.0, Event(type="partial", text="Where do you live?")),
        (4.2, Event(type="partial", text="Where do you live? And why?")),
        _final(4.5, "Where do you live? And why?"),
    )
    assert found.seen_s == pytest.approx(0.2)
    assert found.final_s == pytest.approx(0.5)
    assert found.first_after_end_s == pytest.approx(0.2)
    assert found.ttfs_s == pytest.approx(0.5)
    assert found.turn_end_s == pytest.approx(0.5)
    assert (found.held_cut, found.early_ends, found.cuts, found.cuts_left) == (0, 0, [], [])


def test_what_never_came_is_missing() -> None:
    found = _score(_final(4.5, "Where do you live? And why?")).turns[1]
    assert (found.final_s, found.seen_s, found.turn_end_s, found.ttfs_s) == (None, None, None, None)


def test_a_final_in_a_hold_cuts_it() -> None:
    found = _first(_final(2.5, "Where do you live?"), _final(4.5, "And why?"))
    assert (found.holds, found.held_cut, found.early_ends) == (1, 1, 1)
    assert found.cuts == ["between"]
    assert found.cuts_left == ["between"]
    assert found.final_s == pytest.approx(0.5)


def test_a_cut_that_is_repaired_was_made_and_is_not_left() -> None:
    found = _first(
        _final(2.5, "Where do you", 1), _final(4.5, "Where do you live? And why?", 2, replaces=(1,))
    )
    assert found.cuts == ["inside"]
    assert found.cuts_left == []


def test_a_later_final_that_repeats_the_words_does_not_make_a_turn_late() -> None:
    both = "Where do you live? And why? In a small town."
    scores = _score(_final(4.4, "Where do you live? And why?", 1), _final(8.5, both, 2, replaces=(1,)))
    assert scores.turns[0].final_s == pytest.approx(0.4)
    assert scores.turns[0].errors_then == 0
    assert scores.turns[0].cuts == [], "the boundary is between two turns"
    assert scores.turns[1].final_s == pytest.approx(0.5)
    assert scores.merged == 1


def test_words_that_end_the_turn_before_they_were_spoken_complete_nothing() -> None:
    found = _first(_final(2.0, "And why?"))
    assert found.final_s is None


def test_reported_turn_ends_count_instead_of_finals() -> None:
    words = _final(4.5, "Where do you live? And why?")
    scores = _score((2.6, Event(type="turn_end")), (4.1, Event(type="turn_end")), words)
    assert scores.has_turn_ends
    assert scores.turns[0].turn_end_s == pytest.approx(0.1)
    assert scores.turns[0].held_cut == 1


def test_a_system_that_commits_words_has_no_cuts_and_no_ends() -> None:
    scores = _score(_final(2.5, "Where do you"), _final(4.5, "live? And why?"), commits_words=True)
    assert scores.turns[0].cuts == []
    assert scores.turns[0].turn_end_s is None
    assert scores.turns[0].final_s == pytest.approx(0.5)


def test_a_revision_keeps_the_time_of_its_final() -> None:
    scores = _score(
        _final(4.5, "Where do you leave? And why?", 1),
        (9.0, Event(type="revised", text="Where do you live? And why?", id=1)),
        _final(8.5, "In a small town.", 2),
    )
    assert scores.word_errors == 0
    assert scores.turns[0].final_s == pytest.approx(0.5)
    assert scores.turns[0].errors_then == 1, "the words of that time had an error"
    assert scores.turns[0].settled_s == pytest.approx(5.0)


def test_a_better_final_that_replaces_an_early_one_does_not_lend_it_words() -> None:
    found = _first(
        _final(4.1, "Where did you leave? And why?", 1),
        _final(5.0, "Where do you live? And why?", 2, replaces=(1,)),
    )
    assert (found.final_s, found.settled_s) == (pytest.approx(0.1), pytest.approx(1.0))
    assert found.errors_then == 2
    assert found.right_words == found.words
