"""Measures Whisper on a graphics card: a sandboxed session, passes, and the fallback.

What could not run is named with its reason and has no figure.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.gpu.card import FORMATS, check, name_of_card, on
from bench.gpu.fallback import provoke
from bench.gpu.passes import CONCURRENT, Speech, Transcribe, interview, timed, with_engine
from bench.gpu.random_weights import SHAPES, with_random_weights, write_random
from bench.gpu.sandboxed import transcribe_in_sandbox
from bench.gpu.summary import Measured, Row, head_of, rows_of
from bench.harness.environment import environment
from bench.harness.report import show
from bus.failures import Failure, ModelFailure, UsageFailure
from session import settings as all_settings
from session.models import store
from stt.engines.whisper import WhisperEngine
from stt.settings import SttSettings

MODELS = ("tiny.en", "base", "large-v3-turbo")
_IN_SESSION = "base"
"""The model of the session and of the fallback."""

T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    device: str
    models: Sequence[str]
    turns: int
    runs: int


@dataclass(frozen=True)
class _Weights:
    folder: Path
    random: bool = False
    problem: str = ""
    """Why there are none; empty if there are."""


def measure(plan: Plan) -> None:
    """Measure and print.

    Raises:
        MachineFailure: CUDA was requested and does not work.
        UsageFailure: A name is not that of a Whisper model.
    """
    check(plan.device)
    _check_names(plan.models)
    speech = interview(plan.turns)
    _print_progress(f"a session on {plan.device}, in its sandbox")
    session = _or_problem(lambda: transcribe_in_sandbox(_IN_SESSION, plan.device))
    passes = list(_measure_passes(plan, speech))
    _print_progress("the fallback")
    settings = SttSettings(model=_IN_SESSION, model_path=str(store.find(_IN_SESSION)))
    device = on(plan.device, FORMATS[plan.device][0], 1)
    measured = Measured(
        device=plan.device,
        card=name_of_card() if plan.device == "cuda" else "none: everything ran on the CPU",
        turns=len(speech),
        speech_s=sum(each.seconds for each in speech),
        runs=plan.runs,
        session=session,
        passes=passes,
        fallback=_or_problem(lambda: provoke(settings, device, speech)),
    )
    surroundings = environment(all_settings.load(None, {}).tables())
    show("gpu", rows_of(measured), {**measured.figures(), **surroundings}, head=head_of(measured))


def _check_names(models: Sequence[str]) -> None:
    for model in models:
        if store.known(model).kind != "whisper":
            raise UsageFailure(f"{model} is not a Whisper model", kept="nothing was run")


def _measure_passes(plan: Plan, speech: list[Speech]) -> Iterator[Row]:
    for model in plan.models:
        with tempfile.TemporaryDirectory() as directory:
            weights = _find_weights(model, Path(directory))
            for compute_type in FORMATS[plan.device]:
                _print_progress(f"{model} {compute_type}")
                yield _row(plan, model, compute_type, weights, speech)


def _find_weights(model: str, scratch: Path) -> _Weights:
    """Return a model's weights, or random ones where its shape is known."""
    if store.is_there(model):
        return _Weights(store.find(model))
    if model not in SHAPES:
        return _Weights(scratch, problem=f"it is not installed; run `cuecard models pull {model}`")
    _print_progress(f"{model} is not installed: random weights of its size are written")
    try:
        write_random(SHAPES[model], scratch, store.find(_IN_SESSION))
    except (OSError, ModelFailure) as error:
        return _Weights(scratch, problem=f"random weights of its size cannot be written ({error})")
    return _Weights(scratch, random=True)


def _row(plan: Plan, model: str, compute_type: str, weights: _Weights, speech: list[Speech]) -> Row:
    if weights.problem:
        return Row(model, compute_type, problem=weights.problem)
    has_words = not weights.random
    try:
        transcribe = _load(plan, model, compute_type, weights, speech)
        possible = [n for n in CONCURRENT if n <= len(speech) * plan.runs]
        timings = [timed(transcribe, speech, n, plan.runs, has_words=has_words) for n in possible]
    except (ModelFailure, RuntimeError, ValueError, MemoryError) as error:
        return Row(model, compute_type, weights.random, problem=str(error).partition("\n")[0])
    return Row(model, compute_type, weights.random, timings)


def _load(plan: Plan, model: str, compute_type: str, weights: _Weights, speech: list[Speech]) -> Transcribe:
    device = on(plan.device, compute_type, max(CONCURRENT))
    if weights.random:
        return with_random_weights(weights.folder, device, speech)
    settings = SttSettings(model=model, model_path=str(weights.folder))
    return with_engine(WhisperEngine(settings, device), speech)


def _or_problem(measured: Callable[[], T]) -> T | str:
    """Return a measurement, or in words the failure that prevented it."""
    try:
        return measured()
    except (Failure, RuntimeError, OSError) as failure:
        return str(failure)


def _print_progress(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)
