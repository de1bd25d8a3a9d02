"""What was seen of a session, put into the form in which it can be judged. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from bus.messages import Event, FinalTranscribed, QuestionDetected
from session.attest.packets import Flow, flows
from session.attest.recording import Samples, marker
from session.attest.search import Sound, Words
from session.attest.trace import Process
from session.attest.tracer import Observation

E = TypeVar("E")


@dataclass(frozen=True)
class Evidence:
    """A watched session, seen from outside."""

    seen: Observation
    processes: Sequence[Process]
    key: str
    """What was planted as the provider's key."""
    sounds: Sequence[Samples]
    """What was heard."""
    files: dict[str, bytes]
    """What lay in its home, its run directory and its temporary files when it had ended, by path."""

    @cached_property
    def events(self) -> list[Event]:
        """Its log, as it printed it."""
        found = (_event(line) for line in self.seen.stdout.splitlines())
        return [event for event in found if event is not None]

    def of(self, kind: type[E]) -> list[E]:
        """Return its events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @cached_property
    def flows(self) -> list[Flow]:
        """What passed through its network."""
        return flows(self.seen.packets)

    @cached_property
    def sound(self) -> Sound:
        """What was heard, to be looked for."""
        return Sound(self.sounds, marker())

    @cached_property
    def words(self) -> Words:
        """All that was said, as the transcriber wrote it, to be looked for."""
        return Words([final.text for final in self.of(FinalTranscribed)])

    @cached_property
    def canaries(self) -> Words:
        """What was said and belongs to no question, to be looked for."""
        return Words(self.canary_sentences)

    @property
    def canary_sentences(self) -> list[str]:
        """What was said and belongs to no question."""
        asked = {
            (event.source, span.utterance) for event in self.of(QuestionDetected) for span in event.spans
        }
        finals = self.of(FinalTranscribed)
        return [final.text for final in finals if (final.source, final.utterance) not in asked]

    def shows_key(self, data: bytes) -> bool:
        """Tell whether the key is among these bytes, other than in the one header that it is for."""
        key = self.key.encode()
        return key in re.sub(rb"(?im)^authorization: bearer " + key + rb"\r?$", b"", data)

    def shows_key_at_all(self, data: bytes) -> bool:
        """Tell whether the key is among these bytes."""
        return self.key.encode() in data


def _event(line: bytes) -> Event | None:
    try:
        fields = msgspec.json.decode(line, type=dict[str, Any])
        event: Event = msgspec.convert(
            {name: value for name, value in fields.items() if name not in ("seq", "logged_ns")}, Event
        )
        return event
    except (msgspec.DecodeError, msgspec.ValidationError):  # something else was printed; it is searched too
        return None
