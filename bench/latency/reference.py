"""Reference transcription by faster-whisper in its own process: word times and offline text.

Word times come from aligning the true words to the audio (Whisper's cross-attention, 20 ms steps), accurate
to about 0.1 s. The offline text is `transcribe()` with its defaults, 30 s windows and beam 5, and a fixed
temperature, so that runs are repeatable. Nothing stays on disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.harness.corpus import Audio, read_audio
from bench.latency.timeline import Timeline
from bus.audio import SAMPLE_RATE
from bus.failures import ModelFailure

MARGIN_S = 0.3
_FRAMES_PER_S = 100
_LONGEST_S = 29.0
"""Longer utterances get no word times: an alignment covers 30 s."""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Reference data of one utterance."""

    word_ends_s: list[tuple[str, float]] = []
    """Each word of the truth with its end, from the start of the turn; empty if unknown."""
    offline_text: str | None = None
    """Text of the offline transcription; None if it was not requested."""
    offline_cpu_s: float = 0.0


class _Job(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    text: str


class _Jobs(msgspec.Struct, frozen=True, kw_only=True):
    model_path: str
    language: str
    threads: int
    offline: bool
    jobs: list[_Job]


def transcribe_references(
    timeline: Timeline, directory: Path, *, model_path: str, language: str, threads: int, offline: bool
) -> list[Reference]:
    """Return the reference of each turn.

    Args:
        timeline: The played turns.
        directory: A private folder for the utterances' audio during the call.
        model_path: CTranslate2 weights, the same as the session's.
        language: Spoken language.
        threads: Threads of a pass.
        offline: Whether to transcribe offline too.

    Raises:
        ModelFailure: The weights cannot be used.
    """
    import soundfile

    jobs = []
    for number, turn in enumerate(timeline.turns):
        file = directory / f"{number}.wav"
        soundfile.write(file, timeline.excerpt(turn, MARGIN_S), SAMPLE_RATE, subtype="PCM_16")
        jobs.append(_Job(file=str(file), text=turn.text))
    work = _Jobs(model_path=model_path, language=language, threads=threads, offline=offline, jobs=jobs)
    # Threads that spin while they wait would count as work and flatter the comparison.
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.latency.reference"],
        input=msgspec.json.encode(work),
        capture_output=True,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        why = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ModelFailure(
            f"faster-whisper could not be run as the reference ({why})",
            kept="nothing was measured",
            fix="run `cuecard doctor`",
        )
    return msgspec.json.decode(done.stdout, type=list[Reference])


def main() -> None:
    """Read jobs from standard input and write references to standard output."""
    from faster_whisper import WhisperModel

    work = msgspec.json.decode(sys.stdin.buffer.read(), type=_Jobs)
    model = WhisperModel(work.model_path, device="cpu", compute_type="int8", cpu_threads=work.threads)
    language = None if work.language == "auto" else work.language
    references = [_reference(model, job, language, offline=work.offline) for job in work.jobs]
    sys.stdout.buffer.write(msgspec.json.encode(references))


def _reference(model: Any, job: _Job, language: str | None, *, offline: bool) -> Reference:
    samples = read_audio(Path(job.file))
    text, cpu_s = _transcribe(model, samples, language) if offline else (None, 0.0)
    return Reference(
        word_ends_s=_word_ends_s(model, samples, job.text, language or "en"),
        offline_text=text,
        offline_cpu_s=cpu_s,
    )


def _transcribe(model: Any, samples: Audio, language: str | None) -> tuple[str, float]:
    began_s = time.process_time()
    segments, _ = model.transcribe(samples, language=language, beam_size=5, temperature=[0.0])
    text = " ".join(segment.text.strip() for segment in segments)
    return text, time.process_time() - began_s


def _word_ends_s(model: Any, samples: Audio, text: str, language: str) -> list[tuple[str, float]]:
    from faster_whisper.audio import pad_or_trim
    from faster_whisper.tokenizer import Tokenizer

    if not text or len(samples) / SAMPLE_RATE > _LONGEST_S:
        return []
    multilingual = model.model.is_multilingual
    tokenizer = Tokenizer(model.hf_tokenizer, multilingual, task="transcribe", language=language)
    features = model.feature_extractor(samples)
    encoded = model.encode(pad_or_trim(features))
    frames = min(features.shape[-1], round(len(samples) / SAMPLE_RATE * _FRAMES_PER_S))
    found = model.find_alignment(tokenizer, [tokenizer.encode(f" {text}")], encoded, frames)[0]
    return _joined(text.split(), [(part["word"], float(part["end"])) for part in found])


def _joined(words: Sequence[str], parts: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Join parts to the words of the text: an alignment may treat punctuation as separate words."""
    ends: list[tuple[str, float]] = []
    rest = list(parts)
    for word in words:
        spelled, end_s = "", 0.0
        while rest and len(spelled) < len(word):
            part, end_s = rest.pop(0)
            spelled += part.strip()
        ends.append((word, end_s - MARGIN_S))
    return ends


if __name__ == "__main__":
    main()
