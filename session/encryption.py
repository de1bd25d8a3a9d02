"""Encrypts what is saved with a passphrase, as age files; asks for passphrases."""

from __future__ import annotations

import sys
from pathlib import Path

import pyrage
import typer

from bus.failures import InputFailure, UsageFailure
from overlay.texts.translation import _

SUFFIX = ".age"
"""Suffix of an encrypted file."""

LEAST_CHARACTERS = 10
"""Length of the shortest passphrase; four words are easier to keep than eight signs."""

_NEW = _("New passphrase, at least {count} characters; without it the file cannot be read")
_AGAIN = _("Once more")
_PASSPHRASE = _("Passphrase")
_TOO_SHORT = _("That is too short. Four words are long enough, and easy to keep.")


def is_encrypted(path: Path) -> bool:
    """Return whether a file of this name is encrypted."""
    return path.suffix == SUFFIX


def encrypted_name(path: Path) -> Path:
    """Return the name of a file, encrypted: "talk.md.age"."""
    return path if is_encrypted(path) else path.with_name(f"{path.name}{SUFFIX}")


def encrypt(body: bytes, passphrase: str) -> bytes:
    """Return an age file with this content."""
    encrypted: bytes = pyrage.passphrase.encrypt(body, passphrase)
    return encrypted


def decrypt(body: bytes, passphrase: str) -> bytes:
    """Return the content of an age file.

    Raises:
        InputFailure: It is no age file, was changed or cut off, or the passphrase is wrong.
    """
    try:
        decrypted: bytes = pyrage.passphrase.decrypt(body, passphrase)
    except pyrage.DecryptError as error:
        raise InputFailure(
            f"the file cannot be decrypted ({error})",
            kept="it is untouched",
            fix="check the passphrase, and that the file is whole",
        ) from error
    return decrypted


def new_passphrase(file: Path | None) -> str:
    """Return a new passphrase, typed twice on the terminal or read from a file.

    Raises:
        UsageFailure: It is too short, or there is neither a file nor a terminal.
    """
    if file is not None:
        passphrase = _read(file)
        if len(passphrase) < LEAST_CHARACTERS:
            raise UsageFailure(
                f"the passphrase in {file} is too short",
                kept="nothing was started",
                fix=f"use {LEAST_CHARACTERS} characters or more; four words are easy to keep",
            )
        return passphrase
    _check_terminal()
    while True:
        prompt = _NEW.format(count=LEAST_CHARACTERS)
        typed: str = typer.prompt(prompt, hide_input=True, confirmation_prompt=_AGAIN, err=True)
        if len(typed) >= LEAST_CHARACTERS:
            return typed
        typer.echo(_TOO_SHORT, err=True)


def known_passphrase(file: Path | None) -> str:
    """Return the passphrase of an existing file, typed on the terminal or read from a file.

    Raises:
        UsageFailure: There is neither a file nor a terminal.
    """
    if file is not None:
        return _read(file)
    _check_terminal()
    typed: str = typer.prompt(_PASSPHRASE, hide_input=True, err=True)
    return typed


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFailure(
            f"the passphrase cannot be read from {file} ({error})",
            kept="nothing was started",
            fix="check its path",
        ) from error


def _check_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageFailure(
            "a passphrase is needed, and there is no terminal to ask on",
            kept="nothing was started",
            fix="start it in a terminal, or add --passphrase-file FILE",
        )
