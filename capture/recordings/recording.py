"""Recordings: files, and samples on standard input, read piece by piece.

Knows neither pace nor ring. A file is decoded while it is played, never loaded at once.
"""

from __future__ import annotations

import os
import select
import stat
import sys
import time
from pathlib import Path
from typing import Protocol

import numpy as np

from bus.audio import SAMPLE_RATE
from bus.failures import InputFailure
from capture.processing.sanitize import Frames
from capture.recordings.decoding import Decoder, Undecodable
from capture.recordings.file_kinds import kind_of_file

_CONVERT = "use an audio or video file, or convert it: ffmpeg -i IN -ar 16000 -ac 1 out.wav"
_NOTHING_STARTED = "nothing was started"
_WAIT_FOR_INPUT_S = 0.1

_PIPE_BYTES = 65_536
"""Capacity of a pipe on Linux: 2 s of samples."""
_REFILL_S = 0.05
"""Time in which a writer that does not wait for a clock, such as `cat`, fills a pipe again."""

_LOWEST_RATE_HZ, _ODD_RATE_HZ, _HIGHEST_RATE_HZ = 1_000, 50_000, 768_000
_MOST_CHANNELS = 64
"""Beyond these limits the file's header is wrong, and would need gigabytes of memory."""


class Recording(Protocol):
    """Audio that can be read at any pace."""

    name: str
    """For messages."""
    rate_hz: int
    channels: int
    can_go_back: bool
    """Whether `seek` works."""
    read_ms: int
    """How much to read at once; more is cheaper, but delays a pipe."""
    problem: str
    """Why it is incomplete; empty when it is complete."""

    def seek(self, frame: int) -> None:
        """Continue at this frame, if possible."""

    def read(self, frames: int) -> Frames | None:
        """Return the next frames, fewer only at the end; None when they are not available yet."""

    def captured_before_s(self, start_ns: int) -> float:
        """Return how much of it was captured before this time, in seconds; 0 unless its writer is live."""

    def close(self) -> None:
        """Close the file or descriptor."""


def _is_rate(rate_hz: int) -> bool:
    """Return whether a sample rate is plausible; high ones are round."""
    is_common = rate_hz <= _ODD_RATE_HZ or rate_hz % 25 == 0
    return _LOWEST_RATE_HZ <= rate_hz <= _HIGHEST_RATE_HZ and is_common


class FileRecording:
    """The audio of a file.

    Args:
        path: Audio or video file.

    Raises:
        InputFailure: It is missing, cannot be read or has no audio.
    """

    can_go_back = True
    read_ms = 100

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.problem = ""
        self._path = path
        self._decoder = self._open()
        self.rate_hz: int = self._decoder.rate_hz
        self.channels: int = self._decoder.channels
        if self.channels > _MOST_CHANNELS or not _is_rate(self.rate_hz):
            self._decoder.close()
            raise self._refusal(f"{path} claims {self.channels} channels at {self.rate_hz} Hz")
        self._decoded: list[Frames] = []
        self._decoded_frames = 0

    def seek(self, frame: int) -> None:
        """Continue at this frame, or at the end. Decodes everything before it, to be exact."""
        while frame > 0:
            skipped = self.read(min(frame, self.rate_hz))
            if skipped is not None and not len(skipped):
                return
            frame -= 0 if skipped is None else len(skipped)

    def read(self, frames: int) -> Frames | None:
        """Return the next frames, fewer only at the end; None when the next packets have none."""
        while self._decoded_frames < frames:
            more = self._decoder.decode()
            if more is None:
                self._note_damage()
                return self._take(self._decoded_frames)
            if not len(more):
                return None
            self._decoded.append(more)
            self._decoded_frames += len(more)
        return self._take(frames)

    def captured_before_s(self, start_ns: int) -> float:
        """Return 0: a file was captured long ago."""
        return 0.0

    def close(self) -> None:
        """Close the file."""
        self._decoder.close()

    def _open(self) -> Decoder:
        path = self._path
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                kind = "a folder" if path.is_dir() else "not a regular file"
                raise InputFailure(
                    f"{path} is {kind}",
                    kept=_NOTHING_STARTED,
                    fix="use an audio or video file, or pipe samples in with NAME=-",
                )
            if path.stat().st_size == 0:
                raise self._refusal(f"{path} is empty")
            return Decoder(path)
        except OSError as error:
            raise InputFailure(
                f"{path} cannot be read ({error.strerror or error})",
                kept=_NOTHING_STARTED,
                fix="check the path and its permissions",
            ) from error
        except Undecodable as error:
            kind = kind_of_file(path)
            raise self._refusal(f"{path} has no audio that can be decoded ({kind or error})") from error

    def _refusal(self, problem: str) -> InputFailure:
        return InputFailure(problem, kept=_NOTHING_STARTED, fix=_CONVERT)

    def _take(self, frames: int) -> Frames:
        pieces = self._decoded or [np.empty((0, self.channels), np.float32)]
        joined = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        self._decoded = [joined[frames:]]
        self._decoded_frames -= frames
        return joined[:frames]

    def _note_damage(self) -> None:
        if self._decoder.bad_packets:
            self.problem = (
                f"{self.name} is damaged ({self._decoder.bad_packets} packets could not be decoded)"
            )
        elif missing_s := self._decoder.cut_off_s:
            self.problem = (
                f"{self.name} is cut off: {missing_s:.1f} s of the length in its header are missing"
            )
        elif gaps_s := self._decoder.gaps_s:
            self.problem = f"{self.name} has gaps: {gaps_s:.1f} s without audio, played as silence"


