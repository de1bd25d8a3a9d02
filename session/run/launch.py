"""Launches a session: consent, processes, the run itself, the saved file and the summary."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import stat
import sys
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from bus.failures import Failure, StageFailure
from bus.process.private_memory import forbid_memory_access
from bus.stages.plan import SessionShape, StagePlan
from bus.stages.session_plan import plan_keeper, plan_stages
from capture.source import is_live
from llm.keys.session_keys import PIPE_VARIABLE
from llm.settings import LlmSettings
from overlay.texts.translation import _
from session import encryption
from session.keys import read_typed_keys, without_key
from session.run import isolation, user_terminal
from session.run.end.after import AfterSession
from session.run.end.summary import lines
from session.run.loop import LiveSession
from session.run.start import consent, provider_cards
from session.run.start.recording import Recording
from session.run.start.recording import check as check_recording
from session.run.start.request import Request
from session.run.start.resolution import resolve
from session.run.user_terminal import on_terminal
from session.settings import AllSettings, SessionSettings
from session.store.entry import stored_path
from session.store.measures import without_words
from session.store.saving import SaveFiles, save_paths
from session.supervise.interrupts import Interrupts
from session.supervise.starter import Starter
from session.trace.trace_file import TraceFile
from session.transcript.save import SaveFile
from session.transcript.saved_session import SavedSession
from session.view.page_address import is_for_others


def launch(request: Request) -> None:
    """Run a session as requested, and print its summary.

    Raises:
        Failure: It could not be started, or did not end well.
    """
    forbid_memory_access()  # the session's record is in this process
    with contextlib.closing(isolation.make_starter()) as starter:
        _launch(request, starter)


def _launch(request: Request, starter: Starter) -> None:
    settings = resolve(request)
    live = any(is_live(name, spec) for name, spec in settings.capture.sources.items())
    recorded = bool(settings.session.record)
    if recorded:
        check_recording(Path(settings.session.record), is_live=live and not request.practises)
    plans = plans_for(settings, practises=request.practises)
    way = _way_to_ask({plan.name for plan in plans})
    provider_cards.introduce(settings.llm, way)
    given = None
    if live and not request.practises:
        matter = consent.Matter(_services(settings.llm), recorded, settings.stt.language)
        given = consent.ensure(matter, given=request.consent, people=request.people, way=way)
    if request.ask_key or _wants_to_type_key(settings.llm):
        plans = _with_typed_keys(plans, settings.llm)
    plans = isolation.with_keys(plans, settings.llm)
    with contextlib.ExitStack() as stack:
        recorder, passphrase = None, ""
        files = [*save_paths(settings.session), Path(settings.practice.measures_file)]
        if recorded or any(encryption.is_encrypted(file) for file in files):
            passphrase = encryption.new_passphrase(request.passphrase_file)
        if recorded:
            recorder = Recording(Path(settings.session.record), passphrase)
            stack.callback(recorder.close)
            plans = recorder.given_to(plans)
        session = LiveSession(settings, plans, starter, consent=given, true_ends_s=request.true_ends_s)
        run_and_report(session, settings, passphrase, recorder)


def plans_for(settings: AllSettings, *, practises: bool) -> list[StagePlan]:
    """Return the stages of a session with these settings, with views that this process can show."""
    shape = SessionShape(
        settings.capture.sources,
        views=choose_views(
            settings.session.view,
            as_json=settings.session.json,
            to_terminal=sys.stdout.isatty(),
            to_reader=has_reader(),
            has_display=has_display(),
        ),
        answers=settings.llm.answer != "off" or bool(settings.llm.notes),
        serves_model=bool(settings.llm.local_model_path),
        practises=practises,
        serves_captions=bool(settings.session.caption_page),
        records=bool(settings.session.record),
    )
    plans = plan_stages(shape, cores=settings.session.cores, niceness=settings.session.niceness)
    if settings.session.keep_s and sys.platform != "win32":
        plans.append(plan_keeper(os.getpid()))
    return plans


def choose_views(
    wanted: str, *, as_json: bool, to_terminal: bool, to_reader: bool, has_display: bool
) -> list[str]:
    """Return the views to start. Pure.

    Args:
        wanted: The setting `view`.
        as_json: Whether events go to standard output as JSON.
        to_terminal: Whether standard output is a terminal.
        to_reader: Whether it is a pipe or a file, so that plain text is expected there.
        has_display: Whether a window can be shown.
    """
    if as_json:
        return ["json", "overlay"] if wanted == "overlay" else ["json"]
    if wanted == "auto":
        wanted = "overlay" if has_display and not to_reader else "terminal"
    if wanted == "none":
        return []
    return ["plain"] if wanted == "terminal" and not to_terminal else [wanted]


def run_and_report(
    session: LiveSession, settings: AllSettings, passphrase: str, recording: Recording | None = None
) -> None:
    """Run a session to its end, save it if requested, and print the summary.

    Args:
        session: The session.
        settings: Its settings.
        passphrase: Encrypts the saved file, if its name ends in .age.
        recording: Where its audio is recorded, if it is.

    Raises:
        Failure: It could not be started, or did not end well.
    """
    with contextlib.ExitStack() as stack:
        stack.callback(session.starter.close)
        if settings.session.trace:
            session.trace = TraceFile(Path(settings.session.trace))
            stack.callback(session.trace.write)
        files = stack.enter_context(SaveFiles(settings.session, passphrase))
        measures = None
        if settings.practice.measures_file:
            measures = stack.enter_context(_measures_file(settings, passphrase))
        interrupts = stack.enter_context(Interrupts())
        after = stack.enter_context(AfterSession(settings, session.plans, session.starter))
        try:
            with user_terminal.restored(sys.stdin, sys.stdout) if session.uses_terminal else nullcontext():
                outcome = session.run(
                    interrupts, files, lambda run: after.prepare(run, has_window=not session.window_is_lost)
                )
        except Failure:
            if not files.attempted and session.record.has_words:  # transcribed before the failure
                files.write(session.saved())
            raise
        given_up = session.statistics.given_up
        rows = lines(
            session.statistics,
            outcome,
            at_real_pace=settings.capture.pace == "realtime",
            served_on=_network_address(settings.session),
        )
        if measures and (practised := without_words(session.saved())).practice:
            rows.append((_("measures"), str(measures.write(practised))))
        files.close()  # the reserved space has the same content under another name
        saved_to = [str(path) for path in session.saved_to]
        kept = after.offer(session.saved(), outcome.killed, saved_to, interrupts, session.forget)
    if recording:
        rows.append(("recorded", recording.summary))
    rows.append(("saved", ", ".join((*saved_to, *kept.saved_to)) or "nothing"))
    _show(rows, to_stderr=settings.session.json)
    if kept.failure:
        raise kept.failure
    if given_up:
        raise StageFailure(
            f"{', '.join(given_up)} stopped working during the session",
            kept="the results of the other stages",
            fix="see the problem reported above, or run `cuecard doctor`",
        )


def _measures_file(settings: AllSettings, passphrase: str) -> SaveFile:
    def named(path: Path, saved: SavedSession) -> Path:
        return stored_path(path, saved, settings.session.expire, "measures")

    return SaveFile(Path(settings.practice.measures_file), passphrase, named)


def _way_to_ask(stages: Collection[str]) -> consent.Way:
    """Return where the user can be asked something before the session starts."""
    if on_terminal():
        return "terminal"
    return "window" if "overlay" in stages and has_display() else ""


def _services(settings: LlmSettings) -> str:
    """Return the hosts away from this machine to which questions go; empty if they stay here."""
    return " / ".join(each.host.removesuffix(":443") for each in provider_cards.hosted(settings))


def _wants_to_type_key(settings: LlmSettings) -> bool:
    """Say that the provider has no key, and return whether the user wants to type it for this session."""
    provider = None if settings.answer == "off" else without_key(settings)
    if provider is None:
        return False
    typer.echo(f"There is no key for {provider.name}. Without it your notes alone are shown.", err=True)
    if not on_terminal() or sys.platform == "win32":
        typer.echo(f"Store one with: cuecard keys set {provider.key_name or provider.name}", err=True)
        return False
    return typer.confirm("Type it now, for this session alone?", err=True)


def _with_typed_keys(plans: Sequence[StagePlan], settings: LlmSettings) -> list[StagePlan]:
    """Prompt for the keys, and return the plans with the pipe that holds them where keys may be held."""
    pipe = read_typed_keys(settings)
    return [
        dataclasses.replace(plan, descriptors=(*plan.descriptors, (PIPE_VARIABLE, pipe.descriptors)))
        if plan.holds_keys
        else plan
        for plan in plans
    ]


def _network_address(settings: SessionSettings) -> str:
    """Return where other machines could read the captions; empty if nowhere."""
    served = settings.caption_page and is_for_others(settings.caption_page_bind)
    return settings.caption_page_bind if served else ""


def has_reader() -> bool:
    """Return whether standard output is a pipe or a file; a desktop that starts programs gives neither."""
    try:
        mode = os.fstat(sys.stdout.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def has_display() -> bool:
    """Return whether a window can be shown."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _show(rows: Sequence[tuple[str, str]], *, to_stderr: bool) -> None:
    console = Console(stderr=to_stderr, highlight=False, soft_wrap=True)
    table = Table(box=None, show_header=False, pad_edge=False)
    for label, text in rows:
        table.add_row(f"[bold]{label}[/bold]", text)
    console.print()
    console.print(table)
