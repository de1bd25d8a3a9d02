"""Scores the speech detectors and the gate on labelled audio.

The corpus is a folder with `vad_audio/NAME.flac` (16 kHz mono) and `vad/NAME.json` ({"speech": [[start_s,
end_s], …]}), labelled to 10 ms.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import soundfile

from bench.harness.report import show
from bench.parts.detection import detect, spans
from bench.parts.vad_scores import (
    FRAME_SAMPLES,
    Frames,
    SpanSamples,
    marked,
    off_lags_ms,
    on_lags_ms,
    precision_recall,
    predicted,
)
from bus.audio import SAMPLE_RATE, Samples
from bus.failures import InputFailure
from livebench.scoring.intervals import quantile
from session import settings as all_settings
from vad.detectors import Detector, SileroDetector, WebRtcDetector
from vad.settings import VadSettings

_COLUMNS = (
    "detector", "P", "R", "F1", "off-lag p50", "p90", "p95", "missed", "on-lag p50", "p95",
    "in utterances", "CPU",
)  # fmt: skip


class _Labels(msgspec.Struct, frozen=True):
    speech: list[tuple[float, float]]


@dataclass(frozen=True)
class Labelled:
    """A recording and its speech intervals."""

    samples: Samples
    speech: list[SpanSamples]
    """In samples."""


@dataclass
class _Heard:
    """Results of one detector on all recordings."""

    truth: list[Frames] = field(default_factory=list)
    transcribed: list[Frames] = field(default_factory=list)
    covered: list[Frames] = field(default_factory=list)
    off_lags_ms: list[float] = field(default_factory=list)
    on_lags_ms: list[float] = field(default_factory=list)
    cpu_s: float = 0.0


def measure(corpus: Path, settings_file: Path | None, report: Path | None) -> None:
    """Score each detector and print.

    Raises:
        InputFailure: The corpus has no labelled recordings, or they cannot be read.
    """
    settings = all_settings.load(settings_file, {}).vad
    recordings = read_labelled(corpus)
    detectors: list[Detector] = [SileroDetector(), WebRtcDetector(settings.webrtc_mode)]
    transcribed = {detector.name: _listen(detector, recordings, settings) for detector in detectors}
    figures = {name: _figures(each) for name, each in transcribed.items()}
    seconds = sum(len(each.samples) for each in recordings) / SAMPLE_RATE
    if report:
        _write_page(report, figures, transcribed, seconds, settings_file)
    rows = [("recordings", f"{len(recordings)}, {seconds:.0f} s")]
    show("vad", rows, {"seconds": seconds, "detectors": figures}, head=[_COLUMNS, *_rows(figures)])


def read_labelled(corpus: Path) -> list[Labelled]:
    """Return the labelled recordings of a corpus.

    Raises:
        InputFailure: There are none, or one cannot be read.
    """
    found = []
    for path in sorted((corpus / "vad_audio").glob("*.flac")):
        try:
            samples = soundfile.read(path, dtype="int16")[0]
            labels = msgspec.json.decode((corpus / "vad" / f"{path.stem}.json").read_bytes(), type=_Labels)
        except (OSError, soundfile.LibsndfileError, msgspec.DecodeError) as error:
            raise InputFailure(f"{path.name} or its labels cannot be read ({error})") from error
        found.append(
            Labelled(samples, [(start * SAMPLE_RATE, stop * SAMPLE_RATE) for start, stop in labels.speech])
        )
    if not found:
        raise InputFailure(
            f"{corpus} has no labelled recordings", fix="put NAME.flac in vad_audio and NAME.json in vad"
        )
    return found


def _listen(detector: Detector, recordings: list[Labelled], settings: VadSettings) -> _Heard:
    found, window = _Heard(), detector.window_samples
    for each in recordings:
        began_s = time.process_time()
        probabilities, events = detect(detector, each.samples, settings)
        found.cpu_s += time.process_time() - began_s
        frames = len(each.samples) // FRAME_SAMPLES
        found.truth.append(marked(each.speech, frames))
        found.transcribed.append(predicted(probabilities, window, frames))
        found.covered.append(marked(spans(events), frames))
        found.off_lags_ms += off_lags_ms(each.speech, probabilities, window, len(each.samples))
        found.on_lags_ms += on_lags_ms(each.speech, probabilities, window)
    return found


def _figures(found: _Heard) -> dict[str, Any]:
    truth, transcribed, inside = (
        np.concatenate(each) for each in (found.truth, found.transcribed, found.covered)
    )
    precision, recall, f1 = precision_recall(truth, transcribed)
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "pauses": len(found.off_lags_ms),
        "pauses_missed": int(np.isinf(found.off_lags_ms).sum()),
        **{f"off_lag_p{share}_ms": quantile(found.off_lags_ms, share / 100) for share in (50, 90, 95)},
        **{f"on_lag_p{share}_ms": quantile(found.on_lags_ms, share / 100) for share in (50, 95)},
        "speech_in_utterances": float((inside & truth).sum() / truth.sum()),
        "cpu_s_per_audio_s": found.cpu_s / (len(truth) * FRAME_SAMPLES / SAMPLE_RATE),
    }


def _rows(figures: dict[str, dict[str, Any]]) -> list[list[str]]:
    rows = []
    for name, each in figures.items():
        shares = [f"{each[key]:.3f}" for key in ("precision", "recall", "f1")]
        off = [_ms(each[f"off_lag_p{share}_ms"]) for share in (50, 90, 95)]
        on = [_ms(each[f"on_lag_p{share}_ms"]) for share in (50, 95)]
        missed = f"{each['pauses_missed']} of {each['pauses']}"
        rest = [f"{each['speech_in_utterances'] * 100:.1f} %", f"{each['cpu_s_per_audio_s']:.4f}"]
        rows.append([name, *shares, *off, missed, *on, *rest])
    return rows


def _ms(value: float) -> str:
    return f"{value:.0f} ms" if math.isfinite(value) else "never"


def _write_page(
    path: Path,
    figures: dict[str, dict[str, Any]],
    transcribed: dict[str, _Heard],
    seconds: float,
    settings_file: Path | None,
) -> None:
    from bench.harness.environment import environment
    from bench.latency.pages import charts
    from livebench.results.page import Chart, Page, plain_table, write

    lags_s = {name: [lag / 1000 for lag in each.off_lags_ms] for name, each in transcribed.items()}
    page = Page(
        title="Speech detection",
        lead=f"The speech detectors on {seconds:.0f} s of audio labelled to 10 ms.",
        cards=[
            (
                f"{each['f1']:.3f}",
                f"{name}: F1 of 10 ms frames, precision {each['precision']:.3f}, recall {each['recall']:.3f}",
            )
            for name, each in figures.items()
        ],
        charts=[
            Chart(
                "Latency of pause detection",
                "From the labelled end of speech to the end of the window that tells; pauses that were "
                "not heard keep a curve from 100 %.",
                charts.cumulative(lags_s),
            )
        ],
        tables=[("Figures", plain_table(_COLUMNS, _rows(figures)))],
        environment=environment(all_settings.load(settings_file, {}).tables()),
    )
    write(path, page)
