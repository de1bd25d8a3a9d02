"""Tests of onsets and offsets on espeak-ng voices that Silero alone misses."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from bench.harness.voices import CHANNELS, VOICES, speak
from bench.parts.detection import detect, spans
from bus.messages import SpeechPaused
from tests.support.audio_session import demo_speech
from vad.detectors import SileroDetector
from vad.settings import VadSettings

SETTINGS = VadSettings(hangover_ms=500)
SENTENCES = (
    "The alert looked at averages, so nobody noticed the slow requests.",
    "Yes, we had two outages in March.",
    "How many people were on your team?",
)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("voice", VOICES)
def test_utterances_contain_whole_sentences(voice: str, channel: str) -> None:
    parts, spoken, at = [np.zeros(32_000, np.float32)], [], 32_000
    for sentence in SENTENCES:
        said = speak(sentence, voice)
        parts += [said, np.zeros(24_000, np.float32)]
        spoken.append((at, at + len(said)))
        at += len(said) + 24_000
    samples = (CHANNELS[channel](np.concatenate(parts)) * 32_767).astype(np.int16)
    inside = np.zeros(len(samples), bool)
    for start, stop in spans(detect(SileroDetector(), samples, SETTINGS)[1]):
        inside[int(start) : int(stop)] = True
    for start, stop in spoken:
        assert inside[start + 1600 : stop - 1600].mean() > 0.99, (start, stop)
        assert not inside[stop + 16_000 : stop + 17_000].any()


@pytest.mark.parametrize("source", ["call", "mic"])
def test_pauses_of_clean_speech_are_the_detectors_own(source: str) -> None:
    samples = demo_speech(source, 40.0)
    alone, both = (
        [
            each
            for each in detect(SileroDetector(), samples, SETTINGS, with_sound=with_sound)[1]
            if isinstance(each, SpeechPaused)
        ]
        for with_sound in (False, True)
    )
    assert [each.quiet_sample for each in both] == [each.quiet_sample for each in alone]
    assert len(alone) > 3
