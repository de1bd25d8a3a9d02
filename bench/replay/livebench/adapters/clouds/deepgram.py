"""Deepgram: `DEEPGRAM_API_KEY=… python -m adapters.clouds.deepgram - [endpointing_ms=300]`.

`is_final` words are published at `speech_final` or when an utterance ends without one, so that a final is an
utterance.
"""

from __future__ import annotations

import asyncio
import os
import sys
from urllib.parse import urlencode

from ..lines import Lines
from .connection import Message, converse

_ADDRESS = "wss://api.deepgram.com/v1/listen"
_MODEL = "nova-3"


class Utterance:
    """Collects the words of an utterance from the messages."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._words: list[str] = []

    def receive(self, message: Message) -> bool:
        """Take a message; tell whether it is the last after the closing one."""
        match message["type"]:
            case "Results":
                self._take(message)
            case "UtteranceEnd" | "Metadata":
                self._publish()
        return bool(message["type"] == "Metadata")

    def _take(self, message: Message) -> None:
        text = message["channel"]["alternatives"][0]["transcript"]
        if message["is_final"]:
            self._words += [text] if text else []
            if message["speech_final"]:
                self._publish()
                self._lines.turn_end()
        elif text:
            self._lines.partial(" ".join([*self._words, text]))

    def _publish(self) -> None:
        self._lines.final(" ".join(self._words))
        self._words = []


def main() -> None:
    """Transcribe until the input ends and everything is out."""
    lines = Lines()
    knobs = dict(argument.split("=", 1) for argument in sys.argv[2:])
    query = {
        "model": _MODEL,
        "language": "en",
        "encoding": "linear16",
        "sample_rate": 16000,
        "channels": 1,
        "interim_results": "true",
        "smart_format": "true",
        "endpointing": knobs.get("endpointing_ms", "300"),
        "utterance_end_ms": 1000,
    }
    asyncio.run(
        converse(
            lines,
            f"{os.environ.get('DEEPGRAM_ADDRESS', _ADDRESS)}?{urlencode(query)}",
            {"Authorization": f"Token {os.environ['DEEPGRAM_API_KEY']}"},
            block_s=0.02,
            first=None,
            encode=bytes,
            closing={"type": "CloseStream"},
            receive=Utterance(lines).receive,
        )
    )


if __name__ == "__main__":
    main()
