"""Command-line options, generated from the settings that have a flag.

Knows how Typer reads a command's signature. Names and help texts stand in the settings structs.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bus.settings import Flag
from session.settings import SCHEMA
from session.settings.description import flags_of

Flags = dict[str, dict[str, Any]]
"""Values from the command line, by table and setting; None means not given."""

DISPLAY = (
    *("session.view", "session.json", "session.verbose"),
    *("session.save", "session.store", "session.expire"),
    *("session.caption_page", "session.caption_page_bind"),
)
"""The settings of how a session is shown and saved."""

JsonRowsOption = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
ModelOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="A speech model of `cuecard models list`, or the provider's model; or both, twice.",
    ),
]
SettingsOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A settings file to use instead of your own.")
]


def with_flags(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command an option for each of these settings; their values become its argument `flags`.

    Args:
        names: Table and field of each setting, as in "llm.notes".
    """
    options = {name: _parameter(name) for name in names}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run_command(**values: Any) -> None:
            flags: Flags = {}
            for name, option in options.items():
                table, _, field = name.partition(".")
                flags.setdefault(table, {})[field] = values.pop(option.name)
            command(flags=flags, **values)

        own = inspect.signature(command, eval_str=True).parameters.values()
        others = [each.replace(kind=each.KEYWORD_ONLY) for each in own if each.name != "flags"]
        run_command.__name__, run_command.__doc__ = command.__name__, command.__doc__
        run_command.__annotations__ = {}  # so that Typer reads the signature only
        setattr(run_command, "__signature__", inspect.Signature([*options.values(), *others]))  # noqa: B010 - mypy
        return run_command

    return decorate


def _parameter(name: str) -> inspect.Parameter:
    """Return the Typer parameter for a setting, with the default None."""
    table, _, field = name.partition(".")
    kind, flag = flags_of(SCHEMA[table])[field]
    declarations = [flag.name, *([flag.short] if flag.short else [])]
    option = typer.Option(*declarations, help=flag.help, metavar=flag.metavar)
    identifier = flag.name.partition("/")[0].removeprefix("--").replace("-", "_")
    return inspect.Parameter(
        identifier,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[_option_type(kind, flag) | None, option],
    )


def _option_type(kind: Any, flag: Flag) -> Any:
    """Return the type that Typer parses: a list for tables and lists, a choice for literals."""
    if flag.values:
        return Literal[flag.values]
    if typing.get_origin(kind) in (list, dict):
        return list[str]
    return kind
