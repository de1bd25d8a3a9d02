"""Projection of a session's events to utterances, with the consumer's arrival times.

Every time is in seconds on the source's clock: 0 is when its first sample was due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.harness.consumer import Received, first_sample_ns
from bench.latency.attribution import Span
from bus.audio import SAMPLE_RATE

_ENDINGS = ("FinalTranscribed", "UtteranceDiscarded", "UtteranceLost")


@dataclass(frozen=True)
class Partial:
    """A version of the transcript before the final: a partial, or the words at a pause."""

    received_s: float
    text: str
    stable_words: int
    replaces: tuple[int, ...] = ()
    """Earlier utterances whose words it contains."""


@dataclass(frozen=True)
class Revision:
    """Other words for a final, found later."""

    received_s: float
    text: str


@dataclass(frozen=True)
class Final:
    """The final transcript of an utterance, with its costs."""

    logged_s: float
    received_s: float
    text: str
    speculative: bool
    retried: bool
    queue_ms: float
    compute_ms: float
    """Of the pass that produced the words."""
    replaces: tuple[int, ...] = ()
    """Earlier utterances whose words it contains."""


@dataclass
class TranscribedUtterance:
    """One utterance."""

    source: str
    number: int
    start_s: float = 0.0
    quiet_s: float = 0.0
    """End of the last speech, as detected."""
    decided_s: float = 0.0
    """Time at which the end was decided."""
    decision_logged_s: float = 0.0
    cause: str = ""
    pauses: list[tuple[float, float]] = field(default_factory=list)
    """From the start of each pause to its end, or to the decision of the utterance's end."""
    partials: list[Partial] = field(default_factory=list)
    predictions: list[Partial] = field(default_factory=list)
    """The words at each pause, as a speculative pass found them."""
    revisions: list[Revision] = field(default_factory=list)
    final: Final | None = None
    """None if it had no words, or was lost."""
    ended: str = ""
    """The event that closed it."""
    ended_s: float = 0.0
    """Time at which the consumer received that event."""
    passes: int = 0
    """Passes started for it, partials included; 0 if the program does not report it."""
    wasted_passes: int = 0
    """Speculative passes among them that were discarded because the speaker continued."""
    all_compute_ms: float = 0.0
    """Total duration of all passes; 0 if the program does not report it."""
    predicted: dict[float, str] = field(default_factory=dict)
    """For each pause the class of the words before it."""

    @property
    def reason(self) -> str:
        """Class of its last words when the wait was chosen; "" if nothing was predicted."""
        return self.predicted.get(self.quiet_s, "")

    @property
    def span(self) -> Span:
        """Interval of the utterance."""
        return Span(self.source, self.start_s, max(self.quiet_s, self.start_s))


def fold(received: Sequence[Received]) -> list[TranscribedUtterance]:
    """Return the utterances in the order of their starts."""
    zero_ns = first_sample_ns(received)
    transcribed: dict[tuple[str, int], TranscribedUtterance] = {}
    for each in received:
        event = each.event
        source = event.get("source")
        if source in zero_ns and "utterance" in event:
            utterance = transcribed.setdefault(
                (source, event["utterance"]), TranscribedUtterance(source, event["utterance"])
            )
            logged_ns, zero = event["logged_ns"], zero_ns[source]
            _take(utterance, event, _s(logged_ns, zero), _s(each.received_ns, zero))
    return [utterance for utterance in transcribed.values() if utterance.ended]


def _take(utterance: TranscribedUtterance, event: dict[str, Any], logged_s: float, received_s: float) -> None:
    kind = event["type"]
    if kind == "SpeechPaused":
        quiet_s = event["quiet_sample"] / SAMPLE_RATE
        utterance.pauses.append((quiet_s, quiet_s))
    elif kind == "SpeechResumed" and utterance.pauses:
        utterance.pauses[-1] = (utterance.pauses[-1][0], event["resumed_sample"] / SAMPLE_RATE)
    elif kind == "SpeechEnded":
        utterance.quiet_s = event["quiet_sample"] / SAMPLE_RATE
        utterance.decided_s = event["decided_sample"] / SAMPLE_RATE
        utterance.decision_logged_s = logged_s
        utterance.cause = event["cause"]
        if utterance.pauses and utterance.pauses[-1][0] == utterance.quiet_s:
            utterance.pauses[-1] = (utterance.quiet_s, utterance.decided_s)
    elif kind == "EndpointPredicted":
        utterance.predicted[event["quiet_sample"] / SAMPLE_RATE] = event["reason"]
        if text := event.get("text"):
            utterance.predictions.append(Partial(received_s, text, 0, _replaces(event)))
    elif kind == "PartialTranscribed":
        utterance.partials.append(Partial(received_s, event["text"], event["stable_words"], _replaces(event)))
    elif kind == "TranscriptRevised":
        utterance.revisions.append(Revision(received_s, event["text"]))
    if kind in ("SpeechStarted", "SpeechEnded", *_ENDINGS):
        utterance.start_s = event["start_sample"] / SAMPLE_RATE
    if kind in _ENDINGS:
        _end(utterance, event, logged_s, received_s)


def _end(utterance: TranscribedUtterance, event: dict[str, Any], logged_s: float, received_s: float) -> None:
    utterance.ended = event["type"]
    utterance.ended_s = received_s
    utterance.passes = event.get("passes", 0)
    utterance.wasted_passes = event.get("wasted_passes", 0)
    utterance.all_compute_ms = event.get("all_compute_ms", 0.0)
    if event["type"] == "FinalTranscribed":
        utterance.quiet_s = event["quiet_sample"] / SAMPLE_RATE
        utterance.final = Final(
            logged_s=logged_s,
            received_s=received_s,
            text=event["text"],
            speculative=event["speculative"],
            retried=event["retried"],
            queue_ms=event["queue_ms"],
            compute_ms=event["compute_ms"],
            replaces=_replaces(event),
        )


def _replaces(event: dict[str, Any]) -> tuple[int, ...]:
    return tuple(event.get("replaces", ()))


def _s(at_ns: int, zero_ns: int) -> float:
    return (at_ns - zero_ns) / 1e9
