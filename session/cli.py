"""The command line: `cuecard`. Decides what to run; `session.live` runs it.

Data goes to standard output, everything else to standard error. A failure is one line, an exit code from
`bus.failures`, and never a traceback.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bus.failures import Failure
from bus.process import DEBUG_VARIABLE, UNEXPECTED, complain_without_words, unexpected
from session.keys import keys
from session.models.commands import models

app = typer.Typer(
    name="cuecard",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(models, name="models")
app.add_typer(keys, name="keys")

Answer = Literal["auto", "ask", "off"]
Device = Literal["auto", "cpu", "cuda"]
ListenTo = Literal["other", "everyone"]
Pace = Literal["realtime", "fast"]
Patience = Literal["snappy", "balanced", "patient"]
View = Literal["auto", "overlay", "terminal", "plain", "none"]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cuecard {importlib.metadata.version('cuecard')}")
        raise typer.Exit


@app.callback()
def _cuecard(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A local-first copilot for live sessions.

    It hears the microphone and the computer's own sound, transcribes both on this machine, notices the
    question, and answers from your notes and the model you chose. Audio never leaves the machine.

    Examples:

        cuecard demo                                           see it work, offline, without a key

        cuecard run --source mic=default --source call=monitor a live session

        cuecard run --source mic=file:talk.flac --json         transcribe a recording at real pace

        cuecard doctor                                         what is there, what is missing
    """


Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        "-s",
        metavar="NAME=WHAT",
        help="What to hear, as often as needed: mic=default, call=monitor (the computer's own sound), "
        "NAME=device:NAME-OR-NUMBER, NAME=file:PATH, NAME=- (16 kHz s16le on standard input).",
    ),
]
ViewOption = Annotated[View | None, typer.Option(help="Where to show it; auto takes the overlay if it can.")]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print every logged event as one JSON object a line.")
]
SaveOption = Annotated[
    Path | None, typer.Option(help="Save the session when it ends: .md, .srt, .vtt or .json.")
]
UnsandboxedOption = Annotated[
    bool,
    typer.Option(
        "--allow-unsandboxed", help="Go on where nothing keeps the processes that hear off the network."
    ),
]


@app.command()
def run(
    source: Sources = None,
    pace: Annotated[Pace | None, typer.Option(help="How fast to play recordings.")] = None,
    view: ViewOption = None,
    json: JsonOption = False,
    answer: Annotated[Answer | None, typer.Option(help="Answer at once, on request, or never.")] = None,
    listen_to: Annotated[
        ListenTo | None,
        typer.Option(help="Whose questions count: everyone's but yours (mic), or all, for practice."),
    ] = None,
    notes: Annotated[
        list[Path] | None, typer.Option(help="Your notes (.md, .txt, .pdf, .docx), or a folder of them.")
    ] = None,
    vocabulary: Annotated[
        Path | None,
        typer.Option(help="Names and jargon to expect, one a line; names in your notes are expected anyway."),
    ] = None,
    provider: Annotated[
        str | None,
        typer.Option(help="Who answers: auto, local, none, openai, anthropic, gemini, …, or an address."),
    ] = None,
    fallback: Annotated[
        str | None, typer.Option(metavar="PROVIDER", help="Who answers when the provider does not.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="A Whisper model of `cuecard models list`, or the provider's model; or both, twice."
        ),
    ] = None,
    device: Annotated[Device | None, typer.Option(help="Where Whisper computes.")] = None,
    language: Annotated[str | None, typer.Option(help="What is spoken: en, de, …, or auto.")] = None,
    patience: Annotated[
        Patience | None, typer.Option(help="How long a speaker may pause before their words are final.")
    ] = None,
    eager: Annotated[
        bool, typer.Option("--eager", help="Ask at a pause already: sooner, and dearer by what was too soon.")
    ] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Show every request, and send it only when you let it go.")
    ] = False,
    ask_key: Annotated[
        bool, typer.Option("--ask-key", help="Type the provider's key unseen; it is kept until the end only.")
    ] = False,
    save: SaveOption = None,
    consent: Annotated[
        bool, typer.Option("--consent", help="The others know that this session is transcribed.")
    ] = False,
    allow_unsandboxed: UnsandboxedOption = False,
    settings: Annotated[Path | None, typer.Option(help="A settings file in the place of your own.")] = None,
) -> None:
    """Hear, transcribe, answer: one live session. Ctrl-C ends it.

    Examples:

        cuecard run --source mic=default --source call=monitor --notes resume.md

        cuecard run --source mic=file:talk.flac --pace realtime --json | jq -r .text

        cuecard run --source call=monitor --provider openai --model gpt-4.1-mini --save call.md
    """
    from session.launch import Request, launch

    flags: dict[str, dict[str, Any]] = {
        "capture": {"sources": source, "pace": pace},
        "stt": {"device": device, "language": language, "patience": patience},
        "llm": {
            "answer": answer,
            "listen_to": listen_to,
            "notes": notes and [str(path) for path in notes],
            "provider": provider,
            "fallback_provider": fallback,
            "eager": eager or None,
            "confirm": confirm or None,
        },
        "session": {
            "view": view,
            "json": json or None,
            "save": save and str(save),
            "allow_unsandboxed": allow_unsandboxed or None,
        },
    }
    launch(
        Request(
            flags=flags,
            models=tuple(model or ()),
            settings_file=settings,
            vocabulary_file=vocabulary,
            consent=consent,
            ask_key=ask_key,
        )
    )


