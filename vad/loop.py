"""Detection loop: windows from the ring, through detector and gate, onto the bus.

Lost audio, after an overwritten ring or a restarted capture, ends the current utterance and is reported. A
pause of capture ends it too.
"""

from __future__ import annotations

import contextlib
import time

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun
from bus.messages import AudioLost, CapturePaused, CaptureResumed, DetectionEnded, EndpointPredicted
from bus.ring.reader import AudioRing, Window
from bus.stage import Stage
from vad.detectors import Detector
from vad.gate import SpeechGate
from vad.history import History
from vad.loudness import AutomaticGain
from vad.noise_floor import FLOOR_S, SoundDetector

_IDLE_WINDOWS = 5  # 0.16 s: how much later the start of speech may be published
_IDLE_WAIT_S = 0.02
_WAIT_S = 0.001
_AFTER_LOSS_S = 0.05


class DetectionLoop:
    """Detects the utterances of one source.

    Args:
        stage: This process's connection to the bus.
        source: The source's name.
        ring: Gives the audio.
        detector: Gives speech probabilities.
        sound_detector: Gives a second opinion.
        gate: Finds utterances.
        history: Says where to begin.
    """

    def __init__(
        self,
        stage: Stage,
        source: str,
        ring: AudioRing,
        detector: Detector,
        sound_detector: SoundDetector,
        gate: SpeechGate,
        history: History,
    ) -> None:
        self._stage = stage
        self._source = source
        self._ring = ring
        self._detector = detector
        self._sound_detector = sound_detector
        self._gate = gate
        self._history = history
        self._gain = AutomaticGain()
        self._at = history.read_from
        self._paused_sample: int | None = None
        """Where capture was paused, until detection gets there."""

    def run(self) -> None:
        """Run until the ring is closed and read to its end, or until the stage is stopped."""
        self._measure_floor()
        while True:
            try:
                self._read()
                break
            except Overrun as lost:
                self._skip(lost)
        if self._stage.stopping():
            return
        for event in self._gate.finish(self._at):
            self._stage.publish(event)
        self._stage.publish(DetectionEnded(source=self._source, stop_sample=self._at))

    def _measure_floor(self) -> None:
        """Process the audio before the first window, which after a restart may be within an utterance."""
        size = self._detector.window_samples
        known = min(self._at - self._ring.oldest_sample, round(FLOOR_S * SAMPLE_RATE)) // size * size
        with contextlib.suppress(Overrun):
            for samples in self._ring.read(self._at - max(known, 0), self._at).reshape(-1, size):
                self._sound_detector.detect(samples, self._gain(samples))

    def _read(self) -> None:
        """Process the ring to its end; several windows at once while the gate is idle, to wake up rarely."""
        size, ended = self._detector.window_samples, False
        while not ended:
            idle, ended = self._gate.idle, True
            windows = self._ring.windows(
                size * _IDLE_WINDOWS if idle else size,
                start_sample=self._at,
                until=self._stage.stopping,
                late_poll_s=_IDLE_WAIT_S if idle else _WAIT_S,
                sleep=time.sleep if idle else self._poll,
            )
            for window in windows:
                self._poll()  # here as well as while waiting: a reader that is behind never waits
                self._detect(window)
                self._end_at_pause()
                self._stage.heartbeat(processed_sample=self._at)
                if self._gate.idle != idle:
                    ended = False
                    break

    def _detect(self, window: Window) -> None:
        size = self._detector.window_samples
        if not len(window.samples):
            return
        windows = _padded(window.samples, size).reshape(-1, size)
        amplified = [self._gain(samples) for samples in windows]
        sounds = map(self._sound_detector.detect, windows, amplified)
        probabilities = self._detector.speech_probabilities(np.concatenate(amplified))
        for number, (probability, is_sound) in enumerate(zip(probabilities, sounds, strict=True)):
            start = window.start_sample + number * size
            stop = min(start + size, window.stop_sample)
            for event in self._gate.update(start, stop, probability, is_sound=is_sound):
                self._stage.publish(event)
        self._at = window.stop_sample

    def _poll(self, timeout_s: float = 0.0) -> bool:
        """Process new events; return whether there were any."""
        received = self._stage.poll(timeout_s)
        for logged in received:
            self._history.apply(logged)
            match logged.event:
                case EndpointPredicted(source=self._source) as endpoint:
                    wait_samples = endpoint.wait_ms * SAMPLE_RATE // 1000
                    for event in self._gate.set_wait(endpoint.utterance, endpoint.quiet_sample, wait_samples):
                        self._stage.publish(event)
                case CapturePaused(source=self._source, sample=sample):
                    self._paused_sample = sample
                case CaptureResumed(source=self._source):  # the silence of the pause is no noise floor
                    self._sound_detector.reset()
                case _:
                    pass
        return bool(received)

    def _end_at_pause(self) -> None:
        """End the utterance under way where capture was paused."""
        paused = self._paused_sample
        if paused is None or self._at < paused:
            return
        if self._gate.began_before(paused):
            for event in self._gate.finish(paused):
                self._stage.publish(event)
        self._gate.skip_to(paused)
        self._detector.reset()
        self._paused_sample = None

    def _skip(self, lost: Overrun) -> None:
        """Report lost audio and continue after it."""
        resume_sample = max(self._ring.oldest_sample, lost.stop_sample)
        while self._poll(_AFTER_LOSS_S):
            pass
        restarted = any(lost.start_sample < start <= resume_sample for start in self._history.capture_starts)
        self._stage.publish(  # first, so that the utterance that ends here is known to be cut
            AudioLost(
                source=self._source,
                start_sample=lost.start_sample,
                stop_sample=resume_sample,
                cause="capture was restarted" if restarted else "speech detection fell behind",
            )
        )
        for event in self._gate.finish(lost.start_sample):
            self._stage.publish(event)
        self._gate.skip_to(resume_sample)
        self._detector.reset()
        self._sound_detector.reset()
        self._at = resume_sample


def _padded(samples: Samples, size: int) -> Samples:
    """Return complete windows; only at the end of the audio is the last one padded with silence."""
    short = -len(samples) % size
    return np.concatenate((samples, np.zeros(short, np.int16))) if short else samples
