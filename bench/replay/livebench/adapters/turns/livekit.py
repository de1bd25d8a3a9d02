# mypy: disable-error-code="import-not-found,import-untyped"
"""LiveKit's turn detection on this machine: `python -m adapters.turns.livekit - [threshold=0.36]`.

It prints turn ends and no words. Both models (Silero, turn-detector-v1-mini) are in the package. The rules
are LiveKit Agents' defaults: after 0.2 s of silence the model is asked about the last 1.2 s; the turn is over
0.3 s after the speech, or 2.5 s if the model finds that unlikely.
"""

from __future__ import annotations

import sys
from collections import deque

import numpy as np
from livekit.local_inference import EOT, EOT_MAX_SAMPLES, VAD, VAD_WINDOW_SAMPLES

from ..lines import Audio, Lines

_WINDOW_S = VAD_WINDOW_SAMPLES / 16000
_SPEECH, _SILENCE = 0.5, 0.35
_SHORTEST_SPEECH_S = 0.05
_ASKED_AFTER_S, _LIKELY_S, _UNLIKELY_S = 0.2, 0.3, 2.5
_LIKELY = 0.36
"""LiveKit's threshold for English."""


class Turn:
    """State of the turn that is being spoken."""

    def __init__(self, threshold: float) -> None:
        self._vad, self._model, self._threshold = VAD(), EOT(), threshold
        self._last: deque[np.ndarray] = deque(maxlen=EOT_MAX_SAMPLES // VAD_WINDOW_SAMPLES)
        self._speaking, self._spoke_s, self._quiet_s = False, 0.0, 0.0
        self._wait_s: float | None = None

    def is_over(self, window: np.ndarray) -> bool:
        """Take the next window; tell whether the turn ended with it."""
        self._last.append(window)
        probability = self._vad.predict(window)
        if probability >= _SPEECH or (self._speaking and probability > _SILENCE):
            self._spoke_s, self._quiet_s, self._wait_s = self._spoke_s + _WINDOW_S, 0.0, None
            self._speaking = self._speaking or self._spoke_s >= _SHORTEST_SPEECH_S
            return False
        self._spoke_s, self._quiet_s = 0.0, self._quiet_s + _WINDOW_S
        if not self._speaking or self._quiet_s < _ASKED_AFTER_S:
            return False
        if self._wait_s is None:
            is_likely = self._model.predict(np.concatenate(self._last)) >= self._threshold
            self._wait_s = _LIKELY_S if is_likely else _UNLIKELY_S
        if self._quiet_s < self._wait_s:
            return False
        self._speaking, self._wait_s = False, None
        return True


def main() -> None:
    """Detect until the input ends."""
    lines = Lines()
    knobs = dict(argument.split("=", 1) for argument in sys.argv[2:])
    turn = Turn(float(knobs.get("threshold", _LIKELY)))
    lines.ready()
    for block in Audio().blocks(2 * VAD_WINDOW_SAMPLES):
        if len(block) == 2 * VAD_WINDOW_SAMPLES and turn.is_over(np.frombuffer(block, np.int16)):
            lines.turn_end()


if __name__ == "__main__":
    main()
