"""Commands that run a session: `cuecard run`, `captions`, `demo`, `practice`, `resume`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from session.commands.options import DISPLAY, Flags, ModelOption, SettingsOption, with_flags

ConsentOption = Annotated[
    bool, typer.Option("--consent", help="The others know that the session is transcribed, and agree.")
]
PassphraseOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="Read the passphrase of what is encrypted here instead of asking.",
    ),
]
PeopleOption = Annotated[
    str,
    typer.Option("--with", metavar="NAMES", help='Who takes part, as in "Ada, Bob"; saved files name them.'),
]
VocabularyOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Names and jargon to expect, one a line; names in your notes are expected anyway.",
    ),
]


@with_flags(
    *(
        "capture.sources",
        "capture.pace",
        "session.names",
        *DISPLAY,
        "session.record",
        "session.trace",
        "session.allow_unsandboxed",
    ),
    *("stt.device", "stt.language", "stt.endpointing"),
    *("llm.answer", "llm.listen_to", "llm.notes", "llm.provider", "llm.fallback_provider"),
    *("llm.allow_plain_http", "llm.eager", "llm.confirm"),
)
def run(
    flags: Flags,
    model: ModelOption = None,
    vocabulary: VocabularyOption = None,
    ask_key: Annotated[
        bool, typer.Option("--ask-key", help="Type the provider's key, unseen; it is deleted at the end.")
    ] = False,
    consent: ConsentOption = False,
    people: PeopleOption = "",
    passphrase_file: PassphraseOption = None,
    settings: SettingsOption = None,
) -> None:
    """Transcribe a live session and answer its questions. Ctrl-C ends it.

    Without --source it captures what your settings name, else the microphone and the computer's own sound.

    \b
    Examples:
      cuecard run
      cuecard run --source mic=default --source call=monitor --notes resume.md
      cuecard run --source mic=file:talk.flac --json |
        jq -c 'select(.type == "FinalTranscribed") | [.utterance, .replaces, .text]'
      cuecard run -s call=monitor --provider openai --model gpt-4.1-mini --save call.md
    """
    from session.run.launch import launch
    from session.run.start.request import DEFAULT_SOURCES, Request

    launch(
        Request(
            flags=flags,
            models=tuple(model or ()),
            settings_file=settings,
            vocabulary_file=vocabulary,
            consent=consent,
            people=people,
            passphrase_file=passphrase_file,
            ask_key=ask_key,
            default_sources=DEFAULT_SOURCES,
            only_present=True,
        )
    )


@with_flags(
    *("capture.sources", "capture.pace", "session.names", *DISPLAY, "session.allow_unsandboxed"),
    *("stt.device", "stt.language", "stt.endpointing"),
)
def captions(
    flags: Flags,
    model: ModelOption = None,
    vocabulary: VocabularyOption = None,
    consent: ConsentOption = False,
    people: PeopleOption = "",
    passphrase_file: PassphraseOption = None,
    settings: SettingsOption = None,
) -> None:
    """Show captions alone, large: of the microphone and of what the computer plays. Ctrl-C ends it.

    No question is detected, no notes are read, and no provider is asked.

    \b
    Examples:
      cuecard captions
      cuecard captions --source call=monitor --name call=Ada --save call.md
    """
    from session.run.launch import launch
    from session.run.start.captions import captions_request

    launch(
        captions_request(
            flags,
            models=tuple(model or ()),
            settings_file=settings,
            vocabulary_file=vocabulary,
            consent=consent,
            people=people,
            passphrase_file=passphrase_file,
        )
    )


@with_flags(*DISPLAY, "session.allow_unsandboxed")
def demo(flags: Flags) -> None:
    """Play a recorded interview, offline, without a key.

    \b
    Example:
      cuecard demo --view terminal
    """
    from session.run.launch import launch
    from session.run.start.demo import REMARK, demo_request

    typer.echo(REMARK, err=True)
    launch(demo_request(flags["session"]))


@with_flags(
    *("practice.speak", "practice.keep_measures", "stt.language", "llm.notes", "llm.provider", "llm.confirm"),
    *("session.names", *DISPLAY, "session.allow_unsandboxed"),
)
def practice(
    flags: Flags,
    topic: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The topic: behavioral, technical, sales, thesis, …"),
    ] = None,
    questions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your own questions (.md, .txt), one a line or list item."),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="NUMBER", help="Number of questions; default: 5 of a topic, all of a file."
        ),
    ] = None,
    source: Annotated[
        str, typer.Option("--source", "-s", metavar="NAME=SOURCE", help="Your microphone.")
    ] = "mic=default",
    model: ModelOption = None,
    passphrase_file: PassphraseOption = None,
    settings: SettingsOption = None,
) -> None:
    """Answer questions aloud, and get feedback. A key or a long silence ends an answer.

    \b
    Examples:
      cuecard practice --topic behavioral --notes resume.md --speak
      cuecard practice --questions my-questions.md --provider none --save practice.md
    """
    from session.practice.request import check_source, choose_questions, make_request
    from session.run.launch import launch

    flags["capture"] = {"sources": [check_source(source)]}
    chosen = choose_questions(topic=topic, file=questions, count=count)
    request = make_request(chosen, flags, models=tuple(model or ()), settings_file=settings)
    launch(dataclasses.replace(request, passphrase_file=passphrase_file))


@with_flags(*DISPLAY)
def resume(
    flags: Flags,
    end: Annotated[
        bool, typer.Option("--end", help="Do not continue: save it with --save, and delete the log.")
    ] = False,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Continue a session that was killed, or save one that could not be saved. This works for ten minutes.

    \b
    Examples:
      cuecard resume
      cuecard resume --end --save call.md
    """
    from session.resume.resume import resume

    resume(session=flags["session"], ends=end, passphrase_file=passphrase_file)
