"""Parses a system call from a line of `strace -xx -yy`. Pure.

Strings are in hexadecimal, so that quotes and brackets are never part of them.
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
    """A system call and its result."""

    name: str
    arguments: str
    result: str

    @property
    def failed(self) -> bool:
        """Whether it returned an error, or did not return."""
        return self.result.startswith(("-1", "?"))

    @property
    def error(self) -> str:
        """The error's name: "EINVAL"."""
        return self.result.split()[1] if self.result.startswith("-1 ") else ""

    @property
    def number(self) -> int:
        """Its return value."""
        found = re.match(r"-?\d+", self.result)
        return int(found[0]) if found else -1

    @property
    def descriptor(self) -> int:
        """The descriptor in its first argument; -1 if there is none."""
        found = _DESCRIPTOR.match(self.arguments)
        return int(found[1]) if found else -1

    @property
    def target(self) -> str:
        """The target of the descriptor in its first argument: a path, "TCP:[…]", "pipe:[…]"."""
        found = _DESCRIPTOR.match(self.arguments)
        return readable(found[2]) if found else ""

    @property
    def last_descriptor(self) -> str:
        """The target of the last descriptor among its arguments, such as the mapped file."""
        found = _DESCRIPTOR.findall(self.arguments)
        return readable(found[-1][1]) if found else ""

    @property
    def opened(self) -> str:
        """The target of the returned descriptor."""
        found = _DESCRIPTOR.match(self.result)
        return readable(found[2]) if found else ""

    @property
    def strings(self) -> list[bytes]:
        """Its strings, without those that name the first descriptor."""
        found = _DESCRIPTOR.match(self.arguments)
        rest = self.arguments[found.end() :] if found else self.arguments
        return [_bytes(text) for text, _ in _STRING.findall(rest)]

    @property
    def is_complete(self) -> bool:
        """Whether strace printed every string in full."""
        return '"...' not in self.arguments


def parse(line: str) -> Call | None:
    """Return the call in a line of strace's output; None for signals and exits."""
    found = _CALL.match(line)
    return Call(found[1], found[2], found[3].strip()) if found else None


def readable(text: str) -> str:
    """Return strace's text with its hexadecimal strings decoded."""
    return _HEX.sub(lambda found: _bytes(found[0]).decode(errors="replace"), text)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
