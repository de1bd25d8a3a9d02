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

from bus.audio import SAMPLE_RATE
from bus.failures import InputFailure
from capture.processing.sanitize import Frames
from capture.recordings.decoding import Decoder, Undecodable
from capture.recordings.file_kinds import kind_of_file

_CONVERT = "give a sound or video file, or convert it: ffmpeg -i IN -ar 16000 -ac 1 out.wav"
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


def _is_rate(rate_hz: int) -> bool:
    """Tell whether sound comes at such a rate; high ones are round."""
    is_common = rate_hz <= _ODD_RATE_HZ or rate_hz % 25 == 0
    return _LOWEST_RATE_HZ <= rate_hz <= _HIGHEST_RATE_HZ and is_common


class FileRecording:
    """The sound of an audio or video file.

    Args:
        path: Anything that `capture.recordings.decoding` reads.

    Raises:
        InputFailure: It is not there, cannot be read or holds no audio.
    """

    can_go_back = True
    read_ms = 100

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.trouble = ""
        self._path = path
        self._decoder = self._open()
        self.rate_hz: int = self._decoder.rate_hz
        self.channels: int = self._decoder.channels
        if self.channels > _MOST_CHANNELS or not _is_rate(self.rate_hz):
            self._decoder.close()
            raise self._refusal(f"{path} says {self.channels} channels at {self.rate_hz} Hz")
        self._decoded: list[Frames] = []
        self._decoded_frames = 0

    def seek(self, frame: int) -> None:
        """Go on from this frame, or from the end. Decodes everything before, so that the place is exact."""
        while frame > 0:
            skipped = self.read(min(frame, self.rate_hz))
            if skipped is not None and not len(skipped):
                return
            frame -= 0 if skipped is None else len(skipped)

    def read(self, frames: int) -> Frames | None:
        """Return the next frames, fewer only at the end; None when the file held none for a while."""
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
                    fix="give a sound or video file, or pipe samples in with NAME=-",
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
            raise self._refusal(f"{path} has no sound that can be read ({kind or error})") from error

    def _refusal(self, what: str) -> InputFailure:
        return InputFailure(what, kept=_NOTHING_STARTED, fix=_CONVERT)

    def _take(self, frames: int) -> Frames:
        pieces = self._decoded or [np.empty((0, self.channels), np.float32)]
        whole = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        self._decoded = [whole[frames:]]
        self._decoded_frames -= frames
        return whole[:frames]

    def _note_damage(self) -> None:
        if self._decoder.bad_packets:
            self.trouble = f"{self.name} is damaged ({self._decoder.bad_packets} pieces could not be decoded)"
        elif missing_s := self._decoder.cut_off_s:
            self.trouble = f"{self.name} is cut off: it lacks {missing_s:.1f} s of the length that it states"
        elif gaps_s := self._decoder.gaps_s:
            self.trouble = f"{self.name} has gaps: {gaps_s:.1f} s without sound, taken as silence"


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
                fix="write the samples to a wav file",
            )
        if os.isatty(descriptor):
            raise InputFailure(
                "standard input is a terminal",
                kept=_NOTHING_STARTED,
                fix="pipe 16 kHz mono s16le samples into it, as from `ffmpeg … -ar 16000 -ac 1 -f s16le -`",
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
