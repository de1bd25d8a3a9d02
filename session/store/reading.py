"""Opens sessions of the store; asks for the passphrase of encrypted ones once."""

from __future__ import annotations

from pathlib import Path

from bus.failures import InputFailure, UsageFailure
from session import encryption
from session.store.entry import Entry
from session.transcript.saved_session import LARGEST_BYTES, SavedSession, decode


class Reader:
    """Opens sessions.

    Args:
        passphrase_file: File with the passphrase; it is asked for when it is first needed otherwise.
    """

    def __init__(self, passphrase_file: Path | None) -> None:
        self._file = passphrase_file
        self._passphrase: str | None = None

    def read(self, entry: Entry) -> SavedSession:
        """Return a session.

        Raises:
            UsageFailure: It has another format than JSON, or there is no way to ask for the passphrase.
            InputFailure: It cannot be read, it is damaged, or the passphrase is wrong.
        """
        if entry.format != "json":
            raise UsageFailure(
                f"{entry.name} is not JSON, which alone Cuecard can open again", kept="it is untouched"
            )
        return self.open(entry.path)

    def open(self, path: Path) -> SavedSession:
        """Return the session of a file, which may come from anyone.

        Raises:
            InputFailure: It cannot be read, it is damaged or too large, or the passphrase is wrong.
        """
        body = _read(path)
        return decode(encryption.decrypt(body, self.passphrase()) if encryption.is_encrypted(path) else body)

    def passphrase(self) -> str:
        """Return the passphrase."""
        if self._passphrase is None:
            self._passphrase = encryption.known_passphrase(self._file)
        return self._passphrase


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise InputFailure(f"there is no file {path}", kept="nothing was opened", fix="check its path")
        with path.open("rb") as opened:
            body = opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InputFailure(
            f"{path} cannot be read ({error.strerror or error})",
            kept="nothing was opened",
            fix="check its permissions",
        ) from error
    if len(body) > LARGEST_BYTES:
        raise InputFailure(
            f"{path} is larger than {LARGEST_BYTES >> 20} MiB",
            kept="it is untouched",
            fix="give another file",
        )
    return body
