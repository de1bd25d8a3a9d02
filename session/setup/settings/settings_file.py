"""Changes the user's settings file: comments, order and everything else in it are kept.

A file with a fault is never replaced, and neither is one by settings that the program would refuse.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from bus.failures import MachineFailure, SettingsFailure
from bus.settings import tables_in
from session import settings as all_settings

Changes = Mapping[tuple[str, str], Any]
"""New values by table and setting; None removes a setting, so that its default counts."""

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def stored_tables() -> dict[str, dict[str, Any]]:
    """Return what the user's file sets; empty if there is none.

    Raises:
        SettingsFailure: It has a fault.
    """
    file = all_settings.user_file()
    all_settings.load(None, {})
    return tables_in(file.read_bytes()) if file.exists() else {}


def store(changes: Changes) -> Path:
    """Write changes to the user's file, and return its path.

    Raises:
        SettingsFailure: The file has a fault, or a new value is refused; the file is untouched.
        MachineFailure: It cannot be written.
    """
    file = all_settings.user_file()
    all_settings.load(None, {})
    target = file.resolve()  # a link into a repository of dotfiles stays one
    try:
        body = target.read_bytes() if target.exists() else b""
        text = changed(body.decode("utf-8-sig"), changes)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(target, text)
    except OSError as error:
        raise MachineFailure(
            f"the settings cannot be written to {file} ({error.strerror or error})",
            kept="the file as it was",
            fix="check its permissions and the space on that disk",
        ) from error
    return file


def changed(text: str, changes: Changes) -> str:
    """Return a TOML document with changes. Pure.

    Raises:
        SettingsFailure: It is not TOML.
    """
    try:
        document = tomlkit.parse(text.removeprefix(_BOM))
        for (table, name), value in changes.items():
            if value is None:
                _remove(document, table, name)
            else:
                _set(document, table, name, value)
        return tomlkit.dumps(document)
    except TOMLKitError as error:
        raise SettingsFailure(
            f"the settings file cannot be changed ({error})",
            kept="the file as it was",
            fix="change it in a text editor",
        ) from error


def _set(document: MutableMapping[str, Any], table: str, name: str, value: Any) -> None:
    if table not in document:
        document[table] = tomlkit.table()
    present = document[table].get(name)
    if isinstance(value, Mapping) and isinstance(present, MutableMapping):
        for key in [key for key in present if key not in value]:
            del present[key]
        for key, each in value.items():
            if present.get(key) != each:
                present[key] = each
    elif present != value or isinstance(present, bool) is not isinstance(value, bool):
        document[table][name] = _item(value)


def _item(value: Any) -> Any:
    """Return a value as it is written into a table: a small table stays on its line."""
    if not isinstance(value, Mapping):
        return value
    inline = tomlkit.inline_table()
    inline.update(value)
    return inline


def _remove(document: MutableMapping[str, Any], table: str, name: str) -> None:
    with contextlib.suppress(KeyError):
        del document[table][name]


def _replace(target: Path, text: str) -> None:
    """Replace a file by this text, after the program has accepted it."""
    handle, name = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(text.encode())
            written.flush()
            os.fsync(written.fileno())
        try:
            all_settings.load(new, {})
        except SettingsFailure as failure:
            problem, fix = (text.replace(str(new), str(target)) for text in (failure.problem, failure.fix))
            raise SettingsFailure(problem, kept="the settings as they were", fix=fix) from failure
        if target.exists():
            new.chmod(target.stat().st_mode & 0o777)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
