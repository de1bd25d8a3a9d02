"""Tests of recordings: formats, damage, refusals, standard input."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from bus.failures import InputFailure
from capture.recordings.recording import FileRecording, InputRecording, Recording
from tests.support.waiting import wait_until

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
    decoded = _all_of(recording)
    assert len(decoded) == pytest.approx(rate_hz, rel=0.12)  # mp3 and ogg pad
    assert np.sqrt(np.mean(decoded[1_000:7_000] ** 2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)
    complete, _ = soundfile.read(path, dtype="float32", always_2d=True)
    both = min(len(decoded), len(complete))
    np.testing.assert_allclose(decoded[:both], complete[:both], atol=1e-4)  # in pieces as in one
    assert recording.problem == ""


def test_seven_channels_and_nan_are_read_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "odd.wav"
    frames = _tone(0.1, channels=7)
    frames[3, 4] = np.nan
    soundfile.write(path, frames, RATE, subtype="FLOAT")
    decoded = _all_of(FileRecording(path))
    assert decoded.shape == frames.shape
    np.testing.assert_array_equal(decoded, frames)


def test_seek_continues_at_the_frame(tmp_path: Path) -> None:
    path = tmp_path / "tone.flac"
    soundfile.write(path, _tone(1.0), RATE)
    recording = FileRecording(path)
    complete = _all_of(FileRecording(path))
    recording.seek(5_000)
    np.testing.assert_array_equal(_all_of(recording), complete[5_000:])
    late = FileRecording(path)
    late.seek(99_999)
    assert len(_all_of(late)) == 0


def _write_video(path: Path, *, sound: bool) -> None:
    """Write a second of a grey picture, with a tone or without."""
    with av.open(str(path), "w") as output:
        picture = output.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        track = output.add_stream("flac", rate=RATE, layout="mono") if sound else None
        grey = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 99, np.uint8), format="rgb24")
        grey.pts = 0
        packets = [*picture.encode(grey), *picture.encode(None)]
        if track:
            frame = av.AudioFrame.from_ndarray(_pcm16(_tone(1.0))[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, 0
            packets += [*track.encode(frame), *track.encode(None)]
        output.mux(packets)


def _write_coded(path: Path, codec: str, pieces: int = 1) -> None:
    """Write a second of a tone for each piece, with a second left out between pieces."""
    with av.open(str(path), "w") as output:
        track = output.add_stream(codec, rate=RATE, layout="mono")
        for piece in range(pieces):
            frame = av.AudioFrame.from_ndarray(_pcm16(_tone(1.0))[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, 2 * RATE * piece
            output.mux(track.encode(frame))
        output.mux(track.encode(None))


def _pcm16(frames: NDArray[np.float32]) -> NDArray[np.int16]:
    return np.rint(frames[:, 0] * 32768).astype(np.int16)


@pytest.mark.parametrize(
    ("name", "codec", "slack"),
    [
        ("a.ogg", "flac", 0),
        ("a.mka", "flac", 0),
        ("a.m4a", "alac", 0),
        ("a.caf", "pcm_s16le", 0),
        ("a.m4a", "aac", 2_048),
        ("a.aac", "aac", 2_048),
        ("a.mp2", "mp2", 2_048),
    ],
)
def test_formats_of_phones_and_browsers_are_read(tmp_path: Path, name: str, codec: str, slack: int) -> None:
    _write_coded(tmp_path / name, codec)
    recording = FileRecording(tmp_path / name)
    decoded = _all_of(recording)
    assert abs(len(decoded) - RATE) <= slack
    assert np.sqrt(np.mean(decoded[4_000:12_000] ** 2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)
    if not slack:
        np.testing.assert_array_equal(_pcm16(decoded), _pcm16(_tone(1.0)))
    assert recording.problem == ""


def test_sixteen_planar_channels_are_read(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mkv"), "w") as output:
        track = output.add_stream("wavpack", rate=RATE, layout="hexadecagonal")
        frame = av.AudioFrame(format="fltp", layout="hexadecagonal", samples=RATE // 10)
        frame.sample_rate, frame.pts = RATE, 0
        output.mux([*track.encode(frame), *track.encode(None)])
    assert _all_of(FileRecording(tmp_path / "a.mkv")).shape == (RATE // 10, 16)


def test_audio_of_a_video_is_read_exactly(tmp_path: Path) -> None:
    _write_video(tmp_path / "film.mkv", sound=True)
    recording = FileRecording(tmp_path / "film.mkv")
    np.testing.assert_array_equal(_pcm16(_all_of(recording)), _pcm16(_tone(1.0)))
    assert recording.problem == ""


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW", "MS_ADPCM", "IMA_ADPCM"]
)
def test_every_kind_of_wav_is_read_like_libsndfile(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, _tone(0.5, channels=2), RATE, subtype=subtype)
    expected, _ = soundfile.read(path, dtype="float32", always_2d=True)
    slack = 0.003 if subtype == "MS_ADPCM" else 0.0  # the two round it differently
    np.testing.assert_allclose(_all_of(FileRecording(path)), expected, rtol=0, atol=slack)


@pytest.mark.parametrize("size", [0, 0x7FFF_FFFF, 0xFFFF_FFFF])
def test_streamed_wav_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, _tone(1.0), RATE)
    content = bytearray(path.read_bytes())
    at = content.index(b"data")
    content[4:8] = content[at + 4 : at + 8] = size.to_bytes(4, "little")
    path.write_bytes(content)
    recording = FileRecording(path)
    assert len(_all_of(recording)) == RATE
    assert recording.problem == ""


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.flac", "a.mka"])
def test_cut_off_file_is_read_and_reported(tmp_path: Path, name: str) -> None:
    if name == "a.mka":
        _write_coded(tmp_path / name, "flac", pieces=1)
    else:
        soundfile.write(tmp_path / name, np.random.default_rng(0).normal(0, 0.1, RATE), RATE)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    recording = FileRecording(tmp_path / name)
    assert 0.2 * RATE < len(_all_of(recording)) < 0.8 * RATE
    assert name in recording.problem


def test_gap_in_timestamps_becomes_silence(tmp_path: Path) -> None:
    _write_coded(tmp_path / "a.mka", "flac", pieces=2)
    recording = FileRecording(tmp_path / "a.mka")
    decoded = _all_of(recording)
    assert len(decoded) == pytest.approx(3 * RATE, abs=RATE // 50)
    assert not decoded[RATE + 400 : 2 * RATE - 400].any()
    assert "gaps: 1.0 s" in recording.problem


def test_path_with_spaces_and_umlauts_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "Gespräch  mit Zoë #1.wav"
    soundfile.write(path, _tone(0.1), RATE)
    assert len(_all_of(FileRecording(path))) == RATE // 10


def _bad_files(folder: Path) -> Iterator[tuple[Path, str]]:
    (folder / "empty.wav").touch()
    yield folder / "empty.wav", "is empty"
    soundfile.write(folder / "nothing.wav", np.zeros(0, np.int16), RATE)
    yield folder / "nothing.wav", "it has no audio"
    (folder / "text.wav").write_text("Dear diary, today I was renamed.\n" * 50)
    yield folder / "text.wav", "has no audio that can be decoded (it is text)"
    yield folder / "absent.wav", "cannot be read"
    yield folder, "is a folder"
    os.mkfifo(folder / "pipe.wav")
    yield folder / "pipe.wav", "is not a regular file"
    (folder / "list.m3u8").write_text("#EXTM3U\n#EXTINF:9,\n/etc/hostname\n")
    yield folder / "list.m3u8", "it is a playlist"
    (folder / "picture.mp3").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    yield folder / "picture.mp3", "it is a PNG image"
    (folder / "noise.mp3").write_bytes(np.random.default_rng(0).bytes(100_000))
    yield folder / "noise.mp3", "has no audio that can be decoded"
    _write_video(folder / "film.mkv", sound=False)
    yield folder / "film.mkv", "it has no audio track, only video"


def test_file_without_audio_is_refused_with_a_fix(tmp_path: Path) -> None:
    for path, what in _bad_files(tmp_path):
        with pytest.raises(InputFailure) as refused:
            FileRecording(path)
        assert what in refused.value.problem
        assert str(path) in refused.value.problem
        assert refused.value.fix


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read everything")
def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.wav"
    soundfile.write(path, _tone(0.1), RATE)
    path.chmod(0)
    with pytest.raises(InputFailure, match="Permission denied"):
        FileRecording(path)


def test_damaged_file_is_played_as_far_as_possible(tmp_path: Path) -> None:
    path = tmp_path / "damaged.flac"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, 3 * RATE), RATE)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    recording = FileRecording(path)
    decoded = _all_of(recording)
    assert 0.5 * RATE < len(decoded) < 2.5 * RATE
    assert "damaged.flac" in recording.problem


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


def test_standard_input_is_read_as_it_arrives(pipe: tuple[int, int]) -> None:
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
    decoded = np.concatenate([first, _all_of(recording, 160)])
    np.testing.assert_array_equal(np.rint(decoded[:, 0] * 32768), samples)
    assert recording.problem == ""


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "standard input had no audio"), (b"\1\0\2", "standard input ended within a sample")],
)
def test_incomplete_standard_input_is_reported(pipe: tuple[int, int], content: bytes, problem: str) -> None:
    reading, writing = pipe
    os.write(writing, content)
    os.close(writing)
    recording = InputRecording(reading)
    _all_of(recording, 160)
    assert recording.problem == problem


def test_audio_of_a_live_writer_from_before_the_start_is_known(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    samples = np.arange(8_000, dtype="<i2")
    os.write(writing, samples[:4_800].tobytes())
    recording = InputRecording(reading)
    assert recording.captured_before_s(time.monotonic_ns()) == 0.3
    os.write(writing, samples[4_800:].tobytes())
    os.close(writing)
    np.testing.assert_array_equal(np.rint(_all_of(recording, 160)[:, 0] * 32768), samples)


@pytest.mark.parametrize("seconds", [0.5, 20])
def test_audio_of_a_fast_writer_begins_with_the_session(pipe: tuple[int, int], seconds: float) -> None:
    reading, writing = pipe
    samples = (np.arange(round(seconds * RATE)) % 30_000).astype("<i2")

    def write() -> None:
        with os.fdopen(writing, "wb") as file:
            file.write(samples.tobytes())

    writer = threading.Thread(target=write)
    writer.start()
    recording = InputRecording(reading)
    wait_until(lambda: seconds > 2 or not writer.is_alive())
    assert recording.captured_before_s(time.monotonic_ns()) == 0.0
    np.testing.assert_array_equal(np.rint(_all_of(recording, 160)[:, 0] * 32768), samples)
    writer.join()


def test_terminal_is_refused_as_standard_input() -> None:
    main_end, terminal = os.openpty()
    try:
        with pytest.raises(InputFailure, match="is a terminal"):
            InputRecording(terminal)
    finally:
        os.close(main_end)
        os.close(terminal)
