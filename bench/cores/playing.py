"""Plays a timeline under one placement after another, and turns each run into a trial."""

from __future__ import annotations

import dataclasses
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.cores.calibration import calibrate
from bench.cores.judging import Trial
from bench.cores.moving_load import moving
from bench.cores.placements import DEFAULTS, Placement
from bench.latency.live import LATE_MS, Measurement, Plan, play
from bench.latency.reference import Reference
from bench.latency.timeline import Timeline
from bench.latency.variations import settings_text
from livebench.playing.load import usable_cores
from session import settings as all_settings

_ATTEMPTS = 3
"""How often a run is played whose replay was late."""


class Player:
    """Plays the same timeline under different placements.

    Args:
        timeline: The audio of each source.
        references: Of each turn of the timeline.
        plan: Settings and load; its settings file is the base of every run.
        directory: Where the settings of each placement are written.
    """

    def __init__(
        self, timeline: Timeline, references: Sequence[Reference], plan: Plan, directory: Path
    ) -> None:
        self.environment: dict[str, Any] = {}
        self._timeline, self._references = timeline, references
        self._plan, self._directory = plan, directory
        file = plan.settings_file or all_settings.user_file()
        self._base = tomllib.loads(file.read_text(encoding="utf-8-sig")) if file.exists() else {}

    def check(self, placements: Sequence[Placement]) -> None:
        """Check the settings of each placement before anything is played.

        Raises:
            SettingsFailure: One is refused, such as cores that a policy locks.
        """
        for placement in placements:
            all_settings.load(self._settings_file(placement), {})

    def rounds(self, placements: Sequence[Placement], count: int) -> list[Trial]:
        """Play the defaults and the placements in every round, in turn forth and back (ABBA)."""
        order = [DEFAULTS, *placements]
        return [
            self._play(placement, number)
            for number in range(count)
            for placement in (order if number % 2 == 0 else reversed(order))
        ]

    def _play(self, placement: Placement, number: int) -> Trial:
        for attempt in range(_ATTEMPTS):
            trial = self._play_once(placement, number)
            if not trial.is_late:
                break
            if attempt + 1 < _ATTEMPTS:
                print("bench: the replay was late; it is repeated", file=sys.stderr, flush=True)
        return trial

    def _play_once(self, placement: Placement, number: int) -> Trial:
        print(f"bench: {placement.name}, round {number + 1}", file=sys.stderr, flush=True)
        pace_s = calibrate(usable_cores())
        file = self._settings_file(placement)
        plan = dataclasses.replace(self._plan, settings_file=file, runs=1)
        with moving(plan.load):
            measurement = play(self._timeline, self._references, plan)
        self.environment = self.environment or measurement.environment
        return _trial(placement, number, measurement, pace_s)

    def _settings_file(self, placement: Placement) -> Path:
        file = self._directory / f"{placement.name}.toml"
        file.write_text(settings_text(self._base, placement.settings()), encoding="utf-8")
        return file


def _trial(placement: Placement, number: int, measurement: Measurement, pace_s: float) -> Trial:
    figures, run = measurement.figures, measurement.runs[0]
    return Trial(
        placement=placement,
        round=number,
        latencies_s={each.ids[0]: each.latencies_s for each in run.scores if each.latencies_s},
        cpu=figures["cpu_s_per_audio_s"],
        cpu_by_stage=figures["cpu_s_per_audio_s_by_stage"],
        wer=figures["wer"] or 0.0,
        late_ms=run.late_p99_ms,
        is_late=run.late_p99_ms > LATE_MS,
        pace_s=pace_s,
    )
