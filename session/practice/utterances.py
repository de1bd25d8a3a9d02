"""What the user's source heard, as a fold over the log: utterances, where their speech is, and their words.

Pure. Positions are samples of the source's clock. It does not know what was asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bus.audio import SAMPLE_RATE
from bus.messages import (
    CaptureEnded,
    CaptureStarted,
    Event,
    FinalTranscribed,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    UtteranceDiscarded,
    UtteranceLost,
)

_PRE_ROLL_SAMPLES = round(0.3 * SAMPLE_RATE)
"""An utterance begins so long before its speech."""


@dataclass
class Utterance:
    """Something that was said, or is being said."""

    number: int
    first_sample: int
    """Where its speech begins."""
    detected_sample: int
    pauses: list[tuple[int, int]] = field(default_factory=list)
    """Quiet inside of it: first sample of the quiet, and of the speech after it."""
    quiet_sample: int | None = None
    """Where its speech ends, as far as is known."""
    text: str = ""
    ended: bool = False
    """Whether its words are final."""

    @property
    def spoken(self) -> list[tuple[int, int]]:
        """Where there is speech in it, in order."""
        starts = [self.first_sample, *(resumed for _, resumed in self.pauses)]
        stops = [*(quiet for quiet, _ in self.pauses), self.quiet_sample or starts[-1]]
        return [(start, stop) for start, stop in zip(starts, stops, strict=True) if stop > start]


class SourceUtterances:
    """Everything that one source heard.

    Args:
        source: Its name.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._utterances: dict[int, Utterance] = {}
        self._zero_ns: int | None = None
        self.over = False
        """Whether the source has ended."""

    def apply(self, event: Event) -> None:
        """Take in one event of the log; those of other sources change nothing."""
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
            case UtteranceDiscarded(utterance=number) | UtteranceLost(utterance=number):
                self._utterances.pop(number, None)
            case _:
                pass

    def sample_at(self, now_ns: int) -> int | None:
        """Return the sample that was due at this monotonic time; None before anything was heard."""
        if self._zero_ns is None:
            return None
        return max((now_ns - self._zero_ns) * SAMPLE_RATE // 1_000_000_000, 0)

    def since(self, sample: int) -> list[Utterance]:
        """Return what was begun at this sample or later, in order, unfinished utterances among it."""
        return [each for each in self._utterances.values() if each.detected_sample >= sample]

    def across(self, sample: int) -> list[Utterance]:
        """Return what was begun before this sample and went on after it, as far as it came after."""
        return [
            replace(
                each,
                first_sample=max(each.first_sample, sample),
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
        utterance = self._utterances.setdefault(final.utterance, Utterance(final.utterance, first, first))
        utterance.text, utterance.quiet_sample, utterance.ended = final.text, final.quiet_sample, True
