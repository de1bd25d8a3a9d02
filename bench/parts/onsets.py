"""Measures words lost at the start of utterances, by voice.

The voices are made with espeak-ng; a corpus adds its clean recordings. Each recording is transcribed offline
with the session's weights, in the spans that the gate finds and in the true ones with 0.3 s around them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.harness.corpus import Audio, kind_of, read_corpus, read_utterance
from bench.harness.report import show
from bench.harness.voices import CHANNELS, VOICES, microphone, speak
from bench.parts.detection import detect, spans
from bench.parts.onset_scores import Score
from bench.parts.vad_scores import SpanSamples
from bus.audio import SAMPLE_RATE, Samples
from session.models.choice import find_weights
from stt.engines.device import cpu
from stt.engines.engine import Request
from stt.engines.hallucination import is_hallucination, without_loop
from stt.engines.whisper import WhisperEngine
from stt.settings import SttSettings
from vad.detectors import SileroDetector
from vad.settings import VadSettings

SENTENCES = (
    "The alert looked at averages, so nobody noticed the slow requests.",
    "I would split the read path from the write path.",
    "Probably the reconciliation jobs, because they run at night.",
    "Yes, we had two outages in March.",
    "Tell me about a time when you disagreed with your manager.",
    "Honestly, the data was the hardest part.",
    "Okay, and what happened after the migration?",
    "How many people were on your team?",
)
_SETTINGS = VadSettings(hangover_ms=500)
"""About as long as endpointing waits."""
_LEAD_S, _PAUSE_S, _AROUND_S = 2.0, 1.5, 0.3
_LONGEST_S = 28.0
_COLUMNS = ("voice", "first 1.5 s missing", "true spans", "word errors", "true spans", "first words")


@dataclass(frozen=True)
class _Recording:
    voice: str
    samples: Samples
    turns: list[tuple[int, int, str]]
    """First sample, one past the last, and words of each utterance."""


@dataclass
class _Scores:
    live: Score = field(default_factory=Score)
    true: Score = field(default_factory=Score)


def measure(corpus: Path | None) -> None:
    """Score each voice and print.

    Raises:
        Failure: espeak-ng, the weights or the corpus are missing.
    """
    settings = find_weights(SttSettings(device="cpu"))
    engine = WhisperEngine(settings, cpu(settings))
    scores: dict[str, _Scores] = {}
    for recording in _recordings(corpus):
        for name in (recording.voice, "all"):
            _score(engine, settings, recording, scores.setdefault(name, _Scores()))
    figures = {name: _figures(each) for name, each in sorted(scores.items())}
    show("onsets", [], {"voices": figures}, head=[_COLUMNS, *_rows(figures)])


def _recordings(corpus: Path | None) -> Iterator[_Recording]:
    for voice in VOICES:
        said = [(sentence, speak(sentence, voice)) for sentence in SENTENCES]
        samples, turns = _in_a_row(said)
        for channel, pass_through in CHANNELS.items():
            yield _Recording(f"{voice} {channel}", _int16(pass_through(samples)), turns)
    for clip in read_corpus(corpus) if corpus else []:
        if corpus and clip.text and kind_of(clip) == "clean" and clip.seconds <= _LONGEST_S:
            samples, turns = _in_a_row([(clip.text, read_utterance(corpus, clip).samples)])
            yield _Recording("corpus", _int16(microphone(samples)), turns)


def _in_a_row(said: Sequence[tuple[str, Audio]]) -> tuple[Audio, list[tuple[int, int, str]]]:
    """Return utterances with pauses between them, and where each is."""
    parts, turns, at = [_silence(_LEAD_S)], [], round(_LEAD_S * SAMPLE_RATE)
    for text, samples in said:
        parts += [samples, _silence(_PAUSE_S)]
        turns.append((at, at + len(samples), text))
        at += len(samples) + round(_PAUSE_S * SAMPLE_RATE)
    return np.concatenate(parts), turns


def _score(engine: WhisperEngine, settings: SttSettings, recording: _Recording, scores: _Scores) -> None:
    found = spans(detect(SileroDetector(), recording.samples, _SETTINGS)[1])
    around = round(_AROUND_S * SAMPLE_RATE)
    for start, stop, text in recording.turns:
        inside = [span for span in found if min(span[1], stop) > max(span[0], start)]
        seconds = (stop - start) / SAMPLE_RATE
        live = _words(engine, settings, recording.samples, inside)
        true = _words(engine, settings, recording.samples, [(start - around, stop + around)])
        scores.live.add(text, live, seconds)
        scores.true.add(text, true, seconds)


def _words(
    engine: WhisperEngine, settings: SttSettings, samples: Samples, where: Sequence[SpanSamples]
) -> str:
    texts = []
    for first, stop in where:
        start = int(first)
        mel = engine.growing_mel(start)
        mel.extend(samples[start : int(stop)])
        decoded, _ = engine.transcribe(Request(mel.features(start, mel.stop_sample)))
        if not is_hallucination(decoded, settings):
            texts.append(without_loop(decoded.text))
    return " ".join(texts)


def _figures(scores: _Scores) -> dict[str, float]:
    return {
        "missing": scores.live.missing,
        "missing_in_true_spans": scores.true.missing,
        "word_error_rate": scores.live.word_error_rate,
        "word_error_rate_in_true_spans": scores.true.word_error_rate,
        "first_words": scores.live.first_words,
    }


def _rows(figures: dict[str, dict[str, float]]) -> list[list[str]]:
    rows = []
    for name, each in figures.items():
        *shares, words = each.values()
        rows.append([name, *(f"{share:.1%}" for share in shares), f"{words:.0f}"])
    return rows


def _silence(seconds: float) -> Audio:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def _int16(samples: Audio) -> Samples:
    return (np.clip(samples, -1, 1) * 32_767).astype(np.int16)
