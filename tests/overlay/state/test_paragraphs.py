from __future__ import annotations

from bus import messages as m
from overlay.state.captions import Captions
from overlay.state.paragraphs import MOST_CHARACTERS
from tests.support.events import SECOND, final, log, partial


def fold(*events: m.Event) -> Captions:
    captions = Captions()
    for logged in log(*events):
        captions.apply(logged)
    return captions


def shown(*events: m.Event) -> list[tuple[str, str]]:
    return [(each.source, each.text) for each in fold(*events).paragraphs]


def speech(utterance: int, source: str, start_s: float) -> m.SpeechStarted:
    start = round(start_s * SECOND)
    return m.SpeechStarted(source=source, utterance=utterance, start_sample=start, detected_sample=start)


def test_turns_of_one_speaker_are_one_paragraph() -> None:
    turns = [final(1, "I was an engineer.", start_s=0), final(2, "For nine years.", start_s=3)]
    assert shown(*turns) == [("mic", "I was an engineer. For nine years.")]


def test_another_speaker_begins_another_paragraph() -> None:
    turns = [final(1, "Why?", "call", 0), final(1, "Because.", "mic", 2), final(2, "I see.", "call", 4)]
    assert shown(*turns) == [("call", "Why?"), ("mic", "Because."), ("call", "I see.")]


def test_words_in_progress_are_where_they_were_spoken() -> None:
    asked = final(1, "Why?", "call", 2, 3)
    assert shown(
        final(1, "Hello.", "mic", 0), asked, speech(2, "mic", 4), partial(2, "Because I", source="mic")
    ) == [("mic", "Hello."), ("call", "Why?"), ("mic", "Because I")]


def test_a_final_does_not_move_words_that_began_before_it() -> None:
    both = [speech(1, "call", 0), partial(1, "So what I", source="call"), final(1, "Yes.", "mic", 1)]
    assert shown(*both) == [("call", "So what I"), ("mic", "Yes.")]
    ended = final(1, "So what I wanted.", "call", 0, 3)
    assert shown(*both, ended) == [("call", "So what I wanted."), ("mic", "Yes.")]


def test_a_monologue_has_places_to_rest() -> None:
    words = "word " * 30
    turns = [final(number, words, start_s=number * 10) for number in range(1, 20)]
    lengths = [len(text) for _, text in shown(*turns)]
    assert len(lengths) > 3
    assert max(lengths) < MOST_CHARACTERS + len(words)


def test_spans_say_which_words_are_settled() -> None:
    captions = fold(
        final(1, "First.", start_s=0), speech(2, "mic", 2), partial(2, "and then maybe", stable_words=2)
    )
    (paragraph,) = captions.paragraphs
    assert paragraph.spans() == [("First. and then", True), ("maybe", False)]
