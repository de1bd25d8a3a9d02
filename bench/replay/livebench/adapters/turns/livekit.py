# mypy: disable-error-code="import-not-found,import-untyped"
"""LiveKit's turn detection on this machine: `python -m adapters.turns.livekit - [threshold=0.36]`.

It prints turn ends and no words. Detector and model run in LiveKit Agents, as the licence of the model
demands, with the defaults of its sessions: after 0.2 s of silence the model is asked; the turn is over 0.3 s
after the speech, or 2.5 s if the model finds that unlikely.
"""

from __future__ import annotations

import asyncio
import sys
import time

from livekit import rtc
from livekit.agents.inference import VAD, TurnDetector
from livekit.agents.vad import VADEvent, VADEventType

from ..lines import Audio, Lines

_RATE = 16000
_BLOCK_SAMPLES = _RATE // 50
"""20 ms."""
_ASKED_AFTER_S, _LIKELY_S, _UNLIKELY_S = 0.2, 0.3, 2.5
_LIKELY = 0.36
"""LiveKit's threshold for English."""


class Turns:
    """The turn that is being spoken."""

    def __init__(self, lines: Lines, threshold: float) -> None:
        self._lines, self._threshold = lines, threshold
        self._model = TurnDetector(version="v1-mini").stream()
        self._speaking = False
        self._judged: asyncio.Task[None] | None = None

    def hear(self, frame: rtc.AudioFrame) -> None:
        """Give the model the next audio."""
        self._model.push_audio(frame)

    def follow(self, event: VADEvent) -> None:
        """Follow the speech detector."""
        if event.speaking and event.raw_accumulated_silence == 0:
            self._speaking = True
            if self._judged:
                self._judged.cancel()
                self._judged = None
                self._model.cancel_inference()
        elif self._speaking and not self._judged and event.raw_accumulated_silence >= _ASKED_AFTER_S:
            began_s = time.monotonic() - event.raw_accumulated_silence
            self._judged = asyncio.create_task(self._judge(began_s))

    async def _judge(self, began_s: float) -> None:
        """End the turn when the silence that began then has lasted long enough."""
        judged = await self._model.predict()
        is_likely = judged.end_of_turn_probability >= self._threshold
        wait_s = _LIKELY_S if is_likely else _UNLIKELY_S
        await asyncio.sleep(max(0.0, began_s + wait_s - time.monotonic()))
        self._speaking, self._judged = False, None
        self._lines.turn_end()


async def detect(lines: Lines, threshold: float) -> None:
    """Detect until the input ends."""
    turns, detector = Turns(lines, threshold), VAD().stream()
    blocks = Audio().blocks(2 * _BLOCK_SAMPLES)

    async def listen() -> None:
        while block := await asyncio.to_thread(next, blocks, b""):
            frame = rtc.AudioFrame(block, _RATE, 1, len(block) // 2)
            turns.hear(frame)
            detector.push_frame(frame)
        detector.end_input()

    lines.ready()
    listening = asyncio.create_task(listen())
    async for event in detector:
        if event.type == VADEventType.INFERENCE_DONE:
            turns.follow(event)
    await listening


if __name__ == "__main__":
    knobs = dict(argument.split("=", 1) for argument in sys.argv[2:])
    asyncio.run(detect(Lines(), float(knobs.get("threshold", _LIKELY))))
