"""Commands on run files: `check`, `board`, `regress`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from livebench.commands.options import Checked, Files, Page
from livebench.failures import InputFailure, MachineFailure


def check(files: Checked) -> None:
    """Recompute every figure of run files, stored tables and pages from raw stamps."""
    from livebench.results.check import differences

    wrong = []
    for path, fault in differences(files):
        print(f"DIFFERENT  {path.name}: {fault}" if fault else f"equal  {path.name}")
        wrong += [path.name] if fault else []
    if wrong:
        raise InputFailure(f"the figures of {len(wrong)} files are not those of their stamps")


def board(files: Files, report: Page = None) -> None:
    """Print tables and operating points of many run files, by machine, stream and load."""
    from livebench.results.check import recomputed
    from livebench.results.printing import show_all
    from livebench.results.run_file import read_runs

    show_all([recomputed(run) for run in read_runs(files)], report)


def regress(
    files: Files,
    record: Annotated[
        Path, typer.Option(file_okay=False, help="Folder of the recorded run files to compare with.")
    ],
    update: Annotated[
        bool, typer.Option("--update", help="Record these instead, if nothing is worse.")
    ] = False,
) -> None:
    """Compare run files with recorded ones of the same machine, ratio by ratio; fail if one is worse."""
    from livebench.results.check import recomputed
    from livebench.results.pooling import Result, pool
    from livebench.results.regression import matching, ratios
    from livebench.results.run_file import read_runs, write_run

    runs = [recomputed(run) for run in read_runs(files)]
    recorded = pool(recomputed(run) for run in read_runs([record])) if any(record.rglob("*.json")) else []
    worse: list[str] = []
    unknown: list[Result] = []
    for now in pool(runs):
        before = matching(recorded, now)
        if now.void:
            raise MachineFailure(f"VOID: {now.void[0]}", kept="nothing was compared")
        if before is None:
            unknown.append(now)
            print(f"{now.label}: nothing is recorded for this machine, stream and weights")
            continue
        for each in ratios(before, now):
            mark = "WORSE" if each.is_worse else ""
            print(
                f"{now.label}: {each.name:10} {each.before:.3f} -> {each.now:.3f}  x {each.ratio:.2f}  {mark}"
            )
            worse += [each.name] if each.is_worse else []
    if worse:
        raise InputFailure(f"worse than recorded: {', '.join(worse)}", fix="repeat it on an idle machine")
    fresh = {(each.system, each.knob, each.machine, each.stream, each.load) for each in unknown}
    for run in runs:
        trial = (run.system.name, run.system.knob, run.machine.fingerprint)
        known = (*trial, run.stream.sha256, run.conditions.load) not in fresh
        if not run.figures.void and (update or not known):
            print(f"recorded: {write_run(record / run.machine.fingerprint, run).name}")
