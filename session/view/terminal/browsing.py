"""Tracks what the user looks at, and maps keys to actions. Pure.

The keys are those of the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bus import messages as m
from bus.stages.plan import MICROPHONE
from overlay.state.captions import Captions
from overlay.state.exchange import Exchange
from session.view import strings
from session.view.view import UserAction

BY = "view"

Aside = Literal["", "status", "sent", "latency"]

_ASIDES: dict[str, Aside] = {"i": "status", "s": "sent", "l": "latency"}
_OTHER_KEYS = {"?": "i", "=": "+"}
"""Keys that do the same as another one."""


@dataclass
class Browsing:
    """What the user chose to see, and what a key press asked the view to do."""

    question: int | None = None
    """An older question that was brought back; None for the newest."""
    page: int = 0
    """Page of the answer, or of the status."""
    details: bool = True
    aside: Aside = ""
    """What is shown instead of the session."""
    striking: bool = False
    """Whether the user pressed the key that strikes the last minute once; the second time it is done."""
    ending: bool = False
    """Whether the user is asked if the session is to end."""
    leaves_words: bool = True
    """Whether the words stay on the terminal when the session ends."""
    note: str = ""
    """A remark on the last key press."""
    copied: str = ""
    """Text to put on the clipboard, until it is taken."""

    def exchange(self, captions: Captions) -> Exchange | None:
        """Return the question that is shown."""
        chosen = [each for each in captions.exchanges if each.question == self.question]
        return chosen[0] if chosen else captions.current

    def press(self, key: str, captions: Captions) -> list[UserAction]:
        """Apply a key, and return what to publish."""
        self.note = ""
        key = _OTHER_KEYS.get(key, key.lower())
        if self.ending:
            return self._decide_end(key)
        if key == "z":
            return self._strike()
        self.striking = False
        current = captions.current
        held = current.held if current else None
        if held is not None and key in ("y", "n"):
            return [m.RequestDecided(question=held.question, allowed=key == "y", by=BY)]
        if key in _ASIDES or (key == "escape" and self.aside):
            chosen: Aside = _ASIDES.get(key, "")
            self.aside, self.page = "" if chosen == self.aside else chosen, 0
            return []
        self._look(key, captions)
        return self._actions(key, captions)

    def _decide_end(self, key: str) -> list[UserAction]:
        if key not in ("y", "p", "escape", "n", "q"):
            return []
        self.ending, self.leaves_words = False, key != "y"
        return [m.EndRequested(by=BY)] if key in ("y", "p") else []

    def _strike(self) -> list[UserAction]:
        self.striking = not self.striking
        self.note = strings.STRIKE_AGAIN if self.striking else ""
        return [] if self.striking else [m.RedactionRequested(by=BY)]

    def _actions(self, key: str, captions: Captions) -> list[UserAction]:
        exchange = self.exchange(captions)
        variant = {"r": "again", "-": "shorter", "+": "longer"}.get(key)
        if variant and exchange is not None:
            return [m.VariantRequested(question=exchange.question, variant=variant, by=BY)]  # type: ignore[arg-type]
        match key:
            case "a" | "n":
                return [m.AnswerRequested(by=BY)]
            case "escape":
                return [m.CancelRequested(by=BY)]
            case "p":
                return [m.PauseRequested(paused=captions.state != "paused", by=BY)]
            case "b":
                self.note = strings.MARKED
                return [m.MomentMarked(by=BY)]
            case "u" if MICROPHONE in captions.sources:
                paused = MICROPHONE not in captions.paused
                return [m.PauseRequested(source=MICROPHONE, paused=paused, by=BY)]
            case _:
                return []

    def _look(self, key: str, captions: Captions) -> None:
        match key:
            case " " | "page down":
                self.page += 1
            case "page up":
                self.page = max(self.page - 1, 0)
            case "up" | "down":
                self._step(-1 if key == "up" else 1, captions)
            case "d":
                self.details, self.page = not self.details, 0
            case "c":
                self._copy(captions)
            case "q":
                self.ending = True
            case _:
                pass

    def _step(self, by: int, captions: Captions) -> None:
        numbers = [each.question for each in captions.exchanges]
        if not numbers:
            return
        at = numbers.index(self.question) if self.question in numbers else len(numbers) - 1
        at = min(max(at + by, 0), len(numbers) - 1)
        self.question = numbers[at] if at < len(numbers) - 1 else None
        self.page = 0

    def _copy(self, captions: Captions) -> None:
        exchange = self.exchange(captions)
        self.copied = exchange.answer if exchange else ""
        self.note = strings.COPIED if self.copied else strings.NOTHING_TO_COPY


def help_keys(browsing: Browsing, captions: Captions, *, everything: bool = False) -> list[tuple[str, str]]:
    """Return the keys that do something now with what they do, the most important first.

    Args:
        browsing: What is shown.
        captions: State of the session.
        everything: Return those that do nothing now, too.
    """
    if browsing.ending:
        return [("y", strings.END), ("p", strings.PRINT), ("Esc", strings.GO_ON)]
    exchange = browsing.exchange(captions)
    asks, practises = captions.answer_mode not in ("off", "feedback"), bool(captions.practice.heading)
    running = exchange is not None and exchange.state in ("waiting", "held", "streaming")
    answered = exchange is not None and bool(exchange.answer) and not practises
    rows = [
        (asks, "a", strings.ANSWER),
        (practises, "n", strings.END_ANSWER if captions.practice.listening else strings.NEXT_QUESTION),
        (running and captions.answer_mode != "off", "Esc", strings.CANCEL),
        (True, "q", strings.END),
        (True, "?", strings.STATUS),
        (answered, "-", strings.SHORTER),
        (answered, "+", strings.LONGER),
        (answered, "r", strings.AGAIN),
        (len(captions.exchanges) > 1, "↑↓", strings.BROWSE),
        (answered, "c", strings.COPY),
        (exchange is not None, "d", strings.NO_DETAILS if browsing.details else strings.DETAILS),
        (captions.state != "", "p", strings.UNPAUSE if captions.state == "paused" else strings.PAUSE),
        (
            MICROPHONE in captions.sources,
            "u",
            strings.UNMUTE if MICROPHONE in captions.paused else strings.MUTE,
        ),
        (captions.state != "", "b", strings.MARK),
        (captions.state != "", "z", strings.STRIKE),
        (captions.answers_questions, "s", strings.SENT),
        (captions.answers_questions, "l", strings.LATENCY),
    ]
    return [(key, label) for shown, key, label in rows if shown or everything]
