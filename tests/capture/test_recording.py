"""Files of every kind are read, and files of every bad kind are refused in one clear line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from bus.failures import InputFailure
from capture.recording import FileRecording, InputRecording, Recording

RATE = 16_000


def _tone(seconds: float, rate_hz: int = RATE, channels: int = 1) -> NDArray[np.float32]:
    mono = 0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate_hz)) / rate_hz)
    return mono.astype(np.float32)[:, None].repeat(channels, axis=1)


def _all_of(recording: Recording, piece: int = 1_000) -> NDArray[np.float32]:
    pieces = []
    while True:
        frames = recording.read(piece)
        assert frames is not None
        pieces.append(frames)
        if len(frames) < piece:
            recording.close()
            return np.concatenate(pieces)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000])
def test_every_format_is_read(tmp_path: Path, suffix: str, rate_hz: int) -> None:
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, _tone(1.0, rate_hz, 2), rate_hz)
    recording = FileRecording(path)
    assert (recording.name, recording.rate_hz, recording.channels) == (path.name, rate_hz, 2)
    heard = _all_of(recording)
    assert len(heard) == pytest.approx(rate_hz, rel=0.12)  # mp3 and ogg pad
    assert np.sqrt(np.mean(heard[1_000:7_000] ** 2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)
    whole, _ = soundfile.read(path, dtype="float32", always_2d=True)
    np.testing.assert_allclose(heard, whole[: len(heard)], atol=1e-4)  # in pieces as in one
    assert recording.trouble == ""


def test_seven_channels_and_no_numbers_are_read_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "odd.wav"
    frames = _tone(0.1, channels=7)
    frames[3, 4] = np.nan
    soundfile.write(path, frames, RATE, subtype="FLOAT")
    heard = _all_of(FileRecording(path))
    assert heard.shape == frames.shape
    np.testing.assert_array_equal(heard, frames)


def test_a_file_goes_on_from_where_it_is_asked_to(tmp_path: Path) -> None:
    path = tmp_path / "tone.flac"
    soundfile.write(path, _tone(1.0), RATE)
    recording = FileRecording(path)
    whole = _all_of(FileRecording(path))
    recording.seek(5_000)
    np.testing.assert_array_equal(_all_of(recording), whole[5_000:])
    late = FileRecording(path)
    late.seek(99_999)
    assert len(_all_of(late)) == 0


def _bad_files(folder: Path) -> Iterator[tuple[Path, str]]:
    (folder / "empty.wav").touch()
    yield folder / "empty.wav", "is empty"
    soundfile.write(folder / "nothing.wav", np.zeros(0, np.int16), RATE)
    yield folder / "nothing.wav", "holds no audio"
    (folder / "text.wav").write_text("Dear diary, today I was renamed.\n" * 50)
    yield folder / "text.wav", "is no sound file that can be read"
    yield folder / "absent.wav", "cannot be read"
    yield folder, "is not a file"
    os.mkfifo(folder / "pipe.wav")
    yield folder / "pipe.wav", "is not a file"


def test_what_is_no_recording_is_refused_by_name_with_what_to_do(tmp_path: Path) -> None:
    for path, what in _bad_files(tmp_path):
        with pytest.raises(InputFailure) as refused:
            FileRecording(path)
        assert what in refused.value.what
        assert str(path) in refused.value.what
        assert refused.value.todo


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.wav"
    soundfile.write(path, _tone(0.1), RATE)
    path.chmod(0)
    with pytest.raises(InputFailure, match="Permission denied"):
        FileRecording(path)


def test_a_damaged_file_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "damaged.flac"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, 3 * RATE), RATE)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    recording = FileRecording(path)
    heard = _all_of(recording)
    assert 0.5 * RATE < len(heard) < 2.5 * RATE
    assert "damaged.flac" in recording.trouble


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Return the ends of a pipe: read, write."""
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        try:
            os.close(end)
        except OSError:
            continue


def test_standard_input_is_read_as_it_comes(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    recording = InputRecording(reading)
    samples = np.arange(-300, 300, dtype="<i2")
    assert recording.read(160) is None
    os.write(writing, samples.tobytes()[:321])
    first = recording.read(160)
    assert first is not None
    assert recording.read(160) is None
    os.write(writing, samples.tobytes()[321:])
    os.close(writing)
    heard = np.concatenate([first, _all_of(recording, 160)])
    np.testing.assert_array_equal(np.rint(heard[:, 0] * 32768), samples)
    assert recording.trouble == ""


@pytest.mark.parametrize(
    ("content", "trouble"),
    [(b"", "standard input held no audio"), (b"\1\0\2", "standard input ended amid a sample")],
)
def test_an_input_that_is_not_whole_is_told(pipe: tuple[int, int], content: bytes, trouble: str) -> None:
    reading, writing = pipe
    os.write(writing, content)
    os.close(writing)
    recording = InputRecording(reading)
    _all_of(recording, 160)
    assert recording.trouble == trouble


def test_a_terminal_is_no_recording() -> None:
    main_end, terminal = os.openpty()
    try:
        with pytest.raises(InputFailure, match="is a terminal"):
            InputRecording(terminal)
    finally:
        os.close(main_end)
        os.close(terminal)
