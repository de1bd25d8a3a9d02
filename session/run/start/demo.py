"""The demo: a recorded interview with notes and true ends of speech."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from session.models import store
from session.run.start.request import Request

DEMO = Path(__file__).parents[2] / "demo"
"""Folder of the recording: call.flac, mic.flac, script.json, notes.md."""

REMARK = (
    "A recorded interview, 72 s. Answers come from SmolLM2-135M on this machine, a very small model: fluent, "
    "but often wrong. The notes shown with each question are the candidate's own."
)
"""Printed before the demo starts."""


class Turn(msgspec.Struct, frozen=True):
    """One turn of the recording."""

    source: str
    start_s: float
    end_s: float
    """True end of speech, by the signal's energy."""
    text: str


def script() -> list[Turn]:
    """Return the recording's turns in order."""
    return msgspec.json.decode((DEMO / "script.json").read_bytes(), type=list[Turn])


def demo_request(view: Mapping[str, Any]) -> Request:
    """Return the request that plays the demo.

    Args:
        view: Flags of the table [session].
    """
    sources = [f"{source}=file:{DEMO / f'{source}.flac'}" for source in ("call", "mic")]
    true_ends_s: dict[str, list[float]] = {}
    for turn in script():
        true_ends_s.setdefault(turn.source, []).append(turn.end_s)
    provider = "local" if store.is_there("smollm2") else "none"
    return Request(
        flags={
            "capture": {"sources": sources, "pace": "realtime"},
            "llm": {"answer": "auto", "provider": provider, "notes": [str(DEMO / "notes.md")]},
            "session": view,
        },
        true_ends_s=true_ends_s,
    )
