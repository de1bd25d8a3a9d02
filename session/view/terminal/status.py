"""Lists keys, levels, processes and what left the machine, for the terminal. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from overlay import strings as shared
from overlay.state.captions import Captions, StageState
from overlay.state.levels import SILENCE_DBFS
from session.view import strings
from session.view.printable import drawable

_COLOURS = {"starting": "yellow", "ready": "green", "died": "red", "given up": "red"}


def status_rows(captions: Captions, keys: Sequence[tuple[str, str]]) -> list[Text]:
    """Return everything that is not needed at a glance."""
    rows = [
        *(
            Text(f"! {drawable(problem.text)}", style="red")
            for problem in captions.problems.current(captions.names)
        )
    ]
    rows.append(_title(strings.KEYS))
    pairs = [Text.assemble((key, "bold"), f" {label}") for key, label in keys]
    rows.append(Text("  ").join(pairs))
    rows.append(_title(strings.LEVELS))
    rows += [_level(captions, source) for source in captions.sources]
    if captions.final_latency_s is not None:
        rows.append(Text(f"  {shared.latency(captions.final_latency_s)}", style="dim"))
    if captions.current and captions.current.first_token_s is not None:
        rows.append(Text(f"  {shared.first_word(captions.current.first_token_s)}", style="dim"))
    rows.append(_title(strings.MACHINE))
    egress = captions.egress
    rows += [
        Text(f"  {drawable(line)}")
        for line in (str(egress.total), egress.provider_text, egress.usage_text)
        if line
    ]
    rows.append(_title(strings.PROCESSES))
    rows += [_stage(name, stage) for name, stage in captions.stages.items()]
    return [*rows, *_sandboxes(captions.stages)]


def _title(text: str) -> Text:
    return Text(text, style="bold underline")


def _level(captions: Captions, source: str) -> Text:
    level_dbfs = captions.levels.rms_dbfs(source)
    level = strings.LEVEL.format(decibels=level_dbfs) if level_dbfs > SILENCE_DBFS else strings.NO_SIGNAL
    text = Text(f"  {drawable(captions.name(source))}  {level}")
    return text.append(f"  {strings.SPEAKING}" if source in captions.speaking else "", style="cyan")


def _stage(name: str, stage: StageState) -> Text:
    state = (
        stage.state
        if not stage.restarts
        else strings.RESTARTED.format(state=stage.state, count=stage.restarts)
    )
    text = Text.assemble(("  ● ", _COLOURS[stage.state]), f"{name}  {state}")
    return text.append(f"  {drawable(stage.detail)}", style="dim")


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
