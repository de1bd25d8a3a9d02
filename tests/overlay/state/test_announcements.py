from __future__ import annotations

from bus import messages as m
from overlay.state.announcements import Announcements, Mode, speaking_s
from overlay.state.captions import Captions
from tests.support import sample_session as story
from tests.support.events import final, log

FIRST = "The hardest part was finding out that we were waiting for ourselves."


def announced(mode: Mode, *events: m.Event) -> list[str]:
    """Return what is announced if each announcement is over before the next event."""
    captions, announcements, texts = Captions(), Announcements(mode), []
    for logged in log(*events):
        captions.apply(logged)
        announcements.apply(captions)
        texts.append(announcements.take())
    return [text for text in texts if text]


def test_question_and_first_sentence_of_the_answer_are_announced_once() -> None:
    events = [*story.opening(), *story.talk(), *story.asked(), *story.streamed(), story.finished()]
    assert announced("answers", *events) == ["Question: What was the hardest part of that?", FIRST]


def test_a_first_sentence_waits_until_it_is_complete() -> None:
    half = m.AnswerStreamed(question=1, delta="**The hardest part was find", received_ns=0)
    assert announced("answers", *story.opening(), *story.asked(), half) == [
        "Question: What was the hardest part of that?"
    ]
    stopped = m.AnswerStopped(question=1, cause="cancelled", kept="Yes", fix="")
    assert announced("answers", *story.opening(), *story.asked(), stopped)[-1] == "Yes"


def test_the_users_own_answer_is_announced() -> None:
    assert announced("answers", *story.opening(), *story.asked(), story.prepared())[-1] == "Two reasons."


def test_trouble_is_announced_when_it_begins() -> None:
    died = m.StageDied(stage="stt", cause="killed by signal 9")
    ready = m.StageReady(stage="stt", detail="base")
    texts = announced("answers", *story.opening(), died, final(1, "Yes."), ready, died)
    assert texts == ["stt stopped and is starting again."] * 2


def test_words_of_the_other_party_are_announced_on_request() -> None:
    events = [*story.opening(), *story.talk()]
    assert announced("answers", *events) == []
    assert announced("all", *events) == [
        "Them: Thanks for making the time today.",
        "Them: You wrote that you ran the payments queue. What was the hardest part of that?",
    ]
    assert announced("off", *events, *story.asked(), *story.trouble()) == []


def test_the_newest_replaces_what_still_waits() -> None:
    captions, announcements = Captions(), Announcements("all")
    for logged in log(*story.opening(), *story.talk(), *story.asked(), *story.streamed()):
        captions.apply(logged)
        announcements.apply(captions)
    assert announcements.take() == FIRST
    assert announcements.take() == ""


def test_longer_texts_are_spoken_longer_within_limits() -> None:
    assert speaking_s("Yes.") < speaking_s("word " * 12) < speaking_s("word " * 500) <= 10
