"""Wizard page for the two sources: device, name, level, test."""

from __future__ import annotations

import os
import subprocess
import sys

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QProgressBar, QWidget

from bus.failures import Failure
from bus.process.environment import SOUND_SERVERS, inherited
from capture.level_watch import Levels
from capture.probe import TRY, Found, ProbeReport, Problem
from overlay.texts.sentences import sentences
from session.doctor.sound import probe_capture
from session.setup import look, strings
from session.setup.background import LevelWatch
from session.setup.pages.hearing import Hearing
from session.setup.pages.page import Context, Page
from session.setup.settings.settings_file import Changes

MIC, CALL = "mic", "call"
_DEFAULTS = {MIC: "default", CALL: "monitor"}
_QUIETEST_DBFS = -60
_PLAY_LIMIT_S = 20
_STILL_ARRIVING_MS = 600


class SourceRow(QWidget):
    """One source: its device, its name, its level.

    Args:
        source: "mic" or "call".
        heading: What it is.
        name_label: Label of its name.
        name: Its display name.
    """

    def __init__(self, source: str, heading: str, name_label: str, name: str) -> None:
        super().__init__()
        self._source, self.hearing = source, Hearing()
        self.devices = look.Choice()
        self.devices.setAccessibleName(heading)
        self.name = QLineEdit(name)
        self.name.setMaxLength(40)
        self.name.setAccessibleName(name_label)
        self.meter = QProgressBar()
        self.meter.setRange(_QUIETEST_DBFS, 0)
        self.meter.setValue(_QUIETEST_DBFS)
        self.meter.setTextVisible(False)
        self.meter.setFixedHeight(12)
        self.state = look.label()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 8, 0, 0)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(look.label(heading, "group"), 0, 0)
        grid.addWidget(look.label(name_label, "faint"), 0, 1)
        grid.addWidget(self.devices, 1, 0)
        grid.addWidget(self.name, 1, 1)
        grid.addWidget(self.meter, 2, 0, 1, 2)
        grid.addWidget(self.state, 3, 0, 1, 2)
        self.show_level(float(_QUIETEST_DBFS))

    @property
    def spec(self) -> str:
        """The chosen device as a source specification; empty for none."""
        return str(self.devices.currentData() or "")

    def fill(self, tried: Found | Problem | None, others: list[Found], chosen: str) -> None:
        """List the devices: the default first, none last."""
        self.devices.clear()
        if isinstance(tried, Found):
            default = strings.DEFAULT_DEVICE.format(device=tried.device.label)
            self.devices.addItem(default, _DEFAULTS[self._source])
        for found in others:
            self.devices.addItem(found.device.label, f"device:{found.device.name}")
        self.devices.addItem(strings.NO_DEVICE, "")
        if (at := self.devices.findData(chosen)) >= 0:
            self.devices.setCurrentIndex(at)
        if isinstance(tried, Problem):
            self.say(sentences(tried.problem, tried.fix), "warn")

    def show_level(self, dbfs: float) -> None:
        """Show a level."""
        self.meter.setValue(max(round(dbfs), _QUIETEST_DBFS))
        self.meter.setAccessibleName(strings.LEVEL.format(source=self._source, dbfs=f"{dbfs:.0f}"))

    def say(self, text: str, name: str = "faint") -> None:
        """Show a sentence below the level."""
        self.state.setText(text)
        look.mark(self.state, name)


