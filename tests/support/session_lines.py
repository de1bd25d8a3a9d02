"""Hand-written session events with exact times, as a consumer receives them."""

from __future__ import annotations

from typing import Any

from bench.harness.consumer import Received

ZERO_NS = 5_000_000_000
"""Time at which sample 0 of every source was due."""


def line(at_s: float, kind: str, *, received_s: float | None = None, **fields: Any) -> Received:
    """Return an event logged at a time on its source's clock, and received then or later."""
    logged_ns, received_ns = (
        ZERO_NS + round(s * 1e9) for s in (at_s, at_s if received_s is None else received_s)
    )
    return Received(received_ns, {"type": kind, "logged_ns": logged_ns, **fields})


def started(source: str = "mic") -> Received:
    """Return the start of a source."""
    return line(0, "CaptureStarted", source=source, first_sample_ns=ZERO_NS)


def samples(at_s: float) -> int:
    """Convert a time to a sample."""
    return round(at_s * 16_000)


def utterance(
    number: int,
    start_s: float,
    quiet_s: float,
    text: str,
    *,
    source: str = "mic",
    wait_s: float = 0.3,
    final_s: float | None = None,
    partials: list[tuple[float, str, int]] | None = None,
    **more: Any,
) -> list[Received]:
    """Return the events of one utterance.

    Args:
        number: Its number.
        start_s: Its start.
        quiet_s: Detected end of speech.
        text: Its final; "" for an utterance without words.
        source: Its source.
        wait_s: The endpointing wait.
        final_s: Time at which the final was logged; it was received a millisecond later.
        partials: For each its reception, its text, and its number of stable words.
        more: Fields of the final.
    """
    about = {"source": source, "utterance": number}
    decided_s = quiet_s + wait_s
    span = {"start_sample": samples(start_s), "stop_sample": samples(quiet_s + 0.2)}
    quiet = {"quiet_sample": samples(quiet_s)}
    lines = [line(start_s + 0.4, "SpeechStarted", **about, start_sample=samples(start_s))]
    for at_s, words, settled in partials or []:
        lines.append(line(at_s, "PartialTranscribed", **about, text=words, stable_words=settled))
    lines.append(line(quiet_s + 0.1, "SpeechPaused", **about, **span, **quiet))
    decided = {"decided_sample": samples(decided_s), "cause": "silence"}
    lines.append(line(decided_s + 0.01, "SpeechEnded", **about, **span, **quiet, **decided))
    at_s = decided_s + 0.02 if final_s is None else final_s
    if not text:
        return [*lines, line(at_s, "UtteranceDiscarded", **about, **span, cause="no words", **more)]
    passes = {"speculative": True, "retried": False, "queue_ms": 0.0, "compute_ms": 200.0}
    final = {**about, **span, **quiet, "text": text, **passes, **more}
    return [*lines, line(at_s, "FinalTranscribed", received_s=at_s + 0.001, **final)]
