"""The listener's loop: windows from the ring, through the detector, through the gate, onto the bus.

It judges nothing. Sound that cannot be had any more, because the ring was overwritten or its writer
started again, ends the utterance it falls into and is told as lost.
"""

from __future__ import annotations

import numpy as np

from bus.audio import SAMPLE_RATE, Samples
from bus.failures import Overrun
from bus.messages import AudioLost, DetectionEnded, EndpointPredicted
from bus.ring import AudioRing, Window
from bus.stage import Stage
from vad.detectors import Detector
from vad.gate import SpeechGate
from vad.history import History
from vad.loudness import AutomaticGain

_IDLE_WINDOWS = 5  # 0.16 s: what the news that someone speaks may be late
_IDLE_PATIENCE_S = 0.02
_PATIENCE_S = 0.001
_NEWS_S = 0.05


class Listener:
    """Listens to one source.

    Args:
        stage: This process's end of the bus.
        source: The source's name.
        ring: Where the sound is.
        detector: Judges windows.
        gate: Finds utterances.
        history: What was before; says where to begin.
    """

    def __init__(
        self,
        stage: Stage,
        source: str,
        ring: AudioRing,
        detector: Detector,
        gate: SpeechGate,
        history: History,
    ) -> None:
        self._stage = stage
        self._source = source
        self._ring = ring
        self._detector = detector
        self._gate = gate
        self._history = history
        self._gain = AutomaticGain()
        self._at = history.read_from

    def run(self) -> None:
        """Listen until the ring is closed and heard to its end, or until the stage is to stop."""
        while True:
            try:
                self._listen()
                break
            except Overrun as lost:
                self._skip(lost)
        if self._stage.stopping():
            return
        for event in self._gate.finish(self._at):
            self._stage.publish(event)
        self._stage.publish(DetectionEnded(source=self._source, stop_sample=self._at))

    def _listen(self) -> None:
        """Listen to the ring's end; in few, long stretches while nobody speaks, because waking up costs."""
        size, ended = self._detector.window_samples, False
        while not ended:
            idle, ended = self._gate.idle, True
            windows = self._ring.windows(
                size * _IDLE_WINDOWS if idle else size,
                start_sample=self._at,
                until=self._stage.stopping,
                late_poll_s=_IDLE_PATIENCE_S if idle else _PATIENCE_S,
            )
            for window in windows:
                if not idle:
                    self._hear_news()
                self._hear(window)
                self._stage.heartbeat(processed_sample=self._at)
                if self._gate.idle != idle:
                    ended = False
                    break

    def _hear(self, window: Window) -> None:
        size = self._detector.window_samples
        if not len(window.samples):
            return
        windows = _filled(window.samples, size).reshape(-1, size)
        brought_up = np.concatenate([self._gain(samples) for samples in windows])
        probabilities = self._detector.speech_probabilities(brought_up)
        for number, probability in enumerate(probabilities):
            start = window.start_sample + number * size
            stop = min(start + size, window.stop_sample)
            for event in self._gate.update(start, stop, probability):
                self._stage.publish(event)
        self._at = window.stop_sample

    def _hear_news(self, timeout_s: float = 0.0) -> bool:
        """Take in what happened on the bus; tell whether anything did."""
        news = self._stage.poll(timeout_s)
        for logged in news:
            self._history.apply(logged.event)
            match logged.event:
                case (
                    EndpointPredicted(
                        source=self._source, utterance=utterance, quiet_sample=quiet_sample
                    ) as judged
                ):
                    self._gate.judge(utterance, quiet_sample, judged.wait_ms * SAMPLE_RATE // 1000)
        return bool(news)

    def _skip(self, lost: Overrun) -> None:
        """Go on after sound that is gone."""
        go_on = max(self._ring.oldest_sample, lost.stop_sample)
        while self._hear_news(_NEWS_S):
            pass
        restarted = any(lost.start_sample < start <= go_on for start in self._history.capture_starts)
        for event in self._gate.finish(lost.start_sample):
            self._stage.publish(event)
        self._stage.publish(
            AudioLost(
                source=self._source,
                start_sample=lost.start_sample,
                stop_sample=go_on,
                cause="capture was started again" if restarted else "the listener fell behind",
            )
        )
        self._gate.skip_to(go_on)
        self._detector.reset()
        self._at = go_on


def _filled(samples: Samples, size: int) -> Samples:
    """Return whole windows; only before an end is the last one short."""
    short = -len(samples) % size
    return np.concatenate((samples, np.zeros(short, np.int16))) if short else samples
