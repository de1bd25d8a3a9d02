"""Placements to compare: cores and niceness by stage, derived from the machine's cores. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bus.failures import UsageFailure

AUDIO = ("capture", "vad")
"""Stages that must keep up with the sound."""
DELIVERY = ("hub", "view")
"""Stages that pass the words on."""
_STAGES = (*AUDIO, "stt", *DELIVERY)
"""The stages of a session without answers and a window, which is what is played."""

_BEHIND = 5
"""Niceness with which a stage gets about a third of a busy core."""


@dataclass(frozen=True)
class Placement:
    """Cores and niceness of some stages; the others keep the program's defaults."""

    name: str
    cores: dict[str, list[int]] = field(default_factory=dict)
    niceness: dict[str, int] = field(default_factory=dict)

    def settings(self) -> dict[str, Any]:
        """Return it as settings, by "table.key"."""
        return {"session.cores": self.cores, "session.niceness": self.niceness}

    def text(self) -> str:
        """Return it as lines of the settings file, without the table's name."""
        cores = ", ".join(f"{stage} = {list(numbers)}" for stage, numbers in self.cores.items())
        niceness = ", ".join(f"{stage} = {value}" for stage, value in self.niceness.items())
        lines = [f"cores = {{{cores}}}"] if cores else []
        return "\n".join([*lines, *([f"niceness = {{{niceness}}}"] if niceness else [])])


DEFAULTS = Placement("defaults")


def candidates(cores: Sequence[int], *, each_stage: bool = False) -> list[Placement]:
    """Return the placements to compare with the defaults.

    Args:
        cores: The cores that stages can be pinned to; with fewer than two only niceness varies.
        each_stage: Also move every stage alone.
    """
    found = [*_pinned(cores), *_by_niceness()]
    return [*found, *_alone(cores)] if each_stage else found


def chosen(names: Sequence[str], among: Sequence[Placement]) -> list[Placement]:
    """Return the placements of these names; all without names.

    Raises:
        UsageFailure: There is no such placement.
    """
    known = {each.name: each for each in among}
    for name in names:
        if name not in known:
            raise UsageFailure(
                f"there is no placement {name!r}",
                kept="nothing was run",
                fix=f"choose among {', '.join(known)}",
            )
    return [known[name] for name in names] if names else list(among)


def _pinned(cores: Sequence[int]) -> list[Placement]:
    if len(cores) < 2:
        return []
    first, rest = [cores[0]], list(cores[1:])
    audio = dict.fromkeys(AUDIO, first)
    return [
        Placement("audio-pinned", audio),
        Placement("stt-pinned", {"stt": rest}),
        Placement("stt-apart", {**audio, **dict.fromkeys(DELIVERY, first), "stt": rest}),
    ]


def _by_niceness() -> list[Placement]:
    return [
        Placement("stt-first", niceness={"stt": 0}),
        Placement("stt-behind", niceness={"stt": _BEHIND}),
        Placement("delivery-first", niceness=dict.fromkeys(DELIVERY, 0)),
    ]


def _alone(cores: Sequence[int]) -> list[Placement]:
    """Return each stage on the first core, on the last one, and behind the others."""
    found = []
    for stage in _STAGES:
        if len(cores) >= 2:
            found.append(Placement(f"{stage}-on-{cores[0]}", {stage: [cores[0]]}))
            found.append(Placement(f"{stage}-on-{cores[-1]}", {stage: [cores[-1]]}))
        if stage != "stt":
            found.append(Placement(f"{stage}-behind", niceness={stage: _BEHIND}))
    return found
