"""The Whisper engine: one model, one pass at a time.

Knows features, windows, decoding and the guard; knows no utterances, no sources and no bus.
"""

from __future__ import annotations

import math
import time
from pathlib import Path

import ctranslate2
import numpy as np

from bus.failures import ModelFailure
from bus.ring import SAMPLE_RATE, Samples
from stt import guard
from stt.device import Device
from stt.guard import Pass
from stt.mel import FRAME_SAMPLES, MelFrontEnd
from stt.settings import SttSettings
from stt.tokens import Vocabulary
from stt.window import FRAMES_PER_S, FULL_FRAMES, fit, fitted_frames

_SHORTEST_SAMPLES = FRAME_SAMPLES * 10
_TOKENS_AT_MOST = 220
_FILES = ("config.json", "model.bin", "tokenizer.json")


class Engine:
    """A loaded and warm model.

    Args:
        settings: Which weights, and how a pass is made.
        device: Where to compute.

    Raises:
        ModelFailure: The weights are missing or damaged, or the device cannot run them.
    """

    def __init__(self, settings: SttSettings, device: Device) -> None:
        self._settings = settings
        self.device = device
        folder = Path(settings.model_path)
        missing = [name for name in _FILES if not (folder / name).is_file()]
        if missing:
            raise _unusable(settings, f"{', '.join(missing)} missing in {folder}")
        try:
            self._model = ctranslate2.models.Whisper(
                str(folder),
                device=device.name,
                compute_type=device.compute_type,
                intra_threads=device.threads,
                inter_threads=1,
            )
            self._vocabulary = Vocabulary(folder / "tokenizer.json", multilingual=self._model.is_multilingual)
            self._front_end = MelFrontEnd(self._model.n_mels)
            self._warm_up()
        except (RuntimeError, ValueError, OSError) as error:
            raise _unusable(settings, f"{device}: {error}") from error

    def final(self, samples: Samples) -> tuple[Pass, bool]:
        """Return the words of a whole utterance, and whether the full window was needed.

        Args:
            samples: int16, shape (n,), 16 kHz; at most 30 s are heard.
        """
        settings = self._settings
        frames = self._frames(samples, settings.final_window_s, settings.final_extra_s)
        heard = self._pass(samples, frames, settings.final_beam)
        if frames >= FULL_FRAMES or not guard.is_suspect(heard):
            return heard, False
        return self._pass(samples, FULL_FRAMES, settings.final_beam), True

    def partial(self, samples: Samples) -> Pass:
        """Return the words of an utterance that is still being spoken."""
        settings = self._settings
        return self._pass(
            samples, self._frames(samples, settings.partial_window_s, settings.partial_extra_s), 1
        )

    def _frames(self, samples: Samples, least_s: float, extra_s: float) -> int:
        speech_frames = len(samples) // FRAME_SAMPLES
        return fitted_frames(speech_frames, least_s=least_s, extra_s=extra_s, mels=self._front_end.mels)

    def _pass(self, samples: Samples, frames: int, beam: int) -> Pass:
        began_s = time.perf_counter()
        if len(samples) < _SHORTEST_SAMPLES:
            samples = np.pad(samples, (0, _SHORTEST_SAMPLES - len(samples)))
        speech_s = len(samples) / SAMPLE_RATE
        features = fit(self._front_end(samples), frames)
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features[None]))
        opening = self._vocabulary.opening(self._language(encoded))
        result = self._model.generate(
            encoded,
            [opening],
            beam_size=beam,
            # CTranslate2 gives a pass half of `max_length`, the other half being for a prompt.
            max_length=2 * min(guard.most_tokens(speech_s), _TOKENS_AT_MOST),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = result.sequences_ids[0]
        return Pass(
            text=self._vocabulary.text(tokens),
            tokens=len(tokens),
            # CTranslate2 gives the mean without the end token, Whisper's thresholds are for the mean with it.
            mean_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1) if tokens else -math.inf,
            no_speech_probability=result.no_speech_prob,
            speech_s=speech_s,
            window_s=frames / FRAMES_PER_S,
            compute_ms=(time.perf_counter() - began_s) * 1000,
        )

    def _language(self, encoded: ctranslate2.StorageView) -> str:
        if self._settings.language != "auto" or not self._model.is_multilingual:
            return self._settings.language if self._settings.language != "auto" else "en"
        token: str = self._model.detect_language(encoded)[0][0][0]
        return token.strip("<|>")

    def _warm_up(self) -> None:
        """Make the first real pass as fast as the others; on CUDA, find out whether it works at all."""
        noise = np.random.default_rng(0).integers(-300, 300, SAMPLE_RATE * 2)
        self.final(noise.astype(np.int16))


def _unusable(settings: SttSettings, why: str) -> ModelFailure:
    return ModelFailure(
        f"the Whisper model {settings.model!r} cannot be used: {why}",
        kept="no sound was heard",
        todo=f"run `cuecard models pull {settings.model}`",
    )
