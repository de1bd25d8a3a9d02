"""Prints the texts of `shown_texts`, with marks around those that go through gettext."""

from __future__ import annotations

import gettext
from typing import Any

BEGIN, END = "⟦", "⟧"


class Marked(gettext.NullTranslations):
    """A catalogue that puts each text between marks."""

    def gettext(self, message: str) -> str:
        return f"{BEGIN}{message}{END}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return message if context.startswith(("separators", "date")) else self.gettext(message)


def marked(*arguments: Any, **keywords: Any) -> gettext.NullTranslations:
    """Return the catalogue instead of the one that `gettext.translation` would find."""
    return Marked()


if __name__ == "__main__":
    gettext.translation = marked  # type: ignore[assignment]  # before a module of the program calls it
    from tests.overlay import shown_texts

    shown_texts.main()
