"""Asks in a window who takes part: `python -m session.setup.consent_question MATTER`.

MATTER is a `session.run.start.consent.Matter` as JSON. Exits with 0 if the others know and agree, or the
user is alone, and prints who they are; nothing if the user is alone.
"""

from __future__ import annotations

import os
import sys

import msgspec
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout

from bus.failures import Failure
from bus.process.lifecycle import report_crash
from overlay.display import choose_platform
from session import settings as all_settings
from session.run.start import consent
from session.setup import CLOSED_CODE, look, strings
from session.setup.pages.quote import Quote

_WIDTH_PX = 520


class ConsentQuestion(QDialog):
    """The window; accepted when the session may start.

    Args:
        matter: What the others agree to.
    """

    def __init__(self, matter: consent.Matter) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle(strings.QUESTION_TITLE)
        self.setMinimumWidth(_WIDTH_PX)
        self.quote = Quote(matter.sentence)
        self.people = QLineEdit()
        self.people.setPlaceholderText(strings.PEOPLE_EXAMPLE)
        self.people.setAccessibleName(strings.PEOPLE)
        self.people.setMaxLength(consent.PEOPLE_CHARACTERS)
        self.they_know = look.button(strings.THEY_KNOW, name="main")
        self.alone = look.button(strings.ALONE)
        self.not_yet = look.button(strings.NOT_YET)
        self.they_know.clicked.connect(self.accept)
        self.alone.clicked.connect(self.people.clear)
        self.alone.clicked.connect(self.accept)
        self.people.textChanged.connect(lambda text: self.they_know.setEnabled(bool(text.strip())))
        self.they_know.setEnabled(False)
        self.not_yet.clicked.connect(self.reject)
        for each in (self.they_know, self.alone, self.quote.copy):
            each.setAutoDefault(False)
        self.not_yet.setDefault(True)  # Return alone opens no microphone
        buttons, layout = QHBoxLayout(), QVBoxLayout(self)
        buttons.addWidget(self.quote.copy)
        buttons.addStretch(1)
        for each in (self.not_yet, self.alone, self.they_know):
            buttons.addWidget(each)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(look.label(strings.QUESTION, "heading"))
        layout.addWidget(look.label(strings.QUESTION_WHY, "faint"))
        layout.addWidget(self.quote)
        layout.addWidget(look.label(strings.PEOPLE, "faint"))
        layout.addWidget(self.people)
        layout.addLayout(buttons)
        self.people.setFocus()


def main() -> int:
    """Ask, and return the exit code."""
    report_crash("consent")
    try:
        if platform := choose_platform():
            os.environ["QT_QPA_PLATFORM"] = platform
        application = look.application()
        question = ConsentQuestion(msgspec.json.decode(sys.argv[1], type=consent.Matter))
        look.follow_theme(question, all_settings.load(None, {}).overlay)
    except Failure as failure:
        print(f"cuecard: {failure}", file=sys.stderr)
        return failure.exit_code
    accepted = question.exec() == QDialog.DialogCode.Accepted
    if accepted:
        print(" ".join(question.people.text().split()))
    del question, application
    return 0 if accepted else CLOSED_CODE


if __name__ == "__main__":
    sys.exit(main())
