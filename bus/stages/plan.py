"""Describes one stage: when it runs, how it is supervised, and its rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bus.sandbox.rights import Rights

WITH_HUB = 0
"""The window, started beside the hub so that it is seen at once; it connects when the hub is there."""

LISTENING = 1
"""First wave: the stages that capture and transcribe, started right after the hub."""

ANSWERING = 2
"""Second wave: stages that may start a moment later; the hub delivers the events they missed."""

HANG_S = 3.2
"""Longest silence of a work loop with a heartbeat per second: a hang is detected within 4 s."""

MICROPHONE = "mic"
"""A source of this name is a microphone, even if it is a recording."""

LEAST_RIGHTS = Rights(grows_files=False)


@dataclass(frozen=True)
class SessionShape:
    """The properties of a session that decide which stages it has."""

    sources: Mapping[str, str]
    """Specification of each source by name; "-" reads standard input."""
    views: Sequence[str]
    """"overlay", "terminal", "plain", "json"."""
    answers: bool
    """Whether questions are detected."""
    serves_model: bool
    """Whether the small local model is served."""
    practises: bool = False
    """Whether the program asks practice questions."""
    serves_captions: bool = False
    """Whether the captions are served as a web page."""
    records: bool = False
    """Whether the audio is recorded."""


@dataclass(frozen=True)
class StagePlan:
    """One process of a session and how it is supervised; a row of the table is the plan of its kind."""

    name: str
    """"vad:mic"; the part before the colon is its kind."""
    module: str
    """Module that `python -m` runs."""
    arguments: tuple[str, ...] = ()
    when: Callable[[SessionShape], bool] = lambda shape: True
    """Whether a session has this stage."""
    per_source: bool = False
    """Whether there is one process per source, with the source's name as its argument."""
    rights: Rights = LEAST_RIGHTS
    wave: int = LISTENING
    essential: bool = True
    """Whether a session fails if it cannot start this stage."""
    silence_limit_s: float | None = HANG_S
    """Longest time without a heartbeat; None for a stage whose hang has no effect on others."""
    start_limit_s: float = 30.0
    """Longest time until it is ready."""
    niceness: int = 0
    """Scheduling niceness, 0 to 19: audio goes first, the small model last. It counts against other programs
    too: 1 costs transcription 7 % of its pace on busy cores, 5 more than half."""
    cores: tuple[int, ...] = ()
    """Cores it is pinned to; all when empty."""
    inherits_stdin: bool = False
    inherits_stdout: bool = False
    ends_session: bool = False
    """Whether its clean exit ends the session, as when the reader of its output ends."""
    joins_hub: bool = True
    """Whether it gets a token for the hub."""
    holds_keys: bool = False
    """Whether it gets the API keys in its environment."""
    shared_tokens: tuple[str, ...] = ()
    """Tokens that it gets besides its own, as secrets between stages."""
    reads_rings: bool = False
    """Whether the supervisor passes it the rings of its source, or of all sources; a microphone's capture
    gets those of the other sources, whose echo it removes."""
    descriptors: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """File descriptors that it inherits, such as the pipe with typed keys, by the environment variable that
    gives their numbers: "5,6"."""
    environment: tuple[str, ...] = ()
    """Patterns of the variables that it inherits beyond the common ones."""
    variables: tuple[tuple[str, str], ...] = ()
    """Additional environment variables."""
    outlives_supervisor: bool = False
    """Whether it continues when the supervisor is killed."""
    restarted_on_redaction: bool = False
    """Whether it forgets redacted words by a restart."""
    wipes_freed_memory: bool = False
    """Whether its memory is overwritten as soon as it is freed, because it forgets words while it runs."""

    @property
    def kind(self) -> str:
        """ "vad" for "vad:mic"."""
        return stage_kind(self.name)


def stage_kind(stage: str) -> str:
    """Return the kind of a stage: "vad" for "vad:mic"."""
    return stage.partition(":")[0]
