"""An engine that outlives its graphics card: when CUDA fails in mid-session, the CPU makes the pass again.

A card can run out of memory because another program takes it, and a driver can be reset under us. The pass
that met it is not lost: its sound is still known, and the CPU's model, which may want another number of mel
bands, hears it anew. There is no way back to the card within a session.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from bus.audio import Samples
from bus.failures import Failure, ModelFailure
from stt.device import Device
from stt.engine import Engine
from stt.hallucination import Pass
from stt.mel import Features, GrowingMel, MelFrontEnd


class SoundingFeatures(np.ndarray[tuple[int, int], np.dtype[np.float32]]):
    """A spectrogram that still knows the sound it was made of."""

    samples: Samples | None = None
    """int16, shape (n,); None for what is cut out of it."""


class SoundingMel(GrowingMel):
    """A spectrogram that grows, and keeps the sound as well.

    Args:
        front_end: Computes frames.
        start_sample: First sample of the utterance.
    """

    def __init__(self, front_end: MelFrontEnd, start_sample: int) -> None:
        super().__init__(front_end, start_sample)
        self._first_sample = start_sample
        self._samples: Samples = np.empty(0, np.int16)

    def extend(self, samples: Samples) -> None:
        """Take in what follows."""
        super().extend(samples)
        self._samples = np.concatenate((self._samples, samples))

    def features(self, first_sample: int, stop_sample: int) -> SoundingFeatures:
        """Return the log-mel frames of a stretch, with its sound."""
        features = super().features(first_sample, stop_sample).view(SoundingFeatures)
        features.samples = self._samples[first_sample - self._first_sample : stop_sample - self._first_sample]
        return features


class SteadyEngine:
    """Makes passes on the card while that works, and on the CPU from then on.

    Args:
        first: The engine on the card.
        load_spare: Loads the engine that takes over; called at most once.
        report: Told when that happens; from any thread.
    """

    def __init__(
        self, first: Engine, load_spare: Callable[[], Engine], report: Callable[[Failure], None]
    ) -> None:
        self._first, self._engine = first, first
        self._load_spare, self._report = load_spare, report
        self._changing = threading.Lock()

    @property
    def name(self) -> str:
        """The weights in use."""
        return self._engine.name

    @property
    def device(self) -> Device:
        """Where passes are made now."""
        return self._engine.device

    def growing_mel(self, start_sample: int) -> GrowingMel:
        """Return an empty spectrogram for an utterance that begins here."""
        return SoundingMel(self._engine.front_end, start_sample)

    def transcribe(
        self,
        features: Features,
        said_before: str = "",
        *,
        again_if_suspect: bool = True,
        abandoned: Callable[[], bool] = lambda: False,
    ) -> tuple[Pass, bool]:
        """Return the words of a stretch of sound, and whether a wider window was needed.

        Raises:
            Abandoned: Nobody wanted them any more.
            ModelFailure: CUDA failed, and the spare weights cannot be used either.
        """

        def listen(engine: Engine) -> tuple[Pass, bool]:
            heard = _for(engine, features)
            return engine.transcribe(
                heard, said_before, again_if_suspect=again_if_suspect, abandoned=abandoned
            )

        engine = self._engine
        try:
            return listen(engine)
        except RuntimeError as error:  # what CTranslate2 raises for whatever CUDA says
            if engine is not self._first:
                raise
            return listen(self._take_over(error))

    def _take_over(self, error: RuntimeError) -> Engine:
        """Return the spare; of several passes that fail at a time, the first loads it and the others wait."""
        with self._changing:
            if self._engine is self._first:
                # The first engine is kept: to free it would touch a card that may be gone for good.
                self._engine = self._load_spare()
                self._report(
                    ModelFailure(
                        f"CUDA failed ({str(error).splitlines()[0] if str(error) else 'without a word'})",
                        kept=f"no words were lost; {self.name} goes on on the CPU",
                        fix="end what else uses the graphics card, and start a new session to use it again",
                    )
                )
            return self._engine


def _for(engine: Engine, features: Features) -> Features:
    """Return the features as this engine's model wants them."""
    if features.shape[0] == engine.front_end.mels or not isinstance(features, SoundingFeatures):
        return np.asarray(features)
    assert features.samples is not None, "features of another model come whole from a SoundingMel"
    return engine.front_end(features.samples)
