"""Crosses settings: `stt.beam=1,5` and `vad.hangover_ms=300,700` are four variations."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bus.failures import UsageFailure
from bus.settings import Schema

Tables = dict[str, dict[str, Any]]


def variations(asked: Sequence[str], schema: Schema) -> list[dict[str, Any]]:
    """Return every combination of the given values, as `{"table.key": value}`.

    Args:
        asked: `table.key=value,value,…`; values as in TOML, bare words are strings.
        schema: The known tables.

    Raises:
        UsageFailure: An entry names no setting, or has no values.
    """
    columns = [_column(each, schema) for each in asked]
    return [dict(chosen) for chosen in itertools.product(*columns)]


def settings_text(base: Mapping[str, Mapping[str, Any]], variation: Mapping[str, Any]) -> str:
    """Return a settings file: a base with a variation's values."""
    tables: Tables = {name: dict(table) for name, table in base.items()}
    for name, value in variation.items():
        table, _, key = name.partition(".")
        tables.setdefault(table, {})[key] = value
    return "\n".join(_table(name, table) for name, table in tables.items())


def name_of(variation: Mapping[str, Any]) -> str:
    """Return the name of a variation: "beam 5, endpointing snappy"."""
    words = {name.partition(".")[2]: value for name, value in variation.items()}
    return ", ".join(
        f"{name} {value if isinstance(value, str) else _value(value)}" for name, value in words.items()
    )


def _column(asked: str, schema: Schema) -> list[tuple[str, Any]]:
    name, _, text = asked.partition("=")
    table, _, key = name.partition(".")
    known = table in schema and key in schema[table].__struct_fields__
    if not known or not text:
        raise UsageFailure(
            f"{asked!r} is not a setting with values",
            kept="nothing was run",
            fix="write table.key=value,value, as in stt.beam=1,5",
        )
    return [(name, value) for value in _values(text)]


def _values(text: str) -> list[Any]:
    try:
        values: list[Any] = tomllib.loads(f"values = [{text}]")["values"]
    except tomllib.TOMLDecodeError:
        return [value.strip() for value in text.split(",")]
    return values


def _table(name: str, table: Mapping[str, Any]) -> str:
    return "".join([f"[{name}]\n", *(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())])


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return msgspec.json.encode(value).decode()  # TOML writes strings, numbers and booleans as JSON does


def _key(key: str) -> str:
    return msgspec.json.encode(key).decode()
