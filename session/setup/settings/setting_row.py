"""One setting in the settings window: its words, its editor, its default."""

from __future__ import annotations

import tomllib
from typing import Any

import msgspec
import tomlkit
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from bus.failures import SettingsFailure
from session.settings.description import Description
from session.setup import look, strings

_EDITOR_WIDTH_PX = 280
_EXAMPLES = {"list": '["one", "two"]', "dict": '{mic = "Ada"}'}

NOT_SET: Any = object()
"""Value of a setting that the file leaves out, so that its default counts."""


class SettingRow(QWidget):
    """The row.

    Args:
        setting: What it is for.
        value: Its value in the user's file or the policy, or `NOT_SET`.
        locked_by: Who locked it on this computer; empty if it may be changed.
    """

    changed = pyqtSignal()
    """The user changed the value."""

    def __init__(self, setting: Description, value: Any, locked_by: str = "") -> None:
        super().__init__()
        self.setting = setting
        self._stored = self._shown = value
        self.editor = self._make_editor()
        self.editor.setAccessibleName(f"{strings.GROUPS[setting.table]}: {setting.title}")
        self.editor.setAccessibleDescription(setting.meaning)
        self.editor.setMinimumWidth(_EDITOR_WIDTH_PX)
        self.reset = look.button(strings.RESET, strings.RESET_HINT)
        self.reset.clicked.connect(lambda: self._show(NOT_SET))
        self._build()
        self._show(value)
        self._listen()
        if locked_by:
            self.editor.setEnabled(False)
            self.reset.hide()
            self.origin.setText(strings.LOCKED.format(by=locked_by))

    def matches(self, words: list[str]) -> bool:
        """Return whether all these words, in lower case, are in its name or meaning."""
        text = f"{self.setting.table}.{self.setting.name} {self.setting.title} {self.setting.meaning}".lower()
        return all(word in text for word in words)

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the file."""
        if not self.editor.isEnabled():
            return False
        try:
            value = self.value
        except SettingsFailure:
            return True
        return value is not self._stored if NOT_SET in (value, self._stored) else value != self._stored

    @property
    def value(self) -> Any:
        """The value as it is to be written; `NOT_SET` for the default.

        Raises:
            SettingsFailure: The text is not a value of its type.
        """
        if self._shown is NOT_SET:
            return NOT_SET
        if isinstance(self.editor, QComboBox):
            return self.editor.currentData()
        text = self.editor.text()
        if not text.strip():
            return NOT_SET
        return text if isinstance(self.setting.default, str) else self._parsed(text)

    def saved(self) -> None:
        """Count the value as that of the file."""
        self._stored = self.value

    def _parsed(self, text: str) -> Any:
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            example = _EXAMPLES.get(type(self.setting.default).__name__, self.setting.default_text)
            why = strings.WRITE_LIST.format(example=example)
            problem = strings.NOT_A_VALUE.format(setting=self.setting.title, why=why)
            raise SettingsFailure(problem) from error

    def _make_editor(self) -> QComboBox | QLineEdit:
        choices = [True, False] if isinstance(self.setting.default, bool) else self.setting.choices
        if not choices:
            return QLineEdit()
        box = look.Choice()
        for choice in choices:
            box.addItem(_as_text(choice), choice)
        return box

    def _build(self) -> None:
        setting = self.setting
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 6, 8, 10)
        grid.setColumnStretch(0, 1)
        grid.addWidget(look.label(setting.title, "group"), 0, 0)
        grid.addWidget(self.editor, 0, 1)
        grid.addWidget(self.reset, 0, 2)
        grid.addWidget(look.label(setting.meaning.replace("`", ""), "faint"), 1, 0, 1, 3)
        default = _as_text(setting.default) or strings.EMPTY_VALUE
        text = strings.DEFAULT
        if isinstance(setting.default, int | float) and not isinstance(setting.default, bool):
            text = strings.DEFAULT_OF
        self.origin = look.label(text.format(value=default, values=setting.values), "faint")
        grid.addWidget(self.origin, 2, 0, 1, 3)

    def _show(self, value: Any) -> None:
        """Show a value; the default where it is not set."""
        shown = self.setting.default if value is NOT_SET else value
        if isinstance(self.editor, QComboBox):
            self.editor.setCurrentText(_as_text(shown))
        else:
            self.editor.setText("" if value is NOT_SET else _as_text(shown))
            self.editor.setPlaceholderText(_as_text(self.setting.default) or strings.EMPTY_VALUE)
        self._shown = value
        self.reset.setVisible(value is not NOT_SET)
        self.changed.emit()

    def _listen(self) -> None:
        if isinstance(self.editor, QComboBox):
            self.editor.activated.connect(self._edited)
        else:
            self.editor.textEdited.connect(self._edited)

    def _edited(self) -> None:
        self._shown = None
        self.reset.setVisible(True)
        self.changed.emit()


def _as_text(value: Any) -> str:
    """Return a value as a user types it: text as it is, others as in the file."""
    if value in (None, "", [], {}) and not isinstance(value, bool | int | float):
        return ""
    if isinstance(value, bool):
        return strings.ON if value else strings.OFF
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(msgspec.json.encode(value), "utf-8")
    if not isinstance(value, dict):
        return str(tomlkit.item(value).as_string())
    inline = tomlkit.inline_table()
    inline.update(value)
    return inline.as_string()
