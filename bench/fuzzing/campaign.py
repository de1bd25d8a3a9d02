"""Fuzzing campaign: feeds mutated inputs to every decoder, in processes that may die.

A decoder must accept an input or reject it with its own failure, in time and without accepting a forgery. The
last line counts inputs per decoder and faults.
"""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

import msgspec

from bench.fuzzing.decoder import Decoder
from bench.fuzzing.worker import LEDGER, Fault, decoders_in, input_of
from bench.harness.report import show
from bus.failures import MachineFailure, StageFailure, UsageFailure

_PIECE_INPUTS = 20_000
"""Inputs per process."""

_STILL_S = 120.0
"""Longest time for one input without using the processor; more is a hang."""

_FAULTS_AT_MOST = 20
"""Faults per decoder; then it is skipped."""

_LOOK_S = 0.05
_BREED_S = 60.0


@dataclass
class Outcome:
    """Result of one decoder."""

    fed: int = 0
    answered: int = 0
    """The other inputs were rejected."""
    wall_s: float = 0.0
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """Parameters of a campaign."""

    inputs: int
    """Inputs for all decoders together, divided by their weights."""
    names: Sequence[str]
    seconds: float
    """Time limit; 0 for none."""
    seed: int
    keep: Path | None
    """Folder for faulty inputs."""
    table: str = "bench.fuzzing.table"
    """Module that lists the decoders."""


def measure(plan: Plan) -> None:
    """Feed all, print, and fail if there was a fault."""
    outcomes = feed_all(plan)
    _show(outcomes)
    faults = [fault for outcome in outcomes.values() for fault in outcome.faults]
    if faults:
        raise StageFailure(
            f"{len(faults)} inputs were neither accepted nor rejected",
            kept=f"they are in {plan.keep}" if plan.keep else "their numbers are above",
            fix="fix the decoder and add the input into tests/fuzz/corpus",
        )


def feed_all(plan: Plan) -> dict[str, Outcome]:
    """Feed what is planned; return the result of each decoder.

    Raises:
        UsageFailure: A decoder is not known.
    """
    known = decoders_in(plan.table)
    unknown = [name for name in plan.names if name not in known]
    if unknown:
        raise UsageFailure(f"there is no decoder {unknown[0]!r}", fix=f"valid names: {', '.join(known)}")
    chosen = [known[name] for name in plan.names or known]
    weights = sum(decoder.weight for decoder in chosen)
    outcomes: dict[str, Outcome] = {}
    for decoder in chosen:
        share = decoder.weight / weights
        outcomes[decoder.name] = _feed(decoder, plan, ceil(plan.inputs * share), plan.seconds * share)
    return outcomes


def _feed(decoder: Decoder, plan: Plan, inputs: int, seconds: float) -> Outcome:
    outcome, started_s = Outcome(), time.monotonic()
    while outcome.fed < inputs and len(outcome.faults) < _FAULTS_AT_MOST:
        if seconds and time.monotonic() - started_s > seconds:
            break
        first = outcome.fed
        stop = min(first + _PIECE_INPUTS, inputs)
        done, answered, faults = _feed_piece(decoder, plan, first, stop)
        outcome.fed, outcome.answered = done, outcome.answered + answered
        outcome.faults += faults
    outcome.wall_s = time.monotonic() - started_s
    for fault in outcome.faults[:_FAULTS_AT_MOST]:
        _keep(decoder, plan, fault)
    return outcome


def _feed_piece(decoder: Decoder, plan: Plan, first: int, stop: int) -> tuple[int, int, list[Fault]]:
    """Return the next input's number, how many inputs were accepted, and the faults."""
    with tempfile.TemporaryDirectory(prefix="cuecard-fuzz-") as folder:
        ledger = Path(folder) / "ledger"
        ledger.write_bytes(LEDGER.pack(first, 0))
        command = [sys.executable, "-m", "bench.fuzzing.worker", plan.table, decoder.name]
        command += [str(ledger), str(plan.seed), str(first), str(stop)]
        with (Path(folder) / "said").open("w+b") as said:
            environment = {**os.environ, "TMPDIR": folder}
            child = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL, env=environment)
            cause = _wait(child, ledger)
            said.seek(0)
            faults = [msgspec.json.decode(line, type=Fault) for line in said]
        number, answered = LEDGER.unpack(ledger.read_bytes())
    if not cause:
        return stop, answered, faults
    return number + 1, answered, [*faults, Fault(decoder.name, number, cause)]


