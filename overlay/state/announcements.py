"""Decides what to announce to a screen reader. Pure.

Of several texts the newest is announced; it replaces one that still waits.
"""

from __future__ import annotations

from typing import Literal

from overlay.state.answer_text import closed, split_headline
from overlay.state.captions import Captions
from overlay.texts import sentences

Mode = Literal["off", "answers", "all"]

_USER = "mic"
"""The source whose words need no announcement: the user has just spoken them."""
_CHARACTERS_A_SECOND = 14
_SHORTEST_S, _LONGEST_S = 1.5, 10.0


class Announcements:
    """What is new in a session: questions, first sentences of answers, problems, the other party's words.

    Args:
        mode: "off"; "answers": all but the words; "all".
    """

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._waiting = ""
        self._question, self._answered = "", 0
        self._problem = ""
        self._heard: tuple[str, int] = ("", 0)

    def apply(self, captions: Captions) -> None:
        """Note what is new in this state; of several texts, the most important is noted last."""
        if self._mode == "off":
            return
        if self._mode == "all":
            self._apply_words(captions)
        self._apply_problem(captions)
        self._apply_question(captions)
        self._apply_answer(captions)

    def forget(self, captions: Captions) -> None:
        """Forget the texts that were noted; what is left of this state was announced."""
        self._waiting, self._problem, self._question = "", "", _question(captions)

    def take(self) -> str:
        """Return the text to announce now, once; empty if there is none."""
        text, self._waiting = self._waiting, ""
        return text

    def _apply_words(self, captions: Captions) -> None:
        heard = [line for line in captions.lines[-2:] if line.source != _USER]
        if heard and self._heard != (place := (heard[-1].source, heard[-1].utterance)):
            self._heard = place
            self._waiting = sentences.said(captions.name(heard[-1].source), heard[-1].text)

    def _apply_problem(self, captions: Captions) -> None:
        problems = captions.problems.current(captions.names)
        problem = problems[0].text if problems else ""
        if problem not in ("", self._problem):
            self._waiting = problem
        self._problem = problem

    def _apply_question(self, captions: Captions) -> None:
        question = _question(captions)
        if question not in ("", self._question):
            self._question = question
            self._waiting = sentences.question_found(question)

    def _apply_answer(self, captions: Captions) -> None:
        exchange = captions.current
        if exchange is None or exchange.question == self._answered:
            return
        own = exchange.prepared.text if exchange.prepared else ""
        first, rest = split_headline(closed(own or exchange.answer))
        if first and (rest.strip() or own or exchange.state in ("finished", "stopped")):
            self._answered = exchange.question
            self._waiting = first


def _question(captions: Captions) -> str:
    exchange = captions.current
    return captions.practice.heading or (exchange.text if exchange else "")


def speaking_s(text: str) -> float:
    """Return about how long a screen reader speaks this text."""
    return min(max(len(text) / _CHARACTERS_A_SECOND, _SHORTEST_S), _LONGEST_S)