class SoundPage(Page):
    """The page.

    Args:
        context: What it may use.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, strings.SOUND, strings.SOUND_INTRO)
        names = {**strings.DEFAULT_NAMES, **context.settings.session.names}
        self.mic = SourceRow(MIC, strings.MICROPHONE, strings.CALL_YOU, names[MIC])
        self.call = SourceRow(CALL, strings.OUTPUT, strings.CALL_THEM, names[CALL])
        self._rows = {MIC: self.mic, CALL: self.call}
        self.play = look.button(strings.PLAY)
        self.play.setEnabled(False)
        self.remark = look.label("", "warn")
        self._watch = LevelWatch(self)
        self._watch.measured.connect(self._show)
        self._listed = self._shown = self._plays = False
        test = QHBoxLayout()
        test.addWidget(self.play)
        test.addWidget(self.remark, stretch=1)
        for row in (self.mic, self.call):
            self.body.addWidget(row)
            row.devices.currentIndexChanged.connect(self._choose)
            row.say(strings.WORKING)
        self.body.addLayout(test)
        self.body.addStretch(1)
        self.play.clicked.connect(self._play)

    def changes(self) -> Changes:
        """Return the sources, and the names that are not the usual ones."""
        sources = {name: row.spec for name, row in self._rows.items() if row.spec}
        names = {
            name: row.name.text().strip()
            for name, row in self._rows.items()
            if row.name.text().strip() not in ("", strings.DEFAULT_NAMES[name])
        }
        others = {k: v for k, v in self.context.settings.session.names.items() if k not in self._rows}
        changed: dict[tuple[str, str], object] = {}
        if sources:
            changed["capture", "sources"] = sources
        if names or self.context.settings.session.names:
            changed["session", "names"] = {**others, **names} or None
        return changed

    def enter(self) -> None:
        """List the devices, and show their levels."""
        self._shown = True
        if self._listed:
            self._choose()
        else:
            self.context.background.run(lambda: probe_capture(TRY), self._list)

    def leave(self) -> None:
        """Close the devices."""
        self._shown = False
        self._watch.stop()

    def _list(self, report: ProbeReport | Failure) -> None:
        if isinstance(report, Failure):
            report = ProbeReport(failed=Problem(report.problem, report.fix))
        self._listed = True
        chosen = self.context.settings.capture.sources
        for name, kind, tried in (
            (MIC, "microphone", report.microphone or report.failed),
            (CALL, "monitor", report.monitor or report.failed),
        ):
            row = self._rows[name]
            row.devices.blockSignals(True)
            found = [each for each in report.devices if each.device.kind == kind]
            row.say(strings.SAY_HELLO if name == MIC else strings.PRESS_PLAY)
            row.fill(tried, found, chosen.get(name, _DEFAULTS[name]))
            row.devices.blockSignals(False)
        if not report.devices:
            self.remark.setText(strings.NO_SOUND)
        if self._shown:
            self._choose()

    def _choose(self) -> None:
        """Watch the chosen devices."""
        for row in self._rows.values():
            row.hearing = Hearing()
        self.play.setEnabled(bool(self.call.spec) and not self._plays)
        self._watch.watch({name: row.spec for name, row in self._rows.items() if row.spec})

    def _show(self, levels: Levels) -> None:
        for name, row in self._rows.items():
            if problem := levels.problems.get(name):
                row.say(sentences(problem.problem, problem.fix), "warn")
            if (dbfs := levels.dbfs.get(name)) is not None:
                row.show_level(dbfs)
                heard = row.hearing.apply(dbfs)
                if heard and (name == MIC) is not self._plays:
                    row.say(strings.HEARD, "good")
        if self._plays and self.mic.hearing.heard:
            self.remark.setText(strings.LOUDSPEAKERS)

    def _play(self) -> None:
        self._plays = True
        self.play.setEnabled(False)
        self.remark.setText("")
        for row in self._rows.values():
            row.hearing.restart()
        self.call.say(strings.PLAYING)
        self.context.background.run(_play_phrase, self._played)

    def _played(self, problem: str | Failure) -> None:
        """Conclude a moment later, because the last levels are still on their way."""
        QTimer.singleShot(_STILL_ARRIVING_MS, lambda: self._conclude(str(problem)))

    def _conclude(self, problem: str) -> None:
        self._plays = False
        self.play.setEnabled(bool(self.call.spec))
        if problem:
            self.call.say(strings.NOT_PLAYED.format(problem=problem), "warn")
        elif not self.call.hearing.heard:
            self.call.say(strings.NOT_HEARD, "warn")
        self.mic.hearing.restart()


def _play_phrase() -> str:
    """Play the phrase in a process of its own; return why not, or an empty text."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "session.sound_check.playback"],
            env=inherited(os.environ, SOUND_SERVERS),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PLAY_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {_PLAY_LIMIT_S} s"
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["?"])[-1]
