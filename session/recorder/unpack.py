"""Decrypts a recording into one WAVE file per source."""

from __future__ import annotations

import wave
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyrage

from bus.audio import SAMPLE_RATE
from bus.failures import InputFailure, MachineFailure
from session.recorder.wave_header import sources_of
from session.transcript.new_file import first_free

_LARGEST_HEADER = 4096


def key_file(path: Path) -> Path:
    """Return the file with the key of a recording: "call.key.age" for "call.age"."""
    return path.with_suffix(f".key{path.suffix}")


def unpack(path: Path, identity: str, folder: Path) -> tuple[list[Path], bool]:
    """Write the audio of each source of a recording: "call mic.wav".

    Args:
        path: The recording.
        identity: Its decrypted key.
        folder: Where to write.

    Returns:
        The files, and whether the recording is whole; one that was cut off is written to its end.

    Raises:
        InputFailure: It is no recording, or has another key.
        MachineFailure: A file cannot be written.
    """
    with ExitStack() as stack:
        channels = _Channels(path.stem, folder, stack)
        try:
            with path.open("rb") as file:
                pyrage.decrypt_io(file, channels, [pyrage.x25519.Identity.from_str(identity.strip())])
        except (pyrage.DecryptError, pyrage.IdentityError) as error:
            raise _not_readable(path, str(error)) from error
        except OSError as error:
            if error.errno is not None:
                raise MachineFailure(
                    f"{error.filename or folder} cannot be written ({error.strerror})",
                    kept="the recording, and what was written so far",
                    fix="free space, or give another folder",
                ) from error
            if not channels.files:
                raise _not_readable(path, str(error)) from error
            return channels.files, False
    return channels.files, True


class _Channels:
    """Splits the stream of a recording into files; pyrage writes into it."""

    def __init__(self, stem: str, folder: Path, stack: ExitStack) -> None:
        self._stem, self._folder, self._stack = stem, folder, stack
        self._writers: list[wave.Wave_write] = []
        self._rest = b""
        self.files: list[Path] = []

    def write(self, data: bytes) -> int:
        """Write the next bytes of the recording."""
        self._rest += data
        if not self._writers and not self._open():
            return len(data)
        whole = len(self._rest) - len(self._rest) % (2 * len(self._writers))
        samples = np.frombuffer(self._rest[:whole], np.int16).reshape(-1, len(self._writers))
        self._rest = self._rest[whole:]
        for channel, writer in enumerate(self._writers):
            writer.writeframesraw(samples[:, channel].tobytes())
        return len(data)

    def flush(self) -> None:
        """Do nothing; what is decrypted has been written."""

    def _open(self) -> bool:
        """Open a file for each source; return whether the header has arrived."""
        found = sources_of(self._rest)
        if found is None:
            if len(self._rest) > _LARGEST_HEADER:
                raise InputFailure("the file is encrypted, and no recording", kept="it is untouched")
            return False
        sources, start = found
        self._rest = self._rest[start:]
        for source in sources:
            self.files.append(first_free(self._folder / f"{self._stem} {source}.wav", self._create))
        return True

    def _create(self, path: Path) -> None:
        file: BinaryIO = self._stack.enter_context(path.open("xb"))
        path.chmod(0o600)
        writer = self._stack.enter_context(wave.Wave_write(file))
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        self._writers.append(writer)


def _not_readable(path: Path, reason: str) -> InputFailure:
    return InputFailure(
        f"{path} cannot be decrypted ({reason})",
        kept="it is untouched",
        fix=f"it needs the key that was written with it, {key_file(path).name}",
    )
