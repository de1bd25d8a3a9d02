"""Options that are generated from the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from session.commands.options import Flags, with_flags
from session.commands.options_document import document
from session.settings import SCHEMA
from session.settings.description import flags_of


def parse(*arguments: str) -> dict[str, Any]:
    """Return the flags that a command with these options gets."""
    got: list[tuple[Flags, bool]] = []

    @with_flags("capture.sources", "llm.answer", "llm.eager", "practice.speak")
    def command(flags: Flags, other: Annotated[bool, typer.Option("--other")] = False) -> None:
        got.append((flags, other))

    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return {**{f"{table}.{key}": v for table, keys in got[0][0].items() for key, v in keys.items()}}


def test_options_that_are_not_given_are_none() -> None:
    assert not any(parse().values())


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (("-s", "mic=-", "--source", "call=monitor"), "capture.sources", ["mic=-", "call=monitor"]),
        (("--answer", "ask"), "llm.answer", "ask"),
        (("--eager",), "llm.eager", True),
        (("--no-speak", "--other"), "practice.speak", False),
    ],
)
def test_value_reaches_its_settings_table(arguments: tuple[str, ...], name: str, value: object) -> None:
    assert parse(*arguments)[name] == value


def test_every_flag_has_a_help_text() -> None:
    flags = [flag for kind in SCHEMA.values() for _, flag in flags_of(kind).values()]
    assert len({flag.name for flag in flags}) == len(flags)
    assert all(flag.help for flag in flags)


def test_options_document_is_current() -> None:
    committed = Path(__file__).parents[3] / "docs" / "options.md"
    assert committed.read_text(encoding="utf-8") == document(), (
        "run `python -m session.commands.options_document > docs/options.md`"
    )
