"""Windows of whisper.cpp's stream example; the model is not needed for them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from livebench.adapters.whisper_cpp import HighPass, after_speech, samples_of, slide

RATE = 16000


class Blocks:
    """Recorded audio, in blocks as they are asked for."""

    def __init__(self, samples: np.ndarray, size: int) -> None:  # type: ignore[type-arg]
        self._data, self._size = (samples * 32767).astype("<i2").tobytes(), 2 * size

    def waiting(self) -> Iterator[bytes]:
        return self.blocks(self._size)

    def blocks(self, size_bytes: int) -> Iterator[bytes]:
        return (self._data[at : at + size_bytes] for at in range(0, len(self._data), size_bytes))


class Recorder:
    """Lines, and the lengths in seconds of the windows that were transcribed."""

    def __init__(self) -> None:
        self.windows: list[float] = []
        self.lines: list[tuple[str, str]] = []

    def transcribe(self, samples: np.ndarray) -> str:  # type: ignore[type-arg]
        self.windows.append(round(len(samples) / RATE, 2))
        return f"{self.windows[-1]} s"

    def partial(self, text: str) -> None:
        self.lines.append(("partial", text))

    def final(self, text: str) -> None:
        self.lines += [("final", text)] if text else []


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def test_a_window_grows_by_steps_and_keeps_its_end_when_it_is_full(recorder: Recorder) -> None:
    audio = Blocks(np.zeros(14 * RATE), RATE // 10)
    slide(audio, recorder.transcribe, recorder, 3000)  # type: ignore[arg-type]
    assert recorder.windows == [3.0, 6.0, 3.2, 6.2, 2.2], "two steps of 3 s fit into a line of 10 s"
    assert [kind for kind, _ in recorder.lines] == ["partial", "final", "partial", "final", "final"]


def test_audio_that_comes_too_fast_is_dropped(recorder: Recorder) -> None:
    audio = Blocks(np.zeros(16 * RATE), 4 * RATE)
    slide(audio, recorder.transcribe, recorder, 1500)  # type: ignore[arg-type]
    assert sum(recorder.windows) < 16, "blocks of 4 s are more than two steps of 1.5 s"


def test_speech_is_transcribed_once_it_has_become_quiet(recorder: Recorder) -> None:
    random = np.random.default_rng(1)
    room, speech = random.normal(0, 1e-3, 4 * RATE), random.normal(0, 0.1, 3 * RATE)
    audio = Blocks(np.concatenate([room, speech, room, speech, room]), RATE)
    after_speech(audio, recorder.transcribe, recorder, 1000)  # type: ignore[arg-type]
    assert recorder.windows == pytest.approx([8, 7, 3], abs=0.5), "once after each, and the rest at the end"
    assert sum(recorder.windows) == pytest.approx(18, abs=0.5), "no sample is transcribed twice"


def test_the_filter_is_the_same_in_blocks_and_at_once() -> None:
    noise = np.random.default_rng(2).normal(0, 0.1, 1600).astype(np.float32)
    blocks = HighPass()
    together = np.concatenate([blocks(part) for part in np.split(noise, 4)])
    np.testing.assert_allclose(together, HighPass()(noise), atol=1e-7)
    steady = HighPass()(np.ones(RATE, np.float32))
    assert abs(steady[-1]) < 1e-3, "a constant is removed"


def test_samples_are_scaled_to_one() -> None:
    assert samples_of(np.array([-32768, 0, 16384], "<i2").tobytes()).tolist() == [-1.0, 0.0, 0.5]
