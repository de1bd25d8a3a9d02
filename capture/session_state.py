"""Session state that one source's capture needs: projections of the event log.

`Backpressure` limits how far a recording at fast pace may run ahead, so that nothing still needed is
overwritten: audio without speech detection, and utterances without a final transcript. Pure.
"""

from __future__ import annotations

from bus.audio import SAMPLE_RATE
from bus.messages import (
    CapturePaused,
    CaptureResumed,
    CaptureStarted,
    FinalTranscribed,
    Heartbeat,
    Logged,
    PauseRequested,
    ReplayStarted,
    SessionEnding,
    SpeechEnded,
    SpeechStarted,
    StageGivenUp,
    StageStarted,
    UtteranceDiscarded,
    UtteranceLost,
)
from bus.stages.plan import MICROPHONE

_DETECTION_LOOKS_BACK = SAMPLE_RATE  # more than any pre-roll


class Backpressure:
    """Limits how far one recording may be written.

    Args:
        source: The source's name.
        ahead_s: Allowed length between the oldest needed sample and the newest.
    """

    def __init__(self, source: str, ahead_s: float) -> None:
        self._source = source
        self._vad = f"vad:{source}"
        self._ahead_samples = round(ahead_s * SAMPLE_RATE)
        self.processed_sample = 0
        """How far speech detection has processed the source."""
        self.vad_runs = False
        """Whether speech detection has sent a heartbeat."""
        self._untranscribed: dict[int, int] = {}
        """Start of each utterance without an outcome."""
        self._vad_given_up = False
        self._stt_given_up = False

    def apply(self, logged: Logged) -> None:
        """Update the state with one event."""
        match logged.event:
            case Heartbeat(stage=stage, processed_sample=processed) if stage == self._vad:
                self.processed_sample = max(self.processed_sample, processed)
                self.vad_runs = True
            case SpeechStarted(source=self._source, utterance=number, start_sample=start):
                self._untranscribed[number] = start
            case SpeechEnded(
                source=self._source, utterance=number, start_sample=start, decided_sample=decided
            ):
                self._untranscribed[number] = start
                self.processed_sample = max(self.processed_sample, decided)
            case (
                FinalTranscribed(source=self._source, utterance=number)
                | UtteranceDiscarded(source=self._source, utterance=number)
                | UtteranceLost(source=self._source, utterance=number)
            ):
                self._untranscribed.pop(number, None)
            case StageGivenUp(stage=stage):
                self._vad_given_up |= stage == self._vad
                self._stt_given_up |= stage == "stt"
            case StageStarted(stage=stage):
                self._vad_given_up &= stage != self._vad
                self._stt_given_up &= stage != "stt"
            case _:
                pass

    @property
    def oldest_needed_sample(self) -> int:
        """The oldest sample that a stage may still read."""
        needed = [max(self.processed_sample - _DETECTION_LOOKS_BACK, 0)]
        if not self._stt_given_up:
            needed += self._untranscribed.values()
        return min(needed)

    def needs(self, before_sample: int) -> bool:
        """Return whether a stage may still read audio from before this sample."""
        is_untranscribed = any(start < before_sample for start in self._untranscribed.values())
        is_undetected = self.processed_sample < before_sample
        return (is_untranscribed and not self._stt_given_up) or (is_undetected and not self._vad_given_up)

    @property
    def allowed_sample(self) -> int | None:
        """The sample up to which may be written; None, for no limit, when speech detection was given up."""
        return None if self._vad_given_up else self.oldest_needed_sample + self._ahead_samples


class SessionState:
    """What one source's capture knows of the session.

    Args:
        source: The source's name.
        fast_ahead_s: See `CaptureSettings`.
    """

    def __init__(self, source: str, fast_ahead_s: float) -> None:
        self._source = source
        self.backpressure = Backpressure(source, fast_ahead_s)
        self.earlier: CaptureStarted | None = None
        """The start of this source's capture before it was restarted."""
        self.references: set[str] = set()
        """Other sources that are no microphones: what the computer plays."""
        self.replay_start_ns: int | None = None
        """When sample 0 of every recording is due, once that is known."""
        self.ending = False
        """Whether the session is ending, so that no more audio is captured."""
        self.pause_requested = False
        """Whether the user wants this source to be paused."""
        self.was_paused = False
        """Whether a pause was published and its end was not."""

    def apply(self, logged: Logged) -> None:
        """Update the state with one event."""
        match logged.event:
            case CaptureStarted(source=self._source) as started:
                self.earlier = started
            case CaptureStarted(source=source, is_microphone=False) if source != MICROPHONE:
                self.references.add(source)
            case ReplayStarted(start_ns=start_ns):
                self.replay_start_ns = start_ns
            case SessionEnding():
                self.ending = True
            case PauseRequested(source=source, paused=paused) if source in ("", self._source):
                self.pause_requested = paused
            case CapturePaused(source=self._source):
                self.was_paused = True
            case CaptureResumed(source=self._source):
                self.was_paused = False
            case _:
                self.backpressure.apply(logged)
