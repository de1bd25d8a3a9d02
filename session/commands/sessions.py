"""The commands that are a session: `cuecard run`, `demo`, `practice`, `resume`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from session.commands.options import (
    ConfirmOption,
    JsonOption,
    LanguageOption,
    SaveOption,
    SettingsOption,
    UnsandboxedOption,
    ViewOption,
    shown,
)

Answer = Literal["auto", "ask", "off"]
Device = Literal["auto", "cpu", "cuda"]
ListenTo = Literal["other", "everyone"]
Pace = Literal["realtime", "fast"]
Endpointing = Literal["snappy", "balanced", "patient"]
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
        list[Path] | None,
        typer.Option(metavar="FILE", help="Your notes (.md, .txt, .pdf, .docx), or a folder of them."),
    ] = None,
    vocabulary: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Names and jargon to expect, one a line; names in your notes are expected anyway.",
        ),
    ] = None,
    provider: Annotated[
        str | None,
        typer.Option(
            metavar="WHO", help="Who answers: auto, local, none, openai, anthropic, gemini, …, or an address."
        ),
    ] = None,
    fallback: Annotated[
        str | None, typer.Option(metavar="WHO", help="Who answers when the provider does not.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A Whisper model of `cuecard models list`, or the provider's model; or both, twice.",
        ),
    ] = None,
    device: Annotated[Device | None, typer.Option(help="Where Whisper computes.")] = None,
    language: LanguageOption = None,
    endpointing: Annotated[
        Endpointing | None, typer.Option(help="How long a speaker may pause before their words are final.")
    ] = None,
    eager: Annotated[
        bool, typer.Option("--eager", help="Ask at a pause already: sooner, and dearer by what was too soon.")
    ] = False,
    confirm: ConfirmOption = False,
    ask_key: Annotated[
        bool, typer.Option("--ask-key", help="Type the provider's key unseen; it is kept until the end only.")
    ] = False,
    allow_plain_http: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="Ask this server of yours over http, unencrypted: anybody on the network can read it.",
        ),
    ] = None,
    save: SaveOption = None,
    consent: Annotated[
        bool, typer.Option("--consent", help="The others know that this session is transcribed.")
    ] = False,
    allow_unsandboxed: UnsandboxedOption = False,
    settings: SettingsOption = None,
) -> None:
    """Transcribe a live session and answer its questions. Ctrl-C ends it.

    \b
    Examples:
      cuecard run --source mic=default --source call=monitor --notes resume.md
      cuecard run --source mic=file:talk.flac --json |
        jq -r 'select(.type == "FinalTranscribed") | .text'
      cuecard run -s call=monitor --provider openai --model gpt-4.1-mini --save call.md
    """
    from session.run.launch import Request, launch

    flags: dict[str, dict[str, Any]] = {
        "capture": {"sources": source, "pace": pace},
        "stt": {"device": device, "language": language, "endpointing": endpointing},
        "llm": {
            "answer": answer,
            "listen_to": listen_to,
            "notes": notes and [str(path) for path in notes],
            "provider": provider,
            "fallback_provider": fallback,
            "allow_plain_http": allow_plain_http,
            "eager": eager or None,
            "confirm": confirm or None,
        },
        "session": {
            **shown(view=view, json=json, save=save),
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


def demo(
    view: ViewOption = None,
    json: JsonOption = False,
    save: SaveOption = None,
    allow_unsandboxed: UnsandboxedOption = False,
) -> None:
    """Play a recorded interview, offline, without a key.

    \b
    Example:
      cuecard demo --view terminal
    """
    from session.run.demo import REMARK, demonstration
    from session.run.launch import launch

    typer.echo(REMARK, err=True)
    flags = shown(view=view, json=json, save=save)
    launch(demonstration({**flags, "allow_unsandboxed": allow_unsandboxed or None}))


def practice(
    topic: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What to be asked about: behavioral, technical, sales, thesis, …"),
    ] = None,
    questions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your own questions (.md, .txt), one a line or list item."),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(min=1, metavar="NUMBER", help="How many; 5 of a topic, all of a file when not given."),
    ] = None,
    speak: Annotated[
        bool | None,
        typer.Option("--speak/--no-speak", help="Read the questions out, if a voice is installed."),
    ] = None,
    source: Annotated[
        str, typer.Option("--source", "-s", metavar="NAME=WHAT", help="Your microphone.")
    ] = "mic=default",
    notes: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Your notes, by which answers are judged; as often as needed."),
    ] = None,
    provider: Annotated[
        str | None,
        typer.Option(
            metavar="WHO", help="Who looks at the answers, as in `cuecard run`; none keeps to measures."
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A Whisper model, or the provider's; or both, twice."),
    ] = None,
    language: LanguageOption = None,
    confirm: ConfirmOption = False,
    view: ViewOption = None,
    json: JsonOption = False,
    save: SaveOption = None,
    allow_unsandboxed: UnsandboxedOption = False,
    settings: SettingsOption = None,
) -> None:
    """Be asked, answer aloud, and get feedback. A key or a long silence ends an answer.

    \b
    Examples:
      cuecard practice --topic behavioral --notes resume.md --speak
      cuecard practice --questions my-questions.md --provider none --save practice.md
    """
    from session.practice.request import asked_for, own_source, practice_request
    from session.run.launch import launch

    flags: dict[str, dict[str, Any]] = {
        "capture": {"sources": [own_source(source)]},
        "stt": {"language": language},
        "llm": {
            "notes": notes and [str(path) for path in notes],
            "provider": provider,
            "confirm": confirm or None,
        },
        "session": {
            **shown(view=view, json=json, save=save),
            "allow_unsandboxed": allow_unsandboxed or None,
        },
        "practice": {"speak": speak},
    }
    wanted = asked_for(topic=topic, file=questions, count=count)
    launch(practice_request(wanted, flags, models=tuple(model or ()), settings_file=settings))


def resume(
    end: Annotated[
        bool, typer.Option("--end", help="Do not go on: save it with --save, and have it wiped.")
    ] = False,
    view: ViewOption = None,
    json: JsonOption = False,
    save: SaveOption = None,
) -> None:
    """Continue a session that was killed. This works for ten minutes; no final words are lost.

    \b
    Examples:
      cuecard resume
      cuecard resume --end --save call.md
    """
    from session.resume.resume import resume

    resume(session=shown(view=view, json=json, save=save), ends=end)
