"""Tests of which utterances belong to one turn."""

from __future__ import annotations

from itertools import product

import pytest

from bus import messages as m
from stt.utterances.turns import Turn, Turns
from tests.support.events import SECOND, discarded, final, started


def began(utterance: int, at_s: float, source: str = "mic") -> m.SpeechStarted:
    start = round(at_s * SECOND)
    return m.SpeechStarted(
        source=source, utterance=utterance, start_sample=start, detected_sample=start + SECOND // 2
    )


def ended(utterance: int, start_s: float, stop_s: float, source: str = "mic") -> m.SpeechEnded:
    quiet = round(stop_s * SECOND)
    return m.SpeechEnded(
        source=source,
        utterance=utterance,
        start_sample=round(start_s * SECOND),
        quiet_sample=quiet,
        stop_sample=quiet + 512,
        decided_sample=quiet + 4_096,
        cause="silence",
    )


def folded(*events: m.Event) -> Turns:
    turns = Turns()
    for number, event in enumerate((started("mic"), started("call"), *events), 1):
        turns.apply(m.Logged(number, number, event))
    return turns


def utterances(turn: Turn | None) -> tuple[int, ...]:
    return turn.utterances if turn else ()


def spoken(utterance: int, start_s: float, stop_s: float, text: str = "We did.") -> list[m.Event]:
    """Return an utterance of the microphone with its final."""
    return [
        began(utterance, start_s),
        ended(utterance, start_s, stop_s),
        final(utterance, text, start_s=start_s, end_s=stop_s),
    ]


@pytest.mark.parametrize(
    ("text", "gap_s", "continues"),
    [
        ("Tell me about a time.", 0.3, True),
        ("Tell me about a time.", 1.2, True),
        ("Tell me about a time.", 1.3, False),
        ("Tell me about a time", 1.3, True),
        ("Tell me about a time", 2.1, False),
        ("“That is all.”", 1.3, False),
        ("以上です。", 1.3, False),
    ],
)
def test_short_pause_continues_a_turn(text: str, gap_s: float, continues: bool) -> None:
    turns = folded(*spoken(1, 0, 2, text), began(2, 2 + gap_s))
    assert utterances(turns.before(("mic", 2))) == ((1,) if continues else ())


def test_no_turn_spans_lost_audio_or_a_question_of_the_program() -> None:
    lost = m.AudioLost(
        source="mic", start_sample=2 * SECOND, stop_sample=round(2.3 * SECOND), cause="capture was restarted"
    )
    asked = m.PracticeQuestionAsked(number=1, of=2, text="Why?")
    turn = m.TurnStarted(number=1, from_sample=round(2.3 * SECOND))
    for event in (lost, asked, turn):
        between = folded(*spoken(1, 0, 2))
        between.apply(m.Logged(9, 2_300_000_000, event))
        before = folded(*spoken(1, 0, 2), began(2, 2.5))
        for other in (began(2, 2.5), *spoken(3, 4, 5), began(4, 5.5)):
            between.apply(m.Logged(10, 10, other))
        assert utterances(before.before(("mic", 2))) == (1,)
        assert between.before(("mic", 2)) is None
        assert utterances(between.before(("mic", 4))) == (3,), "later turns are not affected"


@pytest.mark.parametrize(
    ("start_s", "stop_s", "beside"),
    [(1.0, 2.0, True), (2.4, 3.0, True), (0.0, 1.9, True), (3.0, 4.0, False), (0.0, 0.5, False)],
)
def test_words_beside_missing_audio_are_known(start_s: float, stop_s: float, beside: bool) -> None:
    def lost(ms: int) -> m.AudioLost:
        stop = 2 * SECOND + ms * SECOND // 1000
        return m.AudioLost(source="mic", start_sample=2 * SECOND, stop_sample=stop, cause="overflow")

    where = "mic", round(start_s * SECOND), round(stop_s * SECOND)
    assert folded(lost(300)).is_beside_gap(*where) is beside
    assert not folded(lost(20)).is_beside_gap(*where), "no word is so short"
    assert not folded(lost(300)).is_beside_gap("call", *where[1:])


def test_turn_has_the_words_and_samples_of_all_its_utterances() -> None:
    merged = final(2, "Tell me about a time when you failed.", start_s=0, end_s=4)
    merged.replaces.append(1)
    turns = folded(*spoken(1, 0, 2), began(2, 2.5), ended(2, 2.5, 4), merged, began(3, 4.5))
    turn = turns.before(("mic", 3))
    assert turn == Turn((1, 2), 0, 4 * SECOND, merged.stop_sample, merged.text)


