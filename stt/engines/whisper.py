"""Whisper engine: one loaded model that transcribes a few passes at a time.

Knows features, windows, decoding and the hallucination filter; knows no utterances, sources or bus. A
cancelled pass stops before encoding, before decoding or before its retry; CTranslate2 cannot stop a decode
that is running.
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
from stt.engines.device import Device
from stt.engines.engine import Pass, PassCancelled, Request, never
from stt.engines.hallucination import is_suspect, most_tokens, repeats, sentence_share
from stt.engines.mel import FRAMES_PER_S, GrowingMel, MelFrontEnd, fit, fitted_frames
from stt.engines.prompt import PromptBuilder, may_be_echo
from stt.language import likeliest
from stt.settings import SttSettings

_MAX_TOKENS = 220
_FILES = ("config.json", "model.bin", "tokenizer.json")


class WhisperEngine:
    """A loaded and warmed-up model on one device.

    Args:
        settings: Weights and decoding.
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
            self._prompts = PromptBuilder(
                folder / "tokenizer.json",
                multilingual=self._model.is_multilingual,
                hotwords=settings.vocabulary,
            )
            self._front_end = MelFrontEnd(self._model.n_mels)
            self._warm_up()
        except MemoryError as error:
            raise _unusable(settings, f"{device}: {error or 'out of memory'}") from error
        except (RuntimeError, ValueError, OSError) as error:
            raise _unusable(settings, f"{device}: {error}") from error

    @property
    def front_end(self) -> MelFrontEnd:
        """Computes features for this model."""
        return self._front_end

    def growing_mel(self, start_sample: int) -> GrowingMel:
        """Return an empty spectrogram for an utterance that begins at this sample."""
        return GrowingMel(self._front_end, start_sample)

    def transcribe(self, request: Request, *, is_cancelled: Callable[[], bool] = never) -> tuple[Pass, bool]:
        """Return the words, and whether a wider window was needed; see `Engine`."""
        settings = self._settings
        frames = self._frames(request, settings.window_s, settings.extra_s)
        first = self._pass(request, frames, is_cancelled)
        if request.words_from_s:
            if not is_suspect(first) and not repeats(first.text, request.previous_text):
                return first, False
            alone, _ = self.transcribe(request.without_context(), is_cancelled=is_cancelled)
            return _after(first, alone), True
        wider = self._frames(request, settings.redo_window_s, settings.redo_extra_s)
        if frames >= wider or not request.retry_suspect or not is_suspect(first):
            return first, False
        return _after(first, self._pass(request, wider, is_cancelled)), True

    def _frames(self, request: Request, least_s: float, extra_s: float) -> int:
        frames, mels = request.features.shape[1], self._front_end.mels
        return fitted_frames(frames, least_s=least_s, extra_s=extra_s, mels=mels)

    def _pass(self, request: Request, frames: int, is_cancelled: Callable[[], bool]) -> Pass:
        if is_cancelled():
            raise PassCancelled
        began_ns = time.monotonic_ns()
        features = fit(request.features, frames)
        encoded = self._model.encode(ctranslate2.StorageView.from_array(features[None]))
        language, detected, probability = self._language(request, encoded)
        if is_cancelled():
            raise PassCancelled
        result = self._decode(encoded, request, language, with_hotwords=True)
        if self._prompts.hotwords and may_be_echo(_mean_log_probability(result)):
            if is_cancelled():
                raise PassCancelled
            result = self._decode(encoded, request, language, with_hotwords=False)
        tokens = result.sequences_ids[0]
        return Pass(
            text=self._prompts.text(tokens),
            tokens=self._prompts.count_words(tokens),
            mean_log_probability=_mean_log_probability(result),
            no_speech_probability=result.no_speech_prob,
            sentence_share=sentence_share(
                [self._prompts.text(each) for each in result.sequences_ids],
                [score * len(each) for score, each in zip(result.scores, result.sequences_ids, strict=True)],
            ),
            speech_s=_speech_s(request),
            window_s=frames / FRAMES_PER_S,
            began_ns=began_ns,
            compute_ms=(time.monotonic_ns() - began_ns) / 1e6,
            by_sound=request.by_sound,
            language=language,
            detected_language=detected,
            language_probability=probability,
        )

    def _decode(
        self, encoded: ctranslate2.StorageView, request: Request, language: str, *, with_hotwords: bool
    ) -> ctranslate2.models.WhisperGenerationResult:
        prompt = self._prompts.prompt(
            language,
            request.previous_text,
            with_hotwords=with_hotwords,
            words_from_s=request.words_from_s,
        )
        beam = request.beam or self._settings.beam
        return self._model.generate(
            encoded,
            [prompt],
            beam_size=beam,
            num_hypotheses=beam,
            max_length=_max_length(most_tokens(_speech_s(request), language), len(prompt)),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]

    def _language(self, request: Request, encoded: ctranslate2.StorageView) -> tuple[str, str, float]:
        """Return the language of a pass, the detected one, and the probability of that."""
        known = request.language if self._model.is_multilingual else "en"
        if known and not (request.detects_language and self._model.is_multilingual):
            return known, known, 1.0
        languages = self._model.detect_language(encoded)[0]
        detected, probability = likeliest([(token.strip("<|>"), share) for token, share in languages])
        return known or detected, detected, probability

    def _warm_up(self) -> None:
        """Run one pass, so that the first real one is fast; on CUDA, this shows whether it works at all.

        Raises:
            SettingsFailure: The model does not know a language that is set.
        """
        for language in {self._settings.language, *self._settings.languages.values()} - {"auto"}:
            self._prompts.prompt(language)
        noise = np.random.default_rng(0).integers(-300, 300, SAMPLE_RATE * 2)
        self.transcribe(Request(self._front_end(noise.astype(np.int16))))


def _after(first: Pass, retry: Pass) -> Pass:
    """Return a retry, with the cost of the pass before it."""
    return replace(retry, began_ns=first.began_ns, compute_ms=first.compute_ms + retry.compute_ms)


def _speech_s(request: Request) -> float:
    """Return the length of the audio whose words a pass writes."""
    frames: int = request.features.shape[1]
    return frames / FRAMES_PER_S - request.words_from_s


def _mean_log_probability(result: ctranslate2.models.WhisperGenerationResult) -> float:
    """Return the mean with the end token, as Whisper's thresholds expect; CTranslate2 leaves that out."""
    tokens = len(result.sequences_ids[0])
    return float(result.scores[0] * tokens / (tokens + 1)) if tokens else -math.inf


def _max_length(tokens: int, prompt_tokens: int) -> int:
    """Return the `max_length` with which CTranslate2 decodes up to this number of tokens.

    It allows a pass half of it, and no more than the prompt leaves.
    """
    tokens = min(tokens, _MAX_TOKENS)
    return max(2 * tokens, tokens + prompt_tokens)


def _unusable(settings: SttSettings, reason: str) -> ModelFailure:
    lacks_memory = "memory" in reason or "alloc" in reason
    return ModelFailure(
        f"the Whisper model {settings.model!r} cannot be used: {reason}",
        kept="no audio was transcribed",
        fix="close other programs, or use a smaller model"
        if lacks_memory
        else f"run `cuecard models pull {settings.model}`",
    )
