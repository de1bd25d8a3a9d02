"""Recordings, read piece by piece: a file, or samples on standard input.

Knows neither pace nor ring. A file is decoded as it is played, never loaded whole.
"""

from __future__ import annotations

import os
import select
import stat
import sys
from pathlib import Path
from typing import Protocol

import numpy as np
import soundfile

from bus.failures import InputFailure
from bus.ring import SAMPLE_RATE
from capture.mending import Frames

_FORMATS = "give a wav, flac, ogg or mp3 file"
_NOTHING_STARTED = "nothing was started"
_WAIT_FOR_INPUT_S = 0.1

_LOWEST_RATE_HZ, _ODD_RATE_HZ, _HIGHEST_RATE_HZ = 1_000, 50_000, 768_000
_MOST_CHANNELS = 64
"""Beyond these the head of the file is wrong, and believing it would take gigabytes."""


class Recording(Protocol):
    """Sound that is there to be read at any pace."""

    name: str
    """For people."""
    rate_hz: int
    channels: int
    can_go_back: bool
    """Whether `seek` does what it is asked."""
    read_ms: int
    """How much to read at once; more is cheaper, but what comes from a pipe must not be waited for."""
    trouble: str
    """Why it ended before its time; empty when it did not."""

    def seek(self, frame: int) -> None:
        """Go on from this frame, as far as that can be done."""

    def read(self, frames: int) -> Frames | None:
        """Return the next frames, fewer only at the end; None when they are not there yet."""

    def close(self) -> None:
        """Let go of it."""


class _Forward(soundfile.SoundFile):  # type: ignore[misc]  # it comes without types
    """A file that is not set back after every read, as soundfile does: in an mp3 each of that is a click."""

    def seekable(self) -> bool:
        return False


def _is_rate(rate_hz: int) -> bool:
    """Tell whether sound comes at such a rate; high ones are round."""
    is_common = rate_hz <= _ODD_RATE_HZ or rate_hz % 25 == 0
    return _LOWEST_RATE_HZ <= rate_hz <= _HIGHEST_RATE_HZ and is_common


class FileRecording:
    """A sound file.

    Args:
        path: wav, flac, ogg, mp3 or whatever else libsndfile reads.

    Raises:
        InputFailure: It is not there, cannot be read or holds no audio.
    """

    can_go_back = True
    read_ms = 100

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.trouble = ""
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise InputFailure(f"{path} is not a file", kept=_NOTHING_STARTED, todo=_FORMATS)
            if path.stat().st_size == 0:
                raise InputFailure(f"{path} is empty", kept=_NOTHING_STARTED, todo=_FORMATS)
            path.open("rb").close()  # so that a refusal is told in the system's words
            self._file = _Forward(path)
        except OSError as error:
            raise InputFailure(
                f"{path} cannot be read ({error.strerror or error})",
                kept=_NOTHING_STARTED,
                todo="check the path and its permissions",
            ) from error
        except soundfile.LibsndfileError as error:
            raise InputFailure(
                f"{path} is no sound file that can be read ({error.error_string.rstrip('.')})",
                kept=_NOTHING_STARTED,
                todo=_FORMATS,
            ) from error
        self._at = 0
        self.rate_hz: int = self._file.samplerate
        self.channels: int = self._file.channels
        if self._file.frames == 0 or self.channels > _MOST_CHANNELS or not _is_rate(self.rate_hz):
            self._file.close()
            why = (
                f"says {self.channels} channels at {self.rate_hz} Hz"
                if self._file.frames
                else "holds no audio"
            )
            raise InputFailure(f"{path} {why}", kept=_NOTHING_STARTED, todo=_FORMATS)

    def seek(self, frame: int) -> None:
        """Go on from this frame, or from the end."""
        wanted = min(frame, self._file.frames)
        if wanted == self._at or not self._begins():
            return
        try:
            self._at = self._file.seek(wanted)
        except soundfile.LibsndfileError as error:
            self._note_damage(error)

    def read(self, frames: int) -> Frames | None:
        """Return the next frames, fewer only at the end."""
        try:
            read: Frames = self._file.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            self._note_damage(error)
        if self.trouble:
            return np.empty((0, self.channels), np.float32)
        self._at += len(read)
        if len(read) < frames and self._at < self._file.frames:
            self.trouble = f"{self.name} is cut off"
        return read

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _begins(self) -> bool:
        """Tell whether a first frame can be read: libsndfile dies of a seek in some files where none can."""
        if self._at == 0:
            self.read(1)
        if self._at == 0 and not self.trouble:
            self.trouble = f"{self.name} is damaged"
        return not self.trouble

    def _note_damage(self, error: soundfile.LibsndfileError) -> None:
        self.trouble = f"{self.name} is damaged ({error.error_string.rstrip('.')})"


class InputRecording:
    """16 kHz mono signed 16-bit little-endian samples from a descriptor.

    Args:
        descriptor: What to read from; standard input by default.

    Raises:
        InputFailure: A person sits there, or the system cannot wait for it.
    """

    name = "standard input"
    rate_hz = SAMPLE_RATE
    channels = 1
    can_go_back = False
    read_ms = 10

    def __init__(self, descriptor: int = 0) -> None:
        if sys.platform == "win32":
            raise InputFailure(
                "standard input is not read on Windows yet",
                kept=_NOTHING_STARTED,
                todo="write the samples to a wav file",
            )
        if os.isatty(descriptor):
            raise InputFailure(
                "standard input is a terminal",
                kept=_NOTHING_STARTED,
                todo="pipe 16 kHz mono s16le samples into it, as from `ffmpeg … -ar 16000 -ac 1 -f s16le -`",
            )
        self.trouble = ""
        self._descriptor = descriptor
        self._bytes = bytearray()
        self._ended = False
        self._began = False

    def seek(self, frame: int) -> None:
        """Go on with whatever comes next: what a pipe gave away it does not give again."""

    def read(self, frames: int) -> Frames | None:
        """Return the next frames, fewer only at the end; None when they do not come within 0.1 s."""
        wanted = frames * 2
        while len(self._bytes) < wanted and not self._ended:
            if not select.select([self._descriptor], [], [], _WAIT_FOR_INPUT_S)[0]:
                return None
            more = os.read(self._descriptor, wanted - len(self._bytes))
            self._bytes += more
            self._ended = not more
        whole = min(wanted, len(self._bytes) // 2 * 2)
        samples = np.frombuffer(bytes(self._bytes[:whole]), "<i2")
        del self._bytes[:whole]
        self._began |= bool(whole)
        if len(samples) < frames and (self._bytes or not self._began):
            self.trouble = "standard input " + ("ended amid a sample" if self._began else "held no audio")
        return (samples.astype(np.float32) / np.float32(32768.0)).reshape(-1, 1)

    def close(self) -> None:
        """Read no more."""
