"""Scores of turns from stamped lines: latencies, cuts, turn ends."""

from __future__ import annotations

import msgspec
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


def test_finals_that_are_emptied_of_meaning_later_were_cuts() -> None:
    found = _first(
        _final(2.5, "Where do", 1),
        _final(3.5, "Where do you leave", 2),
        _final(4.05, "Where do you live? And why?", 3),
        (12.0, Event(type="revised", text="uh", id=1)),
        (12.0, Event(type="revised", text="uh", id=2)),
    )
    assert len(found.cuts) == 2
    assert found.errors_then > 2
    assert found.settled_s == pytest.approx(8.0)


def test_finals_that_a_word_replaces_later_were_cuts() -> None:
    found = _first(
        _final(2.5, "Where do", 1),
        _final(4.05, "Where do you live? And why?", 3),
        _final(12.0, "uh", 4, replaces=(1,)),
    )
    assert len(found.cuts) == 1


def test_junk_in_place_of_the_last_words_completes_nothing_before_the_end() -> None:
    found = _first(
        _final(2.6, "x x x x x x", 1), _final(5.0, "Where do you live? And why?", 2, replaces=(1,))
    )
    assert found.final_s == pytest.approx(1.0)


def test_a_turn_that_was_never_transcribed_was_not_seen() -> None:
    scores = _score((1.1, Event(type="partial", text="")), _final(8.5, "In a small town."))
    assert scores.turns[0].seen_s is None
    assert scores.turns[0].settled_s is None


def test_a_partial_with_every_word_of_the_language_shows_no_turn() -> None:
    words = "and where do you live why in a small town and why " * 6
    found = _first((1.05, Event(type="partial", text=words)), _final(4.5, "Where do you live? And why?"))
    assert found.seen_s == pytest.approx(0.5)


def test_empty_lines_are_no_transcripts() -> None:
    found = _first((4.01, Event(type="partial")), _final(5.5, "Where do you live? And why?"))
    assert found.first_after_end_s == pytest.approx(1.5)


def test_a_report_just_before_the_labelled_end_is_not_early() -> None:
    found = _first((3.95, Event(type="turn_end")), _final(4.3, "Where do you live? And why?"))
    assert (found.turn_end_s, found.held_cut, found.early_ends) == (pytest.approx(-0.05), 0, 0)


def test_a_late_final_of_one_turn_does_not_cut_the_next() -> None:
    second = Turn(
        id="2", text="In a small town.", language="en", start_s=5.0, end_s=8.0, holds=[Span(5.5, 6.2)]
    )
    lines = _lines(_final(5.7, "Where do you live? And why?"), _final(8.4, "In a small town."))
    scores = score([FIRST, second], lines, 0, commits_words=False)
    assert (scores.turns[1].held_cut, scores.turns[1].early_ends) == (0, 0)


def test_repeated_words_belong_to_the_turn_after_which_they_arrived() -> None:
    turns = [
        Turn(id=str(number), text="No.", language="en", start_s=start_s, end_s=start_s + 1, holds=[])
        for number, start_s in enumerate((1.0, 6.0, 11.0))
    ]
    found = score(turns, _lines(_final(2.4, "No."), _final(12.5, "No.")), 0, commits_words=False).turns
    assert [each.final_s for each in found] == [pytest.approx(0.4), None, pytest.approx(0.5)]


def test_a_number_that_is_cut_is_still_that_number() -> None:
    turn = Turn(id="1", text="I have twenty five dogs.", language="en", start_s=1.0, end_s=4.0, holds=[])
    lines = _lines(_final(4.1, "I have twenty"), _final(4.3, "five dogs."))
    assert score([turn], lines, 0, commits_words=False).word_errors == 0


def test_turns_of_sounds_only_are_left_out() -> None:
    turn = Turn(id="1", text="Mm-hmm.", language="en", start_s=1.0, end_s=2.0, holds=[])
    lines = _lines(_final(2.3, "Mm-hmm."), _final(8.5, "In a small town."))
    scores = score([turn, SECOND], lines, 0, commits_words=False)
    assert [each.id for each in scores.turns] == ["2"]


def test_each_turn_is_compared_in_its_language() -> None:
    german = Turn(id="1", text="Guten Tag, Grüße!", language="de", start_s=1.0, end_s=2.0, holds=[])
    english = Turn(id="2", text="I have twenty-five dogs.", language="en", start_s=4.0, end_s=6.0, holds=[])
    lines = _lines(_final(2.4, "Guten Tag, Grüße!"), _final(6.5, "I have 25 dogs."))
    assert score([german, english], lines, 0, commits_words=False).word_errors == 0


def test_words_by_a_machine_are_no_measure_of_errors() -> None:
    unsure = msgspec.structs.replace(SECOND, words_by="machine")
    lines = _lines(_final(4.5, "Where do you leave? And why?"), _final(8.4, "On a tall hill."))
    both = score([FIRST, SECOND], lines, 0, commits_words=False)
    known = score([FIRST, unsure], lines, 0, commits_words=False)
    assert (both.word_errors, both.true_words) == (4, 10)
    assert (known.word_errors, known.true_words) == (1, 6)
    assert [each.words_by for each in known.turns] == ["people", "machine"]
    assert known.turns[1].final_s == both.turns[1].final_s
