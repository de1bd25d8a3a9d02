"""Precision, recall and F1 with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_DRAWS = 2000

COLUMNS = ("", "judged", "ask", "precision", "95 %", "recall", "95 %", "F1")


@dataclass(frozen=True)
class Verdict:
    """Expected and actual result for a line, or for an utterance of a session."""

    asks: bool
    found: bool
    confidence: float


def scores(verdicts: Sequence[Verdict], seed: int = 0) -> dict[str, Any]:
    """Return precision, recall and F1, with 95 % intervals from a bootstrap over the verdicts."""
    asks = np.array([each.asks for each in verdicts], bool)
    found = np.array([each.found for each in verdicts], bool)
    drawn = np.random.default_rng(seed).integers(0, len(verdicts), (_DRAWS, len(verdicts)))
    draws = np.array([_precision_recall(asks[chosen], found[chosen]) for chosen in drawn])
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    precision, recall = _precision_recall(asks, found)
    return {
        "count": len(verdicts),
        "ask": int(asks.sum()),
        "precision": precision,
        "precision_between": [float(low[0]), float(high[0])],
        "recall": recall,
        "recall_between": [float(low[1]), float(high[1])],
        "f1": 2 * precision * recall / max(1e-9, precision + recall),
    }


def _precision_recall(asks: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    both = float((asks & found).sum())
    return both / max(1.0, float(found.sum())), both / max(1.0, float(asks.sum()))


def row(name: str, figures: dict[str, Any]) -> list[str]:
    """Return a row of the table under `COLUMNS`."""
    precision, recall = figures["precision_between"], figures["recall_between"]
    return [
        name,
        str(figures["count"]),
        str(figures["ask"]),
        f"{figures['precision']:.3f}",
        f"{precision[0]:.3f} to {precision[1]:.3f}",
        f"{figures['recall']:.3f}",
        f"{recall[0]:.3f} to {recall[1]:.3f}",
        f"{figures['f1']:.3f}",
    ]
