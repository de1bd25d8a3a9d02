"""Plays questions with a pause inside, and counts those that are asked whole, and once.

The questions are spoken by espeak-ng, each in two pieces with 0.4 to 1.2 s between them, through a session
without a provider; another voice answers. A question is asked whole if the last one that stands for it has
nearly all words that were transcribed, and those are about as many as were spoken: the voices are not always
understood, and this is not about words.
"""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.harness.consumer import Received, run_session
from bench.harness.corpus import Audio, Utterance
from bench.harness.report import show
from bench.harness.transcript import Transcript
from bench.harness.voices import VOICES, speak
from bench.latency.timeline import SOURCES, Turn, lay_out
from bus.audio import SAMPLE_RATE
from livebench.scoring.words import plain_words

QUESTIONS = (
    ("Tell me about a time", "when you disagreed with your manager."),
    ("How would you design", "a rate limiter for a public interface?"),
    ("What was the hardest part", "of moving the service to the cloud?"),
    ("Can you explain the difference", "between a process and a thread?"),
    ("Why did you decide", "to leave your last company?"),
    ("Could you walk me through", "the way you would debug a slow query?"),
    ("What would you do", "if a production deployment failed at night?"),
    ("How do you make sure", "that a message is delivered only once?"),
    ("Describe a project", "that did not go as you had planned."),
    ("What happens in the browser", "after you type an address and press return?"),
    ("Which part of the system", "would you rewrite if you had the time?"),
    ("How many people", "were on the team when you joined?"),
    ("Where do you see yourself", "five years from now?"),
    ("Do you prefer to work alone", "or together with other people?"),
    ("What is the biggest risk", "in the plan that you have described?"),
    ("Have you ever had to tell a customer", "that the product could not do what they needed?"),
    ("How long did it take", "until the numbers got better again?"),
    ("Is there anything", "that you would do differently today?"),
    ("Who decides in your team", "which of the bugs are fixed first?"),
    ("When would you choose", "a document store over a relational database?"),
    ("Tell me how you would explain", "the idea of recursion to a child."),
    ("What do you think", "about writing the tests before the code?"),
    ("Can you give me an example", "of feedback that was difficult to hear?"),
    ("How does garbage collection", "work in the language that you know best?"),
    ("What made you interested", "in the position that we have advertised?"),
    ("If you had to cut the budget in half", "what would you stop doing first?"),
    ("Would you rather", "ship late or ship with a known problem?"),
    ("What are the three things", "that matter most to you in a job?"),
    ("How did you find out", "that the memory was leaking?"),
    ("Please describe", "how the payment service talks to the bank."),
    ("What would your colleagues say", "if I asked them about your weaknesses?"),
    ("How do you keep up", "with everything that changes in your field?"),
    ("Why is it important", "that an operation can be repeated safely?"),
    ("Could you tell us", "what the contract says about cancellation?"),
    ("At what point", "did you notice that the estimate was wrong?"),
    ("Do you know", "how the new pricing compares with the old one?"),
    ("How would you test", "a function that depends on the current time?"),
    ("What kind of manager", "brings out the best in you?"),
    ("Can we talk about", "how you measure whether a feature is successful?"),
    ("In which situations", "would you not use a cache?"),
)  # fmt: skip
_ANSWER = "Well, I would say that it depends."
_PAUSES_S = (0.4, 1.2)
_ASKED_SHARE, _TRANSCRIBED_SHARE = 0.8, 0.7


@dataclass(frozen=True)
class _Asked:
    """A question of a session."""

    text: str
    start_s: float
    """Where its utterance begins, pre-roll included."""


