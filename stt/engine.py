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

from bus.audio import SAMPLE_RATE
from bus.failures import ModelFailure
from stt import hallucination as guard
from stt.device import Device
from stt.hallucination import Pass
from stt.hotwords import may_be_echo
from stt.mel import Features, GrowingMel, MelFrontEnd
from stt.prompt import Vocabulary
from stt.settings import SttSettings
from stt.window import FRAMES_PER_S, fit, fitted_frames

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
        self.name, self.device = settings.model, device
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
            self._vocabulary = Vocabulary(
                folder / "tokenizer.json",
                multilingual=self._model.is_multilingual,
                hotwords=settings.vocabulary,
            )
            self._front_end = MelFrontEnd(self._model.n_mels)
            self._warm_up()
        except MemoryError as error:
            raise _unusable(settings, f"{device}: {error or 'there is too little memory'}") from error
        except (RuntimeError, ValueError, OSError) as error:
            raise _unusable(settings, f"{device}: {error}") from error

    @property
    def front_end(self) -> MelFrontEnd:
        """What makes features as this model wants them."""
        return self._front_end

    def growing_mel(self, start_sample: int) -> GrowingMel:
        """Return an empty spectrogram for an utterance that begins here."""
        return GrowingMel(self._front_end, start_sample)

    def transcribe(
        self,
        features: Features,
        said_before: str = "",
        *,
        again_if_suspect: bool = True,
        abandoned: Callable[[], bool] = _never,
    ) -> tuple[Pass, bool]:
        """Return the words of a stretch of sound, and whether a wider window was needed.

        Args:
            features: float32, shape (mels, frames) as of `GrowingMel`; at most 30 s are heard.
            said_before: The words before, as context.
            again_if_suspect: Make a pass that the guard does not believe again, through a wider window.
            abandoned: Asked now and then whether nobody wants the words any more.

        Raises:
            Abandoned: Nobody did.
        """
        settings = self._settings
        frames = self._frames(features, settings.window_s, settings.extra_s)
        wider = self._frames(features, settings.redo_window_s, settings.redo_extra_s)
        heard = self._pass(features, frames, said_before, abandoned)
        if frames >= wider or not again_if_suspect or not guard.is_suspect(heard):
            return heard, False
        again = self._pass(features, wider, said_before, abandoned)
        return replace(again, began_ns=heard.began_ns, compute_ms=heard.compute_ms + again.compute_ms), True

    def _frames(self, features: Features, least_s: float, extra_s: float) -> int:
        return fitted_frames(features.shape[1], least_s=least_s, extra_s=extra_s, mels=self._front_end.mels)

    def _pass(self, features: Features, frames: int, said_before: str, abandoned: Callable[[], bool]) -> Pass:
        if abandoned():
            raise Abandoned
        began_ns = time.monotonic_ns()
        speech_s = features.shape[1] / FRAMES_PER_S
        features = fit(features, frames)
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features[None]))
        language = self._language(encoded)
        if abandoned():
            raise Abandoned
        result = self._decode(encoded, self._vocabulary.opening(language, said_before), speech_s, language)
        if self._vocabulary.hotwords and may_be_echo(_mean_log_probability(result)):
            if abandoned():
                raise Abandoned
            opening = self._vocabulary.opening(language, said_before, with_hotwords=False)
            result = self._decode(encoded, opening, speech_s, language)
        tokens = result.sequences_ids[0]
        return Pass(
            text=self._vocabulary.text(tokens),
            tokens=len(tokens),
            mean_log_probability=_mean_log_probability(result),
            no_speech_probability=result.no_speech_prob,
            speech_s=speech_s,
            window_s=frames / FRAMES_PER_S,
            began_ns=began_ns,
            compute_ms=(time.monotonic_ns() - began_ns) / 1e6,
            language=language,
        )

    def _decode(
        self, encoded: ctranslate2.StorageView, opening: list[int], speech_s: float, language: str
    ) -> ctranslate2.models.WhisperGenerationResult:
        return self._model.generate(
            encoded,
            [opening],
            beam_size=self._settings.beam,
            max_length=_max_length(guard.most_tokens(speech_s, language), len(opening)),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]

    def _language(self, encoded: ctranslate2.StorageView) -> str:
        if self._settings.language != "auto" or not self._model.is_multilingual:
            return self._settings.language if self._settings.language != "auto" else "en"
        token: str = self._model.detect_language(encoded)[0][0][0]
        return token.strip("<|>")

    def _warm_up(self) -> None:
        """Make the first real pass as fast as the others; on CUDA, find out whether it works at all."""
        noise = np.random.default_rng(0).integers(-300, 300, SAMPLE_RATE * 2)
        self.transcribe(self._front_end(noise.astype(np.int16)))


def _mean_log_probability(result: ctranslate2.models.WhisperGenerationResult) -> float:
    """Return the mean with the end token, as Whisper's thresholds want it; CTranslate2 leaves that out."""
    tokens = len(result.sequences_ids[0])
    return float(result.scores[0] * tokens / (tokens + 1)) if tokens else -math.inf


def _max_length(tokens: int, opening_tokens: int) -> int:
    """Return the `max_length` with which CTranslate2 gives up to so many tokens after the opening.

    It lets a pass have half of it, and no more than what the opening leaves.
    """
    tokens = min(tokens, _TOKENS_AT_MOST)
    return max(2 * tokens, tokens + opening_tokens)


def _unusable(settings: SttSettings, why: str) -> ModelFailure:
    lacks_memory = "memory" in why or "alloc" in why
    return ModelFailure(
        f"the Whisper model {settings.model!r} cannot be used: {why}",
        kept="no sound was heard",
        fix="end other programs, or use a smaller model"
        if lacks_memory
        else f"run `cuecard models pull {settings.model}`",
    )
