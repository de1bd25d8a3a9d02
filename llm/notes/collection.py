"""The notes of a session: those of its start, and those added while it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bus.failures import ModelFailure
from bus.messages import NoteAdded, NotesLoaded
from llm.notes.read.note_files import Note
from llm.notes.search import Notes, open_notes


class NoteCollection:
    """The files of notes, and the search over them.

    Args:
        files: The notes of the start.
        meaning_model_path: Folder of an embedding model; empty to search by words only.
        report: Called, on another thread, when that model cannot be used.
    """

    def __init__(
        self, files: Sequence[Note], meaning_model_path: str, report: Callable[[ModelFailure], None]
    ) -> None:
        self._at_start, self._added = files, dict[str, Note]()
        self._meaning_model_path, self._report = meaning_model_path, report
        self._has_changed = False
        self.notes = self._open()
        """The search."""

    def add(self, event: NoteAdded) -> None:
        """Add a file, in place of an added one of the same name."""
        self._added[event.name] = Note(event.name, event.text)
        self._has_changed = True

    def refreshed(self) -> bool:
        """Search the files that were added, too; return whether there are any since the last call."""
        has_changed, self._has_changed = self._has_changed, False
        if has_changed:
            self.notes = self._open()
        return has_changed

    def loaded(self) -> NotesLoaded:
        """Return the event that lists all files."""
        return NotesLoaded(files=[note.name for note in self._files], passages=len(self.notes))

    @property
    def _files(self) -> list[Note]:
        return [*self._at_start, *self._added.values()]

    def _open(self) -> Notes:
        return open_notes(self._files, self._meaning_model_path, self._report)
