from __future__ import annotations

import hashlib

import numpy as np
import pytest

from livebench.contract import SAMPLE_RATE
from livebench.data.rows import Audio, Row, Span
from livebench.data.stream import choose, lay_out
from livebench.failures import InputFailure

ROWS = [
    Row(
        id=str(number),
        language="en",
        audio="",
        silence_spans=[Span(0.5, 0.9), Span(1.5, 2.0)],
        text="Yes. No.",
        tags=["telephone"] if number % 2 else [],
    )
    for number in range(6)
]


def _audio(row: Row) -> Audio:
    return np.full(2 * SAMPLE_RATE, 0.25, np.float32)


def test_turns_end_where_their_labels_say() -> None:
    stream, samples = lay_out(ROWS, _audio, seed=1)
    first, second = stream.turns[:2]
    assert first.start_s == 1.5
    assert first.end_s == pytest.approx(3.0)
    assert first.holds == [Span(pytest.approx(2.0), pytest.approx(2.4))]
    assert 1.2 <= second.start_s - 3.5 <= 2.6
    assert samples[round(2.0 * SAMPLE_RATE)] == pytest.approx(0.25 * 32767, abs=100)
    assert stream.sha256 == hashlib.sha256(samples.tobytes()).hexdigest()


def test_a_seed_makes_a_split_that_can_be_repeated() -> None:
    assert choose(ROWS, 3, seed=5) == choose(ROWS, 3, seed=5)
    assert choose(ROWS, 3, seed=5) != choose(ROWS, 3, seed=6)
    assert lay_out(ROWS, _audio, seed=1)[0] == lay_out(ROWS, _audio, seed=1)[0]


def test_tags_choose_rows() -> None:
    assert {row.id for row in choose(ROWS, 9, 1, ["telephone"])} == {"1", "3", "5"}
    with pytest.raises(InputFailure, match="whispered"):
        choose(ROWS, 9, 1, ["whispered"])
