"""Tracks the utterances that have no outcome yet, and the words that were last shown of each.

A fold over the session's log. The transcriber takes from it the words that stand where a final pass finds
nothing; the session takes from it which utterances nobody will transcribe any more. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from bus import messages as m

Key = tuple[str, int]
"""Source and number of an utterance."""


@dataclass
class OpenUtterance:
    """An utterance without an outcome."""

    source: str
    utterance: int
    start_sample: int = 0
    stop_sample: int = 0
    """As far as is known: its end, or how far it was transcribed."""
    begun: bool = False
    ended: bool = False
    shown: str = ""
    """The newest words that were published of it."""
    shown_sample: int = -1
    """How far the pass that gave them had read."""


class OpenUtterances:
    """The utterances of a session that have no outcome yet."""

    def __init__(self) -> None:
        self._open: dict[Key, OpenUtterance] = {}

    def apply(self, event: m.Event) -> None:
        """Take in one event. An event that is taken in twice changes nothing the second time."""
        match event:
            case m.SpeechStarted(start_sample=start):
                utterance = self._of(event.source, event.utterance)
                utterance.begun, utterance.start_sample = True, start
                utterance.stop_sample = max(utterance.stop_sample, event.detected_sample)
            case m.SpeechEnded(start_sample=start, stop_sample=stop):
                utterance = self._of(event.source, event.utterance)
                utterance.begun = utterance.ended = True
                utterance.start_sample, utterance.stop_sample = start, stop
            case (
                m.PartialTranscribed(text=text, stop_sample=sample)
                | m.EndpointPredicted(text=text, quiet_sample=sample)
            ) if text:
                utterance = self._of(event.source, event.utterance)
                if sample >= utterance.shown_sample:
                    utterance.shown, utterance.shown_sample = text, sample
                utterance.stop_sample = max(utterance.stop_sample, sample)
            case m.FinalTranscribed() | m.UtteranceDiscarded() | m.UtteranceLost():
                self._open.pop((event.source, event.utterance), None)
            case _:
                pass

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._open)

    def shown(self, key: Key) -> str:
        """Return the newest words that were published of an utterance; empty where there were none."""
        utterance = self._open.get(key)
        return utterance.shown if utterance else ""

    def close(
        self, cause: str, *, source: str | None = None, ended: bool | None = None
    ) -> list[m.FinalTranscribed | m.UtteranceLost]:
        """Return an outcome for each utterance that nobody will transcribe any more, and forget it.

        Args:
            cause: Why nobody will.
            source: Close only utterances of this source.
            ended: Close only utterances that have ended (True) or have not (False).
        """
        gone = [
            each
            for each in self._open.values()
            if each.begun and source in (None, each.source) and ended in (None, each.ended)
        ]
        for each in gone:
            del self._open[each.source, each.utterance]
        return [outcome_without_pass(each, cause) for each in gone]

    def _of(self, source: str, utterance: int) -> OpenUtterance:
        return self._open.setdefault((source, utterance), OpenUtterance(source, utterance))


def outcome_without_pass(utterance: OpenUtterance, cause: str) -> m.FinalTranscribed | m.UtteranceLost:
    """Return the outcome without a final pass: the words shown last, or that there are none."""
    if not utterance.shown:
        return m.UtteranceLost(
            source=utterance.source,
            utterance=utterance.utterance,
            start_sample=utterance.start_sample,
            stop_sample=utterance.stop_sample,
            cause=cause,
        )
    return m.FinalTranscribed(
        source=utterance.source,
        utterance=utterance.utterance,
        text=utterance.shown,
        start_sample=utterance.start_sample,
        quiet_sample=utterance.stop_sample,
        stop_sample=utterance.stop_sample,
        mean_log_probability=0.0,
        no_speech_probability=0.0,
        window_s=0.0,
        retried=False,
        speculative=False,
        queue_ms=0.0,
        compute_ms=0.0,
        unconfirmed=True,
    )
