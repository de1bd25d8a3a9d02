"""Lists what is not needed at a glance: keys, levels, processes, requests, latency. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from overlay.state.captions import Captions, StageState
from overlay.texts import sentences
from overlay.texts import strings as shared
from session.view import strings
from session.view.printable import drawable

_COLOURS = {"starting": "yellow", "ready": "green", "died": "red", "given up": "red"}
_BAR_CELLS = 24


def status_rows(captions: Captions, keys: Sequence[tuple[str, str]]) -> list[Text]:
    """Return problems, keys, levels, the provider, and the state of each process."""
    problems = captions.problems.current(captions.names)
    rows = [Text(f"! {drawable(problem.text)}", style="red") for problem in problems]
    pairs = [Text.assemble((key, "bold"), f" {label}") for key, label in keys]
    rows += [_title(strings.KEYS), Text("  ").join(pairs), _title(shared.SOURCES)]
    rows += [_level(captions, source) for source in captions.sources]
    egress = captions.egress
    rows.append(_title(shared.ANSWERS))
    answers = [egress.provider_text, egress.usage_text, str(egress.total)]
    if captions.final_latency_s is not None:
        answers.append(sentences.latency(captions.final_latency_s))
    rows += [_line(text) for text in answers if text]
    rows += [_title(shared.NOTES), _line(", ".join(captions.notes))] if captions.notes else []
    rows.append(_title(shared.PROCESSES))
    rows += [_stage(name, stage) for name, stage in captions.stages.items()]
    return [*rows, *_sandboxes(captions.stages)]


def sent_rows(captions: Captions) -> list[Text]:
    """Return every request word for word, the newest first."""
    requests = [*captions.egress.requests]
    rows = [_line(sentences.sent_request(each)) for each in reversed(requests)]
    return [_title(shared.LEDGER_TEXT), *(rows or [_line(shared.NOTHING_SENT)])]


def latency_rows(captions: Captions) -> list[Text]:
    """Return where the time of the newest answer went, a bar for each step."""
    current = captions.current
    steps = captions.waterfalls.steps(current.question) if current else []
    if not steps or not current:
        return [_title(shared.LATENCY), _line(shared.NO_LATENCY)]
    cell_ms = max(max(step.stop_ms for step in steps), 1.0) / _BAR_CELLS
    label = max(len(shared.STEPS[step.name]) for step in steps)
    rows = [_title(shared.LATENCY), _line(f"? {current.text}")]
    for step in steps:
        before = round(step.start_ms / cell_ms)
        bar = "━" * max(round(step.stop_ms / cell_ms) - before, 1)
        row = Text(f"  {shared.STEPS[step.name]:<{label}}  {' ' * before}", no_wrap=True)
        rows.append(row.append(bar, style="cyan").append(f" {sentences.milliseconds(step.stop_ms)}"))
    return rows


def _title(text: str) -> Text:
    return Text(text, style="bold underline")


def _line(text: str) -> Text:
    return Text(f"  {drawable(text)}")


def _level(captions: Captions, source: str) -> Text:
    return _line(captions.level_text(source))


def _stage(name: str, stage: StageState) -> Text:
    state = sentences.stage(name, stage.state, stage.restarts, stage.detail)
    return Text.assemble(("  ● ", _COLOURS[stage.state]), drawable(state))


def _sandboxes(stages: Mapping[str, StageState]) -> list[Text]:
    """Return what each sandbox enforces, once for all stages that have the same."""
    names: dict[str, list[str]] = {}
    for name, stage in stages.items():
        names.setdefault(stage.sandbox, []).append(name)
    names.pop("", None)
    rows = [
        Text.assemble(f"  {', '.join(each)}: ", (drawable(sandbox), "dim")) for sandbox, each in names.items()
    ]
    return [_title(strings.SANDBOX), *rows] if rows else []
