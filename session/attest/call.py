"""One system call as strace prints it with `-xx -yy`: read, not judged. Pure.

Every string is in hexadecimal there, so quotes and brackets mean what they seem to mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CALL = re.compile(r"(\w+)\((.*)\)\s+= (.*)", re.DOTALL)
_HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_DESCRIPTOR = re.compile(r"(\d+)<((?:[^<>-]|->|-(?!>)|<[^<>]*>)*)>")


@dataclass(frozen=True)
class Call:
    """A system call and what came of it."""

    name: str
    arguments: str
    result: str

    @property
    def failed(self) -> bool:
        """Whether the kernel refused it, or it never came back."""
        return self.result.startswith(("-1", "?"))

    @property
    def error(self) -> str:
        """Why it failed: "EINVAL"."""
        return self.result.split()[1] if self.result.startswith("-1 ") else ""

    @property
    def number(self) -> int:
        """What it returned."""
        found = re.match(r"-?\d+", self.result)
        return int(found[0]) if found else -1

    @property
    def descriptor(self) -> int:
        """The descriptor that is its first argument; -1 where there is none."""
        found = _DESCRIPTOR.match(self.arguments)
        return int(found[1]) if found else -1

    @property
    def target(self) -> str:
        """What the descriptor in its first argument stands for: a path, "TCP:[…]", "pipe:[…]"."""
        found = _DESCRIPTOR.match(self.arguments)
        return readable(found[2]) if found else ""

    @property
    def last_descriptor(self) -> str:
        """What the last descriptor among its arguments stands for, such as the file that is mapped."""
        found = _DESCRIPTOR.findall(self.arguments)
        return readable(found[-1][1]) if found else ""

    @property
    def opened(self) -> str:
        """What the descriptor that it returned stands for."""
        found = _DESCRIPTOR.match(self.result)
        return readable(found[2]) if found else ""

    @property
    def strings(self) -> list[bytes]:
        """Its strings, those that name the first descriptor left out."""
        found = _DESCRIPTOR.match(self.arguments)
        rest = self.arguments[found.end() :] if found else self.arguments
        return [_bytes(text) for text, _ in _STRING.findall(rest)]

    @property
    def is_whole(self) -> bool:
        """Whether strace printed all of every string."""
        return '"...' not in self.arguments


def parse(line: str) -> Call | None:
    """Return the call in a line of strace's output; None where there is none (signals, exits)."""
    found = _CALL.match(line)
    return Call(found[1], found[2], found[3].strip()) if found else None


def readable(text: str) -> str:
    """Return strace's text with its hexadecimal strings as letters."""
    return _HEX.sub(lambda found: _bytes(found[0]).decode(errors="replace"), text)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
