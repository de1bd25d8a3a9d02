"""Revisions: full passes over the turns of finals whose own pass took only the tail.

Each source has at most one, of its newest final; it runs when there is room.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bus.messages import TranscriptRevised
from stt import events
from stt.engines.hallucination import plain_words
from stt.passes import DECODING_ERRORS, Passes, Result
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.utterance import PassPlan, RunningPass, TurnAudio, Utterance

_LEAST_SHARE = 0.8
"""A revision that has fewer of the words than this has missed some, and is not used."""


@dataclass
class _Revision:
    task: Task
    plan: PassPlan
    audio: TurnAudio
    text: str
    """The words of the final."""
    result: Result | None = None


class Revisions:
    """The revisions of all sources.

    Args:
        passes: Runs them.
        settings: The stage's settings.
    """

    def __init__(self, passes: Passes, settings: SttSettings) -> None:
        self._passes, self._settings = passes, settings
        self._newest: dict[str, _Revision] = {}
        """By source."""

    def remember(self, utterance: Utterance, running: RunningPass, final: Task, text: str) -> None:
        """Remember a final, if a pass over more of its turn could correct it."""
        self._newest.pop(final.source, None)
        if plan := utterance.revision(running):
            task = replace(final, kind="revision")
            self._newest[task.source] = _Revision(task, plan, utterance.audio, text)

    def waiting(self) -> list[Task]:
        """Return the revisions that can begin."""
        return [each.task for each in self._newest.values() if each.result is None]

    def unfinished(self) -> int:
        """Return how many are running."""
        return sum(each.result is not None and not each.result.done() for each in self._newest.values())

    def begin(self, task: Task) -> None:
        """Start a revision."""
        revision = self._newest[task.source]
        # The final's own pass may have begun before the utterance's padding was there.
        mel = revision.audio.mel
        stop_sample = min(task.stop_sample, mel.stop_sample)
        features = mel.features(revision.plan.first_sample, stop_sample)
        revision.result = self._passes.begin(task, features, revision.plan, threading.Event())

    def finished(self) -> Iterator[TranscriptRevised]:
        """Yield the events of revisions that are done and found other words."""
        for source, revision in [*self._newest.items()]:
            if revision.result and revision.result.done():
                del self._newest[source]
                yield from self._revised(revision, revision.result)

    def _revised(self, revision: _Revision, result: Result) -> Iterator[TranscriptRevised]:
        try:
            decoded, _ = self._passes.counted(result)
        except DECODING_ERRORS:
            return
        text = events.words(decoded, revision.plan.prefix, self._settings)
        fewer = len(plain_words(text)) < _LEAST_SHARE * len(plain_words(revision.text))
        if text != revision.text and not fewer:
            revision.audio.revise(revision.plan, revision.task.stop_sample, text)
            yield events.revised(revision.task, text, decoded)
