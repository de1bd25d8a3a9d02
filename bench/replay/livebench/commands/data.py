"""Commands that make data sets: `livebench data import`, `vary`, `show`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from livebench.data.importing.catalogue import KINDS, import_set, importers
from livebench.data.importing.labelled import write_labels
from livebench.data.rows import read_rows
from livebench.data.varying import VARIANTS, vary
from livebench.failures import UsageFailure

app = typer.Typer(no_args_is_help=True, help="Make data sets in eot-bench's schema.")

Out = Annotated[Path, typer.Argument(file_okay=False, help="New folder.")]


@app.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")],
    source: Annotated[Path, typer.Argument(exists=True, help="Folder or file that you have.")],
    out: Out,
    weights: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="CTranslate2 Whisper folder: transcribes calls, rttm."
        ),
    ] = None,
    language: Annotated[str, typer.Option(help="Of calls and rttm.")] = "en",
    labels: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Labels for labelled; without it, those shipped."),
    ] = None,
) -> None:
    """Write what you have as rows with labelled silences."""
    if kind not in KINDS:
        raise UsageFailure(f"there is no importer {kind!r}", fix=f"choose of {', '.join(KINDS)}")
    print(f"{import_set(importers(weights, language, labels)[kind], source, out)} turns are in {out}")


@app.command("labels")
def labels_(
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Data set with origins.")],
    out: Annotated[Path, typer.Argument(dir_okay=False, help="File to write, .jsonl.")],
    licence: Annotated[str, typer.Option(help="Of the recordings.")],
    clone: Annotated[str, typer.Option(help="Public repository that has the recordings.")],
) -> None:
    """Write the labels of a data set without its audio, to give away; `import labelled` reads them."""
    print(f"{write_labels(source, out, licence, clone)} labels are in {out}")


@app.command("vary")
def vary_(
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Data set of clean turns.")],
    out: Out,
    variant: Annotated[list[str] | None, typer.Option(help=f"Repeatable: {', '.join(VARIANTS)}.")] = None,
    noise: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Recordings of noise.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of noise, ratios and lengths.")] = 1,
) -> None:
    """Write telephone, noisy and whispered turns, and turns with longer holds, beside the plain ones."""
    wanted = [each for each in VARIANTS if not variant or each in variant]
    if unknown := sorted(set(variant or []) - set(VARIANTS)):
        raise UsageFailure(f"there is no variant {unknown[0]!r}", fix=f"choose of {', '.join(VARIANTS)}")
    print(f"{vary(source, out, wanted, noise, seed)} turns are in {out}")


@app.command()
def show(
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A data set.")],
) -> None:
    """Count turns, holds, languages, tags and licences."""
    rows = read_rows(source)
    print(f"{len(rows)} turns, {sum(len(row.holds) for row in rows)} holds")
    for name, found in (
        ("language", Counter(row.language for row in rows)),
        ("tag", Counter(tag for row in rows for tag in row.tags)),
        ("words by", Counter(row.words_by for row in rows if row.spoken)),
        ("licence", Counter(row.licence or "not named" for row in rows)),
    ):
        print(f"{name}: {', '.join(f'{each} {count}' for each, count in found.most_common())}")
