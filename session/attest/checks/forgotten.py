"""Checks that nothing is left of what was struck or muted. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from session.attest.checks.contract import SESSION
from session.attest.checks.search import memory_pieces
from session.attest.checks.violations import Finding
from session.attest.tracing.provider import ANSWER
from session.attest.tracing.struck import MUTED_WORDS, Struck


def find_remains(struck: Struck) -> list[Finding]:
    """Return where words were found that should be gone, and what prevented a check."""
    return [*_prevented(struck), *_in_memory(struck), *_in_files(struck)]


def _prevented(struck: Struck) -> Iterator[Finding]:
    if struck.code != 0:
        yield Finding(SESSION, f"did not end normally after a strike (exit code {struck.code})")
    if not struck.said:
        yield Finding(SESSION, "transcribed nothing that could be struck")
    if "Cannot be taken back" not in struck.receipt and "on this machine" not in struck.receipt:
        yield Finding(SESSION, f"did not name the request that had left: {struck.receipt!r}")
    for process, size in struck.searched_bytes.items():
        if not size:
            yield Finding(process, "has memory that could not be searched")


def _in_memory(struck: Struck) -> Iterator[Finding]:
    for process, words in struck.remains.items():
        yield Finding(process, f"has struck or muted words in its memory: {', '.join(words)}")


def _in_files(struck: Struck) -> Iterator[Finding]:
    pieces = memory_pieces([*struck.said, ANSWER, MUTED_WORDS])
    places = (("the log", struck.log), ("the saved file", struck.saved), ("standard output", struck.printed))
    for place, content in places:
        if not content:
            yield Finding(SESSION, f"left {place} empty, so it could not be searched")
        text = content.lower()
        if any(piece in text for piece in pieces):
            yield Finding(SESSION, f"has struck or muted words in {place}")
