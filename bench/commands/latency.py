"""Commands that measure transcription: `cuecard bench live`, `noise`, `sweep`, `gpu`, …."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bench.commands.extras import need_extras
from bench.commands.options import (
    ClipsOption,
    CorpusOption,
    KindsOption,
    LoadOption,
    RayOption,
    ReportOption,
    RunsOption,
    SeedOption,
    SettingsOption,
    ViewOption,
)


def live(
    corpus: CorpusOption = None,
    clips: ClipsOption = 24,
    seed: SeedOption = 1,
    kind: KindsOption = None,
    runs: RunsOption = 1,
    offline: Annotated[
        bool, typer.Option("--offline", help="Also run faster-whisper's transcribe() on the same audio.")
    ] = False,
    settings: SettingsOption = None,
    view: ViewOption = "none",
    load: LoadOption = "none",
    ray: RayOption = "",
    report: ReportOption = None,
    trace: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a timeline for ui.perfetto.dev.")
    ] = None,
) -> None:
    """Play speech on two sources in real time: latency, accuracy, cuts, cost, and where each millisecond
    goes.

    Exits with a failure if the replay was late: such a run does not count.
    """
    need_extras(report, trace)
    from bench.harness.corpus import parse_kinds
    from bench.harness.report import show
    from bench.latency.live import Plan, measure, refuse_void
    from bench.latency.summary import head, rows

    plan = Plan(corpus, clips, seed, parse_kinds(kind or ["clean"]), runs, offline, settings, view, load)
    measurement = measure(plan, ray=ray)
    if report:
        from bench.latency.pages.live_page import write_live_page

        write_live_page(report, measurement)
    if trace:
        from bench.latency.pages.trace import write_trace

        write_trace(trace, measurement)
    figures = measurement.figures
    show("live", rows(figures), {**figures, **measurement.environment}, head=head(figures))
    refuse_void(measurement)


def noise(corpus: Annotated[Path, typer.Option(exists=True, file_okay=False)]) -> None:
    """Play noise, music and silence in real time: invented words. Short for `live --kind noise`."""
    live(corpus=corpus, clips=1000, kind=["noise"])


def sweep(
    vary: Annotated[list[str], typer.Option(help="A setting and its values: stt.beam=1,5. Repeatable.")],
    corpus: CorpusOption = None,
    clips: ClipsOption = 24,
    seed: SeedOption = 1,
    runs: RunsOption = 1,
    settings: SettingsOption = None,
    ray: RayOption = "",
    report: ReportOption = None,
) -> None:
    """Cross settings, play the same for each, and draw latency against utterances cut."""
    need_extras(report)
    from bench.latency.live import Plan
    from bench.latency.sweep import sweep_settings

    sweep_settings(vary, Plan(corpus, clips, seed, runs=runs, settings_file=settings), report, ray=ray)


def vad(
    corpus: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Folder with vad_audio/*.flac and vad/*.json.")
    ],
    settings: SettingsOption = None,
    report: ReportOption = None,
) -> None:
    """Score the speech detectors and the gate on labelled audio: precision, recall, lags, lost speech."""
    if report:
        need_extras(report)
    from bench.parts.vad import measure

    measure(corpus, settings, report)


def onsets(
    corpus: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Also its clean recordings, up to 28 s.")
    ] = None,
) -> None:
    """Words missing at the start of utterances, in spans of the gate and in true ones, by voice."""
    from bench.parts.onsets import measure

    measure(corpus)


def turn_ends(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False, help="A folder with rows.jsonl.")],
    tag: Annotated[list[str] | None, typer.Option(help="Only turns with this tag; repeatable.")] = None,
    turns: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
) -> None:
    """Cuts and waits at labelled pauses, judged by the words, and by words and voice."""
    from bench.parts.turn_ends import measure

    measure(data, tag or [], turns)


def accents(
    corpus: Annotated[Path, typer.Option(exists=True, file_okay=False)], settings: SettingsOption = None
) -> None:
    """Word errors by accent, telephone, synthetic voice and language: one offline pass for each clip."""
    from bench.parts.accents import measure

    measure(corpus, settings)


def loudness(
    corpus: Annotated[Path, typer.Option(exists=True, file_okay=False)],
    settings: SettingsOption = None,
    clips: Annotated[int, typer.Option(help="Number of clean clips.")] = 24,
) -> None:
    """Word errors of quiet, clipped, humming and noisy speech, with gain and noise suppression."""
    from bench.parts.loudness import measure

    measure(corpus, settings, clips)


def gpu(
    device: Annotated[
        Literal["cuda", "cpu"], typer.Option(help="cpu measures the same without a card, in int8.")
    ] = "cuda",
    model: Annotated[
        list[str] | None,
        typer.Option(help="Repeatable; by default tiny.en, base and large-v3-turbo."),
    ] = None,
    clips: ClipsOption = 24,
    runs: RunsOption = 5,
) -> None:
    """Whisper on a graphics card: sandbox, latency by model, many sources at once, and the fallback."""
    need_extras()
    from bench.gpu.measuring import MODELS, Plan, measure

    measure(Plan(device, model or MODELS, clips, runs))


def peers(
    corpus: CorpusOption = None,
    clips: ClipsOption = 24,
    seed: SeedOption = 1,
    kind: KindsOption = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often to play to each: forth, back, forth.")] = 1,
    system: Annotated[list[str] | None, typer.Option(help="Only these; repeatable.")] = None,
    sweep: Annotated[bool, typer.Option("--sweep", help="Every value of each system's own knob.")] = False,
    load: LoadOption = "none",
    weights: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A CTranslate2 folder; default base.")
    ] = None,
    results: Annotated[
        Path,
        typer.Option(file_okay=False, help="Folder of run files; a round that is there is not repeated."),
    ] = Path("build/peers"),
    ray: RayOption = "",
    report: ReportOption = None,
) -> None:
    """Compare live transcribers on the same stream and weights: `livebench run` on a corpus or the demo."""
    need_extras(report)
    from bench.harness.corpus import parse_kinds
    from bench.latency.live import Plan
    from bench.peers.comparison import compare_peers

    plan = Plan(corpus, clips, seed, parse_kinds(kind or ["clean"]), runs=rounds, load=load)
    compare_peers(plan, system or [], weights, results, report, sweep=sweep, ray=ray)
