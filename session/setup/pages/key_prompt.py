"""Prompts for a provider's key in a window: `python -m session.setup.pages.key_prompt NAME`.

Writes the key to standard output, a pipe to the process that stores it. Nothing else gets it: the process
has no network, writes no file, and its memory cannot be read by others.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PyQt6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout

from bus.process.lifecycle import report_crash
from bus.process.private_memory import forbid_memory_access
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages.table import VIEWING_RIGHTS
from llm.keys.key_input import MAX_KEY_CHARACTERS, is_key
from overlay.display import choose_platform
from overlay.settings import OverlaySettings
from session.setup import look, strings

_WIDTH_PX = 420
_CANCELLED = 1


class KeyPrompt(QDialog):
    """The window.

    Args:
        name: Name of the key.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle(strings.KEY_TITLE)
        self.setMinimumWidth(_WIDTH_PX)
        self.input = QLineEdit()
        self.input.setEchoMode(QLineEdit.EchoMode.Password)
        self.input.setMaxLength(MAX_KEY_CHARACTERS)
        self.input.setAccessibleName(strings.KEY_PROMPT.format(name=name))
        self.remark = look.label(strings.KEY_WHERE, "faint")
        self.store, self.cancel = look.button(strings.STORE, name="main"), look.button(strings.CANCEL)
        self.store.setDefault(True)
        self.store.clicked.connect(self._store)
        self.cancel.clicked.connect(self.reject)
        layout, buttons = QVBoxLayout(self), QHBoxLayout()
        layout.setContentsMargins(20, 16, 20, 16)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.store)
        layout.addWidget(look.label(strings.KEY_PROMPT.format(name=name), "group"))
        layout.addWidget(self.input)
        layout.addWidget(self.remark)
        layout.addLayout(buttons)

    @property
    def key(self) -> str:
        """What was typed."""
        return self.input.text().strip()

    def _store(self) -> None:
        if is_key(self.key):
            self.accept()
        else:
            self.remark.setText(strings.KEY_INVALID)
            look.mark(self.remark, "warn")


def main() -> int:
    """Prompt, and write the key; return 1 if the user cancelled."""
    forbid_memory_access()
    report_crash("key-prompt")
    sandbox = Sandbox(VIEWING_RIGHTS, Run(Path("/nonexistent"), {}), "key-prompt")
    if platform := choose_platform():
        os.environ["QT_QPA_PLATFORM"] = platform
    application = look.application()
    sandbox.enforce()
    prompt = KeyPrompt(sys.argv[1])
    look.follow_theme(prompt, OverlaySettings())
    if prompt.exec() != QDialog.DialogCode.Accepted:
        return _CANCELLED
    print(prompt.key, flush=True)
    del application  # until here it had to stay
    return 0


if __name__ == "__main__":
    sys.exit(main())
