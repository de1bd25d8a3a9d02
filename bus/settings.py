"""Loads settings: one TOML file, one table per stage, decoded into frozen structs.

A value comes from, in this order: a flag, an environment variable (CUECARD_STT_MODEL for `model` in `[stt]`),
the user's file, the default. An unknown name is an error that suggests the nearest known one. This module
declares no setting; each stage declares its own struct and `session.settings` combines them.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from bus.failures import SettingsFailure

ENVIRONMENT_PREFIX = "CUECARD_"

LARGEST_BYTES = 1 << 18
"""Largest settings file."""

_DEEP_NAME = re.compile(r"(?<![\w-])(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+){50}")
"""Dotted names with many parts; the parser's time grows with the square of their number."""

PathText = Annotated[str, msgspec.Meta(extra={"path_after": ""})]
"""Type of settings that name a file or folder: "~" and variables such as $HOME are expanded."""

SourceText = Annotated[str, msgspec.Meta(extra={"path_after": "file:"})]
"""Type of a source specification, which may be "file:" and a path."""


@dataclass(frozen=True)
class Flag:
    """The command-line option of a setting, in the `Annotated` type of its field; msgspec ignores it."""

    name: str
    """As Typer takes it: "--pace", or "--speak/--no-speak"."""
    help: str
    metavar: str | None = None
    """What a value is called; None where the help lists the values."""
    short: str | None = None
    values: tuple[str, ...] = ()
    """The values that may be given; all of the setting's when empty."""


Schema = Mapping[str, type[msgspec.Struct]]
Tables = dict[str, dict[str, Any]]


class _PolicyTable(msgspec.Struct):
    """The table [policy] of a policy."""

    by: str = ""


@dataclass(frozen=True)
class Policy:
    """Settings that the administrator of the computer locked."""

    by: str
    """Who, as they call themselves."""
    file: Path
    tables: Tables


def load(
    schema: Schema,
    *,
    file: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, Mapping[str, Any]],
    policy: Policy | None = None,
) -> dict[str, msgspec.Struct]:
    """Decode every table of `schema`.

    Args:
        schema: The struct of each table.
        file: The user's TOML file; may be missing.
        environment: Usually `os.environ`.
        flags: Values given on the command line, by table; None means not given.
        policy: Values that take precedence over all others.

    Raises:
        SettingsFailure: The file is not TOML, a name is unknown, or a value is invalid or locked to another.
    """
    from_flags = {
        name: {key: value for key, value in flags.get(name, {}).items() if value is not None}
        for name in schema
    }
    from_environment = _from_environment(schema, environment)
    given = [
        (str(file), _from_file(schema, file)),
        ("the environment", from_environment),
        ("the command line", from_flags),
    ]
    tables: Tables = {name: {} for name in schema}
    origins: dict[tuple[str, str], str] = {}
    for origin, more in given:
        for name, table in more.items():
            tables[name].update(table)
            origins.update({(name, key): origin for key in table})
    if policy is not None:
        for name, table in policy.tables.items():
            _check_locked(name, table, {**from_environment.get(name, {}), **from_flags[name]}, policy)
            tables[name].update(table)
            origins.update({(name, key): str(policy.file) for key in table})
    return {name: _decode(name, schema[name], tables[name], origins) for name in schema}


def load_policy(schema: Schema, file: Path) -> Policy | None:
    """Return the policy of a file; None if there is none.

    Raises:
        SettingsFailure: It is not TOML, a name is unknown, or nothing says by whom it is.
    """
    tables = _from_file({**schema, "policy": _PolicyTable}, file)
    if not tables:
        return None
    by = str(tables.pop("policy", {}).get("by", "")).strip()
    if not by.isprintable() or not by:
        raise _invalid(f"{file} does not say by whom it is", 'write by = "…" under [policy]')
    return Policy(by, file, tables)


def expanded(path: str) -> str:
    """Return a path with "~" and variables such as $HOME expanded; unknown ones stay."""
    return os.path.expanduser(os.path.expandvars(path))  # noqa: PTH111 - Path's own raises where there is no home


