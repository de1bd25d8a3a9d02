"""The visible texts of a system after each of its lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from livebench.contract import Event, Stamped

_OPEN = "open"
"""Key of the words of partials without id."""

Key = int | str


class Unit(msgspec.Struct, kw_only=True):
    """One utterance of a system."""

    text: str
    is_final: bool
    updated_s: float
    """Its latest line, seconds after sample 0 was due."""
    replaces: list[int]


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was visible from a moment on."""

    at_s: float
    kind: Literal["partial", "final", "revised"]
    units: list[Unit]
    """In order of appearance, without those whose words a later one contains."""


class Final(msgspec.Struct, frozen=True, kw_only=True):
    """A final as it arrived, with the words that it had in the end."""

    at_s: float
    text: str
    first_text: str
    """The words that it arrived with."""
    id: int | None
    replaces: list[int]
    stands: bool
    """No later final contains its words."""


def versions(lines: Sequence[Stamped], first_sample_ns: int) -> Iterator[Version]:
    """Yield what was visible after each line that changed it."""
    units: dict[Key, Unit] = {}
    for number, line in enumerate(lines):
        event, at_s = line.event, (line.at_ns - first_sample_ns) / 1e9
        if event.type == "partial":
            _show(units, _OPEN if event.id is None else event.id, event, at_s, is_final=False)
        elif event.type == "final":
            units.pop(_OPEN, None)
            key = f"line {number}" if event.id is None else event.id
            _show(units, key, event, at_s, is_final=True)
        elif event.type == "revised" and event.id in units:
            units[event.id].text, units[event.id].updated_s = event.text, at_s
        else:
            continue
        replaced = {each for unit in units.values() for each in unit.replaces}
        visible = [msgspec.structs.replace(unit) for key, unit in units.items() if key not in replaced]
        yield Version(
            at_s=at_s,
            kind="revised" if event.type == "revised" else "final" if event.type == "final" else "partial",
            units=visible,
        )


def _show(units: dict[Key, Unit], key: Key, event: Event, at_s: float, *, is_final: bool) -> None:
    units[key] = Unit(text=event.text, is_final=is_final, updated_s=at_s, replaces=event.replaces)


def finals(lines: Sequence[Stamped], first_sample_ns: int) -> list[Final]:
    """Return the finals in order of arrival; a revised one keeps its time and gets its last words."""
    events = [line for line in lines if line.event.type == "final"]
    replaced = {each for line in events for each in line.event.replaces}
    revised = {line.event.id: line.event.text for line in lines if line.event.type == "revised"}
    return [
        Final(
            at_s=(line.at_ns - first_sample_ns) / 1e9,
            text=line.event.text if line.event.id is None else revised.get(line.event.id, line.event.text),
            first_text=line.event.text,
            id=line.event.id,
            replaces=line.event.replaces,
            stands=line.event.id is None or line.event.id not in replaced,
        )
        for line in events
    ]


def with_replaced(own: Sequence[Final], arrived: Sequence[Final]) -> list[Final]:
    """Return finals together with those whose words they contain, in order of arrival."""
    wanted = {each for final in own for each in final.replaces}
    while more := {each for final in arrived if final.id in wanted for each in final.replaces} - wanted:
        wanted |= more
    return [final for final in arrived if final in own or final.id in wanted]


def standing_text(pieces: Sequence[Final], *, revised: bool = True) -> str:
    """Return the words of finals, revised or as they arrived, without those that a later one contains."""
    replaced = {each for final in pieces for each in final.replaces}
    standing = [final for final in pieces if final.id is None or final.id not in replaced]
    return " ".join(final.text if revised else final.first_text for final in standing)
