"""Projection of the utterances without an outcome, with the words last shown of each.

The transcriber publishes these words where a final pass finds none; the session closes the utterances that
no stage will transcribe any more. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from bus import messages as m

Key = tuple[str, int]
"""Source and number of an utterance."""


@dataclass(frozen=True)
class Shown:
    """Published words of an utterance."""

    text: str = ""
    sample: int = -1
    """End of the audio of the pass that gave them."""
    replaces: tuple[int, ...] = ()
    """Earlier utterances whose words they contain."""
    start_sample: int | None = None
    """Where the first of these begins, if there are any."""


@dataclass
class OpenUtterance:
    """An utterance without an outcome."""

    source: str
    utterance: int
    start_sample: int = 0
    stop_sample: int = 0
    """Its end as far as it is known, or how far it was transcribed."""
    begun: bool = False
    ended: bool = False
    shown: Shown = Shown()
    """The newest published words."""


class OpenUtterances:
    """The utterances of a session that have no outcome yet."""

    def __init__(self) -> None:
        self._open: dict[Key, OpenUtterance] = {}
        self._last_finals: dict[str, m.FinalTranscribed] = {}
        """By source: the newest, which words in progress may continue."""

    def apply(self, logged: m.Logged) -> None:
        """Update the state with one event. Applying an event again changes nothing."""
        event = logged.event
        match event:
            case m.SpeechStarted(start_sample=start):
                utterance = self._of(event.source, event.utterance)
                utterance.begun, utterance.start_sample = True, start
                utterance.stop_sample = max(utterance.stop_sample, event.detected_sample)
            case m.SpeechEnded(start_sample=start, stop_sample=stop):
                utterance = self._of(event.source, event.utterance)
                utterance.begun = utterance.ended = True
                utterance.start_sample, utterance.stop_sample = start, stop
            case m.PartialTranscribed() | m.EndpointPredicted():
                self.show(event)
            case m.FinalTranscribed() | m.UtteranceDiscarded() | m.UtteranceLost():
                if isinstance(event, m.FinalTranscribed):
                    self._last_finals[event.source] = event
                self._open.pop((event.source, event.utterance), None)
            case m.LogRedacted(utterances=utterances):
                for each in utterances:
                    self._forget(each.source, each.utterance)
            case _:
                pass

    def show(self, event: m.PartialTranscribed | m.EndpointPredicted) -> None:
        """Store the words of an event that is published, without waiting for the hub to log it."""
        if not event.text:
            return
        sample = event.stop_sample if isinstance(event, m.PartialTranscribed) else event.quiet_sample
        utterance = self._of(event.source, event.utterance)
        if sample >= utterance.shown.sample:
            last = self._last_finals.get(event.source)
            start = last.start_sample if last and last.utterance in event.replaces else None
            utterance.shown = Shown(event.text, sample, tuple(event.replaces), start)
        utterance.stop_sample = max(utterance.stop_sample, sample)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._open)

    def shown(self, key: Key) -> Shown:
        """Return the newest published words of an utterance, if there are any."""
        utterance = self._open.get(key)
        return utterance.shown if utterance else Shown()

    def close(
        self, cause: str, *, source: str | None = None, ended: bool | None = None
    ) -> list[m.FinalTranscribed | m.UtteranceLost]:
        """Remove the utterances that will not be transcribed any more, and return an outcome for each.

        Args:
            cause: Why they will not be transcribed.
            source: Close only utterances of this source.
            ended: Close only utterances that have ended (True) or have not (False).
        """
        closed = [
            each
            for each in self._open.values()
            if each.begun and source in (None, each.source) and ended in (None, each.ended)
        ]
        for each in closed:
            del self._open[each.source, each.utterance]
        return [outcome_without_pass(each, cause) for each in closed]

    def _forget(self, source: str, utterance: int) -> None:
        """Forget the words of an utterance."""
        if each := self._open.get((source, utterance)):
            each.shown = Shown()
        last = self._last_finals.get(source)
        if last and last.utterance == utterance:
            del self._last_finals[source]

    def _of(self, source: str, utterance: int) -> OpenUtterance:
        return self._open.setdefault((source, utterance), OpenUtterance(source, utterance))


def outcome_without_pass(utterance: OpenUtterance, cause: str) -> m.FinalTranscribed | m.UtteranceLost:
    """Return the outcome without a final pass: the words shown last, or that the utterance is lost."""
    shown = utterance.shown
    if not shown.text:
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
        text=shown.text,
        start_sample=utterance.start_sample if shown.start_sample is None else shown.start_sample,
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
        replaces=list(shown.replaces),
    )
