# mypy: disable-error-code="import-not-found,import-untyped,misc"
"""Moonshine Voice with the tiny English model of its own wheel: `python -m adapters.moonshine`."""

from __future__ import annotations

import numpy as np
from moonshine_voice import ModelArch, Transcriber, TranscriptEventListener, get_model_path

from .lines import Audio, Lines


class _Listener(TranscriptEventListener):
    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def on_line_text_changed(self, event: object) -> None:
        self._lines.partial(event.line.text)  # type: ignore[attr-defined]

    def on_line_completed(self, event: object) -> None:
        self._lines.final(event.line.text)  # type: ignore[attr-defined]


def main() -> None:
    """Pass on all audio that has arrived; the library transcribes inside that call."""
    lines = Lines()
    transcriber = Transcriber(str(get_model_path("tiny-en")), ModelArch.TINY)
    transcriber.add_listener(_Listener(lines))
    transcriber.start()
    lines.ready()
    for pcm in Audio().waiting():
        samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], np.int16).astype(np.float32) / 32768
        transcriber.add_audio(samples.tolist(), 16000)
    transcriber.stop()


if __name__ == "__main__":
    main()
