"""From a request on the command line to a session: settings, models, consent, stages, and the last words."""

from __future__ import annotations

import dataclasses
import os
import re
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from bus.failures import Failure, StageFailure, UsageFailure
from bus.private_memory import forbid_memory_access
from bus.stages import SessionShape, StagePlan, plan_keeper, plan_stages
from capture.source import Live, parse_source, parse_sources
from llm.notes.read.note_files import read_notes
from llm.providers import named_provider
from llm.settings import LlmSettings
from llm.usage import prices
from session import settings as all_settings
from session.keys import typed_for_session
from session.models import catalogue, store
from session.models.choice import find_weights
from session.run import consent
from session.run.loop import LiveSession
from session.run.summary import lines
from session.run.vocabulary import expected, read_vocabulary
from session.settings import AllSettings
from session.transcript import save

_WHISPER_SIZES = re.compile(
    r"(whisper-)?(distil-)?(tiny|base|small|medium|large(-v[123])?|turbo)([.-](en|turbo))?"
)
"""Names by which Whisper's models go elsewhere."""


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    flags: Mapping[str, Mapping[str, Any]]
    """Values given on the command line, by settings table; None means not given."""
    models: Sequence[str] = ()
    """Names of models: Whisper's own are told from a provider's by the catalogue."""
    settings_file: Path | None = None
    vocabulary_file: Path | None = None
    consent: bool = False
    ask_key: bool = False
    """Have the keys of the providers typed, for this session alone."""
    practises: bool = False
    """The program asks, and nobody but the user is heard."""
    true_ends_s: Mapping[str, Sequence[float]] = field(default_factory=dict)


def launch(request: Request) -> None:
    """Run a session as asked, and print what it came to.

    Raises:
        Failure: It could not be started, or not be ended well.
    """
    forbid_memory_access()  # the session's record is in this process
    settings = resolve(request)
    live = any(isinstance(parse_source(name, spec), Live) for name, spec in settings.capture.sources.items())
    with_others = live and not request.practises
    if with_others:
        consent.ensure(given=request.consent, can_ask=sys.stdin.isatty() and sys.stderr.isatty())
    plans = plans_for(settings, practises=request.practises)
    if request.ask_key:
        plans = _with_typed_keys(plans, settings.llm)
    session = LiveSession(settings, plans, consented=with_others, true_ends_s=request.true_ends_s)
    see_through(session, settings)


def plans_for(settings: AllSettings, *, practises: bool) -> list[StagePlan]:
    """Return the stages of a session with these settings, shown where this process can show it."""
    shape = SessionShape(
        settings.capture.sources,
        views=choose_views(
            settings.session.view,
            as_json=settings.session.json,
            to_terminal=sys.stdout.isatty(),
            to_reader=_has_reader(),
            has_display=has_display(),
        ),
        answers=settings.llm.answer != "off" or bool(settings.llm.notes),
        serves_model=bool(settings.llm.local_model_path),
        practises=practises,
    )
    plans = plan_stages(shape, cores=settings.session.cores, niceness=settings.session.niceness)
    if settings.session.keep_s and sys.platform != "win32":
        plans.append(plan_keeper(os.getpid()))
    return plans


def see_through(session: LiveSession, settings: AllSettings) -> None:
    """Run a session to its end, save it where that is wanted, and print what it came to.

    Raises:
        Failure: It could not be started, or not be ended well.
    """
    saved_to = settings.session.save
    try:
        ending = session.run()
    except Failure:
        if saved_to and session.record.lines():  # what was heard before it ended badly
            save.save(session.record, Path(saved_to))
        raise
    if saved_to:
        save.save(session.record, Path(saved_to))
    at_real_pace = settings.capture.pace == "realtime"
    rows = lines(session.tally, ending, saved_to=saved_to, at_real_pace=at_real_pace)
    _show(rows, to_stderr=settings.session.json)
    if session.tally.given_up:
        raise StageFailure(
            f"{', '.join(session.tally.given_up)} had to be given up during the session",
            kept="everything the others did",
            fix="see the problem named above, or try `cuecard doctor`",
        )


def _with_typed_keys(plans: Sequence[StagePlan], settings: LlmSettings) -> list[StagePlan]:
    """Have the keys typed, and return the plans with the pipe that holds them where keys may be held."""
    pipe = typed_for_session(settings)
    return [
        dataclasses.replace(plan, descriptors=pipe.descriptors, variables=tuple(pipe.environment.items()))
        if plan.holds_keys
        else plan
        for plan in plans
    ]


