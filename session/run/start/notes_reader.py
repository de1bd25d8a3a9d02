"""Reads the user's notes in a sandboxed process: `python -m session.run.start.notes_reader`.

The readers of .pdf and .docx files are large programs that parse files from anywhere, so the supervisor,
which has keys and will have the transcript, does not run them. It gets the names in the notes, and no text;
`cuecard note` gets the texts, for the running session.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bus.failures import Failure, InputFailure
from bus.process.environment import inherited
from bus.process.lifecycle import report_crash
from bus.process.private_memory import forbid_memory_access
from bus.run import Run
from bus.sandbox import Sandbox
from bus.sandbox.rights import Rights
from llm.notes.index.passages import cut
from llm.notes.read.note_files import read_notes
from session.run.start.vocabulary import names_in
from stt.engines.prompt import PromptBuilder

_TIMEOUT_S = 60.0
_MOST_NAMES = 500
_RIGHTS = Rights(settings=("notes.paths", "notes.tokenizer"), grows_files=False)


class NotesRequest(msgspec.Struct, frozen=True):
    """What to read."""

    paths: list[str]
    tokenizer: str
    """Whisper's tokenizer, which separates rare words from common ones; empty to collect no names."""
    texts: bool = False
    """Whether to return the texts."""


class NotesReply(msgspec.Struct, frozen=True):
    """What is in the notes, or why they cannot be read."""

    names: list[str] = []
    """The names in them, the most frequent first."""
    files: int = 0
    passages: int = 0
    texts: list[tuple[str, str]] = []
    """Name and text of each file, if they were requested."""
    remarks: list[str] = []
    """What was left out."""
    problem: str = ""
    kept: str = ""
    fix: str = ""


def read_names(paths: Sequence[str], tokenizer: Path | None) -> list[str]:
    """Return the names in these notes; none where their reader crashes, which the llm stage will report.

    Raises:
        InputFailure: A named file cannot be read, or no file in a folder can be.
    """
    reply = read(paths, tokenizer)
    if reply is None:
        return []
    if reply.problem:
        raise InputFailure(reply.problem, kept=reply.kept, fix=reply.fix)
    return reply.names


def read_texts(paths: Sequence[str]) -> NotesReply:
    """Return the texts of these notes, for a session that runs.

    Raises:
        InputFailure: A named file cannot be read, or no file in a folder can be.
    """
    reply = read(paths, texts=True)
    if reply is None or reply.problem:
        problem, fix = (reply.problem, reply.fix) if reply else ("the reader of notes crashed", "")
        raise InputFailure(problem, kept="the session keeps running, with the notes it has", fix=fix)
    return reply


def read(paths: Sequence[str], tokenizer: Path | None = None, *, texts: bool = False) -> NotesReply | None:
    """Return what is in these notes, with the names in them if there is a tokenizer; None if that crashes."""
    request = NotesRequest([*paths], str(tokenizer) if tokenizer else "", texts)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "session.run.start.notes_reader"],
            env=inherited(os.environ, ()),
            input=msgspec.json.encode(request),
            stdout=subprocess.PIPE,
            timeout=_TIMEOUT_S,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=NotesReply)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError):
        return None


def main() -> None:
    """Enter the sandbox, read, print."""
    forbid_memory_access()
    report_crash("notes")
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=NotesRequest)
    tables = {"notes": {"paths": request.paths, "tokenizer": request.tokenizer}}
    Sandbox(_RIGHTS, Run(Path("/nonexistent"), tables), "notes").enforce()
    try:
        reply = _reply(request)
    except Failure as failure:
        reply = NotesReply(problem=failure.problem, kept=failure.kept, fix=failure.fix)
    sys.stdout.buffer.write(msgspec.json.encode(reply))


def _reply(request: NotesRequest) -> NotesReply:
    found = read_notes(request.paths)
    notes = found.notes
    names: list[str] = []
    if request.tokenizer:
        count = PromptBuilder(Path(request.tokenizer), multilingual=True).count
        names = names_in([note.text for note in notes], count)[:_MOST_NAMES]
    texts = [(note.name, note.text) for note in notes] if request.texts else []
    return NotesReply(names, len(notes), len(cut(notes)), texts, [*map(str, found.remarks)])


if __name__ == "__main__":
    main()