def _wait(child: subprocess.Popen[bytes], ledger: Path) -> str:
    """Return the reason why the process ended early; empty if it did not."""
    seen, seen_s = b"", time.monotonic()
    while child.poll() is None:
        now = ledger.read_bytes()
        if now != seen:
            seen, seen_s = now, time.monotonic()
        elif time.monotonic() - seen_s > _STILL_S:
            child.kill()
            child.wait()
            return "hangs without using the processor"
        time.sleep(_LOOK_S)
    if child.returncode == -signal.SIGPROF:
        return "takes too long"
    return f"ended the process ({child.returncode})" if child.returncode else ""


def _keep(decoder: Decoder, plan: Plan, fault: Fault) -> None:
    body = input_of(decoder, decoder.all_seeds(), plan.seed, fault.number)
    print(f"{decoder.name} {fault.number}: {fault.what}: {body[:60]!r}", file=sys.stderr, flush=True)
    if plan.keep:
        folder = plan.keep / decoder.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{plan.seed}-{fault.number}").write_bytes(body)


def breed(plan: Plan) -> None:
    """Let atheris generate inputs for each decoder in turn, and fail at a fault.

    Raises:
        MachineFailure: Atheris is not installed.
        StageFailure: There was a fault.
    """
    if importlib.util.find_spec("atheris") is None:
        raise MachineFailure(
            "atheris is not installed",
            kept="nothing was run",
            fix="pip install 'cuecard[fuzz]', on Linux on x86-64",
        )
    known = decoders_in(plan.table)
    keep = plan.keep or Path(tempfile.mkdtemp(prefix="cuecard-fuzz-"))
    runs: dict[str, int] = {}
    for name in plan.names or known:
        runs[name] = _breed_for(known[name], keep, plan.seconds or _BREED_S)
    rows = [(name, f"{count:,}") for name, count in runs.items()]
    show("fuzz, guided", rows, {"inputs": sum(runs.values()), "by_decoder": runs})


def _breed_for(decoder: Decoder, keep: Path, seconds: float) -> int:
    """Return the number of inputs."""
    (keep / decoder.name).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cuecard-fuzz-") as folder:
        for number, body in enumerate(decoder.all_seeds()):
            (Path(folder) / str(number)).write_bytes(body)
        command = [sys.executable, "-m", "bench.fuzzing.guided", decoder.name, str(keep / decoder.name)]
        command += [str(round(seconds)), folder]
        said = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "TMPDIR": folder})
    words = said.stderr.decode(errors="replace")
    if said.returncode:
        raise StageFailure(
            f"{decoder.name} has a fault: {words[-600:]}", kept=f"the input is in {keep / decoder.name}"
        )
    return int(re.findall(r"number_of_executed_units: *(\d+)", words)[-1])


def _show(outcomes: dict[str, Outcome]) -> None:
    head: list[tuple[str, ...]] = [("decoder", "inputs", "answered", "refused", "a second", "faults")]
    for name, one in outcomes.items():
        numbers = (one.fed, one.answered, one.fed - one.answered - len(one.faults))
        pace = one.fed / one.wall_s if one.wall_s else 0.0
        head.append((name, *(f"{number:,}" for number in numbers), f"{pace:,.0f}", str(len(one.faults))))
    fed = sum(one.fed for one in outcomes.values())
    faults = sum(len(one.faults) for one in outcomes.values())
    figures = {
        "inputs": fed,
        "faults": faults,
        "seconds": sum(one.wall_s for one in outcomes.values()),
        "by_decoder": {name: one.fed for name, one in outcomes.items()},
    }
    show("fuzz", [("inputs", f"{fed:,}"), ("crashes, hangs, forgeries", f"{faults}")], figures, head=head)