def measure(seed: int, *, show_errors: bool) -> None:
    """Play the questions and print.

    Raises:
        Failure: espeak-ng is missing, or the session failed.
    """
    chance = random.Random(seed)
    pauses_s = [chance.uniform(*_PAUSES_S) for _ in QUESTIONS]
    voices = itertools.cycle(VOICES[:-1])  # the last one whispers
    answer = Utterance("answer", _ANSWER, speak(_ANSWER, VOICES[0]))
    clips = []
    for pieces, voice, pause_s in zip(QUESTIONS, voices, pauses_s, strict=False):
        clips += [Utterance(" ".join(pieces), " ".join(pieces), _with_pause(pieces, voice, pause_s)), answer]
    timeline = lay_out(clips, SOURCES, seed)
    with tempfile.TemporaryDirectory() as directory:
        options = ["--provider", "none", "--view", "none"]
        received = run_session(timeline.write(Path(directory)), options).received
    asked, transcribed = _asked(received), _transcribed(received)
    turns = [turn for turn in timeline.turns if turn.text != _ANSWER]
    results = [_result(turn, asked, transcribed) for turn in turns]
    if show_errors:
        for turn, pause_s, result in zip(turns, pauses_s, results, strict=True):
            if not all(result):
                print(f"{pause_s:.2f} s: {turn.text}: {[each.text for each in asked if _is_in(turn, each)]}")
    whole, once = (sum(each) for each in zip(*results, strict=True))
    detected = [each.event for each in received if each.event["type"] == "QuestionDetected"]
    replaced = sum(1 for event in detected if event["replaces"])
    rows = [
        ("questions with a pause inside", str(len(QUESTIONS))),
        ("asked whole", f"{whole} ({whole / len(QUESTIONS):.0%})"),
        ("one question stands", f"{once} ({once / len(QUESTIONS):.0%})"),
        ("asked too early and replaced", str(replaced)),
    ]
    figures = {"questions": len(QUESTIONS), "whole": whole, "once": once, "replaced": replaced}
    show("cut-questions", rows, figures)


def _with_pause(pieces: Sequence[str], voice: str, pause_s: float) -> Audio:
    first, second = (speak(piece, voice) for piece in pieces)
    return np.concatenate((first, np.zeros(round(pause_s * SAMPLE_RATE), np.float32), second))


def _asked(received: Sequence[Received]) -> list[_Asked]:
    """Return the questions that stand at the end."""
    starts: dict[int, float] = {}
    asked: dict[int, _Asked] = {}
    for event in (each.event for each in received):
        if event.get("source") != SOURCES[0]:
            continue
        if event["type"] == "SpeechStarted":
            starts[event["utterance"]] = event["start_sample"] / SAMPLE_RATE
        elif event["type"] == "QuestionDetected":
            asked.pop(event["replaces"], None)
            start_s = starts.get(event["utterance"], 0.0)
            asked[event["question"]] = _Asked(event["text"], start_s)
    return list(asked.values())


def _transcribed(received: Sequence[Received]) -> list[tuple[float, str]]:
    """Return the start and the text of each turn as it stands at the end."""
    transcript, starts = Transcript(), dict[int, float]()
    for event in (each.event for each in received if each.event.get("source") == SOURCES[0]):
        transcript.apply(event)
        if event["type"] == "FinalTranscribed":
            starts[event["utterance"]] = event["start_sample"] / SAMPLE_RATE
    return [(starts[number], text) for number, text in transcript.texts.items()]


def _result(
    turn: Turn, asked: Sequence[_Asked], transcribed: Sequence[tuple[float, str]]
) -> tuple[bool, bool]:
    """Return whether a question was asked whole, and whether only one stands for it."""
    mine = [each for each in asked if _is_in(turn, each)]
    texts = [text for start_s, text in transcribed if turn.start_s - 1 < start_s < turn.end_s]
    words, found = plain_words(" ".join(texts)), set(plain_words(mine[-1].text)) if mine else set()
    covered = sum(word in found for word in words) >= _ASKED_SHARE * len(words)
    return covered and len(words) >= _TRANSCRIBED_SHARE * len(plain_words(turn.text)), len(mine) == 1


def _is_in(turn: Turn, asked: _Asked) -> bool:
    return turn.start_s - 1 < asked.start_s < turn.end_s
