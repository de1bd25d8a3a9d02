# mypy: disable-error-code="import-not-found,import-untyped"
"""WhisperLiveKit: `python -m adapters.whisper_livekit WEIGHTS POLICY [frame_threshold=25] [chunk_s=0.1]`.

POLICY is `localagreement` on a CTranslate2 folder, or `simulstreaming` (AlignAtt) on a PyTorch checkpoint
beside a link to that folder, which then encodes, as its documentation advises. It commits word by word, so a
`final` line holds the words committed since the last.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
from whisperlivekit.test_harness import TestHarness, TestState

from .lines import Audio, Lines

_BLOCK_BYTES = 1280
_LAST_WORDS_S = 25.0


class _Committed:
    """Returns the new words of a growing text."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._words = 0

    def apply(self, state: TestState) -> None:
        words = state.committed_text.split()
        if len(words) > self._words:
            self._lines.final(" ".join(words[self._words :]))
            self._words = len(words)
        if state.buffer_transcription:
            self._lines.partial(state.buffer_transcription)


def options(weights: str, policy: str, knobs: dict[str, str]) -> dict[str, Any]:
    """Return its settings: defaults, except weights, language and the value of a knob."""
    found: dict[str, Any] = {"backend_policy": policy, "model_path": weights, "lan": "en", "warmup_file": ""}
    found["min_chunk_size"] = float(knobs.get("chunk_s", "0.1"))
    if policy == "localagreement":
        return {**found, "backend": "faster-whisper"}
    source = Path(weights).with_name("ctranslate2")
    return {
        **found,
        "backend": "faster-whisper",
        "encoder_model_path": str(source),
        "frame_threshold": int(knobs.get("frame_threshold", "25")),
        "custom_alignment_heads": alignment_heads(weights, source),
    }


def alignment_heads(weights: str, source: Path) -> str:
    """Return the heads that follow the audio, as Whisper's code packs them; it knows them by name only."""
    import torch

    dims = torch.load(weights, map_location="cpu", weights_only=True, mmap=True)["dims"]
    chosen = np.zeros((dims["n_text_layer"], dims["n_text_head"]), dtype=bool)
    for layer, head in json.loads((source / "config.json").read_text())["alignment_heads"]:
        chosen[layer, head] = True
    return base64.b85encode(gzip.compress(chosen.tobytes())).decode()


async def converse(lines: Lines, settings: dict[str, Any]) -> None:
    """Feed the pipeline until the input ends, then wait for its last words."""
    harness = TestHarness(**settings, pcm_input=True)
    async with harness:
        harness.on_update(_Committed(lines).apply)
        lines.ready()
        blocks: asyncio.Queue[bytes] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        threading.Thread(target=_read, args=(loop, blocks), daemon=True).start()
        while block := await blocks.get():
            await harness._processor.process_audio(block)
        await harness._processor.process_audio(b"")
        await asyncio.wait([harness._collect_task], timeout=_LAST_WORDS_S)


def _read(loop: asyncio.AbstractEventLoop, blocks: asyncio.Queue[bytes]) -> None:
    for block in Audio().blocks(_BLOCK_BYTES):
        loop.call_soon_threadsafe(blocks.put_nowait, block)
    loop.call_soon_threadsafe(blocks.put_nowait, b"")


if __name__ == "__main__":
    path, chosen_policy, *rest = sys.argv[1:]
    given = dict(each.split("=", 1) for each in rest)
    asyncio.run(converse(Lines(), options(path, chosen_policy, given)))
