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
from bus.run import TOKENS_VARIABLE
from overlay.state.transcript import Transcript
from session.attest.checks.facts import Facts
from session.attest.checks.search import Key, Sound, Words
from session.attest.checks.written import Written, variables, written
from session.attest.tracing.packets import Flow, flows
from session.attest.tracing.recording import marker
from session.attest.tracing.trace import Process
from session.attest.tracing.tracer import Observation

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
    """What it left in its home, run and temporary directories, by path, with names and attributes."""
    folder: str = ""
    """The folder that holds these."""

    @cached_property
    def events(self) -> list[Event]:
        """Its log, as printed with --json."""
        found = (event_in(line) for line in self.seen.stdout.splitlines())
        return [logged.event for logged in found if logged is not None]

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

    @cached_property
    def facts(self) -> Facts:
        """What is known about the session as a whole."""
        seen = self.seen
        return Facts(
            processes=self.processes,
            folder=self.folder,
            provider=seen.provider,
            stdout_pipe=seen.stdout_pipe,
            stderr_pipe=seen.stderr_pipe,
            environment=seen.environment,
            places=seen.places,
            python=seen.command[0],
        )

    @cached_property
    def written(self) -> Written:
        """Everything that its processes wrote."""
        return written(self.facts)

    @cached_property
    def tokens(self) -> frozenset[bytes]:
        """The tokens by which its processes prove their names."""
        prefix = f"{TOKENS_VARIABLE}=".encode()
        given = (text for process in self.processes for text in variables(process) if text.startswith(prefix))
        return frozenset(token for text in given for token in text.removeprefix(prefix).split(b","))

    @cached_property
    def key_search(self) -> Key:
        """The key, to search for."""
        return Key(self.key)

    def outside_of_header(self, data: bytes) -> bytes:
        """Return bytes to the network without the authorization header, where the key belongs."""
        return re.sub(rb"(?im)^authorization: bearer " + self.key.encode() + rb"\r?$", b"", data)


def event_in(line: bytes) -> Logged | None:
    """Return the event in a line of `--json`; None for anything that the program does not print."""
    try:
        fields = msgspec.json.decode(line, type=dict[str, Any])
        seq, logged_ns = fields.pop("seq"), fields.pop("logged_ns")
        logged = Logged(seq, logged_ns, msgspec.convert(fields, Event))
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError):
        return None
    return logged if logged.as_json() == line else None