class InputRecording:
    """16 kHz mono signed 16-bit little-endian samples from a descriptor.

    Args:
        descriptor: File descriptor; standard input by default.

    Raises:
        InputFailure: It is a terminal, or the system is Windows.
    """

    name = "standard input"
    rate_hz = SAMPLE_RATE
    channels = 1
    can_go_back = False
    read_ms = 10

    def __init__(self, descriptor: int = 0) -> None:
        if sys.platform == "win32":
            raise InputFailure(
                "standard input cannot be used on Windows yet",
                kept=_NOTHING_STARTED,
                fix="write the samples to a wav file",
            )
        if os.isatty(descriptor):
            raise InputFailure(
                "standard input is a terminal",
                kept=_NOTHING_STARTED,
                fix="pipe 16 kHz mono s16le samples into it, as from `ffmpeg … -ar 16000 -ac 1 -f s16le -`",
            )
        self.problem = ""
        self._descriptor = descriptor
        self._bytes = bytearray()
        self._ended = False
        self._began = False

    def seek(self, frame: int) -> None:
        """Do nothing: a pipe cannot go back."""

    def read(self, frames: int) -> Frames | None:
        """Return the next frames, fewer only at the end; None when they do not arrive within 0.1 s."""
        wanted = frames * 2
        while len(self._bytes) < wanted and not self._ended:
            if not select.select([self._descriptor], [], [], _WAIT_FOR_INPUT_S)[0]:
                return None
            more = os.read(self._descriptor, wanted - len(self._bytes))
            self._bytes += more
            self._ended = not more
        complete = min(wanted, len(self._bytes) // 2 * 2)
        samples = np.frombuffer(bytes(self._bytes[:complete]), "<i2")
        del self._bytes[:complete]
        self._began |= bool(complete)
        if len(samples) < frames and (self._bytes or not self._began):
            self.problem = "standard input " + ("ended within a sample" if self._began else "had no audio")
        return (samples.astype(np.float32) / np.float32(32768.0)).reshape(-1, 1)

    def captured_before_s(self, start_ns: int) -> float:
        """Wait until this time, and return how much audio a live writer has sent before it, in seconds.

        A live writer, such as `arecord`, writes while the session starts. One that waits for no clock fills
        the pipe again as soon as it is read: its audio begins when the session does.
        """
        self._receive()
        time.sleep(max((start_ns - time.monotonic_ns()) / 1e9, _REFILL_S))
        is_live = self._receive() < _PIPE_BYTES and not self._ended
        return len(self._bytes) / 2 / SAMPLE_RATE if is_live else 0.0

    def _receive(self) -> int:
        """Read what is there, at most a full pipe, and return its size in bytes."""
        size = 0
        while size < _PIPE_BYTES and not self._ended and select.select([self._descriptor], [], [], 0)[0]:
            more = os.read(self._descriptor, _PIPE_BYTES - size)
            self._bytes += more
            self._ended = not more
            size += len(more)
        return size

    def close(self) -> None:
        """Do nothing: standard input stays open."""
