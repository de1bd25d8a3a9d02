"""Questions that a pause cuts: asked whole and once, the early one cancelled."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bus.messages import (
    AnswerFinished,
    AnswerRequested,
    AnswerStopped,
    Event,
    Logged,
    QuestionDetected,
    TranscriptRevised,
    UtteranceDiscarded,
)
from llm.commands import NEWER_QUESTION, Command, DiscardAnswer, RevealAnswer, StartAnswer
from llm.conversation import Conversation
from llm.notes.search import Notes
from llm.settings import LlmSettings
from tests.support.llm_events import final, pause

CUTS = tomllib.loads((Path(__file__).parents[1] / "data" / "cut_questions.toml").read_text("utf-8"))["cut"]
MIN_ASKED_WHOLE = 0.95

TIME, WHOLE = "Tell me about a time.", "Tell me about a time when you disagreed with your manager."


@dataclass
class Talk:
    """A conversation, and what stands after its steps."""

    conversation: Conversation = field(default_factory=lambda: live())
    standing: dict[int, str] = field(default_factory=dict)
    """Questions as a view shows them."""
    answering: list[int] = field(default_factory=list)
    """Numbers of the questions whose answers were started, each instead of the one before."""
    utterance: int = 0
    turn: list[int] = field(default_factory=list)

    def apply(self, event: Event) -> list[Event | Command]:
        steps = list(self.conversation.apply(Logged(1, 1, event)))
        for step in steps:
            if isinstance(step, QuestionDetected):
                self.standing.pop(step.replaces, None)
                self.standing[step.question] = step.text
            elif isinstance(step, StartAnswer | RevealAnswer) and not getattr(step, "early", False):
                self.answering.append(step.question)
        return steps

    def continue_turn(self, text: str) -> list[Event | Command]:
        """Publish the final of the next utterance, with the words of the turn so far."""
        self.utterance += 1
        steps = self.apply(final(text, "call", self.utterance, replaces=self.turn))
        self.turn.append(self.utterance)
        return steps


def live(answer: str = "auto", **more: bool) -> Conversation:
    conversation = Conversation(LlmSettings(answer=answer, **more), Notes([]))  # type: ignore[arg-type]
    assert list(conversation.go_live()) == []
    return conversation


def joined(cut: dict[str, Any], count: int) -> str:
    """Return the turn after so many pieces: whole at the end, before it with a full stop at the cut."""
    if count == len(cut["pieces"]):
        return str(cut["whole"])
    words = " ".join(cut["pieces"][:count]).split()
    return " ".join(cut["whole"].split()[: len(words)]).rstrip(".,?") + "."


def is_asked_whole(cut: dict[str, Any], *, eager: bool) -> bool:
    talk = Talk(live(eager=eager))
    for count in range(1, len(cut["pieces"]) + 1):
        if eager:
            talk.apply(pause(joined(cut, count), talk.utterance + 1, replaces=talk.turn))
        talk.continue_turn(joined(cut, count))
    asked = cut.get("asked", cut["whole"])
    return [*talk.standing.values()] == [asked] and talk.answering[-1:] == [*talk.standing]


@pytest.mark.parametrize("eager", [False, True])
def test_questions_with_a_pause_inside_are_asked_whole(eager: bool) -> None:
    failed = [cut["whole"] for cut in CUTS if not is_asked_whole(cut, eager=eager)]
    assert len(CUTS) >= 40
    assert len(failed) <= (1 - MIN_ASKED_WHOLE) * len(CUTS), failed


def test_a_question_that_grew_replaces_the_early_one_and_its_request() -> None:
    talk = Talk()
    talk.continue_turn(TIME)
    question, _, start = talk.continue_turn(WHOLE)
    assert isinstance(question, QuestionDetected)
    assert (question.question, question.text, question.replaces, question.utterance) == (2, WHOLE, 1, 2)
    assert isinstance(start, StartAnswer)  # stops the answer in progress, with NEWER_QUESTION
    assert (start.question, start.prompt.question) == (2, WHOLE)


def test_a_chain_replaces_question_by_question() -> None:
    talk = Talk()
    for text in ("What is a mutex?", "What is a mutex in Go?", "What is a mutex in Go for?"):
        talk.continue_turn(text)
    assert talk.standing == {3: "What is a mutex in Go for?"}


def test_more_speech_after_a_question_asks_nothing_again() -> None:
    talk = Talk()
    assert talk.continue_turn("So what is a mutex?")
    assert talk.continue_turn("So, what is a mutex? I ask because we use them a lot.") == []
    assert talk.continue_turn("So, what is a mutex? I ask because we use them a lot. Take your time.") == []


def test_a_question_that_moved_along_is_still_being_answered() -> None:
    talk = Talk()
    talk.continue_turn("So what is a mutex?")
    talk.continue_turn("So what is a mutex? Take your time.")
    assert talk.apply(AnswerRequested(by="view")) == []
    talk.apply(AnswerFinished(question=1, text="x", model="m", stop_reason="stop"))
    (question, *_) = talk.apply(AnswerRequested(by="view"))
    assert isinstance(question, QuestionDetected)
    assert (question.text, question.replaces) == ("What is a mutex?", 0)


@pytest.mark.parametrize("whole", ["I am not convinced that this scales.", "I am not sure, what is a mutex?"])
def test_words_asked_for_too_early_are_replaced(whole: str) -> None:
    talk = Talk(live("ask"))
    talk.continue_turn(whole[:12])
    talk.apply(AnswerRequested(by="view"))
    assert talk.continue_turn(whole) == []
    (question, *_) = talk.apply(AnswerRequested(by="view"))
    assert isinstance(question, QuestionDetected)
    assert (question.question, question.replaces, len(talk.standing)) == (2, 1, 1)


def test_a_question_may_grow_after_words_that_changed_nothing() -> None:
    talk = Talk()
    talk.continue_turn("What is a mutex?")
    talk.continue_turn("What is a mutex? Well.")
    talk.continue_turn("What is a mutex, and how does it differ from a semaphore?")
    assert talk.standing == {2: "What is a mutex, and how does it differ from a semaphore?"}


def test_the_words_before_a_cut_are_not_joined_twice() -> None:
    talk = Talk()
    talk.continue_turn("So how would you")
    talk.continue_turn("So how would you design a cache?")
    assert [*talk.standing.values()] == ["How would you design a cache?"]


def test_other_speakers_in_between_are_kept() -> None:
    talk = Talk(live(listen_to="everyone"))  # type: ignore[arg-type]
    talk.continue_turn(TIME)
    talk.apply(final("What do you mean by that?", "mic"))
    talk.continue_turn(WHOLE)
    assert [*talk.standing.values()] == ["What do you mean by that?", WHOLE]
    assert talk.apply(final("What do you mean by that?", "mic")) == [], "repeated by a restarted stt"


def test_repeated_finals_change_nothing() -> None:
    talk = Talk()
    talk.continue_turn(TIME)
    talk.continue_turn(WHOLE)
    for again in (final(TIME), final(WHOLE, utterance=2, replaces=[1])):
        assert talk.apply(again) == []


def test_a_joined_question_that_the_llm_stage_joins_itself_is_replaced_too() -> None:
    talk = Talk()
    talk.apply(final("what is the time complexity of quicksort"))
    talk.apply(final("In the worst case.", utterance=2, start_s=3.5))
    assert talk.standing == {2: "What is the time complexity of quicksort in the worst case."}


def test_follow_up_of_a_joined_question_names_it_whole() -> None:
    talk = Talk()
    talk.continue_turn("Which database.")
    talk.continue_turn("Which database did you choose?")
    (question, *_) = talk.apply(final("And why that one?", utterance=3, start_s=9))
    assert isinstance(question, QuestionDetected)
    assert question.previous == "Which database did you choose?"


# --- pauses ------------------------------------------------------------------------------------------------


def test_an_early_answer_to_the_whole_question_is_revealed() -> None:
    talk = Talk(live(eager=True))
    talk.continue_turn(TIME)
    (start,) = talk.apply(pause(WHOLE, 2, replaces=[1]))
    assert isinstance(start, StartAnswer)
    assert (start.early, start.prompt.question) == (True, WHOLE)
    question, _, reveal = talk.continue_turn(WHOLE)
    assert isinstance(question, QuestionDetected)
    assert (question.replaces, reveal) == (1, RevealAnswer(2))


def test_a_pause_after_more_words_starts_nothing_again() -> None:
    talk = Talk(live(eager=True))
    talk.continue_turn("What is a mutex?")
    assert talk.apply(pause("What is a mutex? Well.", 2, replaces=[1])) == []
    (start,) = talk.apply(pause("What is a mutex in Go?", 2, quiet_s=4.0, replaces=[1]))
    assert isinstance(start, StartAnswer)
    assert talk.continue_turn("What is a mutex? Well.") == [DiscardAnswer(start.question)]


def test_the_question_stands_when_what_followed_had_no_words() -> None:
    talk = Talk(live(eager=True))
    talk.continue_turn(TIME)
    talk.apply(pause(WHOLE, 2, replaces=[1]))
    nothing = UtteranceDiscarded(source="call", utterance=2, start_sample=0, stop_sample=1, cause="no words")
    assert talk.apply(nothing) == [DiscardAnswer(2)]
    assert talk.standing == {1: TIME}
    assert talk.apply(final("Take your time.", utterance=3, start_s=9)) == []


# --- revisions ---------------------------------------------------------------------------------------------


def revised(text: str, utterance: int = 1) -> TranscriptRevised:
    return TranscriptRevised(source="call", utterance=utterance, text=text, compute_ms=900.0)


def test_a_revision_asks_what_the_final_did_not() -> None:
    talk = Talk()
    assert talk.continue_turn("I like Postgres.") == []
    talk.apply(revised("Why Postgres?"))
    assert talk.standing == {1: "Why Postgres?"}
    assert talk.apply(revised("Why Postgres?")) == []


def test_a_revision_of_a_question_asks_nothing_and_is_remembered() -> None:
    talk = Talk()
    talk.continue_turn("What is a new text?")
    assert talk.apply(revised("What is a mutex?")) == []
    (question, *_) = talk.apply(final("And why that one?", utterance=2, start_s=9))
    assert isinstance(question, QuestionDetected)
    assert question.previous == "What is a mutex?"


def test_a_revision_of_replaced_or_older_words_asks_nothing() -> None:
    talk = Talk()
    talk.continue_turn("I like Postgres.")
    talk.continue_turn("I like Postgres. We all do.")
    assert talk.apply(revised("Why Postgres?")) == []
    talk.apply(final("The weather is nice.", utterance=3, start_s=30))
    assert talk.apply(revised("Why Postgres?", 2)) == []


# --- restarts ----------------------------------------------------------------------------------------------


def asked(number: int, text: str, utterance: int, replaces: int = 0) -> QuestionDetected:
    return QuestionDetected(
        question=number,
        source="call",
        utterance=utterance,
        text=text,
        confidence=0.95,
        kind="question",
        replaces=replaces,
    )


def restarted(*history: Event) -> list[Event | Command]:
    conversation = Conversation(LlmSettings(), Notes([]))
    for event in history:
        assert list(conversation.apply(Logged(1, 1, event))) == []
    return list(conversation.go_live())


def test_a_question_that_grew_before_a_restart_is_asked_after_it() -> None:
    stopped, question, *_ = restarted(final(TIME), asked(1, TIME, 1), final(WHOLE, utterance=2, replaces=[1]))
    assert stopped == AnswerStopped(question=1, cause=NEWER_QUESTION, kept="")
    assert isinstance(question, QuestionDetected)
    assert (question.text, question.replaces) == (WHOLE, 1)


def test_a_question_that_moved_along_before_a_restart_is_not_asked_again() -> None:
    more = final("What is a mutex? Take your time.", utterance=2, replaces=[1])
    done = AnswerFinished(question=1, text="x", model="m", stop_reason="stop")
    first = final("What is a mutex?")
    for history in ([first, asked(1, first.text, 1), more], [first, more, asked(1, first.text, 1)]):
        assert restarted(*history, done) == []
