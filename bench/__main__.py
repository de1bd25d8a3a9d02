"""`cuecard bench NAME`, or `python -m bench NAME`: one measurement each.

A table for people, one JSON line last for programs; with `--report` a page, with `--trace` a timeline for
Perfetto.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from bus.failures import Failure, InputFailure, MachineFailure

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=__doc__,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_EXTRA_PACKAGES = ("jiwer", "whisper_normalizer", "plotly")

Corpus = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        help="A folder with manifest.jsonl, or of recordings with a .txt beside each; "
        "without it, the interview that ships with the program.",
    ),
]
Clips = Annotated[int, typer.Option(min=1, help="How many utterances of each kind to play.")]
Seed = Annotated[int, typer.Option(help="Which ones, and in which order.")]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", help="clean (the default), noisy, telephone or noise, as often as needed."),
]
Settings = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="A settings file in the place of your own.")
]
ViewOption = Annotated[Literal["none", "overlay"], typer.Option(help="Paint too, on no screen.")]
Runs = Annotated[int, typer.Option(min=1, help="How often to play it.")]
Report = Annotated[Path | None, typer.Option(dir_okay=False, help="Write one page, all in one file.")]


@app.command()
def live(
    corpus: Corpus = None,
    clips: Clips = 24,
    seed: Seed = 1,
    kind: Kinds = None,
    runs: Runs = 1,
    offline: Annotated[
        bool, typer.Option("--offline", help="Run faster-whisper's transcribe() on the same, too.")
    ] = False,
    settings: Settings = None,
    view: ViewOption = "none",
    report: Report = None,
    trace: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a timeline for ui.perfetto.dev.")
    ] = None,
) -> None:
    """Speech on two sources at real pace: latency, accuracy, cuts, cost, and where each millisecond goes.

    Exits with a failure when the replay was late: such a run does not count.
    """
    _need_extras(report, trace)
    from bench.corpus import parse_kinds
    from bench.live import Plan, measure, refuse_void
    from bench.report import show
    from bench.summary import head, rows

    plan = Plan(corpus, clips, seed, parse_kinds(kind or ["clean"]), runs, offline, settings, view)
    measurement = measure(plan)
    if report:
        from bench.live_page import write_live_page

        write_live_page(report, measurement)
    if trace:
        from bench.trace import write_trace

        write_trace(trace, measurement)
    figures = measurement.figures
    show("live", rows(figures), {**figures, **measurement.environment}, head=head(figures))
    refuse_void(measurement)


@app.command()
def noise(corpus: Annotated[Path, typer.Option(exists=True, file_okay=False)]) -> None:
    """Noise, music and silence at real pace: words that nobody said. Short for `live --kind noise`."""
    live(corpus=corpus, clips=1000, kind=["noise"])


@app.command()
def sweep(
    vary: Annotated[
        list[str], typer.Option(help="A setting and its values: stt.beam=1,5. As often as needed.")
    ],
    corpus: Corpus = None,
    clips: Clips = 24,
    seed: Seed = 1,
    runs: Runs = 1,
    settings: Settings = None,
    report: Report = None,
) -> None:
    """Cross settings, play the same for each, and draw latency against utterances cut."""
    _need_extras(report)
    from bench.live import Plan
    from bench.sweep import sweep_settings

    sweep_settings(vary, Plan(corpus, clips, seed, runs=runs, settings_file=settings), report)


@app.command()
def vad(
    corpus: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Has vad_audio/*.flac and vad/*.json.")
    ],
    settings: Settings = None,
    report: Report = None,
) -> None:
    """The speech detectors and the gate on labelled audio: precision, recall, lags, speech that is lost."""
    if report:
        _need_extras(report)
    from bench.vad import measure

    measure(corpus, settings, report)


@app.command()
def peers(
    corpus: Corpus = None,
    clips: Clips = 24,
    seed: Seed = 1,
    rounds: Annotated[int, typer.Option(min=1, help="How often each hears it: forth, back, forth.")] = 1,
    peer: Annotated[list[str] | None, typer.Option(help="Only these, as often as needed.")] = None,
    weights: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="A CTranslate2 folder, else base.")
    ] = None,
    homes: Annotated[
        Path | None, typer.Option(file_okay=False, help="Where their environments are, else in the cache.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(file_okay=False, help="Write each round here; go on from what is here.")
    ] = None,
    report: Report = None,
    install: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Install this one for later, and only that.")
    ] = None,
) -> None:
    """Other live transcribers beside Cuecard, on the same stream and weights: those that you installed."""
    _need_extras(report)
    from bench.live import Plan
    from bench.peers.measuring import Contest, install_peers, measure

    if install:
        install_peers(install, homes)
    else:
        measure(Contest.of(peer or [], homes, weights, Plan(corpus, clips, seed), rounds, keep, report))


@app.command()
def ring(
    seconds: Annotated[float, typer.Option(help="How long the readers race the writer.")] = 60.0,
    speed: Annotated[float, typer.Option(help="How many times faster than real time.")] = 50.0,
) -> None:
    """Cost of a 20 ms read, and three readers against a fast writer: how many torn reads were accepted."""
    from bench.ring import measure

    measure(seconds, speed)


@app.command()
def hub(
    events: Annotated[int, typer.Option(help="How many events to send.")] = 4000,
    rate: Annotated[float, typer.Option(help="Events a second.")] = 200.0,
) -> None:
    """From an event being said to a subscriber in another process having it."""
    from bench.hub import measure

    measure(events, rate)


@app.command()
def answers(
    questions: Annotated[int, typer.Option(min=1, help="How many to ask, one after the other.")] = 200,
    notes: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="Notes to search for each.")
    ] = None,
) -> None:
    """What we add between a question and its answer, asking a server on this machine; and a burst."""
    from bench.answers import measure

    measure(questions, notes or [])


@app.command()
def questions(
    data: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Other labelled lines than ours.")
    ] = None,
    finals: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A session that --json printed, with its labels."),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print what was missed and what was wrong.")] = False,
) -> None:
    """How well questions are found: in labelled lines, or in the finals of sessions."""
    from bench import question_finals
    from bench.question_lines import LINES
    from bench.questions import measure

    if finals:
        question_finals.measure(finals, show_errors=show)
    else:
        measure(data or LINES, show_errors=show)


@app.command()
def notes(
    corpus: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Other documents and questions.")
    ] = None,
    megabytes: Annotated[float, typer.Option(min=0.0, help="How large notes to time; 0 times none.")] = 1.0,
    show: Annotated[bool, typer.Option("--show", help="Print what was missed and what was wrong.")] = False,
) -> None:
    """How well notes are matched to questions, and how long that takes."""
    from bench.notes import CORPUS, measure

    measure(corpus or CORPUS, megabytes=megabytes, show_errors=show)


@app.command()
def session(
    seconds: Annotated[float, typer.Option(help="How long to sit in silence.")] = 30.0,
) -> None:
    """Start, idle and stop of a session with two silent sources: time, CPU, memory, leftovers."""
    from bench.session import measure

    measure(seconds)


@app.command()
def endurance(
    minutes: Annotated[float, typer.Option(min=2.0, help="How long to play.")] = 30.0,
    stall: Annotated[bool, typer.Option(help="Stop the transcriber for five seconds in the middle.")] = False,
) -> None:
    """Two people talking for a long time: does lag grow, does memory grow, is anything lost?"""
    from bench.endurance import measure

    measure(minutes, stall=stall)


@app.command()
def overload(
    load: Annotated[
        Literal["slow", "cpu", "sources"],
        typer.Option(help="The transcriber slowed down, every core busy, or eight sources."),
    ] = "slow",
    seconds: Annotated[float, typer.Option(min=5.0, help="How long.")] = 45.0,
    share: Annotated[
        float, typer.Option(min=0.005, max=1.0, help="What a slowed transcriber gets of its time.")
    ] = 0.1,
) -> None:
    """More than the machine can do, for a while: what is late or lost, is it told, how soon is all well?"""
    from bench.overload import measure

    measure(load, seconds, share=share)


@app.command()
def drift(
    hours: Annotated[float, typer.Option(min=0.05, help="Length by the session's own clock.")] = 8.0,
    every: Annotated[float, typer.Option(min=20.0, help="Seconds from a sentence to the next.")] = 120.0,
    real_pace: Annotated[bool, typer.Option("--real-pace", help="Take as long as it lasts.")] = False,
) -> None:
    """Hours of a session in minutes: memory, descriptors, threads, and what moves on the clock."""
    from bench.drift import measure

    measure(hours, every_s=every, at_real_pace=real_pace)


@app.command()
def kills(
    stage: Annotated[
        list[str] | None,
        typer.Option(help="A kind of stage to strike: capture, vad, stt, llm, …; as often as needed."),
    ] = None,
    times: Annotated[int, typer.Option(min=1, help="How often each.")] = 20,
    hang: Annotated[bool, typer.Option("--hang", help="Stop them instead of killing them.")] = False,
    answers: Annotated[bool, typer.Option("--answers", help="Have questions answered meanwhile.")] = False,
    seed: Seed = 1,
    supervisor: Annotated[int, typer.Option(help="Kill the supervisor so often instead.")] = 0,
    frozen_overlay: Annotated[
        float, typer.Option(metavar="SECONDS", help="Freeze the overlay for so long instead.")
    ] = 0.0,
) -> None:
    """Kill or stop processes at random moments of speech: how soon all is well, and what was lost."""
    _need_extras()
    if supervisor:
        from bench.orphans import measure as kill_supervisors

        kill_supervisors(supervisor, seed=seed)
    elif frozen_overlay:
        from bench.frozen import measure as freeze

        freeze(frozen_overlay)
    else:
        from bench.kills import measure

        measure(stage or ["stt"], times, hang=hang, seed=seed, answers=answers)


@app.command()
def fuzz(
    inputs: Annotated[int, typer.Option(min=1, help="How many, over all decoders.")] = 100_000,
    decoder: Annotated[list[str] | None, typer.Option(help="Only these, as often as needed.")] = None,
    seconds: Annotated[float, typer.Option(min=0.0, help="How long at most; 0 for no limit.")] = 0.0,
    seed: Seed = 1,
    keep: Annotated[Path | None, typer.Option(file_okay=False, help="Write faulty inputs here.")] = None,
    guided: Annotated[
        bool, typer.Option("--guided", help="Breed them with atheris, for --seconds a decoder (60).")
    ] = False,
) -> None:
    """Feed all that reads bytes from outside with what it does not expect: crashes, hangs, forgeries."""
    from bench.fuzz import Plan, breed, measure

    (breed if guided else measure)(Plan(inputs, decoder or [], seconds, seed, keep))


@app.command()
def sandbox(
    runs: Annotated[int, typer.Option(min=0, help="How often to play the interview, with and without.")] = 3,
    starts: Annotated[int, typer.Option(min=0, help="How often to only start, with and without.")] = 10,
) -> None:
    """What the cages cost: a session's start and its wait for final words, with them and without, in turn."""
    _need_extras()
    from bench.sandbox import measure

    measure(runs, starts)


def _need_extras(*written: Path | None) -> None:
    """See that what is needed is there, and that what is to be written can be, before minutes are spent."""
    for path in written:
        if path and not os.access(path.absolute().parent, os.W_OK):
            raise InputFailure(
                f"{path} cannot be written", kept="nothing was run", todo="name a folder that exists"
            )
    missing = [name for name in _EXTRA_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise MachineFailure(
            f"the bench's own packages are missing ({', '.join(missing)})",
            kept="nothing was run",
            todo="pip install 'cuecard[bench]'",
        )


def main() -> None:
    """Run the command line."""
    try:
        app(prog_name="cuecard bench")
    except Failure as failure:
        print(f"cuecard bench: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)


if __name__ == "__main__":
    main()