def resolve(request: Request) -> AllSettings:
    """Return the settings with sources parsed, models found and files checked.

    Raises:
        Failure: Something that was asked for does not exist or makes no sense.
    """
    flags = {name: dict(table) for name, table in request.flags.items()}
    for model in request.models:
        _refuse_ambiguous(model)
        table = "stt" if catalogue.is_whisper(model) else "llm"
        flags.setdefault(table, {})["model"] = model
    given = flags.get("capture", {}).get("sources")
    if given:
        flags["capture"]["sources"] = parse_sources(given)
    settings = all_settings.load(request.settings_file, flags)
    if not settings.capture.sources:
        raise UsageFailure(
            "there is nothing to hear",
            kept="nothing was started",
            fix="add --source mic=default, or --source mic=file:PATH",
        )
    if settings.session.save:
        save.check(Path(settings.session.save))
    notes = read_notes(settings.llm.notes).notes  # the llm stage reports what was left out
    listed = read_vocabulary(request.vocabulary_file) if request.vocabulary_file else []
    for name in filter(None, (settings.llm.provider, settings.llm.fallback_provider)):
        named_provider(settings.llm, name)
    prices.load()
    stt = find_weights(settings.stt)
    stt = msgspec.structs.replace(stt, vocabulary=expected(stt, listed, [note.text for note in notes]))
    llm = msgspec.structs.replace(
        settings.llm, local_model_path=_local_model(settings), meaning_model_path=_meaning_model(settings)
    )
    practice = msgspec.structs.replace(
        settings.practice,
        source=next(iter(settings.capture.sources)),
        language=settings.practice.language or stt.language,
    )
    return dataclasses.replace(settings, stt=stt, llm=llm, practice=practice)


def _refuse_ambiguous(model: str) -> None:
    """Refuse a size of Whisper that is not in the catalogue, rather than take it for the provider's model.

    Raises:
        UsageFailure: It is one.
    """
    if catalogue.is_whisper(model) or not _WHISPER_SIZES.fullmatch(model):
        return
    known = ", ".join(sorted(name for name in catalogue.CATALOGUE if catalogue.is_whisper(name)))
    raise UsageFailure(
        f"{model!r} is a size of Whisper that is not available here",
        kept="nothing was started",
        fix=f"choose one of {known}; for a provider's model of that name, set model in [llm]",
    )


def choose_views(
    wanted: str, *, as_json: bool, to_terminal: bool, to_reader: bool, has_display: bool
) -> list[str]:
    """Return the views to start. Pure.

    Args:
        wanted: The setting `view`.
        as_json: Whether events go to standard output as JSON.
        to_terminal: Whether standard output is a terminal.
        to_reader: Whether it is a pipe or a file, so that somebody expects words there.
        has_display: Whether a window can be shown.
    """
    if as_json:
        return ["json", "overlay"] if wanted == "overlay" else ["json"]
    if wanted == "auto":
        wanted = "overlay" if has_display and not to_reader else "terminal"
    if wanted == "none":
        return []
    return ["plain"] if wanted == "terminal" and not to_terminal else [wanted]


def _has_reader() -> bool:
    """Tell whether standard output is a pipe or a file; a desktop that starts programs gives neither."""
    try:
        mode = os.fstat(sys.stdout.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def has_display() -> bool:
    """Tell whether a window can be shown."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _meaning_model(settings: AllSettings) -> str:
    """Return the folder of the model that compares by meaning, when there are notes and it is there."""
    return str(store.find("minilm").parent) if settings.llm.notes and store.is_there("minilm") else ""


def _local_model(settings: AllSettings) -> str:
    """Return the path of the small model, when it is wanted and there."""
    if settings.llm.answer == "off" or settings.llm.provider not in ("auto", "local"):
        return ""
    if settings.llm.provider == "auto" and not store.is_there("smollm2"):
        return ""
    return str(store.find("smollm2"))


def _show(rows: Sequence[tuple[str, str]], *, to_stderr: bool) -> None:
    console = Console(stderr=to_stderr, highlight=False, soft_wrap=True)
    table = Table(box=None, show_header=False, pad_edge=False)
    for label, text in rows:
        table.add_row(f"[bold]{label}[/bold]", text)
    console.print()
    console.print(table)
