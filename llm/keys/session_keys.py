"""Keys for one session only: typed at its start, in memory until it ends, for the llm stage alone.

A program of its own (`python -m llm.keys.session_keys WRITE_END NAME …`) has them typed and puts them into a
pipe. The session's process made that pipe and never reads it: it hands both ends to every llm stage it
starts, which takes the keys out and puts them back, so that another start of the stage finds them there.
They are in no argument, no environment and no file. (Not on Windows, where a process cannot be handed a pipe
like this.)
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
from bus.private_memory import forbid_memory_access
from llm.keys.key_input import is_key, typed
from llm.keys.keychain import environment

PIPE_VARIABLE = "CUECARD_KEY_PIPE"
"""Names the pipe's two descriptors to the llm stage: "5,6"."""

_LARGEST = 4096
"""What a pipe takes in one piece."""

_NO_KEY, _NO_TERMINAL = 8, 9
_decoder = msgspec.json.Decoder(dict[str, str])
_taking = threading.Lock()


class KeyPipe:
    """A pipe that holds the keys of a session; for the process that starts the stages.

    Args:
        names: Whose keys are to be typed (`llm.keys.provider_keys.key_name`).

    Raises:
        Failure: No key was typed.
    """

    def __init__(self, names: Sequence[str]) -> None:
        if sys.platform == "win32":
            raise MachineFailure(
                "a key for one session cannot be typed on Windows", fix="use `cuecard keys set` instead"
            )
        self.descriptors = os.pipe()
        """What the llm stage must inherit (`pass_fds`)."""
        os.set_blocking(self.descriptors[0], False)
        try:
            self._have_typed(names)
        except BaseException:
            self.close()
            raise

    @property
    def environment(self) -> dict[str, str]:
        """What the llm stage's environment must hold."""
        return {PIPE_VARIABLE: ",".join(map(str, self.descriptors))}

    def close(self) -> None:
        """Let go of the keys."""
        for descriptor in self.descriptors:
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _have_typed(self, names: Sequence[str]) -> None:
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
    """Return the key that was typed for this provider, or an empty text; from any thread.

    Args:
        name: Whose key it is (`llm.keys.provider_keys.key_name`).
        inherited: The environment, which says where the pipe is.
    """
    pipe = inherited.get(PIPE_VARIABLE, "")
    if not pipe:
        return ""
    try:
        read_end, write_end = map(int, pipe.split(","))
        with _taking:
            packed = os.read(read_end, _LARGEST)
            os.write(write_end, packed)
        key = _decoder.decode(packed).get(name, "")
    except (OSError, ValueError, msgspec.DecodeError, RecursionError):  # nothing is in it, or it is not ours
        return ""
    return key if is_key(key) else ""


def main() -> int:
    """Have the keys typed and put them into the pipe."""
    forbid_memory_access()
    write_end, *names = sys.argv[1:]
    try:
        keys = {name: typed(name) for name in names}
    except OSError:
        return _NO_TERMINAL
    packed = msgspec.json.encode(keys)
    if not all(map(is_key, keys.values())) or len(packed) > _LARGEST:
        return _NO_KEY
    os.write(int(write_end), packed)
    return 0


def _not_typed(code: int) -> Failure:
    if code == _NO_TERMINAL:
        return UsageFailure(
            "there is no terminal on which a key could be typed unseen",
            kept="nothing was started",
            fix="start it in a terminal, use `cuecard keys set`, or an environment variable",
        )
    return UsageFailure(
        "what was typed is no key: one line of letters, digits and signs without blanks",
        kept="nothing was started",
        fix="start again and paste the key",
    )


if __name__ == "__main__":
    sys.exit(main())