@app.command()
def demo(
    view: ViewOption = None,
    json: JsonOption = False,
    save: SaveOption = None,
    allow_unsandboxed: UnsandboxedOption = False,
) -> None:
    """Play a recorded interview through the whole pipeline, offline, without a key.

    Example:

        cuecard demo --view terminal
    """
    from session.demonstration import REMARK, demonstration
    from session.launch import launch

    typer.echo(REMARK, err=True)
    flags = {"view": view, "json": json or None, "save": save and str(save)}
    launch(demonstration({**flags, "allow_unsandboxed": allow_unsandboxed or None}))


@app.command()
def practice(
    topic: Annotated[
        str | None, typer.Option(help="What to be asked about: behavioral, technical, sales, thesis, …")
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(help="Your own questions (.md, .txt), one a line or list item.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="How many; 5 of a topic, all of a file when not given.")
    ] = None,
    speak: Annotated[
        bool | None,
        typer.Option("--speak/--no-speak", help="Read the questions out, if a voice is installed."),
    ] = None,
    source: Annotated[
        str, typer.Option("--source", "-s", metavar="NAME=WHAT", help="Your microphone.")
    ] = "mic=default",
    notes: Annotated[
        list[Path] | None, typer.Option(help="Your notes, by which answers are judged; as often as needed.")
    ] = None,
    provider: Annotated[
        str | None,
        typer.Option(help="Who looks at the answers, as in `cuecard run`; none keeps to measures."),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="A Whisper model, or the provider's; or both, twice.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="What is spoken: en, de, …, or auto.")] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Show every request, and send it only when you let it go.")
    ] = False,
    view: ViewOption = None,
    json: JsonOption = False,
    save: SaveOption = None,
    allow_unsandboxed: UnsandboxedOption = False,
    settings: Annotated[Path | None, typer.Option(help="A settings file in the place of your own.")] = None,
) -> None:
    """Be asked, answer aloud, and hear how that went. A key or a long quiet ends an answer.

    Examples:

        cuecard practice --topic behavioral --notes resume.md --speak

        cuecard practice --questions my-questions.md --provider none --save practice.md
    """
    from session.launch import launch
    from session.practice.request import asked_for, own_source, practice_request

    flags: dict[str, dict[str, Any]] = {
        "capture": {"sources": [own_source(source)]},
        "stt": {"language": language},
        "llm": {
            "notes": notes and [str(path) for path in notes],
            "provider": provider,
            "confirm": confirm or None,
        },
        "session": {
            "view": view,
            "json": json or None,
            "save": save and str(save),
            "allow_unsandboxed": allow_unsandboxed or None,
        },
        "practice": {"speak": speak},
    }
    wanted = asked_for(topic=topic, file=questions, count=count)
    launch(practice_request(wanted, flags, models=tuple(model or ()), settings_file=settings))


