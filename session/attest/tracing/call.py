"""Parses a system call from a line of `strace -ttt -xx -yy`. Pure.

Strings are in hexadecimal, so that quotes and brackets are never part of them.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property

_CALL = re.compile(r"(?:(\d+\.\d+) )?(\w+)\((.*)\)\s*= (.*)", re.DOTALL)
_KILLED = re.compile(r"(?:(\d+\.\d+) )?\+\+\+ killed by (\w+)(.*) \+\+\+")
_NO_CALL = re.compile(r"(?:\d+\.\d+ )?(\+\+\+ exited with|--- SIG)")
_HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_DESCRIPTOR = re.compile(r"(\d+|AT_FDCWD)<((?:[^<>-]|->|-(?!>)|<[^<>]*>)*)>")
_PATH = re.compile(r'(?:(?:\d+|AT_FDCWD)<[^"]*>, )?"((?:\\x[0-9a-f]{2})*)"')
_BRACKETS = re.compile(r"[(\[{<,]|(?<![-=])[)\]}>]")
_CLOSING = ")]}>"


@dataclass(frozen=True)
class Call:
    """A system call and its result."""

    name: str
    arguments: str
    result: str
    at_s: float = 0.0
    """When it began."""

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

    @cached_property
    def parts(self) -> list[str]:
        """Its arguments, as strace prints them."""
        parts, depth, begin = [], 0, 0
        for found in _BRACKETS.finditer(self.arguments):
            sign = found[0]
            if sign == "," and not depth:
                parts.append(self.arguments[begin : found.start()].strip())
                begin = found.end()
            elif sign != ",":
                depth += -1 if sign in _CLOSING else 1
        return [*parts, self.arguments[begin:].strip()]

    def part(self, place: int) -> str:
        """Return an argument; empty when there is none at this place."""
        return self.parts[place] if place < len(self.parts) else ""

    def flags(self, place: int) -> set[str]:
        """Return the flags in an argument: "O_RDONLY", "O_CLOEXEC"."""
        return set(self.part(place).split("|"))

    def target(self, place: int = 0) -> str:
        """Return the target of the descriptor in an argument: a path, "TCP:[…]", "pipe:[…]"."""
        found = _DESCRIPTOR.match(self.part(place) if place else self.arguments)
        return readable(found[2]) if found else ""

    @property
    def opened(self) -> str:
        """The target of the returned descriptor."""
        found = _DESCRIPTOR.match(self.result)
        return readable(found[2]) if found else ""

    @property
    def descriptors(self) -> list[str]:
        """The targets of all descriptors in its arguments."""
        return [readable(found[2]) for found in _DESCRIPTOR.finditer(self.arguments)]

    @cached_property
    def path(self) -> str:
        """The path in its first or second argument, absolute; empty when it names a descriptor only."""
        found = _PATH.match(self.arguments)
        if found is None or not found[1]:
            return ""
        return posixpath.join(self.target(), readable(found[1]))

    @cached_property
    def strings(self) -> list[bytes]:
        """Its strings, without those that name descriptors."""
        return [_bytes(text) for text, _ in _STRING.findall(_DESCRIPTOR.sub("", self.arguments))]

    @property
    def is_complete(self) -> bool:
        """Whether strace printed every string in full."""
        return '"...' not in self.arguments

    def __str__(self) -> str:
        shown = readable(f"{self.name}({self.arguments})")
        cut = f"{shown[:_SHOWN]}{'…)' if len(shown) > _SHOWN else ''} = {readable(self.result)}"
        return "".join(each if each.isprintable() else "·" for each in cut)


_SHOWN = 160


KILLED, UNKNOWN = "killed by", "unknown"
"""Names of the calls that stand for a signal that ended a process, and for a line that cannot be parsed."""


def parse(line: str) -> Call | None:
    """Return the call in a line of strace's output; None for signals and exits."""
    found = _CALL.match(line)
    if found:
        return Call(found[2], found[3], found[4].strip(), float(found[1] or 0))
    if found := _KILLED.match(line):
        return Call(KILLED, f"{found[2]}{found[3]}", "?", float(found[1] or 0))
    return None if _NO_CALL.match(line) else Call(UNKNOWN, line, "?")


def readable(text: str) -> str:
    """Return strace's text with its hexadecimal strings decoded."""
    return _HEX.sub(lambda found: _bytes(found[0]).decode(errors="replace"), text)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
