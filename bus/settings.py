"""Settings: one TOML file, one table a stage, decoded once into frozen structs.

A value comes from, in this order: a flag, an environment variable (CUECARD_STT_MODEL for `model` in
`[stt]`), the user's file, the default. A name nobody knows is refused, with the nearest one that exists.
This module knows no setting; each stage declares its own struct and the session puts them together.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from bus.failures import SettingsFailure

ENVIRONMENT_PREFIX = "CUECARD_"

LARGEST_BYTES = 1 << 18
"""Of a file of settings."""

_DEEP_NAME = re.compile(r"(?<![\w-])(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+){50}")
"""Names of so many parts take the parser a time that grows with their square."""

Schema = Mapping[str, type[msgspec.Struct]]
Tables = dict[str, dict[str, Any]]


def load(
    schema: Schema,
    *,
    file: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, Mapping[str, Any]],
) -> dict[str, msgspec.Struct]:
    """Return every table of `schema`, decoded.

    Args:
        schema: The struct of each table.
        file: The user's TOML file; may be missing.
        environment: Usually `os.environ`.
        flags: Values given on the command line, by table; None means not given.

    Raises:
        SettingsFailure: The file is no TOML, a name is unknown or a value does not fit.
    """
    tables: Tables = {name: {} for name in schema}
    _merge(tables, _from_file(schema, file))
    _merge(tables, _from_environment(schema, environment))
    for name, table in flags.items():
        tables[name].update({key: value for key, value in table.items() if value is not None})
    return {name: _decode(name, schema[name], tables[name], file) for name in schema}


def tables_in(body: bytes) -> dict[str, Any]:
    """Return what a TOML document holds, in a time that no document can make long.

    Raises:
        ValueError: It is no TOML, or larger or deeper than settings are.
    """
    if len(body) > LARGEST_BYTES:
        raise ValueError(f"it is larger than {LARGEST_BYTES >> 10} KiB")
    text = body.decode("utf-8")
    if _DEEP_NAME.search(text):
        raise ValueError("a name in it has too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("values in it are nested too deeply") from error


def _from_file(schema: Schema, file: Path | None) -> Tables:
    if file is None or not file.exists():
        return {}
    try:
        with file.open("rb") as handle:
            tables = tables_in(handle.read(LARGEST_BYTES + 1))
    except (OSError, ValueError) as error:
        raise SettingsFailure(
            f"{file} cannot be read as TOML ({error})", kept="the file is untouched", todo="mend that line"
        ) from error
    for name, table in tables.items():
        if name not in schema:
            raise _unknown(f"table [{name}]", name, schema, file)
        if not isinstance(table, dict):
            raise SettingsFailure(
                f"{file}: {name} must be a table", todo=f"write [{name}] above its settings"
            )
        fields = schema[name].__struct_fields__
        for key in table:
            if key not in fields:
                raise _unknown(f"setting {key!r} in [{name}]", key, fields, file)
    return tables


def _from_environment(schema: Schema, environment: Mapping[str, str]) -> Tables:
    tables: Tables = {}
    for name, kind in schema.items():
        for field in kind.__struct_fields__:
            value = environment.get(f"{ENVIRONMENT_PREFIX}{name}_{field}".upper())
            if value is not None:
                tables.setdefault(name, {})[field] = value
    return tables


def _merge(tables: Tables, more: Tables) -> None:
    for name, table in more.items():
        tables[name].update(table)


def _decode(
    name: str, kind: type[msgspec.Struct], table: dict[str, Any], file: Path | None
) -> msgspec.Struct:
    try:
        return msgspec.convert(table, kind, strict=False)  # an environment variable's "2" may become 2
    except msgspec.ValidationError as error:
        raise SettingsFailure(
            f"the settings in [{name}] do not fit: {error}",
            kept="nothing was started",
            todo=f"mend it in {file or 'the flags'} or in the environment",
        ) from error


def _unknown(what: str, name: str, known: Iterable[str], file: Path) -> SettingsFailure:
    known = sorted(known)
    nearest = difflib.get_close_matches(name, known, n=1)
    todo = f"did you mean {nearest[0]!r}?" if nearest else f"known are {', '.join(known)}"
    return SettingsFailure(f"{file}: there is no {what}", kept="nothing was started", todo=todo)
