"""Command line: `livebench run`, `sweep`, `check`, `board`, `systems`, `install`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from livebench.failures import Failure, InputFailure
from livebench.playing.load import Load
from livebench.systems.catalogue import SYSTEMS, chosen, environments_directory
from livebench.systems.environments import HOMES

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Neutral benchmark of live transcription.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Data = Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder with rows.jsonl.")]
Weights = Annotated[
    Path, typer.Option(exists=True, file_okay=False, help="A CTranslate2 Whisper folder, the same for all.")
]
Results = Annotated[Path, typer.Option(file_okay=False, help="Folder of run files, one a round.")]
Names = Annotated[list[str] | None, typer.Option("--system", help="Only these; repeatable.")]
Homes = Annotated[Path | None, typer.Option(file_okay=False, help="Folder of the systems' environments.")]
Page = Annotated[Path | None, typer.Option(dir_okay=False, help="Write a self-contained HTML page.")]
Files = Annotated[list[Path], typer.Argument(exists=True, help="Run files, or folders of them.")]


@app.command()
def run(
    data: Data,
    weights: Weights,
    results: Results = Path("results"),
    system: Names = None,
    turns: Annotated[int, typer.Option(min=1, help="Number of turns, chosen by the seed.")] = 40,
    seed: Annotated[
        int, typer.Option(help="Seed of choice and order; a private one makes a private split.")
    ] = 1,
    tag: Annotated[list[str] | None, typer.Option(help="Only turns with this tag; repeatable.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Forth, back, forth, …")] = 2,
    load: Annotated[Load, typer.Option(help="Other programs: one core taken, or each 60 % busy.")] = "none",
    sweep: Annotated[bool, typer.Option("--sweep", help="Every value of each system's own knob.")] = False,
    homes: Homes = None,
    report: Page = None,
) -> None:
    """Play the same stream to every installed system, and print one table."""
    from livebench.comparing import compare
    from livebench.data.rows import read_rows
    from livebench.data.stream import choose
    from livebench.trials import Comparison

    rows = choose(read_rows(data), turns, seed, tag or [])
    homes = (homes or environments_directory()).absolute()
    comparison = Comparison(
        chosen(system or []), homes, weights.absolute(), results.absolute(), rounds, sweep, load
    )
    compare(comparison, data, rows, seed, report)


@app.command()
def check(files: Files) -> None:
    """Recompute every figure of run files from their raw stamps."""
    from livebench.results.check import differences
    from livebench.results.run_file import files_of

    wrong = []
    for path, is_equal in differences(files_of(files)):
        print(f"{'equal' if is_equal else 'DIFFERENT'}  {path.name}")
        wrong += [] if is_equal else [path.name]
    if wrong:
        raise InputFailure(f"the figures of {len(wrong)} files are not those of their stamps")


@app.command()
def board(files: Files, report: Page = None) -> None:
    """Print the table and the curves of many run files, by machine, stream and load."""
    from livebench.comparing import show_all
    from livebench.results.check import recomputed
    from livebench.results.run_file import read_runs

    show_all([recomputed(run) for run in read_runs(files)], report)


@app.command()
def systems(homes: Homes = None) -> None:
    """List the systems: which can run, which never ran here, and their knobs."""
    from livebench.comparing import obstacle

    folder = homes or environments_directory()
    for each in SYSTEMS:
        knob = f"{each.knob.name}: {', '.join(each.knob.values)}" if each.knob else "no knob"
        unrun = f"; never run by the authors: {each.unrun}" if each.unrun else ""
        print(f"{each.name:18} {each.title:48} {obstacle(each, folder) or 'ready'}; {knob}{unrun}")


@app.command()
def install(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(HOMES)}.")], homes: Homes = None
) -> None:
    """Install the environment of a system."""
    from livebench.systems.installing import install as install_one

    print(f"{name} is in {install_one((homes or environments_directory()).absolute(), name)}")


def main() -> None:
    """Run the command line."""
    try:
        app(prog_name="livebench")
    except Failure as failure:
        print(f"livebench: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)


if __name__ == "__main__":
    main()
