"""Dialogs of the page: file, passphrase, and time in the store."""

from __future__ import annotations

import sys
from pathlib import Path

from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from session import encryption
from session.encryption import LEAST_CHARACTERS
from session.review import strings
from session.store.entry import USUAL_EXPIRY
from session.transcript.formats.table import LABELS, format_of

_WIDTH_PX = 420
_EXPIRIES = ("7d", "30d", "90d", "365d", "never")


class SaveDialog(QFileDialog):
    """Chooses a new file; the suffix follows the chosen format, and no file is replaced.

    Args:
        parent: The page.
        path: The name to suggest; with .age at its end, every format has it.
    """

    def __init__(self, parent: QWidget, path: Path) -> None:
        super().__init__(parent, strings.SAVE_AS, str(path.parent))
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setFileMode(QFileDialog.FileMode.AnyFile)
        self.setOption(QFileDialog.Option.DontConfirmOverwrite)
        self.setOption(QFileDialog.Option.ReadOnly)  # the sandbox lets it create no folder
        if sys.platform == "linux":  # the desktop's own dialog needs files that the sandbox does not allow
            self.setOption(QFileDialog.Option.DontUseNativeDialog)
        ending = encryption.SUFFIX if encryption.is_encrypted(path) else ""
        self._filters = {f"{label} (*{suffix}{ending})": suffix + ending for suffix, label in LABELS.items()}
        self.setLabelText(QFileDialog.DialogLabel.LookIn, strings.SAVE_IN)
        self.setNameFilters([*self._filters])
        self.setDefaultSuffix(f"{format_of(path)}{ending}")
        self.selectFile(path.name)
        self.filterSelected.connect(self._change_suffix)

    def _change_suffix(self, chosen: str) -> None:
        suffix = self._filters.get(chosen, ".md")
        self.setDefaultSuffix(suffix)
        named = Path(self.selectedFiles()[0])
        plain = named.with_suffix("") if encryption.is_encrypted(named) else named
        self.selectFile(f"{plain.stem}{suffix}" if plain.suffix in LABELS else named.name)


class StoreDialog(QDialog):
    """Takes how long the store keeps the session, and whether it is encrypted.

    Args:
        parent: The page.
        folder: The store.
        expire: How long the settings keep a session: "30d", "never", or "" for no setting.
        encrypts: Whether it may be saved encrypted only.
    """

    def __init__(self, parent: QWidget, folder: str, expire: str, *, encrypts: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.STORE_SESSION)
        explanation = QLabel(strings.STORE_HELP.format(folder=folder))
        explanation.setWordWrap(True)
        self.time = QComboBox()
        self.time.setAccessibleName(strings.KEEP_FOR)
        chosen = expire or USUAL_EXPIRY
        for each in dict.fromkeys((chosen, *_EXPIRIES)):
            days = each.removesuffix("d")
            self.time.addItem(strings.days(int(days)) if days.isdecimal() else strings.NEVER_EXPIRES, each)
        self.encrypt = QCheckBox(strings.ENCRYPT)
        self.encrypt.setAccessibleName(strings.ENCRYPT_FILE)
        self.encrypt.setChecked(encrypts)
        self.encrypt.setEnabled(not encrypts)
        buttons = _save_or_cancel(self, strings.STORE_IT)
        row = QHBoxLayout()
        row.addWidget(QLabel(strings.KEEP_FOR))
        row.addWidget(self.time)
        row.addStretch(1)
        row.addWidget(self.encrypt)
        layout = _column(self, explanation)
        layout.addLayout(row)
        layout.addWidget(buttons)

    @property
    def expire(self) -> str:
        """How long it is kept: "30d", or "never"."""
        return str(self.time.currentData())


class PassphraseDialog(QDialog):
    """Takes a new passphrase, typed twice.

    Args:
        parent: The page.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.NEW_PASSPHRASE)
        self._explanation = QLabel(strings.PASSPHRASE_NEEDED.format(count=LEAST_CHARACTERS))
        self._explanation.setWordWrap(True)
        self.first, self.again = _field(strings.NEW_PASSPHRASE), _field(strings.PASSPHRASE_AGAIN)
        self._buttons = _save_or_cancel(self, strings.ENCRYPT_AND_SAVE)
        _column(self, self._explanation, self.first, self.again, self._buttons)
        for field in (self.first, self.again):
            field.textChanged.connect(self._check)
        self._check()

    @property
    def passphrase(self) -> str:
        """The passphrase, once both fields have the same one and it is long enough; empty before."""
        typed = self.first.text()
        return typed if len(typed) >= LEAST_CHARACTERS and typed == self.again.text() else ""

    def _check(self) -> None:
        if button := self._buttons.button(QDialogButtonBox.StandardButton.Save):
            button.setEnabled(bool(self.passphrase))


def _save_or_cancel(dialog: QDialog, save: str) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
    for kind, text in (
        (QDialogButtonBox.StandardButton.Save, save),
        (QDialogButtonBox.StandardButton.Cancel, strings.CANCEL),
    ):
        if button := buttons.button(kind):
            button.setText(text)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons


def _column(dialog: QDialog, *widgets: QWidget) -> QVBoxLayout:
    dialog.setMinimumWidth(_WIDTH_PX)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(20, 16, 20, 16)
    layout.setSpacing(10)
    for widget in widgets:
        layout.addWidget(widget)
    return layout


def _field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setPlaceholderText(name)
    field.setAccessibleName(name)
    return field