def test_utterance_without_a_final_yet_is_continued() -> None:
    turns = folded(*spoken(1, 0, 2), began(2, 2.5), ended(2, 2.5, 4), began(3, 4.5))
    assert turns.before(("mic", 3)) == Turn((1, 2), 0, 4 * SECOND, 4 * SECOND + 512)


def test_revised_words_are_those_of_the_turn() -> None:
    revised = m.TranscriptRevised(source="mic", utterance=1, text="We did it.", compute_ms=1.0)
    turn = folded(*spoken(1, 0, 2), revised, began(2, 2.5)).before(("mic", 2))
    assert turn is not None
    assert turn.text == "We did it."


def test_utterance_without_words_is_in_no_turn() -> None:
    noise = [began(2, 2.3), ended(2, 2.3, 2.6), discarded(2)]
    assert utterances(folded(*spoken(1, 0, 2), *noise, began(3, 3)).before(("mic", 3))) == (1,)
    assert folded(began(1, 0), ended(1, 0, 2), discarded(1), began(2, 2.5)).before(("mic", 2)) is None


@pytest.mark.parametrize(
    ("other_s", "continues"),
    [
        (0.5, True),  # the other source speaks all the time
        (1.7, False),  # detected half a second later, in the pause
        (2.1, False),
        (2.4, True),  # both begin together
    ],
)
def test_another_speaker_in_the_pause_ends_the_turn(other_s: float, continues: bool) -> None:
    turns = folded(began(1, 0), began(7, other_s, "call"), *spoken(1, 0, 2)[1:], began(2, 2.5))
    assert utterances(turns.before(("mic", 2))) == ((1,) if continues else ())


def test_noise_of_another_source_does_not_end_the_turn() -> None:
    noise = began(7, 2.1, "call"), discarded(7, "call")
    assert utterances(folded(*spoken(1, 0, 2), *noise, began(2, 2.5)).before(("mic", 2))) == (1,)


@pytest.mark.parametrize(
    ("text", "length_s", "continues"), [("a.", 31, False), ("a", 31, True), ("a", 61, False)]
)
def test_long_turn_ends_with_a_sentence(text: str, length_s: float, continues: bool) -> None:
    turns = folded(*spoken(1, 0, length_s, text), began(2, length_s + 0.5))
    assert utterances(turns.before(("mic", 2))) == ((1,) if continues else ())


def test_first_utterance_and_unknown_ones_begin_a_turn() -> None:
    assert folded(began(1, 0)).before(("mic", 1)) is None
    assert folded().before(("mic", 3)) is None


@pytest.mark.parametrize("outcomes", [*product(["final", "discarded", "lost", "open"], repeat=3)])
@pytest.mark.parametrize("gaps_s", [*product([0.5, 1.5], repeat=3)])
def test_no_utterance_is_in_two_turns_and_none_is_skipped(
    outcomes: tuple[str, ...], gaps_s: tuple[float, ...]
) -> None:
    """Every world of four utterances, of which three are followed by another."""
    turns, at_s = folded(), 0.0
    with_words: list[int] = []
    for number, (outcome, gap_s) in enumerate(zip((*outcomes, "open"), (0.5, *gaps_s), strict=True), 1):
        at_s += gap_s
        turns.apply(m.Logged(0, 0, began(number, at_s)))
        before = utterances(turns.before(("mic", number)))
        assert before == tuple(with_words[-len(before) :] if before else ()), "in order, without holes"
        if gap_s > 1.2:
            assert not before or (gap_s == 1.5 and outcomes[number - 2] in ("discarded", "lost"))
        turns.apply(m.Logged(0, 0, ended(number, at_s, at_s + 1)))
        if outcome == "final":
            merged = final(number, "So it was.", start_s=at_s, end_s=at_s + 1)
            merged.replaces.extend(before)
            turns.apply(m.Logged(0, 0, merged))
        elif outcome == "discarded":
            turns.apply(m.Logged(0, 0, discarded(number)))
        elif outcome == "lost":
            lost = m.UtteranceLost(
                source="mic", utterance=number, start_sample=0, stop_sample=0, cause="overwritten"
            )
            turns.apply(m.Logged(0, 0, lost))
        if outcome in ("final", "open"):
            with_words.append(number)
        at_s += 1
