"""The Whisper engine: one model, a few passes at a time.

Knows features, windows, decoding and the guard; knows no utterances, no sources and no bus. A pass that
nobody wants any more is left at the next seam: before encoding, before decoding, before it is made again.
CTranslate2 cannot stop a decode that is running; it is left alone, and the next pass does not wait for it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ctranslate2
import numpy as np

from bus.failures import ModelFailure
from bus.ring import SAMPLE_RATE
from stt import guard
from stt.device import Device
from stt.guard import Pass
from stt.mel import Features, GrowingMel, MelFrontEnd
from stt.settings import SttSettings
from stt.tokens import Vocabulary
from stt.window import FRAMES_PER_S, FULL_FRAMES, fit, fitted_frames

_TOKENS_AT_MOST = 220
_FILES = ("config.json", "model.bin", "tokenizer.json")


def _never() -> bool:
    return False


class Abandoned(Exception):
    """The pass was left, because nobody wants its words any more."""


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
                inter_threads=device.workers,
            )
            self._vocabulary = Vocabulary(folder / "tokenizer.json", multilingual=self._model.is_multilingual)
            self._front_end = MelFrontEnd(self._model.n_mels)
            self._warm_up()
        except (RuntimeError, ValueError, OSError) as error:
            raise _unusable(settings, f"{device}: {error}") from error

    def growing_mel(self, start_sample: int) -> GrowingMel:
        """Return an empty spectrogram for an utterance that begins here."""
        return GrowingMel(self._front_end, start_sample)

    def final(
        self, features: Features, said_before: str = "", abandoned: Callable[[], bool] = _never
    ) -> tuple[Pass, bool]:
        """Return the words of a whole utterance, and whether the full window was needed.

        Args:
            features: float32, shape (mels, frames) as of `GrowingMel`; at most 30 s are heard.
            said_before: The words before, as context.
            abandoned: Asked now and then whether nobody wants the words any more.

        Raises:
            Abandoned: Nobody did.
        """
        settings = self._settings
        frames = self._frames(features, settings.final_window_s, settings.final_extra_s)
        heard = self._pass(features, frames, settings.final_beam, said_before, abandoned)
        if frames >= FULL_FRAMES or not guard.is_suspect(heard):
            return heard, False
        again = self._pass(features, FULL_FRAMES, settings.final_beam, said_before, abandoned)
        return replace(again, began_ns=heard.began_ns, compute_ms=heard.compute_ms + again.compute_ms), True

    def partial(
        self, features: Features, said_before: str = "", abandoned: Callable[[], bool] = _never
    ) -> tuple[Pass, bool]:
        """Return the words of an utterance that is still being spoken; the full window is never used.

        Raises:
            Abandoned: Nobody wanted them any more.
        """
        settings = self._settings
        frames = self._frames(features, settings.partial_window_s, settings.partial_extra_s)
        return self._pass(features, frames, 1, said_before, abandoned), False

    def _frames(self, features: Features, least_s: float, extra_s: float) -> int:
        return fitted_frames(features.shape[1], least_s=least_s, extra_s=extra_s, mels=self._front_end.mels)

    def _pass(
        self, features: Features, frames: int, beam: int, said_before: str, abandoned: Callable[[], bool]
    ) -> Pass:
        if abandoned():
            raise Abandoned
        began_ns = time.monotonic_ns()
        speech_s = features.shape[1] / FRAMES_PER_S
        features = fit(features, frames)
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features[None]))
        opening = self._vocabulary.opening(self._language(encoded), said_before)
        if abandoned():
            raise Abandoned
        result = self._model.generate(
            encoded,
            [opening],
            beam_size=beam,
            max_length=_max_length(guard.most_tokens(speech_s), len(opening)),
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
            began_ns=began_ns,
            compute_ms=(time.monotonic_ns() - began_ns) / 1e6,
        )

    def _language(self, encoded: ctranslate2.StorageView) -> str:
        if self._settings.language != "auto" or not self._model.is_multilingual:
            return self._settings.language if self._settings.language != "auto" else "en"
        token: str = self._model.detect_language(encoded)[0][0][0]
        return token.strip("<|>")

    def _warm_up(self) -> None:
        """Make the first real pass as fast as the others; on CUDA, find out whether it works at all."""
        noise = np.random.default_rng(0).integers(-300, 300, SAMPLE_RATE * 2)
        self.final(self._front_end(noise.astype(np.int16)))


def _max_length(tokens: int, opening_tokens: int) -> int:
    """Return the `max_length` with which CTranslate2 gives up to so many tokens after the opening.

    It lets a pass have half of it, and no more than what the opening leaves.
    """
    tokens = min(tokens, _TOKENS_AT_MOST)
    return max(2 * tokens, tokens + opening_tokens)


def _unusable(settings: SttSettings, why: str) -> ModelFailure:
    return ModelFailure(
        f"the Whisper model {settings.model!r} cannot be used: {why}",
        kept="no sound was heard",
        todo=f"run `cuecard models pull {settings.model}`",
    )
