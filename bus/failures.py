"""The ways this program fails, drawn as a tree.

Failure                     something a person must be told, in their words
├── UsageFailure            the command line asks for something that makes no sense        exit 2
├── SettingsFailure         a settings file or variable is wrong                           exit 3
├── InputFailure            a file or a device cannot be used                              exit 4
├── ModelFailure            weights are missing, damaged or cannot be fetched              exit 5
├── MachineFailure          the machine lacks something: memory, a directory, a library    exit 6
├── StageFailure            a process would not start, died too often or fell silent       exit 7
├── ProviderFailure         the language model's provider cannot be used                   exit 8
└── BusFailure              the planes themselves                                          exit 9
    ├── Overrun             the ring has overwritten audio that a reader still wanted
    ├── RingUnavailable            the writer of a ring is not there (any more)
    ├── HubUnavailable             the hub does not answer
    └── Rejected            a message or a peer that is not ours

Every failure says three things: what happened, what was kept, and what to do next. This module knows
nothing about where failures are shown; the command line prints them, a stage reports them as events.
"""

from __future__ import annotations


class Failure(Exception):
    """Something went wrong that a person must be told about.

    Args:
        problem: What happened, one clause, without a full stop ("talk.wav cannot be read: it is empty").
        kept: What is still there ("nothing was started"). May be empty.
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
    """The command line asks for something that makes no sense."""

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
    """A process would not start, died too often or fell silent."""

    exit_code = 7


class ProviderFailure(Failure):
    """The language model's provider cannot be used."""

    exit_code = 8


class BusFailure(Failure):
    """One of the two planes failed."""

    exit_code = 9


class Overrun(BusFailure):
    """The ring has overwritten audio that a reader still wanted.

    Args:
        start_sample: First sample that is gone.
        stop_sample: Where there is sound again, which may be after what the reader wanted.
    """

    def __init__(self, start_sample: int, stop_sample: int) -> None:
        self.start_sample = start_sample
        self.stop_sample = stop_sample
        super().__init__(
            f"a reader fell behind and lost samples {start_sample} to {stop_sample}",
            kept="everything from there on is read",
            fix="use a smaller model or more cores",
        )


class RingUnavailable(BusFailure):
    """The writer of a ring is not there (any more)."""


class HubUnavailable(BusFailure):
    """The hub does not answer."""


class Rejected(BusFailure):
    """A message or a peer that is not ours."""
