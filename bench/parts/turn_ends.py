"""Measures how well words and voice tell turn ends from pauses.

At each labelled pause of a data set the words up to it are transcribed and the voice is judged, as `stt` does
live; the wait that endpointing would choose is compared with the length of the pause. Nothing runs in real
time, so a busy machine changes nothing. A data set is that of `bench/replay/livebench/data/rows.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.harness.report import show
from bus.audio import SAMPLE_RATE
from bus.failures import InputFailure
from livebench.data.rows import Audio, Row, Span, read_audio, read_rows
from livebench.scoring.intervals import quantile
from session.models import store
from session.models.choice import TURN_ENDS, find_weights
from stt.engines.device import cpu
from stt.engines.engine import Pass, Request
from stt.engines.turn_end import TurnEndModel
from stt.engines.whisper import WhisperEngine
from stt.settings import SttSettings
from stt.utterances.endpointing import WAITS, Endpointing, decide

_HEARD_AFTER_S = 0.064
"""So much quiet has been heard when a pass at a pause begins."""
_LONGEST_PASS_S = 13.0
_COLUMNS = ("endpointing", "judged by", "holds cut", "wait p50", "mean", "p95")


@dataclass(frozen=True)
class _Pause:
    length_s: float
    """Infinite at the end of the turn."""
    longest_before_ms: float
    decoded: Pass
    turn_end_probability: float

    @property
    def is_end(self) -> bool:
        return self.length_s == np.inf

    def wait_ms(self, endpointing: Endpointing, *, with_voice: bool) -> int:
        return decide(
            self.decoded.text,
            endpointing,
            sentence_share=self.decoded.sentence_share,
            mean_log_probability=self.decoded.mean_log_probability,
            longest_pause_ms=self.longest_before_ms,
            turn_end_probability=self.turn_end_probability if with_voice else None,
            language=self.decoded.language,
        ).wait_ms


def measure(data: Path, tags: Sequence[str], turns: int | None) -> None:
    """Judge each pause and print.

    Args:
        data: Folder of the data set.
        tags: Only rows with one of them; all without any.
        turns: Only the first so many.

    Raises:
        Failure: The weights or the data are missing, or no row has these tags.
    """
    settings = find_weights(SttSettings(device="cpu"))
    engine, model = WhisperEngine(settings, cpu(settings)), TurnEndModel(store.find(TURN_ENDS))
    rows = [row for row in read_rows(data) if row.spoken and (not tags or set(tags) & set(row.tags))]
    pauses = [pause for row in rows[:turns] for pause in _pauses(engine, model, row, read_audio(data, row))]
    if not any(pause.is_end for pause in pauses):
        raise InputFailure(f"{data} has no turn with these tags", kept="nothing was measured")
    figures = {
        f"{endpointing}, {judge}": _figures(pauses, endpointing, with_voice=judge == "words and voice")
        for endpointing in WAITS
        for judge in ("words", "words and voice")
    }
    ends = [pause for pause in pauses if pause.is_end]
    known = {
        "words": _area(pauses, [-pause.wait_ms("balanced", with_voice=False) for pause in pauses]),
        "voice": _area(pauses, [pause.turn_end_probability for pause in pauses]),
    }
    show(
        "turn ends",
        [
            ("turns, holds", f"{len(ends)}, {len(pauses) - len(ends)}"),
            *((f"area under the curve, {name}", f"{area:.2f}") for name, area in known.items()),
        ],
        {"turns": len(ends), "holds": len(pauses) - len(ends), "area": known, "endpointing": figures},
        head=[_COLUMNS, *_rows(figures)],
    )


def _pauses(engine: WhisperEngine, model: TurnEndModel, row: Row, audio: Audio) -> Iterator[_Pause]:
    longest_s = 0.0
    audio = np.pad(audio, (0, SAMPLE_RATE))  # a row may end with its last word
    first = row.silence_spans[0]
    start_s = max(0.0, first.end - 0.3) if first.start == 0 and len(row.silence_spans) > 1 else 0.0
    for span in [*row.holds, Span(row.silence_spans[-1].start, np.inf)]:
        stop = round((span.start + _HEARD_AFTER_S) * SAMPLE_RATE)
        turn = audio[round(start_s * SAMPLE_RATE) : stop]
        heard = np.clip(turn[-round(_LONGEST_PASS_S * SAMPLE_RATE) :] * 32_768, -32_768, 32_767)
        decoded, _ = engine.transcribe(Request(engine.front_end(heard.astype(np.int16))))
        length_s = span.end - span.start
        yield _Pause(length_s, longest_s * 1000, decoded, model.probability(turn))
        longest_s = max(longest_s, length_s)


def _figures(pauses: Sequence[_Pause], endpointing: Endpointing, *, with_voice: bool) -> dict[str, float]:
    waits_s = [(pause, pause.wait_ms(endpointing, with_voice=with_voice) / 1000) for pause in pauses]
    cut = [wait_s < pause.length_s for pause, wait_s in waits_s if not pause.is_end]
    ends = [wait_s for pause, wait_s in waits_s if pause.is_end]
    share = float(np.mean(cut)) if cut else 0.0
    return {
        "cut": share,
        "p50_s": quantile(ends, 0.5),
        "mean_s": float(np.mean(ends)),
        "p95_s": quantile(ends, 0.95),
    }


def _rows(figures: dict[str, dict[str, float]]) -> list[list[str]]:
    return [
        [
            *name.split(", "),
            f"{each['cut']:.1%}",
            *(f"{each[key]:.2f} s" for key in ("p50_s", "mean_s", "p95_s")),
        ]
        for name, each in figures.items()
    ]


def _area(pauses: Sequence[_Pause], scores: Sequence[float]) -> float:
    """Return the probability that an end scores higher than a hold, ties counting half."""
    ends = [score for pause, score in zip(pauses, scores, strict=True) if pause.is_end]
    holds = [score for pause, score in zip(pauses, scores, strict=True) if not pause.is_end]
    if not holds:
        return float("nan")
    differences = np.asarray(ends)[:, None] - np.asarray(holds)[None, :]
    return float(np.mean((differences > 0) + 0.5 * (differences == 0)))
