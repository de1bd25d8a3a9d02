"""Summary of a session: counts, latencies, and what left the machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bus.audio import SAMPLE_RATE
from bus.counted import counted
from overlay.strings import receipt
from session.run.statistics import Statistics, percentile


@dataclass(frozen=True)
class SessionOutcome:
    """The end of a session."""

    cause: str
    killed: Sequence[str]
    """The stages that did not end when asked and had to be killed."""


def lines(
    statistics: Statistics, outcome: SessionOutcome, *, at_real_pace: bool = True, served_on: str = ""
) -> list[tuple[str, str]]:
    """Return the summary as pairs of label and text, without what was saved.

    Args:
        statistics: Counts and latencies.
        outcome: How the session ended.
        served_on: Network address on which other machines could read the captions.
        at_real_pace: Whether latencies are valid; for recordings played faster they are not.
    """
    end_of_speech = "true end of speech" if statistics.true_ends_s else "end of speech, as detected,"
    finals = _latency(statistics.final_latencies_s) if at_real_pace else "not measured at this pace"
    rows = [
        ("ended", outcome.cause),
        ("utterances", f"{statistics.utterances}, {counted(statistics.words, 'word')}"),
        ("questions", f"{statistics.questions}, {len(statistics.answered)} answered in full"),
        ("latency", f"{end_of_speech} to final: {finals}"),
        ("", f"question to first answer token: {_latency(statistics.first_token_latencies_s)}"),
        ("left the machine", _egress(statistics, served_on)),
        ("wiped", " ".join(receipt(outcome.killed))),
    ]
    if statistics.lost_samples or statistics.lost_utterances:
        seconds = f"{statistics.lost_samples / SAMPLE_RATE:.2f} s of audio" if statistics.lost_samples else ""
        utterances = counted(statistics.lost_utterances, "utterance") if statistics.lost_utterances else ""
        rows.append(("lost", ", ".join(filter(None, (seconds, utterances)))))
    if statistics.unconfirmed_turns or statistics.not_understood:
        unconfirmed = counted(statistics.unconfirmed_turns, "utterance")
        rows.append(("unclear", f"{unconfirmed} unconfirmed, {statistics.not_understood} not understood"))
    if statistics.restarts:
        rows.append(("restarts", str(statistics.restarts)))
    if statistics.given_up:
        rows.append(("given up", ", ".join(statistics.given_up)))
    return rows


def _latency(values_s: Sequence[float]) -> str:
    p50, p95 = percentile(values_s, 0.5), percentile(values_s, 0.95)
    if p50 is None or p95 is None:
        return "not measured"
    return f"p50 {p50:.2f} s, p95 {p95:.2f} s (n = {len(values_s)})"


def _egress(statistics: Statistics, served_on: str) -> str:
    left = [request for request in statistics.requests if request.left_machine]
    stayed = len(statistics.requests) - len(left)
    local = f"; {counted(stayed, 'request')} went to a model on this machine" if stayed else ""
    if served_on:
        local += f"; the captions were served on {served_on}"
    if not left:
        return f"{'no request' if served_on else 'nothing'}{local}"
    hosts = ", ".join(sorted({request.host for request in left}))
    size_bytes = sum(request.body_bytes for request in left)
    return f"{size_bytes} bytes in {counted(len(left), 'request')} to {hosts}{local}"
