"""The visible texts of a system after each of its lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from livebench.contract import Stamped

_OPEN = "open"
"""Key of the words of partials without id."""

Key = int | str


class Unit(msgspec.Struct, kw_only=True):
    """One utterance of a system."""

    text: str
    is_final: bool
    updated_s: float
    """Its latest line, seconds after sample 0 was due."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was visible from a moment on."""

    at_s: float
    kind: Literal["partial", "final", "revised"]
    units: list[Unit]
    """In order of appearance, without those whose words a later one contains."""


class Final(msgspec.Struct, frozen=True, kw_only=True):
    """A final as it arrived, with the words that it had in the end."""

    place: int
    """Its index among all finals."""
    at_s: float
    text: str
    first_text: str
    """The words that it arrived with."""
    replaces: list[int]
    """Places of the finals whose words it contains."""
    stands: bool
    """No later final contains its words."""


def versions(lines: Sequence[Stamped], first_sample_ns: int) -> Iterator[Version]:
    """Yield what was visible after each line that changed it.

    A line replaces only what is there: later lines with the same number are not affected.
    """
    units: dict[Key, Unit] = {}
    for number, line in enumerate(lines):
        event, at_s = line.event, (line.at_ns - first_sample_ns) / 1e9
        if event.type == "turn_end":
            continue
        if event.type == "revised":
            known = units.get(event.id) if event.id is not None else None
            if known is None or not known.is_final:
                continue
            known.text, known.updated_s = event.text, at_s
        else:
            key: Key = event.id if event.id is not None else _OPEN
            if event.type == "final":
                units.pop(_OPEN, None)
                key = f"line {number}" if event.id is None else event.id
            elif key in units and units[key].is_final:
                continue  # a partial does not take a final back
            for replaced in event.replaces if event.type == "final" else ():
                if replaced != key:
                    units.pop(replaced, None)
            units[key] = Unit(text=event.text, is_final=event.type == "final", updated_s=at_s)
        yield Version(
            at_s=at_s,
            kind=event.type if event.type in ("final", "revised") else "partial",
            units=[msgspec.structs.replace(unit) for unit in units.values()],
        )


def finals(lines: Sequence[Stamped], first_sample_ns: int) -> list[Final]:
    """Return the finals in order of arrival; a revised one keeps its time and gets its last words.

    A second final with the same number revises the first. Revisions of finals that have not arrived, or that
    were replaced, are ignored.
    """
    found: list[Final] = []
    standing: dict[int, int] = {}
    for line in lines:
        event = line.event
        if event.type not in ("final", "revised"):
            continue
        if event.id is not None and event.id in standing:
            known = found[standing[event.id]]
            found[standing[event.id]] = msgspec.structs.replace(known, text=event.text)
        elif event.type == "final":
            replaces = [standing[each] for each in event.replaces if each in standing and each != event.id]
            for place in replaces:
                found[place] = msgspec.structs.replace(found[place], stands=False)
            standing = {each: place for each, place in standing.items() if place not in replaces}
            if event.id is not None:
                standing[event.id] = len(found)
            at_s = (line.at_ns - first_sample_ns) / 1e9
            found.append(
                Final(
                    place=len(found),
                    at_s=at_s,
                    text=event.text,
                    first_text=event.text,
                    replaces=replaces,
                    stands=True,
                )
            )
    return found


def with_replaced(own: Sequence[Final], arrived: Sequence[Final]) -> list[Final]:
    """Return finals together with those whose words they contain, in order of arrival."""
    wanted = {final.place for final in own}
    for final in reversed(arrived):
        if final.place in wanted:
            wanted |= set(final.replaces)
    return [final for final in arrived if final.place in wanted]


def standing_text(pieces: Sequence[Final], *, revised: bool = True) -> str:
    """Return the words of finals, revised or as they arrived, without those that a later one contains."""
    replaced = {place for final in pieces for place in final.replaces}
    standing = [final for final in pieces if final.place not in replaced]
    return " ".join(final.text if revised else final.first_text for final in standing)
