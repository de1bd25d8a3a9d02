"""The settings window: `python -m session.setup.settings.settings_window`.

It is generated from the structs of the settings, and changes the user's file. Values are checked by the
program's own decoder before they are written.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QListWidget, QScrollArea, QVBoxLayout, QWidget

from bus.failures import Failure
from bus.process.lifecycle import report_crash
from bus.run.directories import live_sessions
from overlay.display import choose_platform
from overlay.texts.sentences import sentences
from session import settings as all_settings
from session.control import remote_control
from session.settings.description import describe
from session.setup import look, strings
from session.setup.background import Background
from session.setup.settings.setting_row import NOT_SET, SettingRow
from session.setup.settings.settings_file import store, stored_tables

_SIZE_PX = 860, 700
_GROUPS_WIDTH_PX = 215
_LIVE = {("llm", "provider"), ("llm", "model")}
"""Settings that a running session can change."""


class SettingsWindow(QWidget):
    """The window.

    Args:
        tables: What the user's file sets.
    """

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__()
        policy = all_settings.policy()
        locked = policy.tables if policy else {}
        values = {table: {**tables.get(table, {}), **locked.get(table, {})} for table in strings.GROUPS}
        self.rows = [
            SettingRow(
                setting,
                values[table].get(setting.name, NOT_SET),
                policy.by if policy and setting.name in locked.get(table, {}) else "",
            )
            for table in strings.GROUPS
            for setting in describe(table)
            if setting.is_users
        ]
        self.search, self.groups = QLineEdit(), QListWidget()
        self.nothing = look.label(strings.NOTHING_FOUND, "faint")
        self.message = look.label("", "faint")
        self.save = look.button(strings.SAVE, name="main")
        self._background = Background(self)
        self._area = QScrollArea()
        self._headings = {table: look.label(words, "heading") for table, words in strings.GROUPS.items()}
        self._build()
        self.groups.setCurrentRow(0)
        self._count()

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802  (Qt's name)
        """Receive no more results."""
        self._background.close()

    def write(self) -> None:
        """Write what was changed."""
        changed = [row for row in self.rows if row.is_changed]
        try:
            values = {(row.setting.table, row.setting.name): row.value for row in changed}
            file = store({name: None if value is NOT_SET else value for name, value in values.items()})
        except Failure as failure:
            problem = sentences(failure.problem, failure.fix)
            self._say(strings.NOT_SAVED.format(problem=problem), "warn")
            return
        for row in changed:
            row.saved()
        self._count()
        self._say((strings.SAVED_NEXT if live_sessions() else strings.SAVED).format(file=file), "good")
        if live_sessions() and _LIVE & values.keys():
            self._apply_live(file)

    def _apply_live(self, file: Path) -> None:
        """Let the running session use the provider that is chosen now."""
        llm = all_settings.load(None, {}).llm

        def conclude(done: Failure | None) -> None:
            if isinstance(done, Failure):
                self._say(strings.NOT_LIVE.format(file=file, problem=done.problem), "warn")
            else:
                self._say(strings.SAVED_LIVE.format(file=file, provider=llm.provider), "good")

        self._background.run(lambda: remote_control.use(llm.provider, llm.model), conclude)

    def _build(self) -> None:
        self.setObjectName("window")
        self.setWindowTitle(strings.SETTINGS_TITLE)
        self.resize(*_SIZE_PX)
        self.search.setPlaceholderText(strings.SEARCH)
        self.search.setAccessibleName(strings.SEARCH)
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.groups.setFixedWidth(_GROUPS_WIDTH_PX)
        self.groups.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.groups.setAccessibleName(strings.SETTINGS_TITLE)
        self.groups.addItems([strings.ALL_GROUPS, *strings.GROUPS.values()])
        self.groups.currentRowChanged.connect(self._filter)
        middle = QHBoxLayout()
        middle.addWidget(self.groups)
        middle.addWidget(self._make_area(), stretch=1)
        foot = QHBoxLayout()
        foot.addWidget(self.message, stretch=1)
        foot.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(self.search)
        layout.addLayout(middle, stretch=1)
        layout.addLayout(foot)
        self.save.clicked.connect(self.write)
        for keys, action in (
            (QKeySequence.StandardKey.Save, self.write),
            (QKeySequence.StandardKey.Find, self.search.setFocus),
            ("Esc", self.close),
        ):
            QShortcut(QKeySequence(keys), self, action)

    def _make_area(self) -> QScrollArea:
        inside = QWidget()
        inside.setObjectName("rows")
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 0, 8, 0)
        column.setSpacing(0)
        for table, heading in self._headings.items():
            heading.setContentsMargins(0, 10, 0, 4)
            column.addWidget(heading)
            for row in (each for each in self.rows if each.setting.table == table):
                column.addWidget(row)
                row.changed.connect(self._count)
        column.addWidget(self.nothing)
        column.addStretch(1)
        self._area.setWidget(inside)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return self._area

    def _filter(self) -> None:
        """Show the rows of the chosen group that have the words that are searched."""
        words = self.search.text().lower().split()
        chosen = self.groups.currentRow() - 1
        tables = [*strings.GROUPS] if chosen < 0 or words else [[*strings.GROUPS][chosen]]
        shown = {row for row in self.rows if row.setting.table in tables and row.matches(words)}
        for row in self.rows:
            row.setVisible(row in shown)
        for table, heading in self._headings.items():
            heading.setVisible(any(row.setting.table == table for row in shown))
        self.nothing.setVisible(not shown)
        if (bar := self._area.verticalScrollBar()) is not None:
            bar.setValue(0)

    def _count(self) -> None:
        count = sum(row.is_changed for row in self.rows)
        self.save.setEnabled(count > 0)
        file = all_settings.user_file()
        self._say(strings.UNSAVED.format(count=count) if count else strings.YOUR_FILE.format(file=file))

    def _say(self, text: str, name: str = "faint") -> None:
        self.message.setText(text)
        look.mark(self.message, name)


def main() -> int:
    """Show the window until it is closed."""
    report_crash("settings")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        tables = stored_tables()
        overlay = all_settings.load(None, {}).overlay
        if platform := choose_platform():
            os.environ["QT_QPA_PLATFORM"] = platform
    except Failure as failure:
        print(f"cuecard: {failure}", file=sys.stderr)
        return failure.exit_code
    application = look.application()
    window = SettingsWindow(tables)
    look.follow_theme(window, overlay)
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
