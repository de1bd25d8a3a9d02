from __future__ import annotations

import pytest

from bus.failures import StageFailure
from session.setup.pages.model_timing import Timing, measure, recommended


def timing(model: str, turn_s: float) -> Timing:
    return Timing(model, "cpu", audio_s=50.0, compute_s=turn_s * 10, turn_s=turn_s)


@pytest.mark.parametrize(
    ("timings", "best"),
    [
        ([], ""),
        ([timing("tiny.en", 0.2), timing("base", 0.4), timing("small", 1.4)], "base"),
        ([timing("tiny.en", 0.9), timing("base", 2.0)], "tiny.en"),
        ([timing("base", 0.1), timing("small", 0.3), timing("large-v3-turbo", 0.5)], "large-v3-turbo"),
    ],
)
def test_the_largest_model_that_keeps_up_is_recommended(timings: list[Timing], best: str) -> None:
    assert recommended(timings) == best


@pytest.mark.long
def test_a_model_is_measured_in_its_sandbox() -> None:
    measured = measure("tiny.en")
    assert measured.model == "tiny.en"
    assert measured.audio_s > 10
    assert 0 < measured.rtf < 5


def test_a_missing_model_is_reported() -> None:
    with pytest.raises(StageFailure, match="medium"):
        measure("medium")
