"""API keys for one session, typed at its start and held in a pipe.

`python -m llm.keys.session_keys WRITE_END NAME …` reads them from the terminal and writes them into the pipe.
The session's process never reads it, but passes both ends to each llm stage, which puts the keys back after
reading, so that a restarted stage finds them. Not available on Windows.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import msgspec

from bus.failures import Failure, MachineFailure, UsageFailure
from bus.process.private_memory import forbid_memory_access
from llm.keys.key_input import is_key, type_key
from llm.keys.keychain import environment

PIPE_VARIABLE = "CUECARD_KEY_PIPE"
"""Environment variable with the pipe's two descriptors: "5,6"."""

_MAX_BYTES = 4096
"""A pipe accepts this much atomically."""

_NO_KEY, _NO_TERMINAL = 8, 9
_decoder = msgspec.json.Decoder(dict[str, str])
_reading = threading.Lock()


KEYS_VARIABLE = "CUECARD_KEYS"
"""Environment variable with the descriptor of the keys that were in the user's environment."""


def keys_in_memory(keys: Mapping[str, str]) -> int:
    """Return the descriptor of a file in memory with these keys by variable. Linux only."""
    descriptor = os.memfd_create("keys")
    os.write(descriptor, msgspec.json.encode(keys))
    return descriptor


def with_inherited_keys(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with the keys that the supervisor took out of it."""
    descriptor = environment.get(KEYS_VARIABLE, "")
    if not descriptor.isdigit():
        return environment
    packed = os.pread(int(descriptor), os.fstat(int(descriptor)).st_size, 0)
    return {**environment, **_decoder.decode(packed)}


class KeyPipe:
    """A pipe with the keys of a session, for the process that starts the stages.

    Args:
        names: Keys to type (`llm.keys.provider_keys.key_name`).

    Raises:
        Failure: No key was typed.
    """

    def __init__(self, names: Sequence[str]) -> None:
        if sys.platform == "win32":
            raise MachineFailure(
                "a key for one session cannot be typed on Windows", fix="use `cuecard keys set` instead"
            )
        self.descriptors = os.pipe()
        """Descriptors for the llm stage (`pass_fds`)."""
        os.set_blocking(self.descriptors[0], False)
        try:
            self._type_keys(names)
        except BaseException:
            self.close()
            raise

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for the llm stage."""
        return {PIPE_VARIABLE: ",".join(map(str, self.descriptors))}

    def close(self) -> None:
        """Discard the keys."""
        for descriptor in self.descriptors:
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _type_keys(self, names: Sequence[str]) -> None:
        write_end = self.descriptors[1]
        done = subprocess.run(
            [sys.executable, "-P", "-m", "llm.keys.session_keys", str(write_end), *names],
            env=environment(),
            pass_fds=(write_end,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            raise _not_typed(done.returncode)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def session_key(name: str, inherited: Mapping[str, str]) -> str:
    """Return the key that was typed for this provider; empty when none was. Thread-safe.

    Args:
        name: Name of the key (`llm.keys.provider_keys.key_name`).
        inherited: The environment, with `PIPE_VARIABLE`.
    """
    pipe = inherited.get(PIPE_VARIABLE, "")
    if not pipe:
        return ""
    try:
        read_end, write_end = map(int, pipe.split(","))
        with _reading:
            packed = os.read(read_end, _MAX_BYTES)
            os.write(write_end, packed)
        key = _decoder.decode(packed).get(name, "")
    except (OSError, ValueError, msgspec.DecodeError, RecursionError):  # empty, or not such a pipe
        return ""
    return key if is_key(key) else ""


def main() -> int:
    """Read the keys from the terminal and write them into the pipe."""
    forbid_memory_access()
    write_end, *names = sys.argv[1:]
    try:
        keys = {name: type_key(name) for name in names}
    except OSError:
        return _NO_TERMINAL
    packed = msgspec.json.encode(keys)
    if not all(map(is_key, keys.values())) or len(packed) > _MAX_BYTES:
        return _NO_KEY
    os.write(int(write_end), packed)
    return 0


def _not_typed(code: int) -> Failure:
    if code == _NO_TERMINAL:
        return UsageFailure(
            "there is no terminal for typing a key without echo",
            kept="nothing was started",
            fix="start it in a terminal, use `cuecard keys set`, or an environment variable",
        )
    return UsageFailure(
        "the input is not a key: a key is one line of ASCII characters without spaces",
        kept="nothing was started",
        fix="start again and paste the key",
    )


if __name__ == "__main__":
    sys.exit(main())
