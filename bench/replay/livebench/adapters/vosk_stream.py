# mypy: disable-error-code="import-not-found,import-untyped"
"""Vosk: `VOSK_MODEL_PATH=FOLDER python -m adapters.vosk_stream -`.

It has models of its own and ends utterances by the rules in them. Blocks of 0.1 s, as its examples read.
"""

from __future__ import annotations

import json
import os

from vosk import KaldiRecognizer, Model

from .lines import Audio, Lines

_RATE = 16000
_BLOCK_BYTES = 2 * _RATE // 10


def main() -> None:
    """Transcribe until the input ends and everything is out."""
    lines, last = Lines(), ""
    recognizer = KaldiRecognizer(Model(os.environ["VOSK_MODEL_PATH"]), _RATE)
    lines.ready()
    for block in Audio().blocks(_BLOCK_BYTES):
        if recognizer.AcceptWaveform(block):
            lines.final(json.loads(recognizer.Result())["text"])
            last = ""
        elif (text := json.loads(recognizer.PartialResult())["partial"]) != last:
            last = text
            lines.partial(text)
    lines.final(json.loads(recognizer.FinalResult())["text"])


if __name__ == "__main__":
    main()
