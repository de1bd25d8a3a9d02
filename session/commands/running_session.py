"""Commands for a running session: `cuecard answer`, `cancel`, `pause`, `end`, `use`, `ledger`, …"""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from bus.messages.control import MOST_STRUCK_S, STRUCK_S
from session.commands.options import JsonRowsOption
from session.control import requests

MutedArgument = Annotated[str, typer.Argument(metavar="SOURCE", help="Its name, such as mic or call.")]
SourceArgument = Annotated[str, typer.Argument(metavar="SOURCE", help="One source; default: all.")]


def answer() -> None:
    """Answer what was just said. Made for a keyboard shortcut, as are the next ones.

    \b
    Example:
      cuecard answer
    """
    requests.request("answer")


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In quotes; - reads standard input.")],
) -> None:
    """Ask a question in the running session without saying it.

    \b
    Examples:
      cuecard ask "How does Raft elect a leader?"
      xclip -o | cuecard ask -
    """
    from session.control import remote_control

    remote_control.ask(sys.stdin.read() if question == "-" else question)


def cancel() -> None:
    """Stop the answer under way; what came of it stays."""
    requests.request("cancel")


def again() -> None:
    """Answer the newest question again."""
    requests.request("again")


def shorter() -> None:
    """Answer the newest question again, shorter."""
    requests.request("shorter")


def longer() -> None:
    """Answer the newest question again, longer."""
    requests.request("longer")


def copy() -> None:
    """Print the newest answer, for the clipboard.

    \b
    Examples:
      cuecard copy | wl-copy
      cuecard copy | xclip -selection clipboard
    """
    from session.control import remote_control

    remote_control.copy()


def toggle() -> None:
    """Hide the window, or show it."""
    requests.request("toggle")


def next_monitor() -> None:
    """Move the window to the next monitor."""
    requests.request("next-monitor")


def pause(source: SourceArgument = "") -> None:
    """Close the microphone, or every device, until `cuecard unpause`.

    \b
    Example:
      cuecard pause mic
    """
    requests.request("pause", source)


def unpause(source: SourceArgument = "") -> None:
    """Capture again after `cuecard pause`."""
    requests.request("unpause", source)


def mute(source: MutedArgument) -> None:
    """Close one device until `cuecard unmute`; nothing of it is captured or kept. The same as `pause SOURCE`.

    \b
    Example:
      cuecard mute mic
    """
    requests.request("mute", source)


def unmute(source: MutedArgument) -> None:
    """Capture a muted source again."""
    requests.request("unmute", source)


def mark(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What it is about, in quotes.")] = "",
) -> None:
    """Mark this moment in the transcript, in views and in saved files.

    \b
    Examples:
      cuecard mark
      cuecard mark "the part about prices"
    """
    from session.control import content

    content.mark(text)


def note(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files or folders, as for --notes.")],
) -> None:
    """Add notes to the running session; they are searched from the next question on.

    \b
    Example:
      cuecard note prices.pdf plan.md
    """
    from session.control import content

    content.note(files)


def strike(
    last: Annotated[
        float, typer.Option(min=1, max=MOST_STRUCK_S, metavar="SECONDS", help="How much to strike.")
    ] = STRUCK_S,
) -> None:
    """Remove what was said in the last minute from the running session, and print what was removed.

    Words, questions, answers and audio of that time go, from memory too. What had left for a provider cannot
    be taken back, and is named.

    \b
    Examples:
      cuecard strike
      cuecard strike --last 20
    """
    from session.control import content

    content.strike(last)


def end() -> None:
    """End the running session."""
    requests.request("end")


def summary(
    template: Annotated[
        Literal["meeting", "interview", "lecture", "call"], typer.Option(help="What was recorded.")
    ] = "meeting",
    may_go_to: Annotated[
        str, typer.Option(metavar="HOST", help="For scripts: send the whole transcript to this host.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Summarize the running session so far: topics, decisions, open questions, action items.

    The model that answers writes it. If that is not on this machine, the whole transcript would go there, and
    you are asked first. Each line is checked against the transcript, and saved with the session.

    \b
    Examples:
      cuecard summary
      cuecard summary --template lecture > lecture.md
    """
    from session.control.summary import summarize

    summarize(template, may_go_to=may_go_to, as_json=json)


def use(
    provider: Annotated[
        str, typer.Argument(metavar="PROVIDER", help="The provider, as in `cuecard run --provider`.")
    ],
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Its model; default: the first suitable one.")
    ] = "",
) -> None:
    """Switch the provider of the running session.

    \b
    Example:
      cuecard use anthropic --model claude-haiku-4-5
    """
    from session.control import remote_control

    remote_control.use(provider, model)


def ledger(
    json: JsonRowsOption = False,
    follow: Annotated[
        bool, typer.Option(help="Continue until the session ends, and prompt for held requests.")
    ] = True,
) -> None:
    """Show every request of the running session and its cost.

    \b
    Example:
      cuecard ledger --no-follow
    """
    from session.control import remote_control

    remote_control.ledger(follow=follow, as_json=json)
