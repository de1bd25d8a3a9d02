"""AssemblyAI's streaming: `ASSEMBLYAI_API_KEY=… python -m adapters.clouds.assemblyai - [silence_ms=400]`.

A turn's words come as they grow; the message that ends it is the final. With formatting, the formatted turn
that follows revises it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from urllib.parse import urlencode

from ..lines import Lines
from .connection import Message, converse

_ADDRESS = "wss://streaming.assemblyai.com/v3/ws"
_MODEL = "universal-streaming-english"


class Turns:
    """Translates messages."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._ended: set[int] = set()

    def receive(self, message: Message) -> bool:
        """Take a message; tell whether it is the last after the closing one."""
        if message["type"] == "Turn":
            self._take(message["turn_order"], message["transcript"], is_over=message["end_of_turn"])
        return bool(message["type"] == "Termination")

    def _take(self, number: int, text: str, *, is_over: bool) -> None:
        if number in self._ended:
            self._lines.revised(text, id=number)
        elif is_over:
            self._ended.add(number)
            self._lines.final(text, id=number)
            self._lines.turn_end()
        elif text:
            self._lines.partial(text, id=number)


def main() -> None:
    """Transcribe until the input ends and everything is out."""
    lines = Lines()
    knobs = dict(argument.split("=", 1) for argument in sys.argv[2:])
    query = {
        "sample_rate": 16000,
        "encoding": "pcm_s16le",
        "speech_model": _MODEL,
        "format_turns": "true",
        "min_turn_silence": knobs.get("silence_ms", "400"),
    }
    asyncio.run(
        converse(
            lines,
            f"{os.environ.get('ASSEMBLYAI_ADDRESS', _ADDRESS)}?{urlencode(query)}",
            {"Authorization": os.environ["ASSEMBLYAI_API_KEY"]},
            block_s=0.05,
            first=None,
            encode=bytes,
            closing={"type": "Terminate"},
            receive=Turns(lines).receive,
        )
    )


if __name__ == "__main__":
    main()
