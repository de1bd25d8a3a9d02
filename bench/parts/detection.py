"""Runs detector, second opinion and gate over a recording, as the vad stage does."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bench.parts.vad_scores import SpanSamples
from bus.audio import Samples
from bus.messages import SpeechEnded
from vad.detectors import Detector
from vad.gate import GateEvent, SpeechGate
from vad.loudness import AutomaticGain
from vad.noise_floor import SoundDetector
from vad.settings import VadSettings


def detect(
    detector: Detector, samples: Samples, settings: VadSettings, *, with_sound: bool = True
) -> tuple[list[float], list[GateEvent]]:
    """Return the probability of each window, and the gate's events.

    Args:
        detector: Gives the probabilities.
        samples: int16, shape (n,), 16 kHz.
        settings: Of the gate; without endpointing, the hangover ends utterances.
        with_sound: False leaves the second opinion out.
    """
    detector.reset()
    gain, gate, size = AutomaticGain(), SpeechGate("x", settings), detector.window_samples
    windows = samples[: len(samples) // size * size].reshape(-1, size)
    amplified = [gain(window) for window in windows]
    sounds = (
        list(map(SoundDetector(size).detect, windows, amplified)) if with_sound else [False] * len(windows)
    )
    probabilities = detector.speech_probabilities(np.concatenate(amplified))
    events: list[GateEvent] = []
    for index, (probability, is_sound) in enumerate(zip(probabilities, sounds, strict=True)):
        events += gate.update(index * size, (index + 1) * size, probability, is_sound=is_sound)
    return probabilities, events + gate.finish(len(windows) * size)


def spans(events: Iterable[GateEvent]) -> list[SpanSamples]:
    """Return the utterances, in samples."""
    return [(each.start_sample, each.stop_sample) for each in events if isinstance(each, SpeechEnded)]
