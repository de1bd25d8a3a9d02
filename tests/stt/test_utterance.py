from __future__ import annotations

import numpy as np
import pytest

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun
from stt.mel import GrowingMel, MelFrontEnd
from stt.scheduler import Task
from stt.seeds import Seed, Seeds
from stt.settings import SttSettings
from stt.utterance import Account

PAUSE = 2 * SAMPLE_RATE


class Readings:
    """Sound as the rings would give it, and which of it was asked for."""

    def __init__(self, overwritten_before: int = 0) -> None:
        self.overwritten_before = overwritten_before
        self.asked: list[tuple[int, int]] = []

    def read(self, source: str, start_sample: int, stop_sample: int) -> Samples:
        if start_sample < self.overwritten_before:
            raise Overrun(start_sample, self.overwritten_before)
        self.asked.append((start_sample, stop_sample))
        return np.zeros(stop_sample - start_sample, np.int16)


@pytest.fixture
def account() -> Account:
    return Account(GrowingMel(MelFrontEnd(80), 0), Seeds(SttSettings()))


def task(kind: str, stop_sample: int) -> Task:
    return Task(kind, "call", 1, 0, stop_sample, stop_sample)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "seconds", "begins_at"),
    [("partial", 4, PAUSE), ("speculative", 4, 0), ("final", 4, 0), ("final", 20, PAUSE)],
)
def test_partials_and_long_finals_begin_after_the_pause(
    account: Account, kind: str, seconds: int, begins_at: int
) -> None:
    account.seeds.add(PAUSE, "So tell me,")
    assert account.seed(task(kind, seconds * SAMPLE_RATE)).sample == begins_at


def test_sound_is_read_once(account: Account) -> None:
    sources, start = Readings(), Seed(0, "")
    for stop_sample in (16_000, 24_000, 20_000):
        features = account.features(task("partial", stop_sample), start, sources)  # type: ignore[arg-type]
        assert features.shape == (80, stop_sample // 160 + 1)
    assert sources.asked == [(0, 16_000), (16_000, 24_000)]


def test_sound_that_is_gone_matters_only_where_no_pass_has_heard_it(account: Account) -> None:
    sources, start = Readings(), Seed(0, "")
    account.features(task("partial", 16_000), start, sources)  # type: ignore[arg-type]
    sources.overwritten_before = 16_000
    account.features(task("partial", 24_000), start, sources)  # type: ignore[arg-type]
    sources.overwritten_before = 32_000
    with pytest.raises(Overrun):
        account.features(task("final", 40_000), start, sources)  # type: ignore[arg-type]


def test_the_longest_pause_is_kept(account: Account) -> None:
    for quiet_sample, resumed_sample in ((1_000, 9_000), (20_000, 24_000)):
        account.paused(quiet_sample, resumed_sample)
    assert account.longest_pause_ms == 500.0
