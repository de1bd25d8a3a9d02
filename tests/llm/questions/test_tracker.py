"""Question tracking across utterances."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bus.audio import SAMPLE_RATE
from bus.messages import EndpointPredicted, FinalTranscribed, QuestionSpan, TranscriptRevised
from llm.questions.tracker import REMEMBERED_TURNS, DetectedQuestion, QuestionTracker
from llm.settings import LlmSettings
from tests.support.llm_events import final

TALKS = tomllib.loads((Path(__file__).parents[2] / "data" / "talks.toml").read_text("utf-8"))["talk"]


@dataclass
class Talk:
    """Utterances of several speakers, one second apart by default."""

    tracker: QuestionTracker = field(default_factory=lambda: QuestionTracker(LlmSettings()))
    utterances: dict[str, int] = field(default_factory=dict)
    at_s: float = 0.0

    def publish(self, text: str, source: str = "call", *, after_s: float = 1.0) -> DetectedQuestion | None:
        self.utterances[source] = self.utterances.get(source, 0) + 1
        start_s = self.at_s + after_s
        self.at_s = start_s + 2
        return self.tracker.detect(final(text, source, self.utterances[source], start_s))


def span(utterance: int, start_character: int, stop_character: int) -> QuestionSpan:
    return QuestionSpan(utterance=utterance, start_character=start_character, stop_character=stop_character)


def paused(text: str, utterance: int, quiet_sample: int) -> EndpointPredicted:
    return EndpointPredicted(
        source="call",
        utterance=utterance,
        start_sample=quiet_sample - SAMPLE_RATE,
        quiet_sample=quiet_sample,
        wait_ms=320,
        reason="question",
        text=text,
    )


def test_question_of_other_party() -> None:
    asked = Talk().publish("Why did you choose Postgres?")
    assert asked == DetectedQuestion(
        "call", 1, "Why did you choose Postgres?", 0.95, "question", spans=(span(1, 0, 28),)
    )


def test_own_question_is_ignored() -> None:
    assert Talk().publish("Could you repeat the figures for me, and what is the deadline?", "mic") is None


def test_everyones_questions_with_listen_to_everyone() -> None:
    talk = Talk(QuestionTracker(LlmSettings(listen_to="everyone")))
    assert talk.publish("Why did I choose Postgres?", "mic") is not None


def test_min_confidence() -> None:
    talk = Talk(QuestionTracker(LlmSettings(min_confidence=0.9)))
    assert talk.publish("what is a deadlock") is None
    assert talk.publish("What is a deadlock?") is not None


def test_question_across_two_utterances() -> None:
    talk = Talk()
    assert talk.publish("So what would you do if the") is None
    asked = talk.publish("Database went down during a release?")
    assert asked is not None
    assert asked.text == "What would you do if the database went down during a release?"
    assert asked.utterance == 2


def test_second_half_may_ask_alone() -> None:
    talk = Talk()
    talk.publish("So how would you")
    asked = talk.publish("design a cache?")
    assert asked is not None
    assert asked.text == "How would you design a cache?"


def test_question_is_not_made_of_words_around_a_gap() -> None:
    first, second = "Why didn't", "capturing captured earlier?"
    whole = QuestionTracker(LlmSettings())
    whole.detect(final(first))
    joined = whole.detect(final(second, utterance=2, start_s=2.5))
    assert joined is not None
    assert joined.text.startswith(first)
    cut = QuestionTracker(LlmSettings())
    cut.detect(replace(final(first), beside_gap=True))
    alone = cut.detect(replace(final(second, utterance=2, start_s=2.5), beside_gap=True))
    assert alone is None or first not in alone.text


def test_other_voice_does_not_separate_halves() -> None:
    talk = Talk()
    talk.publish("And what was the hardest part of...")
    talk.publish("Mm-hmm.", "mic", after_s=-1.5)
    asked = talk.publish("moving to the new system?", after_s=-1)
    assert asked is not None
    assert asked.text == "What was the hardest part of moving to the new system?"


def test_distant_halves_are_not_joined() -> None:
    talk = Talk()
    talk.publish("So what would you do if the")
    assert talk.publish("Database is a funny word.", after_s=30) is None


def test_announcement_is_left_out() -> None:
    talk = Talk()
    talk.publish("And the next thing is,")
    asked = talk.publish("What is your biggest weakness?")
    assert asked is not None
    assert asked.text == "What is your biggest weakness?"


def test_continued_question_replaces_first() -> None:
    talk = Talk()
    assert talk.publish("what is the time complexity of quicksort") is not None
    asked = talk.publish("In the worst case.")
    assert asked is not None
    assert asked.text == "What is the time complexity of quicksort in the worst case."


def test_statement_after_question_changes_nothing() -> None:
    talk = Talk()
    assert talk.publish("What is your notice period?") is not None
    assert talk.publish("Okay.") is None
    assert talk.publish("I will write that down.") is None


def test_follow_up_has_previous_question() -> None:
    talk = Talk()
    talk.publish("Which database did you choose?")
    talk.publish("Postgres.", "mic")
    asked = talk.publish("And why that one?")
    assert asked is not None
    assert (asked.kind, asked.previous) == ("follow-up", "Which database did you choose?")


def test_chain_of_follow_ups_has_first_question() -> None:
    talk = Talk()
    talk.publish("Which database did you choose?")
    talk.publish("And why that one?")
    asked = talk.publish("How did that go?")
    assert asked is not None
    assert asked.previous == "Which database did you choose?"


def test_standalone_question_has_no_previous() -> None:
    talk = Talk()
    talk.publish("Which database did you choose?")
    asked = talk.publish("Where do you see yourself in five years?")
    assert asked is not None
    assert (asked.kind, asked.previous) == ("question", "")


def test_old_question_has_no_follow_up() -> None:
    talk = Talk()
    talk.publish("Which database did you choose?")
    asked = talk.publish("And why that one?", after_s=600)
    assert asked is not None
    assert asked.previous == ""


def test_repeated_final_is_ignored() -> None:
    tracker = QuestionTracker(LlmSettings())
    assert tracker.detect(final("What is a mutex?")) is not None
    assert tracker.detect(final("What is a mutex?")) is None


def test_latest_words_without_question() -> None:
    talk = Talk()
    talk.publish("I am not convinced that this scales.")
    assert talk.tracker.latest() == DetectedQuestion(
        "call", 1, "I am not convinced that this scales.", 1.0, "asked for", spans=(span(1, 0, 36),)
    )


def test_recent_question_is_latest() -> None:
    talk = Talk()
    talk.publish("What would you do?")
    talk.publish("Take your time.")
    asked = talk.tracker.latest()
    assert asked is not None
    assert (asked.text, asked.kind) == ("What would you do?", "asked for")


def test_old_question_is_not_latest() -> None:
    talk = Talk()
    talk.publish("What would you do?")
    for _ in range(3):
        talk.publish("The last quarter was difficult for us.")
    asked = talk.tracker.latest()
    assert asked is not None
    assert asked.text == "The last quarter was difficult for us."


def test_own_words_only_without_other_party() -> None:
    talk = Talk()
    talk.publish("I would start with the logs.", "mic")
    asked = talk.tracker.latest()
    assert asked is not None
    assert asked.source == "mic"
    talk.publish("Go on with the second part.")
    talk.publish("I would read the code.", "mic")
    asked = talk.tracker.latest()
    assert asked is not None
    assert asked.source == "call"


def test_nothing_is_latest_before_any_word() -> None:
    assert QuestionTracker(LlmSettings()).latest() is None


def turns(talk: dict[str, Any]) -> list[tuple[FinalTranscribed, str, str]]:
    """Return the finals of a written talk, each with what is to be answered then and what that leans on."""
    ended_s: dict[str, float] = {}
    counts: dict[str, int] = {}
    received = []
    for turn in talk["turns"]:
        source = "call" if "call" in turn else "mic"
        counts[source] = counts.get(source, 0) + 1
        start_s = ended_s.get(source, 0.0) + turn.get("after_s", 1.0)
        ended_s[source] = start_s + 2
        said = final(turn[source], source, counts[source], start_s)
        received.append((said, turn.get("asked", ""), turn.get("previous", "")))
    return received


@pytest.mark.parametrize("talk", TALKS, ids=[talk["about"] for talk in TALKS])
def test_labelled_talks(talk: dict[str, Any]) -> None:
    tracker = QuestionTracker(LlmSettings(listen_to=talk.get("listen_to", "other")))
    for said, text, previous in turns(talk):
        asked = tracker.detect(said)
        assert (asked.text if asked else "", asked.previous if asked else "") == (text, previous)


@pytest.mark.parametrize("talk", TALKS, ids=[talk["about"] for talk in TALKS])
def test_prediction_at_pause_equals_final(talk: dict[str, Any]) -> None:
    tracker = QuestionTracker(LlmSettings(listen_to=talk.get("listen_to", "other")))
    for said, _, _ in turns(talk):
        pause = EndpointPredicted(
            source=said.source,
            utterance=said.utterance,
            start_sample=said.start_sample,
            quiet_sample=said.quiet_sample,
            wait_ms=320,
            reason="question",
            text=said.text,
        )
        guesses = [tracker.predict(pause), tracker.predict(pause)]
        asked = tracker.detect(said)
        assert guesses == [asked, asked]


def test_spans_across_two_utterances() -> None:
    talk = Talk()
    talk.publish("Right. So what would you do if the")
    asked = talk.publish("Database went down? Take your time.")
    assert asked is not None
    assert asked.text == "What would you do if the database went down?"
    assert asked.spans == (span(1, 10, 34), span(2, 0, 19))


def test_self_answered_question_is_not_latest() -> None:
    talk = Talk()
    assert talk.publish("Why did we pick Go?") is not None
    talk.publish("Because the team knew it already.")
    asked = talk.tracker.latest()
    assert asked is not None
    assert asked.text == "Because the team knew it already."


def test_prediction_changes_no_state() -> None:
    talk = Talk()
    assert talk.tracker.predict(paused("What is a mutex?", 1, 32000)) is not None
    assert talk.tracker.latest() is None
    assert talk.publish("What is a mutex?") is not None
    assert talk.tracker.predict(paused("What is a mutex?", 1, 32000)) is None


TEXTS = (
    "Why did you choose Postgres?",
    "So what would you do if the",
    "database went down?",
    "And why that one?",
    "In the worst case.",
    "Suppose the site is down.",
    "Mm-hmm.",
    "Because we knew it.",
)


@given(st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(["call", "mic"]), st.integers(0, 2))))
def test_replaced_utterances_leave_no_trace(plan: list[tuple[str, str, int]]) -> None:
    tracker = QuestionTracker(LlmSettings(listen_to="everyone"))
    standing: list[FinalTranscribed] = []
    for number, (text, source, joined) in enumerate(plan[:REMEMBERED_TURNS], 1):
        turns = [each for each in standing if each.source == source][-joined:] if joined else []
        replaces = [part for each in turns for part in (*each.replaces, each.utterance)]
        words = " ".join((*(each.text for each in turns), text))
        said = final(words, source, number, 3.0 * number, replaces=replaces)
        standing = [each for each in standing if each not in turns] + [said]
        asked = tracker.detect(said)
        fresh = QuestionTracker(LlmSettings(listen_to="everyone"))
        expected = [fresh.detect(each) for each in standing][-1]
        assert (asked, tracker.latest()) == (expected, fresh.latest())


def test_revised_words_leave_no_trace() -> None:
    talk, fresh = Talk(), Talk()
    talk.publish("What is a new text?")
    talk.publish("Mm-hmm.", "mic")
    talk.tracker.revise(
        TranscriptRevised(source="call", utterance=1, text="What is a mutex?", compute_ms=900.0)
    )
    fresh.publish("What is a mutex?")
    fresh.publish("Mm-hmm.", "mic")
    for each in (talk, fresh):
        each.publish("And why that one?")
    assert talk.tracker.latest() == fresh.tracker.latest()
