"""The request for captions alone: no questions, no notes, large text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from session.run.start.request import Request

SOURCES = ("call=monitor", "mic=default")
"""Captured when no source is given: both parties."""


def captions_request(
    flags: Mapping[str, Mapping[str, Any]],
    *,
    models: Sequence[str] = (),
    settings_file: Path | None = None,
    vocabulary_file: Path | None = None,
    consent: bool = False,
    people: str = "",
    passphrase_file: Path | None = None,
) -> Request:
    """Return the request for a session that shows captions and nothing else.

    Args:
        flags: Values from the command line, by table.
        models: Names of models.
        settings_file: A settings file to use instead of the user's own.
        vocabulary_file: Names and jargon to expect.
        consent: Whether the user confirmed that the other party knows.
        people: Who takes part.
        passphrase_file: File with the passphrase of what is encrypted.
    """
    alone: dict[str, dict[str, Any]] = {
        "llm": {"answer": "off", "notes": [], "provider": "none"},
        "overlay": {"layout": "captions"},
    }
    return Request(
        flags={**flags, **alone},
        models=models,
        settings_file=settings_file,
        vocabulary_file=vocabulary_file,
        consent=consent,
        people=people,
        passphrase_file=passphrase_file,
        default_sources=SOURCES,
        only_present=True,
    )
