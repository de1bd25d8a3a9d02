"""The spoken language of one source: detected from its first seconds, then held.

Pure. Whisper detects a language in every pass for nothing more than an encoder pass; a short or accented
stretch is often detected wrongly, so one result never changes the language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_S = 2.0
"""Speech that a detection needs to decide alone, or to speak against the language."""
SURE = 0.8
"""Probability at which one detection of `LEAST_S` decides the first language.

Chosen with Whisper base on the first 2 s of recordings. Of 74 in English 56 were decided, none wrongly (at
0.6: 61, one wrongly); of 40 by espeak-ng in five languages 11, two wrongly (at 0.6: 18, seven wrongly)."""
SUMMED_S = 6.0
"""Speech after which the first language is decided in any case, by the sum over the passes."""
CHANGE_SURE = 0.8
CHANGE_PASSES = 3
"""As many passes in a row, each of `LEAST_S` and with `CHANGE_SURE`, change the language."""

NOT_SPOKEN = frozenset({"la", "sa", "nn"})
"""Languages of Whisper that are read or written rather than spoken (Latin, Sanskrit, Nynorsk): accented or
synthetic speech is often taken for one of them."""


def likeliest(detected: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """Return the first language that is spoken, with its probability.

    Args:
        detected: Whisper's languages ("en") with their probabilities, the likeliest first.
    """
    return next((each for each in detected if each[0] not in NOT_SPOKEN), detected[0])


@dataclass(frozen=True)
class Detection:
    """A language that a pass detected."""

    language: str
    """Code: "en", "de"."""
    probability: float
    speech_s: float
    """Seconds of speech in the pass."""


class SourceLanguage:
    """The language of one source.

    Args:
        setting: The user's choice; anything but "auto" is final.
    """

    def __init__(self, setting: str = "auto") -> None:
        self._held = "" if setting == "auto" else setting
        self._is_fixed = bool(self._held)
        self._evidence: dict[str, float] = {}
        self._speech_s = 0.0
        self._against: list[str] = []

    @property
    def held(self) -> str:
        """The language to transcribe in; empty until it is decided: then a pass takes what it detects."""
        return self._held

    @property
    def needs_detection(self) -> bool:
        """Whether a pass of this source has to detect its language."""
        return not self._is_fixed

    def apply(self, detection: Detection) -> str:
        """Apply a detection, one for each utterance; return the language to transcribe its pass in."""
        if self._is_fixed:
            return self._held
        if not self._held:
            self._decide(detection)
            return self._held or detection.language
        self._reconsider(detection)
        return self._held

    def _decide(self, detection: Detection) -> None:
        """Decide the first language by one sure detection, or by the sum of several."""
        evidence = self._evidence.get(detection.language, 0.0)
        self._evidence[detection.language] = evidence + detection.probability * detection.speech_s
        self._speech_s += detection.speech_s
        if detection.speech_s >= LEAST_S and detection.probability >= SURE:
            self._held = detection.language
        elif self._speech_s >= SUMMED_S:
            self._held = max(self._evidence, key=lambda language: self._evidence[language])

    def _reconsider(self, detection: Detection) -> None:
        """Change the language after enough sure detections in a row of the same other one."""
        if detection.speech_s < LEAST_S:
            return
        if detection.language == self._held or detection.probability < CHANGE_SURE:
            self._against = []
            return
        self._against.append(detection.language)
        latest = self._against[-CHANGE_PASSES:]
        if len(latest) == CHANGE_PASSES and len(set(latest)) == 1:
            self._held = detection.language
            self._against = []
