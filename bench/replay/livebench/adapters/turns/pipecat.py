# mypy: disable-error-code="import-not-found,import-untyped"
"""Pipecat's turn detection, Silero and Smart Turn v3: `python -m adapters.turns.pipecat - [stop_s=0.2]`.

It prints turn ends and no words. The order of calls is that of Pipecat's turn-analyzer strategy when it does
not wait for a transcript: the model is asked when the speech detector reports silence, and after 3 s of
silence the turn is over in any case. Both models are in Pipecat's package.
"""

from __future__ import annotations

import asyncio
import sys

from pipecat.audio.turn.base_turn_analyzer import EndOfTurnState
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams, VADState

from ..lines import Audio, Lines

_RATE = 16000
_BLOCK_BYTES = 2 * _RATE // 50
"""20 ms, as Pipecat's transports deliver."""


async def detect(lines: Lines, stop_s: float) -> None:
    """Detect until the input ends."""
    vad = SileroVADAnalyzer(params=VADParams(stop_secs=stop_s))
    vad.set_sample_rate(_RATE)
    turn = LocalSmartTurnAnalyzerV3()
    turn.set_sample_rate(_RATE)
    turn.update_vad_start_secs(vad.params.start_secs)
    speaking = False
    lines.ready()
    for block in Audio().blocks(_BLOCK_BYTES):
        state = await vad.analyze_audio(block)
        stopped = speaking and state == VADState.QUIET
        if state in (VADState.QUIET, VADState.SPEAKING):
            speaking = state == VADState.SPEAKING
        is_over = turn.append_audio(block, speaking) == EndOfTurnState.COMPLETE
        if stopped and not is_over:
            is_over = (await turn.analyze_end_of_turn())[0] == EndOfTurnState.COMPLETE
        if is_over:
            lines.turn_end()


if __name__ == "__main__":
    knobs = dict(argument.split("=", 1) for argument in sys.argv[2:])
    asyncio.run(detect(Lines(), float(knobs.get("stop_s", "0.2"))))
