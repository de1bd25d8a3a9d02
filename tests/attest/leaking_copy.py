"""Builds copies of the program that leak words or audio.

A leak's code runs whenever its process gets words (`text`) or audio (`sound`). Its errors are ignored: what
the kernel refuses must be found as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PLACES = {
    "session": ("session/run/end/statistics.py", "                self.utterances += 1\n", "final.text"),
    "llm": ("llm/__main__.py", "                reported |= _reported(logged.event)\n", "logged.event"),
    "stt": ("stt/events.py", "    return FinalTranscribed(\n", "text"),
    "view": ("session/view/json_lines.py", "        if logged.seq:\n", "logged.event"),
    "overlay": ("overlay/state/captions.py", "        self.practice.apply(logged)\n", "logged.event"),
    "hub": ("bus/log/session_log.py", "        self._events.append(logged)\n", "logged.event"),
    "vad": (
        "vad/detectors.py",
        "        size = self._CONTEXT_SAMPLES + self.window_samples\n",
        "samples.tobytes()",
    ),
    "capture": ("capture/ring_feed.py", "        self._ring.write(samples)\n", "samples.tobytes()"),
}
"""Where each kind of process gets words, an event that may have words, or audio."""

LEAKS = "bus/leaks.py"
_LEAKS_HEAD = """
import base64, codecs, contextlib, ctypes, mmap, os, resource, socket, subprocess, sys, zlib
from pathlib import Path
LIBC = ctypes.CDLL(None, use_errno=True)

def run(kind, given):
    if not isinstance(given, (str, bytes)):  # an event
        given = given.text if hasattr(given, "retried") else ""
    for leak in LEAKS[kind] if given else ():
        with contextlib.suppress(Exception):
            leak(given)
"""
"""The leaks are functions of a module of their own, which every process of the copy can import."""


@dataclass(frozen=True)
class Mutant:
    """A copy of the program that leaks, and what must be found."""

    name: str
    kind: str
    """The process that leaks."""
    code: str
    """Its code, with `text` or `sound`; empty when lines are changed instead."""
    found: str
    changes: tuple[tuple[str, str, str], ...] = ()
    """File, text, and its replacement."""


def apply(tree: Path, mutants: tuple[Mutant, ...]) -> None:
    """Change a copy of the program."""
    changes = [change for mutant in mutants for change in mutant.changes]
    kinds = {mutant.kind for mutant in mutants if mutant.code}
    for kind in kinds:
        file, line, given = PLACES[kind]
        indent = line[: len(line) - len(line.lstrip())]
        changes.append((file, line, f"{indent}__import__('bus.leaks').leaks.run({kind!r}, {given})\n{line}"))
    for file, line, instead in changes:
        _change(tree / file, line, instead)
    parts = [_LEAKS_HEAD]
    for number, mutant in enumerate(mutants):
        body = "".join(f"    {line}\n" for line in mutant.code.splitlines()) or "    pass\n"
        parts.append(f"def leak_{number}(text):\n    sound = text\n{body}")
    listed = {
        kind: [
            f"leak_{number}" for number, mutant in enumerate(mutants) if mutant.code and mutant.kind == kind
        ]
        for kind in kinds
    }
    table = ", ".join(f"{kind!r}: [{', '.join(names)}]" for kind, names in listed.items())
    (tree / LEAKS).write_text("\n".join([*parts, f"LEAKS = {{{table}}}\n"]))


def _change(file: Path, line: str, instead: str) -> None:
    text = file.read_text()
    assert text.count(line) == 1, f"{file} has changed: update the mutant"
    file.write_text(text.replace(line, instead))
