"""Measures live latency end to end, through the same processes that a user runs.

A latency starts when the last sample of speech was due and stops when the consumer has the line with the
final: detection, the endpointing wait, computation and every hop are included. A late replay makes a run
void.
"""

from __future__ import annotations

import dataclasses
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.harness.cluster import call_on_nodes
from bench.harness.consumer import Playback, Received, look_on, run_session
from bench.harness.corpus import Kind, kind_of, read_corpus, read_utterance
from bench.harness.environment import environment
from bench.harness.process_tree import ProcessTree
from bench.latency.figures import Run, figures
from bench.latency.reference import Reference, transcribe_references
from bench.latency.scores import score
from bench.latency.timeline import SOURCES, Timeline, demo_timeline, lay_out
from bench.latency.utterances import fold
from bus.failures import InputFailure, MachineFailure
from livebench.playing.load import Load, hurry, loaded
from session import settings as all_settings
from session.models.choice import find_weights
from stt.engines.device import cpu

LATE_MS = 2.0
"""A 99th percentile of the replay's delay above this makes a run void."""


@dataclass(frozen=True)
class Plan:
    """Recordings and options of a measurement."""

    corpus: Path | None = None
    """None for the shipped interview."""
    clips: int = 24
    seed: int = 1
    kinds: Sequence[Kind] = ("clean",)
    runs: int = 1
    offline: bool = False
    settings_file: Path | None = None
    view: str = "none"
    load: Load = "none"


@dataclass(frozen=True)
class Measurement:
    """Timeline, runs and environment of a measurement."""

    timeline: Timeline
    runs: list[Run]
    playbacks: list[Playback]
    figures: dict[str, Any]
    environment: dict[str, Any] = field(default_factory=dict)


def measure(plan: Plan, *, ray: str = "") -> Measurement:
    """Play the planned runs and score each.

    Args:
        plan: What is played.
        ray: Address of a Ray cluster that plays, each run on a node of its own; empty for this machine.

    Raises:
        Failure: A resource is missing, or a session failed.
    """
    timeline = build_timeline(plan)
    references = find_references(timeline, plan)
    if not ray:
        return play(timeline, references, plan)
    text = plan.settings_file.read_text(encoding="utf-8") if plan.settings_file else ""
    one = dataclasses.replace(plan, runs=1)
    parts = call_on_nodes(ray, play_with, [(timeline, references, one, text)] * plan.runs)
    runs = [run for part in parts for run in part.runs]
    playbacks = [playback for part in parts for playback in part.playbacks]
    return Measurement(timeline, runs, playbacks, figures(runs), parts[0].environment)


def play_with(timeline: Timeline, references: Sequence[Reference], plan: Plan, text: str) -> Measurement:
    """Play a timeline with the settings of a text, on whatever machine this is called."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "settings.toml"
        file.write_text(text, encoding="utf-8")
        return play(timeline, references, dataclasses.replace(plan, settings_file=file))


def build_timeline(plan: Plan) -> Timeline:
    """Return the timeline to play.

    Raises:
        InputFailure: The corpus has no clip of the requested kinds.
    """
    if plan.corpus is None:
        return demo_timeline()
    corpus, chance = plan.corpus, random.Random(plan.seed)
    clips = []
    for kind in plan.kinds:
        found = [clip for clip in read_corpus(corpus) if kind_of(clip) == kind]
        clips += chance.sample(found, min(plan.clips, len(found)))
    if not clips:
        raise InputFailure(f"{corpus} has no recordings of this kind: {', '.join(plan.kinds)}")
    return lay_out([read_utterance(corpus, clip) for clip in clips], SOURCES, plan.seed)


def play(timeline: Timeline, references: Sequence[Reference], plan: Plan) -> Measurement:
    """Play a timeline as often as planned, and score each run."""
    settings = all_settings.load(plan.settings_file, {})
    surroundings = environment(settings.tables())
    options = ["--answer", "off", "--view", plan.view]
    if plan.settings_file:
        options += ["--settings", str(plan.settings_file)]
    runs, playbacks = [], []
    for number in range(plan.runs):
        _print_progress(f"run {number + 1} of {plan.runs}: {timeline.seconds:.0f} s at real pace")
        with tempfile.TemporaryDirectory() as directory, loaded(plan.load) as busy:
            files = timeline.write(Path(directory))
            playback = run_session(files, options, look_on if plan.load == "none" else _hurry_replay)
            load_cores = busy.cores
        scores, strays = score(timeline.turns, references, fold(playback.received))
        playbacks.append(playback)
        runs.append(
            Run(
                scores=scores,
                strays=strays,
                usage=playback.usage,
                seconds=timeline.seconds,
                late_p99_ms=playback.late_p99_ms,
                load=plan.load,
                load_cores=load_cores,
                is_void=playback.late_p99_ms > LATE_MS,
            )
        )
    return Measurement(timeline, runs, playbacks, figures(runs), surroundings)


def _hurry_replay(received: Received, _tree: ProcessTree) -> None:
    event = received.event
    if event["type"] == "StageStarted" and event["stage"].startswith("capture:"):
        hurry(event["pid"])


def refuse_void(measurement: Measurement) -> None:
    """Fail if a run was void, after the figures were shown.

    Raises:
        MachineFailure: At least one run was void.
    """
    void = sum(run.is_void for run in measurement.runs)
    if void:
        late_ms = max(run.late_p99_ms for run in measurement.runs)
        raise MachineFailure(
            f"VOID: {void} of {len(measurement.runs)} runs do not count, "
            f"the replay was {late_ms:.1f} ms late at its 99th percentile and may be {LATE_MS:.0f}",
            kept="the other runs count" if void < len(measurement.runs) else "",
            fix="run again on an idle machine",
        )


def find_references(timeline: Timeline, plan: Plan) -> list[Reference]:
    """Return the end of each word, and the offline transcription if the plan asks for it."""
    settings = all_settings.load(plan.settings_file, {}).stt
    _print_progress(f"{len(timeline.turns)} utterances, {timeline.seconds:.0f} s; aligning words")
    with tempfile.TemporaryDirectory() as directory:
        return transcribe_references(
            timeline,
            Path(directory),
            model_path=find_weights(settings).model_path,
            language=settings.language,
            threads=cpu(settings).threads,
            offline=plan.offline,
        )


def _print_progress(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)
