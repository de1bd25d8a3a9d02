"""`cuecard decrypt`: decrypts a saved session, or a recording into one WAVE file per source."""

from __future__ import annotations

from pathlib import Path

from bus.failures import InputFailure, MachineFailure, UsageFailure
from session import encryption
from session.recorder.unpack import key_file, unpack
from session.transcript.new_file import write_new

_LARGEST_BYTES = 64 << 20
"""A larger file is no saved session; recordings are read in pieces."""


def decrypt(path: Path, passphrase_file: Path | None, output: Path | None = None) -> tuple[list[Path], bool]:
    """Decrypt a file; no existing file is replaced.

    Args:
        path: The encrypted file.
        passphrase_file: File with the passphrase; it is asked for otherwise.
        output: The new file, or the folder for those of a recording; without it beside the encrypted file.

    Returns:
        The new files, and whether all was read; a recording that was cut off is read to its end.

    Raises:
        UsageFailure: Its name does not end in .age, or the passphrase is missing.
        InputFailure: It is no encrypted file, or the passphrase is wrong.
        MachineFailure: A file cannot be read or written.
    """
    if path.suffix != encryption.SUFFIX:
        raise UsageFailure(
            f"{path} does not end in {encryption.SUFFIX}",
            kept="it is untouched",
            fix="give an encrypted session or recording",
        )
    key = key_file(path)
    body = _read(key if key.exists() else path)
    if len(body) > _LARGEST_BYTES:
        raise InputFailure(f"{path} is too large for a saved session", kept="it is untouched")
    plain = encryption.decrypt(body, encryption.known_passphrase(passphrase_file))
    if key.exists():
        return unpack(path, plain.decode(errors="replace"), output or path.parent)
    wanted = output or path.with_suffix("")
    try:
        return [write_new(wanted, plain)], True
    except OSError as error:
        raise MachineFailure(
            f"{wanted} cannot be written ({error.strerror or error})", kept="the encrypted file"
        ) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise MachineFailure(
            f"{path} cannot be read ({error.strerror or error})",
            kept="nothing was changed",
            fix="check its path",
        ) from error