@app.command()
def resume(
    end: Annotated[
        bool, typer.Option("--end", help="Do not go on: save it with --save, and have it wiped.")
    ] = False,
    view: ViewOption = None,
    json: JsonOption = False,
    save: SaveOption = None,
) -> None:
    """Take up a session that was killed, within ten minutes: nothing that was final is lost.

    Examples:

        cuecard resume

        cuecard resume --end --save call.md
    """
    from session.resume import resume

    resume(session={"view": view, "json": json or None, "save": save and str(save)}, ends=end)


@app.command()
def answer() -> None:
    """Have what was just said answered, in the session that is going on: for a shortcut of your desktop.

    Example:

        cuecard answer
    """
    from session import beside

    beside.answer()


@app.command()
def use(
    provider: Annotated[str, typer.Argument(help="Who answers from now on, as --provider takes it.")],
    model: Annotated[str, typer.Option(help="Their model; the first suitable one when not given.")] = "",
) -> None:
    """Have somebody else answer, in the session that is going on.

    Example:

        cuecard use anthropic --model claude-haiku-4-5
    """
    from session import beside

    beside.use(provider, model)


@app.command()
def ledger(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    follow: Annotated[
        bool, typer.Option(help="Go on until the session ends, and ask about requests that wait.")
    ] = True,
) -> None:
    """Show every request of the session that is going on, word for word, and what it cost.

    Example:

        cuecard ledger --no-follow
    """
    from session import beside

    beside.ledger(follow=follow, as_json=json)


@app.command()
def devices(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    level: Annotated[bool, typer.Option(help="Listen to each for a moment and show how loud it is.")] = False,
) -> None:
    """List what can be captured, and which is the default.

    Example:

        cuecard devices --level
    """
    from session.device_list import show_devices

    show_devices(as_json=json, with_levels=level)


@app.command()
def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Check what a session needs, and name the line that mends what is missing.

    Example:

        cuecard doctor
    """
    from session.doctor import show_findings

    raise typer.Exit(show_findings(as_json=json))


@app.command()
def report(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it here.")
    ] = None,
) -> None:
    """Write what helps to find a defect into one file, without a word of anybody's. Nothing is sent.

    Example:

        cuecard report
    """
    from session.bundle import report as write_report

    write_report(output)


@app.command()
def purge(
    yes: Annotated[bool, typer.Option("--yes", help="Delete all of it without asking.")] = False,
) -> None:
    """Show everything that the program ever stored, and delete it if you want.

    Examples:

        cuecard purge

        cuecard purge --yes
    """
    from session.purge import purge as show_and_delete

    show_and_delete(at_once=yes)


@app.command()
def attest(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report here.")
    ] = None,
) -> None:
    """Watch a marked session from outside, and report every file, socket and byte of it (Linux, strace).

    Example:

        cuecard attest --output attestation.md
    """
    from session.attest.command import attest as watch_and_report

    watch_and_report(output)


@app.command(
    add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def bench(context: typer.Context) -> None:
    """Measure on this machine: latency, accuracy, cost; `cuecard bench --help` has more.

    Example:

        cuecard bench live --report live.html
    """
    # A program of its own: the session must not need what only measuring needs.
    os.execv(sys.executable, [sys.executable, "-m", "bench", *context.args])


def main() -> None:
    """Run the command line; the program's entry point."""
    complain_without_words("session")
    try:
        app()
    except Failure as failure:
        print(f"cuecard: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        print(f"cuecard: {unexpected(error)}", file=sys.stderr)
        sys.exit(UNEXPECTED)
