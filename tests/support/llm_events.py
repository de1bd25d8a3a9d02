"""Events of the transcription, for tests that need words without sound."""

from __future__ import annotations

from collections.abc import Sequence

from bus.audio import SAMPLE_RATE
from bus.messages import EndpointPredicted, FinalTranscribed


def final(
    text: str,
    source: str = "call",
    utterance: int = 1,
    start_s: float = 0.0,
    *,
    replaces: Sequence[int] = (),
) -> FinalTranscribed:
    """Return a final transcript of two seconds of speech."""
    start_sample = round(start_s * SAMPLE_RATE)
    return FinalTranscribed(
        source=source,
        utterance=utterance,
        text=text,
        start_sample=start_sample,
        quiet_sample=start_sample + 2 * SAMPLE_RATE,
        stop_sample=start_sample + 2 * SAMPLE_RATE + 3200,
        mean_log_probability=-0.2,
        no_speech_probability=0.01,
        window_s=5.0,
        retried=False,
        speculative=True,
        queue_ms=0.0,
        compute_ms=100.0,
        replaces=list(replaces),
    )


def pause(
    text: str,
    utterance: int = 1,
    start_s: float = 0.0,
    quiet_s: float = 2.0,
    source: str = "call",
    *,
    replaces: Sequence[int] = (),
) -> EndpointPredicted:
    """Return the words up to a pause that may be the end."""
    return EndpointPredicted(
        source=source,
        utterance=utterance,
        start_sample=round(start_s * SAMPLE_RATE),
        quiet_sample=round(quiet_s * SAMPLE_RATE),
        wait_ms=320,
        reason="question",
        text=text,
        replaces=list(replaces),
    )
