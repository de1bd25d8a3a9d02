# mypy: disable-error-code="import-not-found,import-untyped"
"""WhisperLiveKit with LocalAgreement: `python -m adapters.local_agreement CT2-FOLDER`.

It commits word by word, so a `final` line holds the words committed since the last.
"""

from __future__ import annotations

import asyncio
import sys
import threading

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


async def converse(lines: Lines, weights: str) -> None:
    """Feed the pipeline until the input ends, then wait for its last words."""
    harness = TestHarness(
        backend="faster-whisper",
        backend_policy="localagreement",
        model_path=weights,
        lan="en",
        warmup_file="",
        pcm_input=True,
    )
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
    asyncio.run(converse(Lines(), sys.argv[1]))
