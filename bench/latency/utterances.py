"""What a session said about each utterance, folded from the lines its consumer got. Pure.

Every time is in seconds of the source's own clock: 0 is when its first sample was due.
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
    """Words of an utterance that was still being spoken."""

    received_s: float
    text: str
    stable_words: int


@dataclass(frozen=True)
class Final:
    """The final words of an utterance, and how they came about."""

    logged_s: float
    received_s: float
    text: str
    speculative: bool
    retried: bool
    queue_ms: float
    compute_ms: float
    """Of the pass that gave the words."""


@dataclass
class Heard:
    """One utterance."""

    source: str
    number: int
    start_s: float = 0.0
    quiet_s: float = 0.0
    """First moment after the last speech, as the detector heard it."""
    decided_s: float = 0.0
    """Where the wait was over."""
    decision_logged_s: float = 0.0
    cause: str = ""
    pauses: list[tuple[float, float]] = field(default_factory=list)
    """From each moment of quiet to where speech went on, or where its end was decided."""
    partials: list[Partial] = field(default_factory=list)
    final: Final | None = None
    """None when it held no words, or they were lost."""
    ended: str = ""
    """The event that closed it."""
    passes: int = 0
    """Passes begun for it, partials included; 0 when the program does not say."""
    wasted_passes: int = 0
    """Speculative ones among them whose speaker went on."""
    all_compute_ms: float = 0.0
    """Of all of them together; 0 when the program does not say."""
    judged: dict[float, str] = field(default_factory=dict)
    """For each moment of quiet what the words before it looked like."""

    @property
    def reason(self) -> str:
        """What its last words looked like when the wait was chosen; "" when nothing was said of it."""
        return self.judged.get(self.quiet_s, "")

    @property
    def span(self) -> Span:
        """Where it lies."""
        return Span(self.source, self.start_s, max(self.quiet_s, self.start_s))


def fold(received: Sequence[Received]) -> list[Heard]:
    """Return the utterances in the order in which they began."""
    zero_ns = first_sample_ns(received)
    heard: dict[tuple[str, int], Heard] = {}
    for each in received:
        event = each.event
        source = event.get("source")
        if source in zero_ns and "utterance" in event:
            utterance = heard.setdefault((source, event["utterance"]), Heard(source, event["utterance"]))
            logged_ns, zero = event["logged_ns"], zero_ns[source]
            _take(utterance, event, _s(logged_ns, zero), _s(each.received_ns, zero))
    return [utterance for utterance in heard.values() if utterance.ended]


def _take(utterance: Heard, event: dict[str, Any], logged_s: float, received_s: float) -> None:
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
        utterance.judged[event["quiet_sample"] / SAMPLE_RATE] = event["reason"]
    elif kind == "PartialTranscribed":
        utterance.partials.append(Partial(received_s, event["text"], event["stable_words"]))
    if kind in ("SpeechStarted", "SpeechEnded", *_ENDINGS):
        utterance.start_s = event["start_sample"] / SAMPLE_RATE
    if kind in _ENDINGS:
        _end(utterance, event, logged_s, received_s)


def _end(utterance: Heard, event: dict[str, Any], logged_s: float, received_s: float) -> None:
    utterance.ended = event["type"]
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
        )


def _s(at_ns: int, zero_ns: int) -> float:
    return (at_ns - zero_ns) / 1e9
