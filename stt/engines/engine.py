"""Interface of an engine: what a pass gets, and what it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from stt.engines.device import Device
from stt.engines.mel import FRAMES_PER_S, Features, GrowingMel


@dataclass(frozen=True)
class Pass:
    """The result of one pass over an utterance."""

    text: str
    tokens: int
    mean_log_probability: float
    """Per token, natural logarithm."""
    no_speech_probability: float
    speech_s: float
    window_s: float
    began_ns: int
    """Monotonic time at which the pass started computing."""
    compute_ms: float
    sentence_share: float = 0.0
    """Share of the probability of all hypotheses that ends a sentence; see `sentence_share`."""
    by_sound: bool = False
    """The detector calls the audio no speech."""
    turn_end_probability: float | None = None
    """That the speaker has finished, by the sound of the voice; None where that is not known."""
    language: str = "en"
    detected_language: str = "en"
    language_probability: float = 1.0
    """Of the detected language; 1 where it was known and not detected."""


def never() -> bool:
    """Return False: the pass is never cancelled."""
    return False


class PassCancelled(Exception):
    """The pass was cancelled, because its result is not needed any more."""


@dataclass(frozen=True)
class Request:
    """What one pass transcribes, and how."""

    features: Features
    """float32, shape (mels, frames), from `growing_mel`; at most 30 s are used."""
    previous_text: str = ""
    """Text before the words to transcribe, as context."""
    words_from_s: float = 0.0
    """Only words after this time are written; the audio before it is context."""
    language: str = "en"
    """Code of the spoken language; empty to use the one that is detected."""
    detects_language: bool = False
    """Detect the language even if it is known."""
    by_sound: bool = False
    """The detector calls the audio no speech: less likely words are then invented ones."""
    beam: int = 0
    """Beam size; 0 for the one that is set."""
    retry_suspect: bool = True
    """Retry a pass that looks like a hallucination, with a wider window."""

    def without_context(self) -> Request:
        """Return the request for the audio alone whose words are not known."""
        first = round(self.words_from_s * FRAMES_PER_S)
        return replace(self, features=self.features[:, first:], words_from_s=0.0)


class Engine(Protocol):
    """Transcribes features; implement this to add an engine, and choose it in `cuda_fallback.load`."""

    @property
    def name(self) -> str:
        """The weights in use."""

    @property
    def device(self) -> Device:
        """Where passes are computed."""

    def growing_mel(self, start_sample: int) -> GrowingMel:
        """Return an empty spectrogram for an utterance that begins at this sample."""

    def transcribe(self, request: Request, *, is_cancelled: Callable[[], bool] = never) -> tuple[Pass, bool]:
        """Return the words of a stretch of audio, and whether a second pass was needed.

        Args:
            request: The audio and its context.
            is_cancelled: Checked between steps; from any thread.

        Raises:
            PassCancelled: It was cancelled.
            RuntimeError, ValueError, MemoryError: It failed.
        """
