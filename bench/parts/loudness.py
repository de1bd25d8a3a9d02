"""Word errors of quiet, distorted and noisy speech, with and without gain and noise suppression.

Every clip is one final pass of the engine. Beside it stands how much of the clean clip's speech the session's
detector still finds. Suppressors are measured where they are installed:
`pip install webrtc-noise-gain noisereduce pyrnnoise`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.harness.corpus import Audio, kind_of, read_corpus, read_utterance
from bench.harness.environment import environment
from bench.harness.report import show
from bus.audio import SAMPLE_RATE, Samples
from capture.processing.downmix import Downmix
from livebench.scoring.words import word_error_rate
from session import settings as all_settings
from session.models.choice import find_weights
from stt.engines.device import cpu
from stt.engines.engine import Request
from stt.engines.whisper import WhisperEngine
from vad.detectors import SileroDetector
from vad.loudness import AutomaticGain

_LONGEST_S = 15.0
_SPEECH = 0.5
_NORMAL_PEAK = 0.7
_CHUNK = SAMPLE_RATE // 100

Change = Callable[[Audio], Audio]


def measure(corpus: Path, settings_file: Path | None, clips: int) -> None:
    """Transcribe the clips in every condition with every treatment, and print word errors and detection.

    Raises:
        Failure: The corpus or the weights cannot be read.
    """
    settings = find_weights(all_settings.load(settings_file, {}).stt)
    engine, spoken = WhisperEngine(settings, cpu(settings)), [*_clips(corpus, clips)]
    rows, figures = [("condition", "treatment", "WER", "speech detected")], list[dict[str, Any]]()
    clean_s = sum(_detected_s(_to_int16(samples)) for _, samples in spoken)
    for condition, change in CONDITIONS.items():
        for treatment, treat in _treatments(condition).items():
            changed = [_to_int16(treat(_captured(change(samples)))) for _, samples in spoken]
            wer = word_error_rate([text for text, _ in spoken], [_words(engine, each) for each in changed])
            detected = sum(map(_detected_s, changed)) / clean_s
            figures.append({"condition": condition, "treatment": treatment, "wer": wer, "detected": detected})
            rows.append((condition, treatment, f"{wer:.1%}", f"{detected:.0%}"))
            print(f"bench: {rows[-1]}", file=sys.stderr, flush=True)
    surroundings = environment(all_settings.load(settings_file, {}).tables())
    show("loudness", rows[1:], {"conditions": figures, **surroundings}, head=rows[:1])


def _clips(corpus: Path, count: int) -> Iterator[tuple[str, Audio]]:
    clean = [clip for clip in read_corpus(corpus) if kind_of(clip) == "clean" and clip.seconds <= _LONGEST_S]
    for clip in clean[:: max(len(clean) // count, 1)][:count]:
        utterance = read_utterance(corpus, clip)
        yield utterance.text, utterance.samples / max(float(np.abs(utterance.samples).max()), 1e-6)


def _peak(peak: float) -> Change:
    return lambda samples: samples * np.float32(peak)


def _hum(samples: Audio) -> Audio:
    """Return speech with 50 Hz and two harmonics, 12 dB below its peak."""
    t = np.arange(len(samples)) / SAMPLE_RATE
    hum = sum(np.sin(2 * np.pi * 50 * k * t) / k for k in (1, 3, 5))
    return (0.5 * samples + 0.12 * hum).astype(np.float32)


def _noise(snr_db: float, peak: float = 0.5) -> Change:
    def change(samples: Audio) -> Audio:
        power = float(np.mean(samples**2)) / 10 ** (snr_db / 10)
        noise = np.random.default_rng(len(samples)).normal(0, power**0.5, len(samples))
        return (peak * (samples + noise)).astype(np.float32)

    return change


CONDITIONS: dict[str, Change] = {
    "peak 50 %": _peak(0.5),
    "peak 1 %": _peak(0.01),
    "peak 0.3 %": _peak(0.003),
    "peak 0.1 %": _peak(0.001),
    "peak 0.03 %": _peak(0.0003),
    "hum, 12 dB below": _hum,
    "constant offset of 20 %": lambda samples: (0.5 * samples + 0.2).astype(np.float32),
    "clipped by 10 dB": _peak(3.2),
    "clipped by 30 dB": _peak(30.0),
    "noise, SNR 10 dB": _noise(10),
    "noise, SNR 0 dB": _noise(0),
    "noise, SNR 10 dB, peak 1 %": _noise(10, 0.01),
}


def _treatments(condition: str) -> dict[str, Change]:
    treatments: dict[str, Change] = {"none": lambda samples: samples, "normalised": _normalised}
    if "peak 0." in condition or "clipped" in condition or "offset" in condition:
        return treatments
    if importlib.util.find_spec("webrtc_noise_gain"):
        treatments |= {"webrtc noise suppression": _webrtc}
    if importlib.util.find_spec("noisereduce"):
        treatments |= {"noisereduce": _noisereduce}
    if importlib.util.find_spec("pyrnnoise"):
        treatments |= {"rnnoise": _rnnoise}
    return treatments


def _captured(samples: Audio) -> Audio:
    """Return audio as capture writes it: clipped, without a constant offset, in 16 bits."""
    downmix = Downmix(SAMPLE_RATE)
    clipped = np.clip(samples, -1, 1).astype(np.float32)
    pieces = [downmix.mix(clipped[at : at + 320, None]) for at in range(0, len(clipped), 320)]
    return _to_float(_to_int16(np.concatenate(pieces)))


def _normalised(samples: Audio) -> Audio:
    return samples * np.float32(_NORMAL_PEAK / max(float(np.abs(samples).max()), 1e-6))


def _webrtc(samples: Audio) -> Audio:
    from webrtc_noise_gain import AudioProcessor

    processor, pcm = AudioProcessor(0, 2), _to_int16(samples)
    chunks = [pcm[at : at + _CHUNK] for at in range(0, len(pcm) - _CHUNK + 1, _CHUNK)]
    cleaned = b"".join(processor.Process10ms(chunk.tobytes()).audio for chunk in chunks)
    return _to_float(np.frombuffer(cleaned, np.int16))


def _noisereduce(samples: Audio) -> Audio:
    import noisereduce

    reduced: Audio = noisereduce.reduce_noise(samples, SAMPLE_RATE).astype(np.float32)
    return reduced


def _rnnoise(samples: Audio) -> Audio:
    import soxr
    from pyrnnoise import RNNoise

    denoiser, wide = RNNoise(48_000), _to_int16(soxr.resample(samples, SAMPLE_RATE, 48_000))
    frames = [frame for _, frame in denoiser.denoise_chunk(wide[None])]
    cleaned = np.concatenate([np.atleast_2d(frame)[0] for frame in frames]).astype(np.float32) / 32768
    narrow: Audio = soxr.resample(cleaned, 48_000, SAMPLE_RATE)
    return narrow


def _words(engine: WhisperEngine, samples: Samples) -> str:
    return engine.transcribe(Request(engine.front_end(samples)))[0].text


def _detected_s(samples: Samples) -> float:
    detector, gain = SileroDetector(), AutomaticGain()
    size = detector.window_samples
    windows = [gain(samples[at : at + size]) for at in range(0, len(samples) - size + 1, size)]
    probabilities = detector.speech_probabilities(np.concatenate(windows))
    return sum(each >= _SPEECH for each in probabilities) * size / SAMPLE_RATE


def _to_int16(samples: Audio) -> Samples:
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)


def _to_float(samples: Samples) -> Audio:
    return samples.astype(np.float32) * np.float32(1 / 32768)
