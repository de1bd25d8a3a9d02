"""Computes what the caption page shows, from the event log, as JSON. Pure."""

from __future__ import annotations

import msgspec

from bus import messages as m
from overlay.state.captions import Captions
from overlay.state.paragraphs import Paragraph

_PARAGRAPHS = 8
"""The page shows the newest ones at its lower edge; more would not fit."""


class _Shown(msgspec.Struct, frozen=True):
    """A paragraph on the page."""

    key: str
    """Names it as long as it is shown."""
    name: str
    settled: str
    unsettled: str
    """The words at its end that may still change."""


class _Update(msgspec.Struct, frozen=True):
    paragraphs: list[_Shown]
    ended: bool


class Feed:
    """The captions so far."""

    def __init__(self) -> None:
        self._captions = Captions()

    def apply(self, logged: m.Logged) -> None:
        """Apply one event."""
        self._captions.apply(logged)

    def as_json(self) -> bytes:
        """Return the newest paragraphs, in one line."""
        shown = [self._shown(each) for each in self._captions.paragraphs[-_PARAGRAPHS:]]
        return msgspec.json.encode(_Update(shown, ended=bool(self._captions.ending)))

    def _shown(self, paragraph: Paragraph) -> _Shown:
        spans = paragraph.spans()
        at = next((number for number, (_, settled) in enumerate(spans) if not settled), len(spans))
        words = [text for text, _ in spans]
        return _Shown(
            key=f"{paragraph.source} {paragraph.lines[0].start_ns}",
            name=self._captions.name(paragraph.source),
            settled=" ".join(words[:at]),
            unsettled=" ".join(words[at:]),
        )