def tables_in(body: bytes) -> dict[str, Any]:
    """Parse a TOML document in bounded time.

    Raises:
        ValueError: It is not TOML, or too large or too deeply nested.
    """
    if len(body) > LARGEST_BYTES:
        raise ValueError(f"it is larger than {LARGEST_BYTES >> 10} KiB")
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in body[:64]:
        raise ValueError("it is UTF-16 or not text; save it as UTF-8")
    try:
        text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line} is not UTF-8 text; save it as UTF-8") from error
    if _DEEP_NAME.search(text):
        raise ValueError("a name in it has too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("values in it are nested too deeply") from error


def _from_file(schema: Schema, file: Path | None) -> Tables:
    if file is None:
        return {}
    try:
        with file.open("rb") as handle:
            tables = tables_in(handle.read(LARGEST_BYTES + 1))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsFailure(
            f"the settings file {file} cannot be read: {error.strerror or error}",
            kept="nothing was started",
            fix="check the path and its permissions",
        ) from error
    except ValueError as error:
        raise SettingsFailure(
            f"{file} cannot be read as TOML ({error})",
            kept="nothing was started, and the file is untouched",
            fix="write a path with backslashes in 'single quotes'"
            if "Unescaped '\\'" in str(error)
            else "correct that line",
        ) from error
    for name, table in tables.items():
        if name not in schema:
            raise _unknown_table(name, table, schema, file)
        if not isinstance(table, dict):
            raise SettingsFailure(
                f"{file}: {name} must be a table",
                kept="nothing was started",
                fix=f"write [{name}] above its settings",
            )
        for key in table:
            if key not in schema[name].__struct_fields__:
                raise _unknown(f"{file}: there is no setting {key!r} in [{name}]", key, name, schema)
    return tables


def _check_locked(name: str, locked: Mapping[str, Any], given: Mapping[str, Any], policy: Policy) -> None:
    """Refuse another value on the command line or in the environment; the user's file gives way."""
    for key, value in locked.items():
        if key in given and str(given[key]) != str(value):
            raise SettingsFailure(
                f"{key} in [{name}] is locked to {value!r} by {policy.by}",
                kept="nothing was started",
                fix=f"leave it out of the command line and the environment; it is set in {policy.file}",
            )


def _from_environment(schema: Schema, environment: Mapping[str, str]) -> Tables:
    tables: Tables = {}
    for variable, value in environment.items():
        table, _, key = variable.removeprefix(ENVIRONMENT_PREFIX).lower().partition("_")
        if not variable.startswith(ENVIRONMENT_PREFIX) or table not in schema:
            continue
        if key not in schema[table].__struct_fields__:
            problem = f"environment variable {variable} is unknown: there is no setting {key!r} in [{table}]"
            raise _unknown(problem, key, table, schema)
        tables.setdefault(table, {})[key] = value
    return tables


def _decode(
    name: str, kind: type[msgspec.Struct], table: dict[str, Any], origins: Mapping[tuple[str, str], str]
) -> msgspec.Struct:
    fields = {field.name: field.type for field in _fields(kind)}
    table = {key: _expanded_value(fields[key], value) for key, value in table.items() if key in fields}
    try:
        return msgspec.convert(table, kind, strict=False)  # converts an environment variable's "2" to 2
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        key = re.match(r"\.(\w+)", path)
        if key is None or key[1] not in table:
            raise _invalid(f"invalid settings in [{name}]: {what}", "correct them") from error
        origin = origins.get((name, key[1]), "the settings")
        expected = _expected(fields[key[1]]) or what.replace("`", "").lower()
        raise _invalid(
            f"{key[1]} in [{name}] cannot be {table[key[1]]!r}: {expected}", f"correct it in {origin}"
        ) from error


def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.inspect.Field, ...]:
    described = msgspec.inspect.type_info(kind)
    assert isinstance(described, msgspec.inspect.StructType)
    return described.fields


def _expanded_value(kind: msgspec.inspect.Type, value: Any) -> Any:
    """Return a value with its paths expanded, if its type contains paths."""
    match kind, value:
        case msgspec.inspect.Metadata(extra={"path_after": prefix}), str() if value.startswith(prefix):
            return prefix + expanded(value.removeprefix(prefix))
        case msgspec.inspect.ListType(item_type=inner), list():
            return [_expanded_value(inner, each) for each in value]
        case msgspec.inspect.DictType(value_type=inner), dict():
            return {key: _expanded_value(inner, each) for key, each in value.items()}
        case _:
            return value


def _expected(kind: msgspec.inspect.Type) -> str:
    """Describe a number's type and range; "" where the type is not a number or has no range."""
    if not isinstance(kind, msgspec.inspect.IntType | msgspec.inspect.FloatType):
        return ""
    lowest, highest = (
        (kind.ge if kind.ge is not None else kind.gt),
        (kind.le if kind.le is not None else kind.lt),
    )
    if lowest is None or highest is None:
        return ""
    what = "a whole number" if isinstance(kind, msgspec.inspect.IntType) else "a number"
    above = " more than" if kind.gt is not None else " from"
    return f"it must be {what}{above} {lowest:g} {'and at most' if kind.gt is not None else 'to'} {highest:g}"


def _invalid(problem: str, fix: str) -> SettingsFailure:
    return SettingsFailure(problem, kept="nothing was started", fix=fix)


def _unknown_table(name: str, value: object, schema: Schema, file: Path) -> SettingsFailure:
    holders = [table for table, kind in schema.items() if name in kind.__struct_fields__]
    if holders and not isinstance(value, dict):
        problem = f"{file}: {name!r} is outside any table"
        return _invalid(problem, f"write it under {' or '.join(f'[{table}]' for table in holders)}")
    return _invalid(f"{file}: there is no table [{name}]", _nearest(name, schema))


def _unknown(problem: str, key: str, table: str, schema: Schema) -> SettingsFailure:
    holders = [name for name, kind in schema.items() if name != table and key in kind.__struct_fields__]
    if holders:
        return _invalid(problem, f"it belongs in {' or '.join(f'[{name}]' for name in holders)}")
    return _invalid(problem, _nearest(key, schema[table].__struct_fields__))


def _nearest(name: str, known: Iterable[str]) -> str:
    known = sorted(known)
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {nearest[0]!r}?" if nearest else f"valid names: {', '.join(known)}"
