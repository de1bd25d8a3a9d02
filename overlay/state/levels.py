"""Tracks the level of each source, and its alarm for digital silence or clipping. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bus import messages as m

Alarm = Literal["silent", "clipping"]

_QUIETEST_DBFS = -120.0


@dataclass
class Levels:
    """Levels of all sources that are captured."""

    _dbfs: dict[str, float] = field(default_factory=dict)
    """Root mean square by source."""
    _alarms: dict[str, Alarm] = field(default_factory=dict)
    _paused: set[str] = field(default_factory=set)

    def apply(self, event: m.Event) -> None:
        """Apply one event."""
        match event:
            case m.LevelMeasured(source=source, rms_dbfs=dbfs):
                self._dbfs[source] = dbfs
            case m.LevelAlarmed(source=source, alarm="none"):
                self._alarms.pop(source, None)
            case m.LevelAlarmed(source=source, alarm=("silent" | "clipping") as alarm):
                self._alarms[source] = alarm
            case m.CapturePaused(source=source):
                self._paused.add(source)
            case m.CaptureResumed(source=source):
                self._paused.discard(source)
            case m.CaptureStarted(source=source) | m.CaptureEnded(source=source):
                self._forget(source)
            case m.StageDied(stage=stage) if stage.startswith("capture:"):
                self._forget(stage.removeprefix("capture:"))
            case _:
                pass

    def rms_dbfs(self, source: str) -> float:
        """Return the level of a source; that of silence where it is not captured."""
        return self._dbfs.get(source, _QUIETEST_DBFS)

    def alarms(self) -> dict[str, Alarm]:
        """Return what is wrong, by source."""
        return {source: alarm for source, alarm in self._alarms.items() if source not in self._paused}

    def _forget(self, source: str) -> None:
        self._dbfs.pop(source, None)
        self._alarms.pop(source, None)
