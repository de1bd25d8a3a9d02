"""Describes every setting from its struct: type, default, values, meaning.

The document of all settings, the command line and the settings window derive from it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import typing
from dataclasses import dataclass
from typing import Any

import msgspec

from bus.settings import Flag
from session.settings import SCHEMA

_UNITS = {"_s": "seconds", "_ms": "milliseconds", "_px": "pixels"}
_SET_BY_PROGRAM = frozenset(
    {
        *(("stt", name) for name in ("model_path", "spare_model_path", "turn_end_path")),
        *(("llm", name) for name in ("local_model_path", "meaning_model_path")),
        *(("practice", name) for name in ("questions", "source", "measures_file")),
        ("overlay", "places"),
        *(("session", name) for name in ("json", "store_file")),
    }
)
"""Settings that a user does not write into the file."""


@dataclass(frozen=True)
class Description:
    """One setting."""

    table: str
    name: str
    kind: msgspec.inspect.Type
    default: Any
    values: str
    """What may be given: choices, a range with its unit, or a type; as Markdown."""
    meaning: str
    flag: Flag | None

    @property
    def default_text(self) -> str:
        """The default as JSON."""
        return msgspec.json.encode(self.default).decode()

    @property
    def title(self) -> str:
        """Its name as words, with its unit."""
        suffix = next((suffix for suffix in _UNITS if self.name.endswith(suffix)), "")
        words = self.name.removesuffix(suffix).replace("_", " ").capitalize()
        return f"{words} ({_UNITS[suffix]})" if suffix else words

    @property
    def is_users(self) -> bool:
        """Whether a user may write it into the file."""
        return (self.table, self.name) not in _SET_BY_PROGRAM

    @property
    def choices(self) -> list[str]:
        """The values of a choice; empty for another type."""
        kind = self.kind.type if isinstance(self.kind, msgspec.inspect.Metadata) else self.kind
        if not isinstance(kind, msgspec.inspect.LiteralType):
            return []
        return [str(value) for value in kind.values]


def describe(table: str) -> list[Description]:
    """Return the settings of a table in their order."""
    kind = SCHEMA[table]
    described = msgspec.inspect.type_info(kind)
    assert isinstance(described, msgspec.inspect.StructType)
    flags, meanings = flags_of(kind), _docstrings(kind)
    found = []
    for field in described.fields:
        flag = flags[field.name][1] if field.name in flags else None
        found.append(
            Description(
                table,
                field.name,
                field.type,
                field.default_factory() if callable(field.default_factory) else field.default,
                _values(field.name, field.type),
                meanings.get(field.name) or (flag.help if flag else ""),
                flag,
            )
        )
    return found


def flags_of(kind: type[msgspec.Struct]) -> dict[str, tuple[Any, Flag]]:
    """Return the type and the flag of every field that has one."""
    found: dict[str, tuple[Any, Flag]] = {}
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        for extra in getattr(hint, "__metadata__", ()):
            if isinstance(extra, Flag):
                found[name] = (hint.__origin__, extra)
    return found


def _values(name: str, kind: msgspec.inspect.Type) -> str:
    """Return what may be given: choices, a range with its unit, or a type."""
    unit = next((f" {unit}" for suffix, unit in _UNITS.items() if name.endswith(suffix)), "")
    match kind:
        case msgspec.inspect.Metadata(type=inner):
            return _values(name, inner)
        case msgspec.inspect.UnionType(types=types):
            return " or ".join(_values(name, each) for each in types)
        case msgspec.inspect.LiteralType(values=values):
            return ", ".join(f"`{value}`" for value in values)
        case msgspec.inspect.ListType(item_type=item):
            return f"list of {_values(name, item)}"
        case msgspec.inspect.DictType(value_type=value):
            return f"table of {_values(name, value)}"
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            return f"{_range(kind)}{unit}"
        case msgspec.inspect.BoolType():
            return "`true`, `false`"
        case msgspec.inspect.NoneType():
            return "`null`"
        case _:
            return "text"


def _range(kind: msgspec.inspect.IntType | msgspec.inspect.FloatType) -> str:
    lowest = (
        f"{kind.ge:,}" if kind.ge is not None else f"more than {kind.gt:,}" if kind.gt is not None else ""
    )
    highest = (
        f"{kind.le:,}" if kind.le is not None else f"less than {kind.lt:,}" if kind.lt is not None else ""
    )
    return " to ".join(filter(None, (lowest, highest))) or "number"


def _docstrings(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Return the docstring under each field of a struct, on one line."""
    (struct,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(struct, ast.ClassDef)
    found = {}
    for field, below in zip(struct.body, struct.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = " ".join(text.split())
            case _:
                pass
    return found
