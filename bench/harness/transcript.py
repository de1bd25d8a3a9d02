"""The transcript of one source as a reader sees it, replaced finals left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


class Transcript:
    """Texts of one source by utterance; the contract is in `bus/messages/transcripts.py`."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}
        self._replaces: dict[int, frozenset[int]] = {}

    def show(self, utterance: int, text: str, replaces: Collection[int] = ()) -> None:
        """Set an utterance's text, and the earlier ones whose words it contains."""
        self._texts[utterance] = text
        self._replaces[utterance] = frozenset(replaces)

    def revise(self, utterance: int, text: str) -> None:
        """Change the text of a final; the ones that it replaces stay replaced."""
        self._texts[utterance] = text

    def apply(self, event: Mapping[str, Any]) -> None:
        """Apply a final or a revision; ignore every other event."""
        if event["type"] == "FinalTranscribed":
            self.show(event["utterance"], event["text"], event.get("replaces", ()))
        elif event["type"] == "TranscriptRevised":
            self.revise(event["utterance"], event["text"])

    @property
    def texts(self) -> dict[int, str]:
        """The visible texts by utterance, in the order of speech."""
        replaced = frozenset[int]().union(*self._replaces.values())
        return {number: self._texts[number] for number in sorted(self._texts) if number not in replaced}
