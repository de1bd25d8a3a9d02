# mypy: disable-error-code="import-not-found,import-untyped"
"""OpenAI: `OPENAI_API_KEY=… python -m adapters.clouds.openai_realtime - [silence_ms=500]`.

Realtime transcription takes 24 kHz only, so the audio is resampled here. Its own speech detector ends a turn.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys

import numpy as np
import soxr

from ..lines import Lines
from .connection import Message, converse

_ADDRESS = "wss://api.openai.com/v1/realtime?intent=transcription"
_MODEL = "gpt-4o-transcribe"
_NOTHING_LEFT = "input_audio_buffer_commit_empty"
"""Answer to the closing message when the detector has ended the last turn."""


class Items:
    """Translates messages; an item is an utterance."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._texts: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._open: set[str] = set()

    def receive(self, message: Message) -> bool:
        """Take a message; tell whether nothing is open any more."""
        kind = message["type"].removeprefix("conversation.item.input_audio_transcription.")
        if kind == "error":
            if message["error"].get("code") != _NOTHING_LEFT:
                raise RuntimeError(json.dumps(message["error"]))
            return not self._open
        if kind == "input_audio_buffer.speech_stopped":
            self._lines.turn_end()
        if kind == "input_audio_buffer.committed":
            self._open.add(message["item_id"])
        if kind in ("delta", "completed", "failed"):
            self._take(kind, message)
        return kind in ("completed", "failed") and not self._open

    def _take(self, kind: str, message: Message) -> None:
        item = message["item_id"]
        number = self._numbers.setdefault(item, len(self._numbers))
        if kind == "delta":
            self._texts[item] = self._texts.get(item, "") + message["delta"]
            self._lines.partial(self._texts[item], id=number)
        else:
            self._open.discard(item)
            self._lines.final(message.get("transcript", ""), id=number)


def main() -> None:
    """Transcribe until the input ends and everything is out."""
    lines, resampler = Lines(), soxr.ResampleStream(16000, 24000, 1, dtype="int16")
    knobs = dict(argument.split("=", 1) for argument in sys.argv[2:])

    def encode(block: bytes) -> str:
        samples = resampler.resample_chunk(np.frombuffer(block, np.int16))
        return json.dumps(
            {"type": "input_audio_buffer.append", "audio": base64.b64encode(samples.tobytes()).decode()}
        )

    detection = {"type": "server_vad", "silence_duration_ms": int(knobs.get("silence_ms", "500"))}
    audio = {
        "format": {"type": "audio/pcm", "rate": 24000},
        "transcription": {"model": _MODEL, "language": "en"},
        "turn_detection": detection,
    }
    asyncio.run(
        converse(
            lines,
            os.environ.get("OPENAI_REALTIME_ADDRESS", _ADDRESS),
            {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"},
            block_s=0.05,
            first={
                "type": "session.update",
                "session": {"type": "transcription", "audio": {"input": audio}},
            },
            encode=encode,
            closing={"type": "input_audio_buffer.commit"},
            receive=Items(lines).receive,
        )
    )


if __name__ == "__main__":
    main()
