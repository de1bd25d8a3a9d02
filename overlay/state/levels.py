"""Tracks the level of each source, and alarms for digital silence and clipping. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bus import messages as m
from bus.audio import SAMPLE_RATE

Alarm = Literal["silent", "clipping"]

SILENCE_DBFS = -90.0
"""A microphone in a quiet room is louder; below this it is muted or not connected."""
SILENT_S = 2.0
CLIPPING_DBFS = -0.1
CLIPPING_MEASUREMENTS = 3
"""Peaks at full scale within the last 5 s from which on the source clips."""
CLIPPING_WITHIN_S = 5.0

_QUIETEST_DBFS = -120.0


@dataclass
class Level:
    """Level of one source."""

    rms_dbfs: float = _QUIETEST_DBFS
    peak_dbfs: float = _QUIETEST_DBFS
    at_s: float = 0.0
    """End of the newest measurement on the sample clock."""
    heard_s: float = 0.0
    """When it last was above digital silence."""
    clipped_s: tuple[float, ...] = ()
    """When it was at full scale, within the last seconds."""

    def alarm(self) -> Alarm | None:
        """Return what is wrong with this source."""
        if self.at_s - self.heard_s >= SILENT_S:
            return "silent"
        return "clipping" if len(self.clipped_s) >= CLIPPING_MEASUREMENTS else None

    def measure(self, event: m.LevelMeasured) -> None:
        """Apply a measurement."""
        self.rms_dbfs, self.peak_dbfs = event.rms_dbfs, event.peak_dbfs
        self.at_s = event.stop_sample / SAMPLE_RATE
        if event.peak_dbfs > SILENCE_DBFS:
            self.heard_s = self.at_s
        clipped = (*self.clipped_s, self.at_s) if event.peak_dbfs >= CLIPPING_DBFS else self.clipped_s
        self.clipped_s = tuple(at for at in clipped if self.at_s - at < CLIPPING_WITHIN_S)


@dataclass
class Levels:
    """Levels of all sources that are captured."""

    by_source: dict[str, Level] = field(default_factory=dict)
    _microphones: set[str] = field(default_factory=set)
    """Sources that are never digitally silent while they work; the sound of a call is, when it is quiet."""

    _paused: set[str] = field(default_factory=set)

    def apply(self, event: m.Event) -> None:
        """Apply one event."""
        match event:
            case m.CaptureStarted(source=source, is_microphone=is_microphone, start_sample=start):
                (self._microphones.add if is_microphone else self._microphones.discard)(source)
                self.by_source[source] = Level(heard_s=start / SAMPLE_RATE)
            case m.LevelMeasured(source=source):
                self.by_source.setdefault(source, Level(heard_s=event.stop_sample / SAMPLE_RATE)).measure(
                    event
                )
            case m.CapturePaused(source=source):
                self._paused.add(source)
            case m.CaptureResumed(source=source, sample=sample):
                self._paused.discard(source)
                self.by_source[source] = Level(heard_s=sample / SAMPLE_RATE)
            case m.CaptureEnded(source=source):
                self.by_source.pop(source, None)
            case m.StageDied(stage=stage) if stage.startswith("capture:"):
                self.by_source.pop(stage.removeprefix("capture:"), None)
            case _:
                pass

    def rms_dbfs(self, source: str) -> float:
        """Return the level of a source; that of silence where it is not captured."""
        return self.by_source.get(source, Level()).rms_dbfs

    def alarms(self) -> dict[str, Alarm]:
        """Return what is wrong, by source."""
        found = {source: level.alarm() for source, level in self.by_source.items()}
        return {
            source: alarm
            for source, alarm in found.items()
            if alarm and source not in self._paused and (alarm == "clipping" or source in self._microphones)
        }
