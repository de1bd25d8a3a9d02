"""Utterances of the user's source with their speech, pauses and transcript, from the event log.

Pure. Positions are samples of the source's clock. It does not know the questions.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bus.audio import SAMPLE_RATE
from bus.messages import (
    CaptureEnded,
    CaptureStarted,
    FinalTranscribed,
    Logged,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    TranscriptRevised,
    UtteranceDiscarded,
    UtteranceLost,
)

_PRE_ROLL_SAMPLES = round(0.3 * SAMPLE_RATE)
"""An utterance begins this long before its speech."""


@dataclass
class Utterance:
    """An utterance, finished or in progress."""

    number: int
    first_sample: int
    """First sample of its speech."""
    detected_sample: int
    pauses: list[tuple[int, int]] = field(default_factory=list)
    """Pauses in it: first sample of the pause, and of the speech after it."""
    quiet_sample: int | None = None
    """First sample after its speech, as far as known."""
    text: str = ""
    ended: bool = False
    """Whether its transcript is final."""

    @property
    def spoken(self) -> list[tuple[int, int]]:
        """Its spans of speech, in order."""
        starts = [self.first_sample, *(resumed for _, resumed in self.pauses)]
        stops = [*(quiet for quiet, _ in self.pauses), self.quiet_sample or starts[-1]]
        return [(start, stop) for start, stop in zip(starts, stops, strict=True) if stop > start]


class SourceUtterances:
    """All utterances of one source.

    Args:
        source: Its name.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._utterances: dict[int, Utterance] = {}
        self._replaced: set[int] = set()
        """Numbers of utterances that are part of a later one."""
        self._zero_ns: int | None = None
        self.over = False
        """Whether the source has ended."""

    def apply(self, logged: Logged) -> None:
        """Apply one event of the log; those of other sources change nothing."""
        event = logged.event
        if getattr(event, "source", None) != self._source:
            return
        match event:
            case CaptureStarted(first_sample_ns=first_sample_ns):
                self._zero_ns, self.over = first_sample_ns, False
            case CaptureEnded():
                self.over = True
            case SpeechStarted(utterance=number, start_sample=start, detected_sample=detected):
                first = min(start + _PRE_ROLL_SAMPLES, detected)
                self._utterances.setdefault(number, Utterance(number, first, detected))
            case SpeechPaused(utterance=number, quiet_sample=quiet) if number in self._utterances:
                self._utterances[number].quiet_sample = quiet
            case SpeechResumed(utterance=number, resumed_sample=resumed) if number in self._utterances:
                self._resume(self._utterances[number], resumed)
            case FinalTranscribed():
                self._finish(event)
            case TranscriptRevised(utterance=number, text=text) if number in self._utterances:
                self._utterances[number].text = text
            case UtteranceDiscarded(utterance=number) | UtteranceLost(utterance=number):
                self._utterances.pop(number, None)
            case _:
                pass

    def sample_at(self, now_ns: int) -> int | None:
        """Return the sample that was due at this monotonic time; None before the source has started."""
        if self._zero_ns is None:
            return None
        return max((now_ns - self._zero_ns) * SAMPLE_RATE // 1_000_000_000, 0)

    def since(self, sample: int) -> list[Utterance]:
        """Return the utterances that began at this sample or later, in order, also unfinished ones."""
        return [each for each in self._utterances.values() if each.detected_sample >= sample]

    def across(self, sample: int) -> list[Utterance]:
        """Return utterances that began before this sample and ended after it, cut to the part after it."""
        return [
            replace(
                each,
                first_sample=max(
                    each.first_sample, sample, *(resumed for quiet, resumed in each.pauses if quiet < sample)
                ),
                pauses=[pause for pause in each.pauses if pause[0] >= sample],
            )
            for each in self._utterances.values()
            if each.detected_sample < sample and (each.quiet_sample is None or each.quiet_sample > sample)
        ]

    def _resume(self, utterance: Utterance, resumed_sample: int) -> None:
        if utterance.quiet_sample is not None:
            utterance.pauses.append((utterance.quiet_sample, resumed_sample))
        utterance.quiet_sample = None

    def _finish(self, final: FinalTranscribed) -> None:
        first = final.start_sample + _PRE_ROLL_SAMPLES
        utterance = self._utterances.get(final.utterance, Utterance(final.utterance, first, first))
        if utterance.ended or final.utterance in self._replaced:
            return  # repeated by a restarted stt
        for number in sorted(final.replaces, reverse=True):
            if (earlier := self._utterances.pop(number, None)) is not None:
                utterance = _joined(earlier, utterance)
        self._replaced |= set(final.replaces)
        utterance.text, utterance.quiet_sample, utterance.ended = final.text, final.quiet_sample, True
        self._utterances[final.utterance] = utterance


def _joined(earlier: Utterance, later: Utterance) -> Utterance:
    """Return the speech of two utterances as one, with the silence between them as a pause."""
    between = (earlier.quiet_sample or later.first_sample, later.first_sample)
    return replace(
        later,
        first_sample=earlier.first_sample,
        detected_sample=earlier.detected_sample,
        pauses=[*earlier.pauses, between, *later.pauses],
    )
