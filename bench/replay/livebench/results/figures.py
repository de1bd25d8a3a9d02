"""Figures of one round, computed from what was observed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from livebench.data.stream import Stream
from livebench.machine import Clock
from livebench.playing.meter import Sample
from livebench.playing.player import Performance
from livebench.scoring.intervals import quantile
from livebench.scoring.turns import Scores, score

LATE_MS = 2.0
"""A 99th percentile of the replay's delay above this makes a round void."""
DISTURBED_CORES = 0.25
"""More processor seconds a second than this, taken by other programs, make a round void."""
SUSPENDED_S = 0.05
_STRETCH_BLOCKS = 500
"""Five seconds: half of the blocks in no stretch of that length may be late."""
_STRETCH_SAMPLES = 10
_STRETCH_CORES = 1.0
"""In no five seconds may other programs take more."""
_PACKED = "other trials ran beside it: only its words count"


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one round. All times in seconds."""

    scores: Scores
    late_p99_ms: float
    other_cores: float
    """Processor seconds a second of other programs on the machine, without the intended load."""
    void: list[str]
    """Why the round does not count; empty if it does."""
    cpu_s_per_s: float
    """Processor seconds of the system for each second of the stream."""
    peak_rss_mb: float
    load_s: float
    most_held_s: float
    ended: bool


def figures(
    stream: Stream,
    observed: Performance,
    clock: Clock,
    *,
    load_cores: float,
    commits_words: bool,
    packed: bool = False,
) -> Figures:
    """Return the figures of a round."""
    sent = observed.sent
    late_ms = quantile(sent.late_us, 0.99) / 1000
    playing = [each for each in observed.usage if each.at_ns >= sent.first_sample_ns - 1_000_000_000]
    first, last = (playing or observed.usage)[0], (playing or observed.usage)[-1]
    seconds = max((last.at_ns - first.at_ns) / 1e9, 0.001)
    own_cores = (last.cpu_s - first.cpu_s) / seconds
    other_cores = (last.machine_cpu_s - first.machine_cpu_s) / seconds - own_cores - load_cores
    return Figures(
        scores=score(stream.turns, observed.lines, sent.first_sample_ns, commits_words=commits_words),
        late_p99_ms=late_ms,
        other_cores=other_cores,
        void=[_PACKED] if packed else _void(late_ms, other_cores, clock, observed, load_cores),
        cpu_s_per_s=(last.cpu_s - first.cpu_s) / stream.seconds,
        peak_rss_mb=max(each.rss_mb for each in observed.usage),
        load_s=observed.load_s,
        most_held_s=sent.most_held_s,
        ended=observed.ended,
    )


def _void(
    late_ms: float, other_cores: float, clock: Clock, observed: Performance, load_cores: float
) -> list[str]:
    reasons = []
    if late_ms > LATE_MS:
        reasons.append(
            f"the replay was {late_ms:.1f} ms late at its 99th percentile and may be {LATE_MS:.0f}"
        )
    stretch_ms = _latest_stretch_ms(observed.sent.late_us)
    if stretch_ms > LATE_MS:
        reasons.append(f"for five seconds half of the replay was {stretch_ms:.1f} ms late")
    if other_cores > DISTURBED_CORES:
        reasons.append(f"other programs took {other_cores:.2f} cores and may take {DISTURBED_CORES}")
    stretch_cores = _busiest_stretch(observed.usage) - load_cores
    if stretch_cores > _STRETCH_CORES:
        reasons.append(f"for five seconds other programs took {stretch_cores:.2f} cores")
    if abs(clock.suspended_s) > SUSPENDED_S:
        reasons.append(f"the machine was suspended for {clock.suspended_s:.1f} s")
    return reasons


def _latest_stretch_ms(late_us: Sequence[int]) -> float:
    """Return the largest median delay of five seconds."""
    stretches = [late_us[at : at + _STRETCH_BLOCKS] for at in range(0, len(late_us), _STRETCH_BLOCKS // 2)]
    return max(quantile(each, 0.5) / 1000 for each in stretches)


def _busiest_stretch(usage: Sequence[Sample]) -> float:
    """Return the most cores that everything but the system took for five seconds."""
    found = 0.0
    for first, last in zip(usage, usage[_STRETCH_SAMPLES:], strict=False):
        seconds = (last.at_ns - first.at_ns) / 1e9
        others_s = (last.machine_cpu_s - first.machine_cpu_s) - (last.cpu_s - first.cpu_s)
        found = max(found, others_s / max(seconds, 0.001))
    return found


def equal(one: Figures, other: Figures) -> bool:
    """Tell whether two sets of figures are the same, number by number."""
    return bool(msgspec.json.encode(one) == msgspec.json.encode(other))
