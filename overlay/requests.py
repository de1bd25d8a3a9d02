"""Events that the window publishes for the user's actions, by the action's name."""

from __future__ import annotations

from collections.abc import Callable

from bus import messages as m

BY = "overlay"

REQUESTS: dict[str, Callable[[], m.Event]] = {
    "answer": lambda: m.AnswerRequested(by=BY),
    "cancel": lambda: m.CancelRequested(by=BY),
    "again": lambda: m.VariantRequested(variant="again", by=BY),
    "shorter": lambda: m.VariantRequested(variant="shorter", by=BY),
    "longer": lambda: m.VariantRequested(variant="longer", by=BY),
    "pause": lambda: m.PauseRequested(paused=True, by=BY),
    "unpause": lambda: m.PauseRequested(paused=False, by=BY),
    "end": lambda: m.EndRequested(by=BY),
}
"""Actions of keys and buttons."""
