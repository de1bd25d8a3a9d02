"""Tree of the program's failures, each with an exit code.

Failure                     an error to show to the user
├── UsageFailure            invalid command line                                           exit 2
├── SettingsFailure         a settings file or variable is wrong                           exit 3
├── InputFailure            a file or a device cannot be used                              exit 4
├── ModelFailure            weights are missing, damaged or cannot be fetched              exit 5
├── MachineFailure          the machine lacks something: memory, a directory, a library    exit 6
├── StageFailure            a process did not start, died too often or hangs               exit 7
├── ProviderFailure         the language model's provider cannot be used                   exit 8
└── BusFailure              the event plane or the audio plane                             exit 9
    ├── Overrun             the ring has overwritten audio before it was read
    ├── RingUnavailable     the writer of a ring is not running
    ├── HubUnavailable      the hub does not respond
    └── Rejected            an unauthenticated or invalid message or peer

Every failure has three parts: what happened, what was kept, and what to do next. The command line prints
failures; a stage publishes them as events.
"""

from __future__ import annotations


class Failure(Exception):
    """An error to show to the user.

    Args:
        problem: What happened, one clause without a full stop ("talk.wav cannot be read: it is empty").
        kept: What is unaffected ("nothing was started"). May be empty.
        fix: What to do next ("give a wav, flac, ogg or mp3 file"). May be empty.
    """

    exit_code = 1

    def __init__(self, problem: str, *, kept: str = "", fix: str = "") -> None:
        self.problem = problem
        self.kept = kept
        self.fix = fix
        super().__init__(problem)

    def __str__(self) -> str:
        return "; ".join(part for part in (self.problem, self.kept, self.fix) if part)


class UsageFailure(Failure):
    """The command line is invalid."""

    exit_code = 2


class SettingsFailure(Failure):
    """A settings file or variable is wrong."""

    exit_code = 3


class InputFailure(Failure):
    """A file or a device cannot be used."""

    exit_code = 4


class ModelFailure(Failure):
    """Weights are missing, damaged or cannot be fetched."""

    exit_code = 5


class MachineFailure(Failure):
    """The machine lacks something the program needs."""

    exit_code = 6


class StageFailure(Failure):
    """A process did not start, died too often or hangs."""

    exit_code = 7


class ProviderFailure(Failure):
    """The language model's provider cannot be used."""

    exit_code = 8


class BusFailure(Failure):
    """The event plane or the audio plane failed."""

    exit_code = 9


class Overrun(BusFailure):
    """The ring has overwritten audio before it was read.

    Args:
        start_sample: First missing sample.
        stop_sample: First sample that can be read again; may be after the requested range.
    """

    def __init__(self, start_sample: int, stop_sample: int) -> None:
        self.start_sample = start_sample
        self.stop_sample = stop_sample
        super().__init__(
            f"a reader fell behind and lost samples {start_sample} to {stop_sample}",
            kept="reading continues from there",
            fix="use a smaller model or more cores",
        )


class RingUnavailable(BusFailure):
    """The writer of a ring is not running."""


class HubUnavailable(BusFailure):
    """The hub does not respond."""


class Rejected(BusFailure):
    """A message or peer is unauthenticated or invalid."""
