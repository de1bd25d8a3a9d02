"""Transcriber: starts passes and turns their results into events.

Every final task has exactly one outcome. A pass whose speaker resumed becomes a partial. The content of
the events is decided in `events.py`; the state between passes is in `utterance.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from bus.failures import Overrun
from bus.messages import Event
from stt import events
from stt.engines.engine import Pass, PassCancelled
from stt.engines.hallucination import is_hallucination, is_suspect, plain_words
from stt.language import Detection
from stt.passes import DECODING_ERRORS, Passes
from stt.revisions import Revisions
from stt.scheduler import Resources, Task
from stt.settings import SttSettings
from stt.utterance import PassPlan, RunningPass, TurnAudio, Utterance
from stt.utterances.open_utterances import Key, OpenUtterances, Shown
from stt.utterances.sources import Sources
from stt.utterances.turns import Turn, Turns

_OVERWRITTEN = "its audio was overwritten before it could be transcribed"


class Transcriber:
    """Turns tasks into events.

    Args:
        passes: Transcribe.
        sources: Gives the audio.
        settings: The stage's settings.
        open_utterances: Has the words that were shown, also those from before a restart.
        turns: Says which turn an utterance continues.
    """

    def __init__(
        self,
        passes: Passes,
        sources: Sources,
        settings: SttSettings,
        open_utterances: OpenUtterances,
        turns: Turns,
    ) -> None:
        self.passes, self._sources, self._settings = passes, sources, settings
        self._open_utterances, self._turns = open_utterances, turns
        self._revisions = Revisions(self.passes, settings)
        self._utterances: dict[Key, Utterance] = {}
        self._audio: dict[str, TurnAudio] = {}
        """By source, of its newest turn."""
        self._lost: list[Event] = []

    @property
    def busy(self) -> bool:
        """Whether a pass is running whose result is wanted."""
        return bool(self._wanted())

    def resources(self) -> Resources:
        """Return what the scheduler needs to know about audio and passes."""
        level = self.passes.load.level
        return Resources(
            written=self._sources.written_samples(),
            oldest=self._sources.oldest_samples(),
            read={key: each.audio.mel.stop_sample for key, each in self._utterances.items()},
            speculated={
                key: each.final.task.quiet_sample
                for key, each in self._utterances.items()
                if each.final and each.final.final is None
            },
            revisable=self._revisions.waiting() if level.revises else [],
            partial_spacing=level.partial_spacing,
            room=self.passes.has_room,
            room_for_partial=self.passes.has_room_beside(self._wanted()),
        )

    def begin(self, task: Task) -> None:
        """Start a pass, unless an earlier one serves."""
        if task.kind == "revision":
            self._revisions.begin(task)
            return
        utterance = self._utterance(task)
        if task.kind != "partial":
            utterance.cancel_partial()
            if utterance.final and utterance.is_made(task):
                utterance.final.final = task if task.kind == "final" else None
                return
            if utterance.final:
                self._waste(utterance, utterance.final)
        self._start(task, utterance, self._turns.before(task.key))

    def skip(self, task: Task) -> None:
        """Close an utterance whose audio has been overwritten."""
        if utterance := self._utterances.pop(task.key, None):
            utterance.cancel()
        self._lost.append(self._untranscribed(task, _OVERWRITTEN))

    def resume(self, key: Key, resumed_sample: int) -> None:
        """Turn the speculative pass of a speaker who has resumed into a partial, up to the pause."""
        utterance = self._utterances.get(key)
        if utterance and utterance.final:
            running, utterance.final = utterance.final, None
            utterance.add_pause(running.task.quiet_sample, resumed_sample)
            if running.result.done():
                self._know(utterance, running)
            else:
                utterance.partial = running

    def finished(self) -> Iterator[Event]:
        """Yield the events of passes that are done, the finals of a source in order."""
        lost, self._lost = self._lost, []
        yield from lost
        waiting: set[str] = set()  # sources whose earlier final is not done yet
        for key, utterance in sorted(self._utterances.items()):
            running = utterance.final
            if running and running.result.done() and key[0] not in waiting:
                yield from self._final(key, utterance, running)
            if utterance.final and utterance.final.final is not None:
                waiting.add(key[0])  # also one whose pass is made again
        for utterance in [*self._utterances.values()]:
            if utterance.partial and utterance.partial.result.done():
                running, utterance.partial = utterance.partial, None
                yield from self._partial(utterance, running)
        yield from self._revisions.finished()

    def _start(self, task: Task, utterance: Utterance, turn: Turn | None, *, alone: bool = False) -> None:
        plan = PassPlan.of_all(task) if alone else utterance.plan(task, turn)
        try:
            features = utterance.features(task, plan, self._sources)
        except Overrun:
            if utterance.audio.mel.stop_sample < task.start_sample:  # audio of the turn before is missing
                utterance.audio = self._new_audio(task.source, task.start_sample)
                self._start(task, utterance, None, alone=True)
            elif task.kind == "final":
                del self._utterances[task.key]
                self._lost.append(self._untranscribed(task, _OVERWRITTEN))
            return
        utterance.passes += 1
        cancelled = threading.Event()
        heard = utterance.heard(task) if task.kind == "speculative" else None
        result = self.passes.begin(task, features, plan, cancelled, heard)
        running = RunningPass(task, plan, result, cancelled, task if task.kind == "final" else None)
        if task.kind == "partial":
            utterance.partial = running
        else:
            utterance.final = running

    def _wanted(self) -> int:
        """Return how many running passes have a result that is wanted."""
        passes = sum(len(each.unfinished()) for each in self._utterances.values())
        return passes + self._revisions.unfinished()

    def _waste(self, utterance: Utterance, running: RunningPass) -> None:
        """Cancel a speculative pass."""
        utterance.final = None
        running.cancelled.set()
        utterance.wasted_passes += 1
        if running.result.done():
            self._know(utterance, running)

    def _know(self, utterance: Utterance, running: RunningPass) -> None:
        """Remember the words of a pass that ends at a pause: later ones can begin there."""
        if running.result.cancelled() or running.result.exception():
            return
        decoded, _ = running.result.result()
        utterance.compute_ms += decoded.compute_ms
        if text := events.words(decoded, running.plan.prefix, self._settings):
            utterance.audio.know(running.task.stop_sample, text, running.plan.start_sample)

    def _final(self, key: Key, utterance: Utterance, running: RunningPass) -> Iterator[Event]:
        try:
            decoded, retried = self.passes.counted(running.result)
        except PassCancelled:
            return
        except DECODING_ERRORS as error:
            yield from self._failed(key, utterance, running, error)
            return
        if running.final is None:
            yield from self._endpoint(utterance, running, decoded)
            return
        end = running.final
        before = self._turns.words_before(key, running.plan.replaces)
        found = events.words(decoded, running.plan.prefix, self._settings) or before
        if self._may_have_missed(running, decoded, found, before):
            self._start(end, utterance, None, alone=True)
            return
        del self._utterances[key]
        utterance.final = None
        shown = self._open_utterances.shown(key)
        nothing_new = plain_words(found) == plain_words(before)
        if (is_hallucination(decoded, self._settings) or nothing_new) and self._has_more(shown, key, found):
            yield events.untranscribed(end, shown, "no words")
        elif nothing_new:
            yield events.discarded(end)
        else:
            detected = Detection(decoded.detected_language, decoded.language_probability, decoded.speech_s)
            self.passes.language(key[0]).apply(detected)
            utterance.audio.know(running.task.stop_sample, found, running.plan.start_sample)
            cut = self._turns.is_beside_gap(key[0], running.plan.start_sample, end.stop_sample)
            yield events.final(end, running, found, decoded, utterance, retried=retried, beside_gap=cut)
            self._revisions.remember(utterance, running, end, found)

    def _may_have_missed(self, running: RunningPass, decoded: Pass, found: str, before: str) -> bool:
        """Return whether the utterance must be transcribed alone, because words could be missing."""
        assert running.final is not None
        if not running.plan.replaces and running.plan.is_complete:
            return False
        nothing_new = is_hallucination(decoded, self._settings) or plain_words(found) == plain_words(before)
        return _words(found) < _words(before) or (nothing_new and running.final.speech_ms > 0)

    def _has_more(self, shown: Shown, key: Key, found: str) -> bool:
        """Return whether the words shown last include some of this utterance that its final pass lacks."""
        earlier = self._turns.words_before(key, shown.replaces)
        return _words(shown.text) > max(_words(found), _words(earlier))

    def _failed(
        self, key: Key, utterance: Utterance, running: RunningPass, error: Exception
    ) -> Iterator[Event]:
        """Retry a failed pass that began early; close the utterance when its final pass failed."""
        utterance.final = None
        final = running.final
        if final is not None and running.early and self.passes.is_trusted:
            self._start(final, utterance, self._turns.before(key))
        elif final is not None:
            del self._utterances[key]
            first_line = (str(error).splitlines() or [type(error).__name__])[0]
            yield self._untranscribed(final, f"it could not be decoded: {first_line}")
        if not self.passes.is_trusted:
            raise error

    def _untranscribed(self, task: Task, cause: str) -> Event:
        return events.untranscribed(task, self._open_utterances.shown(task.key), cause)

    def _endpoint(self, utterance: Utterance, running: RunningPass, decoded: Pass) -> Iterator[Event]:
        if running.endpoint_predicted:
            return
        running.endpoint_predicted = True
        predicted = events.endpoint(
            running, decoded, self._settings, longest_pause_ms=utterance.longest_pause_ms
        )
        if predicted:
            self._open_utterances.show(predicted)
            yield predicted

    def _partial(self, utterance: Utterance, running: RunningPass) -> Iterator[Event]:
        try:
            decoded, _ = self.passes.counted(running.result)
        except PassCancelled:
            return
        except DECODING_ERRORS:
            if not self.passes.is_trusted:
                raise
            return
        if running.task.kind == "speculative":
            self._know(utterance, running)
        else:
            utterance.compute_ms += decoded.compute_ms
        if is_suspect(decoded) or is_hallucination(decoded, self._settings):
            return
        prefix = running.plan.prefix
        text, stable_words = utterance.stable_words.update(
            prefix.joined(decoded.text), len(prefix.text.split())
        )
        partial = events.partial(running.task, running.plan, text, stable_words)
        self._open_utterances.show(partial)
        yield partial

    def _utterance(self, task: Task) -> Utterance:
        utterance = self._utterances.get(task.key)
        if utterance is None:
            turn = self._turns.before(task.key)
            start = turn.start_sample if turn else task.start_sample
            audio = self._audio.get(task.source)
            if audio is None or not turn or audio.mel.start_sample > start:
                audio = self._new_audio(task.source, start)
            utterance = self._utterances[task.key] = Utterance(audio, self._settings)
        return utterance

    def _new_audio(self, source: str, start_sample: int) -> TurnAudio:
        audio = self._audio[source] = TurnAudio(self.passes.growing_mel(start_sample))
        return audio

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for utterance in self._utterances.values():
            utterance.cancel()
        self.passes.close()


def _words(text: str) -> int:
    return len(plain_words(text))
