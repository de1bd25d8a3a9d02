"""Reads questions out with an installed text-to-speech program.

No shell is involved. The text goes to standard input, or comes after `--`, so that it is never parsed as an
option.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bus.failures import MachineFailure

_WORDS_A_SECOND = 1.0
_LIMIT_S = 15.0
"""A program that takes longer than this, plus a second for each word, hangs."""

_STOP_S = 0.5

# Reads UTF-8 whatever the console's code page is.
_POWERSHELL = (
    "[Console]::InputEncoding = [Text.Encoding]::UTF8; Add-Type -AssemblyName System.Speech; "
    "(New-Object System.Speech.Synthesis.SpeechSynthesizer).Speak([Console]::In.ReadToEnd())"
)


@dataclass(frozen=True)
class Program:
    """A text-to-speech program."""

    name: str
    command: tuple[str, ...]
    takes_input: bool = True
    """Whether it reads the text from standard input; else it is the last argument."""
    language_option: str = ""
    """The option for the language's code; empty if it has none."""
    silencer: tuple[str, ...] = ()
    """The command that silences it, if ending the program is not enough."""

    def in_language(self, language: str) -> list[str]:
        """Return the command that speaks this language."""
        first, *rest = self.command
        return [
            first,
            *((self.language_option, language) if self.language_option and language else ()),
            *rest,
        ]


PROGRAMS = (
    # No `--stdin`: with it espeak-ng 1.51 reads uninitialized memory after the text.
    Program("espeak-ng", ("espeak-ng",), language_option="-v"),
    Program("espeak", ("espeak",), language_option="-v"),
    Program(
        "spd-say",
        ("spd-say", "--wait", "--"),
        takes_input=False,
        language_option="-l",
        silencer=("spd-say", "--cancel"),
    ),
    Program("say", ("say", "-f", "-")),
    Program("powershell", ("powershell", "-NoProfile", "-NonInteractive", "-Command", _POWERSHELL)),
)
"""In the order in which they are tried."""

_ONLY_ON = {"say": "darwin", "powershell": "win32"}


def find_program(
    *, platform: str = sys.platform, which: Callable[[str], str | None] = shutil.which
) -> Program:
    """Return the first program that is installed.

    Raises:
        MachineFailure: There is none.
    """
    for program in PROGRAMS:
        if _ONLY_ON.get(program.name, platform) == platform and which(program.command[0]):
            return program
    raise MachineFailure(
        "no voice is installed", kept="questions are shown", fix="install espeak-ng, or leave --speak out"
    )


class Voice:
    """Speaks one text at a time; silent without a program. On exit it ends the program.

    Args:
        program: The text-to-speech program.
        language: The code of the language it speaks ("de"); empty leaves it to the program.
    """

    def __init__(self, program: Program | None, language: str = "") -> None:
        self._program = program
        self._language = language
        self._child: subprocess.Popen[bytes] | None = None
        self._deadline_s = 0.0

    def speak(self, text: str) -> None:
        """Start to speak.

        Raises:
            MachineFailure: The program cannot be run.
        """
        self.stop()
        if self._program is None:
            return
        takes_input, command = self._program.takes_input, self._program.in_language(self._language)
        try:
            self._child = subprocess.Popen(
                command if takes_input else [*command, text],
                stdin=subprocess.PIPE if takes_input else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if self._child.stdin is not None:
                with self._child.stdin as pipe:  # a question is far shorter than a pipe's buffer
                    pipe.write(f"{' '.join(text.split())}\n".encode())
        except OSError as error:
            raise self._failed(f"{error.strerror or error}") from error
        self._deadline_s = time.monotonic() + _LIMIT_S + len(text.split()) * _WORDS_A_SECOND

    def is_speaking(self) -> bool:
        """Return whether it is still speaking.

        Raises:
            MachineFailure: It failed, or hangs; it is not tried again.
        """
        if self._child is None:
            return False
        code = self._child.poll()
        if code is None and time.monotonic() < self._deadline_s:
            return True
        self.stop()
        if code != 0:
            raise self._failed("it hangs" if code is None else f"it ended with code {code}")
        return False

    def stop(self) -> None:
        """Stop speaking."""
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if self._program and self._program.silencer:
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                subprocess.run(self._program.silencer, check=False, timeout=_STOP_S, capture_output=True)

    def _failed(self, reason: str) -> MachineFailure:
        name = self._program.name if self._program else "the voice"
        self._program = None
        return MachineFailure(
            f"{name} could not speak ({reason})",
            kept="questions are shown",
            fix=f"test {name} in a terminal, or leave --speak out",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
