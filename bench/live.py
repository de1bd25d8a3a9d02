"""Live figures through the very processes a user runs: latency, word errors, lost and invented words.

The clock of a latency starts when the last sample of speech was due, and stops when the consumer has the
line with the final words: detection, the wait, computing and every hop are in it.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.consumer import Received, finals, first_sample_ns, run_session
from bench.corpus import clean_speech, read_audio, read_manifest, read_utterance
from bench.report import show
from bench.timeline import Timeline, Turn, lay_out
from bench.words import word_error_rate
from bus.ring import SAMPLE_RATE
from session.tally import percentile

SOURCES = ("call", "mic")
_NOT_SPEECH = ("noise",)


def measure_speech(corpus: Path, clips: int, seed: int, *, offline: bool) -> None:
    """Play clean utterances on two sources and print how fast and how right the finals were."""
    chosen = random.Random(seed).sample(clean_speech(corpus), clips)
    timeline = lay_out([read_utterance(corpus, clip) for clip in chosen], SOURCES, seed)
    received = _play(timeline)
    said = [_words_of(turn, received) for turn in timeline.turns]
    latencies_s = [_latency_s(turn, received) for turn in timeline.turns]
    truth = [turn.text for turn in timeline.turns]
    figures: dict[str, object] = {
        "utterances": len(truth),
        "lost": sum(not words for words in said),
        "cut": sum(len(_finals_of(turn, received)) > 1 for turn in timeline.turns),
        "wer": word_error_rate(truth, said),
        **{f"end_to_final_p{share}_s": percentile(latencies_s, share / 100) for share in (50, 90, 95, 100)},
        "replay_late_p99_ms": max(_lateness_ms(received)),
    }
    if offline:
        figures["wer_offline"] = word_error_rate(truth, _offline(timeline))
    show("live", [(name, _in_words(value)) for name, value in figures.items()], figures)


def measure_noise(corpus: Path) -> None:
    """Play what is no speech, and print every word that was heard in it."""
    clips = [clip for clip in read_manifest(corpus) if clip.kind in _NOT_SPEECH and not clip.text]
    gap = np.zeros(SAMPLE_RATE, np.float32)
    audio = np.concatenate([part for clip in clips for part in (read_audio(corpus / clip.path), gap)])
    received = _play(Timeline([], {"mic": audio}))
    invented = [each.event["text"] for each in finals(received)]
    show(
        "noise",
        [
            ("clips", f"{len(clips)}, {len(audio) / SAMPLE_RATE:.0f} s"),
            ("words invented", str(sum(len(text.split()) for text in invented))),
            *(("", text) for text in invented),
        ],
        {"clips": len(clips), "seconds": len(audio) / SAMPLE_RATE, "invented": invented},
    )


def _play(timeline: Timeline) -> list[Received]:
    with tempfile.TemporaryDirectory() as directory:
        return run_session(timeline.write(Path(directory)), ["--answer", "off"])


def _finals_of(turn: Turn, received: Sequence[Received]) -> list[Received]:
    """Return the finals whose middle lies in the turn."""
    found = []
    for each in finals(received):
        event = each.event
        middle_s = (event["start_sample"] + event["quiet_sample"]) / 2 / SAMPLE_RATE
        if event["source"] == turn.source and turn.start_s - 0.3 <= middle_s <= turn.end_s + 0.3:
            found.append(each)
    return found


def _words_of(turn: Turn, received: Sequence[Received]) -> str:
    return " ".join(each.event["text"] for each in _finals_of(turn, received))


def _latency_s(turn: Turn, received: Sequence[Received]) -> float:
    """Return how late the turn's last final was; infinity when none came."""
    zero_ns = first_sample_ns(received)[turn.source]
    arrivals_ns = [each.received_ns for each in _finals_of(turn, received)]
    return (max(arrivals_ns) - zero_ns) / 1e9 - turn.end_s if arrivals_ns else float("inf")


def _lateness_ms(received: Sequence[Received]) -> list[float]:
    return [each.event["late_p99_ms"] for each in received if each.event["type"] == "CaptureEnded"]


def _offline(timeline: Timeline) -> list[str]:
    """Return what faster-whisper makes of the same utterances with all its time: 30 s windows, beam 5."""
    from faster_whisper import WhisperModel

    from session.models import store

    model = WhisperModel(str(store.find("base")), device="cpu", compute_type="int8")
    said = []
    for turn in timeline.turns:
        start, stop = (int(edge_s * SAMPLE_RATE) for edge_s in (turn.start_s - 0.3, turn.end_s + 0.3))
        segments, _ = model.transcribe(timeline.audio[turn.source][start:stop], language="en", beam_size=5)
        said.append(" ".join(segment.text for segment in segments))
    return said


def _in_words(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
