"""A system in one file: an utterance ends after quiet, then faster-whisper transcribes it.

    livebench run --data FOLDER --weights CT2-FOLDER --program energy_adapter.toml --sweep

It keeps the contract of livebench and imports nothing of it; energy_adapter.toml declares its knob. A level
is speech when it is 10 dB above the quietest second so far.
"""

import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from typing import TextIO

import numpy as np
from faster_whisper import WhisperModel

Blocks = queue.SimpleQueue[np.ndarray | None]

RATE = 16000
BLOCK = RATE // 50  # 20 ms
BEFORE_BLOCKS = 10  # the start of a word is quieter than its middle


def publish(out: TextIO, kind: str, text: str = "") -> None:
    """Print one line, at once."""
    out.write(json.dumps({"type": kind, "text": text}) + "\n")
    out.flush()


def read(blocks: Blocks) -> None:
    """Read all the time, so that a long decode does not hold up the sender."""
    while data := sys.stdin.buffer.read(2 * BLOCK):
        blocks.put(np.frombuffer(data, "<i2").astype(np.float32) / 32768)
    blocks.put(None)


def utterances(blocks: Blocks, longest_quiet: int) -> Iterator[np.ndarray]:
    """Yield the samples of each utterance."""
    recent: list[np.ndarray] = []
    levels: list[float] = []
    quiet, speaking = 0, False
    while (block := blocks.get()) is not None:
        level = float(10 * np.log10(np.mean(block**2) + 1e-10))
        levels = [*levels, level][-50 * 30 :]
        floor = np.percentile(levels, 10)
        is_speech = level > max(floor + 10, -60)
        quiet = 0 if is_speech else quiet + 1
        speaking = speaking or is_speech
        recent = [*recent, block] if speaking else [*recent, block][-BEFORE_BLOCKS:]
        if speaking and quiet >= longest_quiet:
            yield np.concatenate(recent)
            recent, speaking = [], False
    if speaking:
        yield np.concatenate(recent)


def main() -> None:
    """Transcribe until the input ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print goes to standard error
    model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8")
    list(model.transcribe(np.zeros(RATE, np.float32), language="en")[0])
    blocks: Blocks = queue.SimpleQueue()
    threading.Thread(target=read, args=(blocks,), daemon=True).start()
    publish(out, "ready")
    options = dict(each.split("=") for each in sys.argv[2:])
    for samples in utterances(blocks, round(float(options.get("quiet_s", 0.6)) * RATE / BLOCK)):
        segments, _ = model.transcribe(samples, language="en")
        text = " ".join(segment.text.strip() for segment in segments)
        if text:
            publish(out, "final", text)


if __name__ == "__main__":
    main()
