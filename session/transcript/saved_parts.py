"""Turns events into the parts of a saved session, with times in seconds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from bus.audio import SAMPLE_RATE
from bus.messages import (
    CapturePaused,
    CaptureResumed,
    FinalTranscribed,
    LogRedacted,
    RequestSent,
    SummaryEntry,
    SummaryFinished,
    UtteranceLost,
)
from overlay.state.transcript import Outcome
from overlay.texts import strings
from session.transcript import saved_session as saved
from session.transcript.exchange import milliseconds
from session.view.printable import printable


class SavedParts:
    """Parts of one session; their times are seconds since its first sample.

    Args:
        first_sample_ns: Monotonic time of the first sample of each source.
        started_ns: Monotonic time at which the session started; the zero of a session without audio.
    """

    def __init__(self, first_sample_ns: Mapping[str, int], started_ns: int | None) -> None:
        self._first_sample_ns = first_sample_ns
        self._zero_ns = min(first_sample_ns.values(), default=started_ns or 0)

    def seconds(self, source: str, sample: int) -> float:
        """Return the time of a sample of a source."""
        started_ns = self._first_sample_ns.get(source, self._zero_ns)
        return max(0.0, milliseconds((started_ns - self._zero_ns) / 1e9 + sample / SAMPLE_RATE))

    def since_zero(self, at_ns: int) -> float:
        """Return the time of a moment on the monotonic clock."""
        return max(0.0, milliseconds((at_ns - self._zero_ns) / 1e9))

    def turn(self, outcome: Outcome) -> saved.Turn:
        """Return the turn of an utterance."""
        final = outcome if isinstance(outcome, FinalTranscribed) else None
        return saved.Turn(
            source=outcome.source,
            start_s=self.seconds(outcome.source, outcome.start_sample),
            stop_s=self.seconds(outcome.source, outcome.stop_sample),
            text=_text(outcome),
            unconfirmed=final is None or final.unconfirmed,
            audio_missing=final is not None and final.beside_gap,
        )

    def pauses(self, events: Iterable[CapturePaused | CaptureResumed]) -> list[saved.Pause]:
        """Return the pauses of all sources by their start; one that did not end has no stop."""
        found: dict[str, saved.Pause] = {}
        ended: list[saved.Pause] = []
        for event in events:
            at_s = self.seconds(event.source, event.sample)
            if isinstance(event, CapturePaused):
                found.setdefault(event.source, saved.Pause(source=event.source, start_s=at_s))
            elif pause := found.pop(event.source, None):
                ended.append(msgspec.structs.replace(pause, stop_s=at_s))
        return sorted((*ended, *found.values()), key=lambda pause: pause.start_s)

    def struck(self, redaction: LogRedacted) -> saved.Struck:
        """Return the time whose words were removed."""
        return saved.Struck(
            start_s=self.since_zero(redaction.since_ns),
            stop_s=self.since_zero(redaction.since_ns + round(redaction.last_s * 1e9)),
        )

    def request(self, logged_ns: int, request: RequestSent) -> saved.Request:
        """Return a request that left the machine."""
        return saved.Request(
            at_s=self.since_zero(logged_ns),
            question=request.question,
            host=printable(request.host),
            model=printable(request.model),
            body=printable(request.body),
            body_bytes=request.body_bytes,
            encrypted=request.encrypted,
        )

    def summary(self, found: SummaryFinished) -> saved.Summary:
        """Return a summary; its texts are printable already."""
        return saved.Summary(
            template=found.template,
            model=found.model,
            host=found.host,
            topics=[*map(self._summary_entry, found.topics)],
            decisions=[*map(self._summary_entry, found.decisions)],
            open_questions=[*map(self._summary_entry, found.open_questions)],
            actions=[*map(self._summary_entry, found.actions)],
            dropped=found.dropped,
        )

    def _summary_entry(self, entry: SummaryEntry) -> saved.SummaryEntry:
        return saved.SummaryEntry(
            at_s=self.seconds(entry.source, entry.start_sample),
            source=entry.source,
            text=entry.text,
            quote=entry.quote,
            who=entry.who,
            when=entry.when,
        )


def _text(outcome: Outcome) -> str:
    if isinstance(outcome, FinalTranscribed):
        return printable(outcome.text)
    return strings.LOST if isinstance(outcome, UtteranceLost) else strings.NOT_UNDERSTOOD
