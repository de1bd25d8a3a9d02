"""Evidence about a traced session, in a form that can be checked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from bus.audio import Samples
from bus.messages import Event, FinalTranscribed, Logged, QuestionDetected, TranscriptRevised
from overlay.state.transcript import Transcript
from session.attest.packets import Flow, flows
from session.attest.recording import marker
from session.attest.search import Sound, Words
from session.attest.trace import Process
from session.attest.tracer import Observation

E = TypeVar("E")


@dataclass(frozen=True)
class Evidence:
    """Everything observed about a traced session."""

    seen: Observation
    processes: Sequence[Process]
    key: str
    """The planted provider key."""
    sounds: Sequence[Samples]
    """The recordings that were captured."""
    files: dict[str, bytes]
    """Contents of its home, run and temporary directories after its end, by path."""

    @cached_property
    def events(self) -> list[Event]:
        """Its log, as printed with --json."""
        found = (_event(line) for line in self.seen.stdout.splitlines())
        return [event for event in found if event is not None]

    def of(self, kind: type[E]) -> list[E]:
        """Return its events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @cached_property
    def flows(self) -> list[Flow]:
        """The traffic in its network."""
        return flows(self.seen.packets)

    @cached_property
    def sound(self) -> Sound:
        """The audio to search for."""
        return Sound(self.sounds, marker())

    @cached_property
    def words(self) -> Words:
        """The whole transcript, to search for."""
        finals = [final.text for final in self.of(FinalTranscribed)]
        return Words([*finals, *(revision.text for revision in self.of(TranscriptRevised))])

    @cached_property
    def canaries(self) -> Words:
        """The transcript outside of questions, to search for."""
        return Words(self.canary_sentences)

    @property
    def canary_sentences(self) -> list[str]:
        """The turns without a question."""
        asked = {
            (event.source, span.utterance) for event in self.of(QuestionDetected) for span in event.spans
        }
        transcript = Transcript()
        for seq, event in enumerate(self.events, 1):
            transcript.apply(Logged(seq, 0, event))
        finals = [each for each in transcript.outcomes(ended=True) if isinstance(each, FinalTranscribed)]
        return [
            final.text
            for final in finals
            if asked.isdisjoint((final.source, number) for number in (final.utterance, *final.replaces))
        ]

    def exposes_key(self, data: bytes) -> bool:
        """Return whether the key is in these bytes, outside of the authorization header."""
        key = self.key.encode()
        return key in re.sub(rb"(?im)^authorization: bearer " + key + rb"\r?$", b"", data)

    def contains_key(self, data: bytes) -> bool:
        """Return whether the key is in these bytes."""
        return self.key.encode() in data


def _event(line: bytes) -> Event | None:
    try:
        fields = msgspec.json.decode(line, type=dict[str, Any])
        event: Event = msgspec.convert(
            {name: value for name, value in fields.items() if name not in ("seq", "logged_ns")}, Event
        )
        return event
    except (msgspec.DecodeError, msgspec.ValidationError):  # other output; it is searched too
        return None
