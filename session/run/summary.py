"""The last words of a session: what it came to, how fast it was, what left the machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bus.audio import SAMPLE_RATE
from bus.counted import counted
from session.run.statistics import Statistics, percentile

_NOT_WIPED = "what Python, Whisper and Qt had copied could not be wiped by us and went with its process"
"""Nobody outside those libraries can reach it; the system clears memory before anybody else gets it."""


@dataclass(frozen=True)
class SessionOutcome:
    """How a session ended."""

    cause: str
    killed: Sequence[str]
    """The stages that did not end by themselves when asked and had to be killed."""
    stop_s: float
    """From the decision to end to the last process being gone."""


def lines(
    statistics: Statistics, ending: SessionOutcome, *, saved_to: str = "", at_real_pace: bool = True
) -> list[tuple[str, str]]:
    """Return the summary as pairs of a label and what it says.

    Args:
        statistics: What happened.
        ending: How it ended.
        saved_to: The file it was saved to.
        at_real_pace: Whether latencies mean anything: recordings played faster have none.
    """
    end_of_speech = "true end of speech" if statistics.true_ends_s else "end of speech, as detected,"
    finals = _latency(statistics.final_latencies_s) if at_real_pace else "none at this pace"
    rows = [
        ("ended", ending.cause),
        ("utterances", f"{statistics.utterances}, {counted(statistics.words, 'word')}"),
        ("questions", f"{statistics.questions}, {statistics.answers} answered in full"),
        ("latency", f"{end_of_speech} to final: {finals}"),
        ("", f"question to first answer token: {_latency(statistics.first_token_latencies_s)}"),
        ("left the machine", _egress(statistics)),
        ("memory", _wiped(ending)),
    ]
    if statistics.lost_samples or statistics.lost_utterances:
        seconds = f"{statistics.lost_samples / SAMPLE_RATE:.2f} s of audio" if statistics.lost_samples else ""
        utterances = counted(statistics.lost_utterances, "utterance") if statistics.lost_utterances else ""
        rows.append(("lost", ", ".join(filter(None, (seconds, utterances)))))
    if statistics.unconfirmed_utterances or statistics.not_understood:
        unconfirmed = counted(statistics.unconfirmed_utterances, "utterance")
        rows.append(("unclear", f"{unconfirmed} unconfirmed, {statistics.not_understood} not understood"))
    if statistics.restarts:
        rows.append(("restarts", str(statistics.restarts)))
    if statistics.given_up:
        rows.append(("given up", ", ".join(statistics.given_up)))
    rows.append(("saved", saved_to or "nothing"))
    return rows


def _latency(values_s: Sequence[float]) -> str:
    p50, p95 = percentile(values_s, 0.5), percentile(values_s, 0.95)
    if p50 is None or p95 is None:
        return "none measured"
    return f"p50 {p50:.2f} s, p95 {p95:.2f} s (n = {len(values_s)})"


def _egress(statistics: Statistics) -> str:
    left = [request for request in statistics.requests if request.left_machine]
    stayed = len(statistics.requests) - len(left)
    local = f"; {counted(stayed, 'request')} went to a model on this machine" if stayed else ""
    if not left:
        return f"nothing{local}"
    hosts = ", ".join(sorted({request.host for request in left}))
    size_bytes = sum(request.body_bytes for request in left)
    return f"{size_bytes} bytes in {counted(len(left), 'request')} to {hosts}{local}"


def _wiped(ending: SessionOutcome) -> str:
    if not ending.killed:
        wiped = f"audio rings zeroed, transcript dropped, all processes gone in {ending.stop_s:.2f} s"
    else:
        killed = ", ".join(ending.killed)
        wiped = f"{killed} had to be killed; all are gone after {ending.stop_s:.2f} s, with their memory"
    return f"{wiped}; {_NOT_WIPED}"
