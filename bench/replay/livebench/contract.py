"""Contract of adapters: 16 kHz s16le mono on standard input, JSON lines on standard output.

    {"type": "ready"}                                     models are loaded and warm; the audio starts after
    {"type": "partial", "text": "where do"}               words that may still change
    {"type": "final", "text": "Where do you live?"}       words that will not change
    {"type": "revised", "id": 3, "text": "…"}             new words for the final with this id
    {"type": "turn_end"}                                  the speaker's turn is over

`id` is optional and names the utterance of a partial or final. A final may name earlier ones whose words it
contains: `"replaces": [1, 2]`. A partial without `id` belongs to the words that are not final yet. Finals and
revisions have words: what was printed as final cannot be withdrawn. After the input has ended the program
prints the rest and exits.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from livebench.failures import SystemFailure

SAMPLE_RATE = 16_000

Kind = Literal["ready", "partial", "final", "revised", "turn_end"]


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a system's output."""

    type: Kind
    text: str = ""
    id: int | None = None
    replaces: Annotated[list[int], msgspec.Meta(max_length=1000)] = []


class Stamped(msgspec.Struct, frozen=True, array_like=True):
    """A line and its arrival."""

    at_ns: int
    """CLOCK_MONOTONIC, nanoseconds."""
    event: Event


def decode(line: bytes) -> Event:
    """Return the event of a line; unknown fields are ignored.

    Raises:
        SystemFailure: The line is not one of the contract.
    """
    try:
        event = msgspec.json.decode(line, type=Event)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        shown = line[:120].decode(errors="replace").strip()
        raise SystemFailure(
            f"a line is not in the contract ({error}): {shown}",
            kept="nothing of this round counts",
            fix="print only the lines that livebench/contract.py lists, and send logs to standard error",
        ) from error
    if event.type == "revised" and event.id is None:
        raise SystemFailure("a revision without the id of a final", kept="nothing of this round counts")
    if event.type in ("final", "revised") and not event.text.strip():
        raise SystemFailure(
            f"a line of type {event.type!r} without words", kept="nothing of this round counts"
        )
    return event
