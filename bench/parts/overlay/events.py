"""Events of a session that the bench plays to the window."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bus import messages as m

_WORDS = ("consumer", "prefetch", "queue", "**measured**", "`latency`", "the", "a", "we", "half", "broker")


def conversation(tenth: int, *, levels: bool = True) -> Iterator[tuple[m.Event, str]]:
    """Yield the events of a tenth of a second in which two people speak in turn, 5 s each."""
    utterance, at = divmod(tenth, 50)
    source = ("call", "mic")[utterance % 2]
    sample = tenth * 1_600
    if levels:
        for each in ("call", "mic"):
            level = random.Random(tenth).uniform(-40, -20)
            measured = m.LevelMeasured(source=each, rms_dbfs=level, peak_dbfs=level + 6, stop_sample=sample)
            yield measured, f"capture:{each}"
    words = " ".join(_WORDS[(utterance + word) % len(_WORDS)] for word in range(1 + at // 4))
    if at == 0:
        started = m.SpeechStarted(
            source=source, utterance=utterance + 1, start_sample=sample, detected_sample=sample
        )
        yield started, f"vad:{source}"
    elif at % 4 == 0:
        partial = m.PartialTranscribed(
            source=source, utterance=utterance + 1, text=words, stable_words=at // 6, stop_sample=sample
        )
        yield partial, "stt"
    elif at == 49:
        yield _final(source, utterance + 1, words, sample), "stt"


def _final(source: str, utterance: int, text: str, sample: int) -> m.FinalTranscribed:
    return m.FinalTranscribed(
        source=source,
        utterance=utterance,
        text=text,
        start_sample=sample - 70_000,
        quiet_sample=sample,
        stop_sample=sample,
        mean_log_probability=-0.1,
        no_speech_probability=0.0,
        window_s=5.0,
        retried=False,
        speculative=False,
        queue_ms=0.0,
        compute_ms=100.0,
    )


def markdown_words(characters: int) -> str:
    """Return random words with Markdown, of about so many characters."""
    chosen = random.Random(characters)
    text = ""
    while len(text) < characters:
        text += f"{chosen.choice(_WORDS)} "
    return text.strip()
