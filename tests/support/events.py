"""Events of a session, for tests of what is computed from them."""

from __future__ import annotations

from collections.abc import Sequence

from bus import messages as m

SECOND = 16_000


def log(*events: m.Event, logged_ns: int = 0) -> list[m.Logged]:
    """Number the events as the hub does."""
    return [m.Logged(seq, logged_ns, event) for seq, event in enumerate(events, 1)]


def started(source: str = "mic", first_sample_ns: int = 0) -> m.CaptureStarted:
    return m.CaptureStarted(
        source=source,
        first_sample_ns=first_sample_ns,
        start_sample=0,
        device="a file",
        native_rate_hz=48_000,
        native_channels=2,
    )


def ended(utterance: int, source: str = "mic") -> m.SpeechEnded:
    return m.SpeechEnded(
        source=source,
        utterance=utterance,
        start_sample=0,
        quiet_sample=SECOND,
        stop_sample=SECOND,
        decided_sample=SECOND,
        cause="silence",
    )


def final(
    utterance: int,
    text: str = "hello there",
    source: str = "mic",
    start_s: float = 0.0,
    end_s: float = 1.0,
    *,
    unconfirmed: bool = False,
    replaces: Sequence[int] = (),
) -> m.FinalTranscribed:
    return m.FinalTranscribed(
        source=source,
        utterance=utterance,
        text=text,
        start_sample=round(start_s * SECOND),
        quiet_sample=round(end_s * SECOND),
        stop_sample=round((end_s + 0.2) * SECOND),
        mean_log_probability=-0.1,
        no_speech_probability=0.0,
        window_s=12.0,
        retried=False,
        speculative=True,
        queue_ms=0.0,
        compute_ms=300.0,
        unconfirmed=unconfirmed,
        replaces=list(replaces),
    )


def partial(
    utterance: int, text: str, stable_words: int = 0, source: str = "mic", *, replaces: Sequence[int] = ()
) -> m.PartialTranscribed:
    return m.PartialTranscribed(
        source=source,
        utterance=utterance,
        text=text,
        stable_words=stable_words,
        stop_sample=SECOND,
        replaces=list(replaces),
    )


def endpoint(
    utterance: int, text: str, source: str = "mic", *, quiet_s: float = 1.0, replaces: Sequence[int] = ()
) -> m.EndpointPredicted:
    return m.EndpointPredicted(
        source=source,
        utterance=utterance,
        start_sample=0,
        quiet_sample=round(quiet_s * SECOND),
        wait_ms=320,
        reason="sentence",
        text=text,
        replaces=list(replaces),
    )


def resumed(utterance: int, source: str = "mic", *, at_s: float = 1.4) -> m.SpeechResumed:
    return m.SpeechResumed(source=source, utterance=utterance, resumed_sample=round(at_s * SECOND))


def revised(utterance: int, text: str, source: str = "mic") -> m.TranscriptRevised:
    return m.TranscriptRevised(source=source, utterance=utterance, text=text, compute_ms=900.0)


def discarded(
    utterance: int, source: str = "mic", start_s: float = 0.0, speech_ms: float = 0.0
) -> m.UtteranceDiscarded:
    start = round(start_s * SECOND)
    return m.UtteranceDiscarded(
        source=source,
        utterance=utterance,
        start_sample=start,
        stop_sample=start + SECOND,
        cause="no words",
        speech_ms=speech_ms,
    )


def question(
    number: int, text: str = "Why?", source: str = "call", *, utterance: int = 1, replaces: int = 0
) -> m.QuestionDetected:
    return m.QuestionDetected(
        question=number,
        source=source,
        utterance=utterance,
        text=text,
        confidence=0.9,
        kind="question",
        replaces=replaces,
    )


def request(number: int, *, left_machine: bool, body: str = "{}") -> m.RequestSent:
    return m.RequestSent(
        question=number,
        host="api.example.com:443" if left_machine else "127.0.0.1:8080",
        url="https://api.example.com/v1/chat/completions",
        model="some-model",
        body=body,
        body_bytes=len(body),
        left_machine=left_machine,
        sent_ns=0,
    )
