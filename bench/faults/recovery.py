"""Evaluates injected faults: time until each stage worked again, and losses.

Pure: reads the lines that the session printed; the log's timestamps are the clock.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.faults.fault_injector import InjectedFault
from bench.harness.transcript import Transcript
from bus.audio import SAMPLE_RATE

Event = Mapping[str, Any]

_WORK = {
    "capture": {"CaptureStarted"},
    "stt": {"PartialTranscribed", "EndpointPredicted", "FinalTranscribed", "UtteranceDiscarded"},
    "llm": {"AnswerStreamed", "AnswerFinished"},
}
"""Events that show that a restarted stage works; for other stages StageReady, because they publish nothing
until there is speech."""

_OUTCOMES = ("FinalTranscribed", "UtteranceDiscarded", "UtteranceLost")


@dataclass(frozen=True)
class Recovery:
    """Recovery from one fault; None if it did not happen before the session's end."""

    stage: str
    found_s: float | None
    """From the fault to the supervisor's `StageDied`."""
    ready_s: float | None
    works_s: float | None
    """From the fault to the first work of the new process."""


@dataclass(frozen=True)
class Gap:
    """Audio that was lost when capture was hit: as reported, and its deviation from the truth."""

    lost_ms: float
    start_off_ms: float
    stop_off_ms: float


@dataclass(frozen=True)
class OutcomeCounts:
    """Utterances of a session without exactly one outcome."""

    utterances: int
    lost: int
    doubled: int
    out_of_order: int


def recovery(fault: InjectedFault, events: Sequence[Event]) -> Recovery:
    """Return the recovery from a fault."""
    part, _, source = fault.stage.partition(":")
    died = next(_after(events, fault.injected_ns, {"StageDied"}, stage=fault.stage), None)
    if died is None:
        return Recovery(fault.stage, None, None, None)
    ready = next(_after(events, died, {"StageReady"}, stage=fault.stage), None)
    named = {"source": source} if source else {}
    began = next(_after(events, died, {"StageStarted"}, stage=fault.stage), died)
    works = next(_after(events, began, _WORK[part], **named), None) if part in _WORK else ready
    return Recovery(fault.stage, *(_seconds(fault.injected_ns, at_ns) for at_ns in (died, ready, works)))


def gap(fault: InjectedFault, events: Sequence[Event]) -> Gap | None:
    """Return the reported loss of audio after a fault of capture; None if none was reported."""
    source = fault.stage.partition(":")[2]
    starts = [event for event in events if event["type"] == "CaptureStarted" and event["source"] == source]
    again = next((start for start in starts if start["logged_ns"] > fault.injected_ns), None)
    if again is None:
        return None
    injected_sample = (fault.injected_ns - again["first_sample_ns"]) * SAMPLE_RATE / 1e9
    reported = next(
        (
            event
            for event in events
            if event["type"] == "AudioLost"
            and event["source"] == source
            and event["logged_ns"] > fault.injected_ns
        ),
        None,
    )
    if reported is None:
        return None
    return Gap(
        lost_ms=(reported["stop_sample"] - reported["start_sample"]) / SAMPLE_RATE * 1e3,
        start_off_ms=(reported["start_sample"] - injected_sample) / SAMPLE_RATE * 1e3,
        stop_off_ms=(reported["stop_sample"] - again["start_sample"]) / SAMPLE_RATE * 1e3,
    )


def account(events: Sequence[Event]) -> OutcomeCounts:
    """Count the utterances with no outcome, with two, or out of order within their source."""
    started = {_key(event) for event in events if event["type"] in ("SpeechStarted", "SpeechEnded")}
    ends = [_key(event) for event in events if event["type"] in _OUTCOMES]
    lost = {_key(event) for event in events if event["type"] == "UtteranceLost"}
    counted = Counter(ends)
    out_of_order = 0
    for source in {source for source, _ in ends}:
        numbers = [number for of, number in ends if of == source]
        out_of_order += sum(later < earlier for earlier, later in itertools.pairwise(numbers))
    return OutcomeCounts(
        utterances=len(started),
        lost=len((started - set(ends)) | lost),
        doubled=sum(count > 1 for count in counted.values()),
        out_of_order=out_of_order,
    )


def count_double_answers(events: Sequence[Event]) -> int:
    """Count the questions with two answers at once, or with two outcomes."""
    twice = set()
    ends = Counter(
        event["question"] for event in events if event["type"] in ("AnswerFinished", "AnswerStopped")
    )
    twice |= {question for question, count in ends.items() if count > 1}
    places = Counter(
        (event["source"], event["utterance"], event["text"])
        for event in events
        if event["type"] == "QuestionDetected"
    )
    return len(twice) + sum(count > 2 for count in places.values())


def transcript(events: Sequence[Event], source: str) -> str:
    """Return the transcript of a source as it stands at the end, in the order of speech."""
    found = Transcript()
    for event in events:
        if event.get("source") == source:
            found.apply(event)
    return " ".join(found.texts.values())


def _after(events: Sequence[Event], after_ns: int, kinds: set[str], **named: str) -> Iterator[int]:
    """Yield the times of events of these kinds after a moment."""
    for event in events:
        fits = all(event.get(name) == value for name, value in named.items())
        if event["logged_ns"] > after_ns and event["type"] in kinds and fits:
            yield event["logged_ns"]


def _key(event: Event) -> tuple[str, int]:
    return event["source"], event["utterance"]


def _seconds(from_ns: int, to_ns: int | None) -> float | None:
    return None if to_ns is None else (to_ns - from_ns) / 1e9
