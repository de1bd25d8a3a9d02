"""Prepares the recording of a session: the encrypted file and its key.

The recording is encrypted to a key that is made for it. The key is stored beside it, encrypted with a
passphrase; the recorder gets neither.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pyrage

from bus.failures import MachineFailure, UsageFailure
from bus.stages.plan import StagePlan
from bus.stages.table import RECORDER
from overlay.texts.translation import _, number
from session import encryption
from session.recorder import FILE_VARIABLE, RECIPIENT_VARIABLE
from session.recorder.unpack import key_file
from session.transcript.new_file import first_free


def check(path: Path, *, is_live: bool) -> None:
    """Check, before anything is asked, that a session can be recorded to `path`.

    Raises:
        UsageFailure: The name does not end in .age, there is nothing to record, or this system cannot do it.
    """
    if sys.platform == "win32":
        raise UsageFailure("sessions cannot be recorded on Windows yet", kept="nothing was started")
    if not is_live:
        raise UsageFailure(
            "there is no live device to record", kept="nothing was started", fix="leave out --record"
        )
    if path.suffix != encryption.SUFFIX:
        raise UsageFailure(
            f"{path} does not end in {encryption.SUFFIX}",
            kept="nothing was started",
            fix=f"recordings are encrypted with age: give a name such as call{encryption.SUFFIX}",
        )


class Recording:
    """The files of a recording, created for a recorder that starts later.

    Args:
        path: Where to record to; the next free name like it, if that exists.
        passphrase: It encrypts the key.

    Raises:
        MachineFailure: They cannot be created.
    """

    def __init__(self, path: Path, passphrase: str) -> None:
        identity = pyrage.x25519.Identity.generate()
        self._recipient = str(identity.to_public())
        key = encryption.encrypt(f"{identity}\n".encode(), passphrase)
        try:
            self._path = first_free(path.expanduser(), self._create)
            with os.fdopen(_new(key_file(self._path)), "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())  # without its key a recording is lost
        except OSError as error:
            raise MachineFailure(
                f"{path} cannot be written ({error.strerror or error})",
                kept="nothing was started",
                fix="give a folder that you can write to",
            ) from error

    def given_to(self, plans: Sequence[StagePlan]) -> list[StagePlan]:
        """Return the plans, with the file for the recorder."""
        return [self._writing(plan) if plan.kind == RECORDER else plan for plan in plans]

    @property
    def summary(self) -> str:
        """Where it is, and how large."""
        size = os.fstat(self._descriptor).st_size
        return _("{file}, {size} MB; its key is in {key}").format(
            file=self._path, size=number(size / 1e6, 1), key=key_file(self._path).name
        )

    def close(self) -> None:
        """Close the file; a recording that never began is removed where this process still may."""
        is_empty = not os.fstat(self._descriptor).st_size
        os.close(self._descriptor)
        if is_empty:
            with contextlib.suppress(OSError):
                self._path.unlink()
                key_file(self._path).unlink()

    def _create(self, path: Path) -> None:
        if key_file(path).exists():
            raise FileExistsError
        self._descriptor = _new(path)

    def _writing(self, plan: StagePlan) -> StagePlan:
        return dataclasses.replace(
            plan,
            descriptors=(*plan.descriptors, (FILE_VARIABLE, (self._descriptor,))),
            variables=(*plan.variables, (RECIPIENT_VARIABLE, self._recipient)),
        )


def _new(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
