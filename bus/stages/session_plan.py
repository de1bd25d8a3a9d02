"""Plans the stages of one session from the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bus.stages.plan import MICROPHONE, SessionShape, StagePlan
from bus.stages.table import KEEPER, STAGE_KINDS, STAGES


def plan_stages(
    shape: SessionShape, *, cores: Mapping[str, Sequence[int]], niceness: Mapping[str, int] | None = None
) -> list[StagePlan]:
    """Return the stages of a session, in the order in which they start.

    Args:
        shape: Decides which stages there are.
        cores: Cores by kind of stage ("stt") or by name ("vad:mic").
        niceness: Niceness by kind or name, instead of the table's.
    """
    plans = [plan for row in STAGES if row.when(shape) for plan in _instances(row, shape)]
    return [_placed(plan, cores, niceness or {}) for plan in plans]


def plan_keeper(supervisor_pid: int) -> StagePlan:
    """Return the process that retains the session's log if this supervisor is killed."""
    return replace(STAGE_KINDS[KEEPER], arguments=(str(supervisor_pid),))


def _instances(row: StagePlan, shape: SessionShape) -> list[StagePlan]:
    if row.per_source:
        reads_stdin = row.name == "capture"
        return [
            replace(
                row,
                name=f"{row.name}:{source}",
                arguments=(source,),
                inherits_stdin=reads_stdin and spec == "-",
                reads_rings=row.reads_rings or (reads_stdin and _needs_reference(source, shape.sources)),
            )
            for source, spec in shape.sources.items()
        ]
    if row.name == "view":
        view = next(view for view in shape.views if view != "overlay")
        return [replace(row, arguments=(view,), inherits_stdin=view == "terminal")]
    return [row]


def _needs_reference(source: str, sources: Mapping[str, str]) -> bool:
    """Return whether this may be a microphone beside another source; a device may be one."""
    is_device = sources[source] == "default" or sources[source].startswith("device:")
    return len(sources) > 1 and (is_device or source == MICROPHONE)


def _placed(plan: StagePlan, cores: Mapping[str, Sequence[int]], niceness: Mapping[str, int]) -> StagePlan:
    return replace(
        plan,
        cores=tuple(cores.get(plan.name) or cores.get(plan.kind) or ()),
        niceness=niceness.get(plan.name, niceness.get(plan.kind, plan.niceness)),
    )
