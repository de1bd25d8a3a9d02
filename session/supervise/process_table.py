"""The processes of a session as a table: what runs, in which order it starts, how it is watched.

Pure: knows what a stage is called and how it is treated, not what it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from llm.connector.protocol import PASSES_SOCKETS

LISTENING = 1
"""The wave of stages without which nothing is heard; started first, right after the hub."""

ANSWERING = 2
"""The wave that may come a moment later: the hub tells it what it missed."""

KEEPER = "keeper"

HANG_S = 3.2
"""How long a work loop that beats every second may be silent: found within 4 s, looking and all."""

NICENESS = {"stt": 1, "llm": 1, "connector": 1, "overlay": 1, "view": 1, "model-server": 10}
"""How far a stage steps back, 0 to 19: what catches and judges sound goes first, the small model last.

Niceness counts against other programs too: 1 costs hearing 7 % of its pace on busy cores, 5 more than half.
"""

KINDS = (
    *("hub", "capture", "vad", "stt", "llm", "connector", "model-server"),
    *("practice", "overlay", "view", "keeper"),
)
"""Every kind of process a session may have."""


@dataclass(frozen=True)
class StagePlan:
    """One process and how it is treated."""

    name: str
    """"vad:mic"; its part before the colon is its kind in the wiring table."""
    module: str
    """What `python -m` runs."""
    arguments: tuple[str, ...] = ()
    wave: int = LISTENING
    essential: bool = True
    """Whether a session that cannot start it is called off."""
    silence_limit_s: float | None = HANG_S
    """How long its work loop may be silent; None for a stage whose freezing harms nobody."""
    start_limit_s: float = 30.0
    """How long it may take to be ready."""
    niceness: int = 0
    """How far it steps back for others that want a core, 0 to 19."""
    cores: tuple[int, ...] = ()
    """Cores it is pinned to; all when empty."""
    inherits_stdin: bool = False
    inherits_stdout: bool = False
    ends_session: bool = False
    """Whether its clean exit is the user's wish to end the session, as when a window is closed."""
    holds_keys: bool = False
    """Whether it may see the keys in the environment."""
    dials: bool = False
    """Whether it is told what the connector wants to hear."""
    descriptors: tuple[int, ...] = ()
    """Open files that it inherits, such as the pipe with the keys that were typed."""
    variables: tuple[tuple[str, str], ...] = ()
    """What its environment holds beyond what it inherits."""
    outlives_supervisor: bool = False
    """Whether it goes on when the supervisor is killed, to keep what would be lost with it."""


HUB = StagePlan("hub", "bus", silence_limit_s=None)


def plan_stages(
    sources: Mapping[str, str],
    *,
    views: Sequence[str],
    answers: bool,
    serves_model: bool,
    cores: Mapping[str, Sequence[int]],
    niceness: Mapping[str, int] | None = None,
    practises: bool = False,
) -> list[StagePlan]:
    """Return the stages of a session, the hub first, in the order in which they start.

    Args:
        sources: Specification of each source by name; "-" reads standard input.
        views: "overlay", "terminal", "plain", "json".
        answers: Whether questions are looked for.
        serves_model: Whether the small local model is served.
        cores: Cores by kind of stage ("stt") or by name ("vad:mic").
        niceness: The same for niceness, where it shall not be that of `NICENESS`.
        practises: Whether the program asks, and the user answers.
    """
    plans = [HUB]
    for source, spec in sources.items():
        plans.append(StagePlan(f"capture:{source}", "capture", (source,), inherits_stdin=spec == "-"))
        plans.append(StagePlan(f"vad:{source}", "vad", (source,)))
    plans.append(StagePlan("stt", "stt", start_limit_s=120.0))
    plans.extend(_view(view) for view in views)
    if answers:
        if PASSES_SOCKETS:
            plans.append(StagePlan("connector", "llm.connector", wave=ANSWERING, essential=False, dials=True))
        plans.append(StagePlan("llm", "llm", wave=ANSWERING, essential=False, holds_keys=True, dials=True))
    if answers and serves_model:
        plans.append(
            StagePlan(
                "model-server",
                "llm.model_server",
                wave=ANSWERING,
                essential=False,
                start_limit_s=60.0,
                silence_limit_s=10.0,
            )
        )
    if practises:
        plans.append(StagePlan("practice", "session.practice", wave=ANSWERING))
    return [_placed(plan, cores, {**NICENESS, **(niceness or {})}) for plan in plans]


def _view(kind: str) -> StagePlan:
    if kind == "overlay":
        return StagePlan(
            "overlay", "overlay", wave=ANSWERING, essential=False, silence_limit_s=None, ends_session=True
        )
    return StagePlan(
        "view",
        "session.view",
        (kind,),
        silence_limit_s=None,
        inherits_stdin=kind == "terminal",
        inherits_stdout=True,
        ends_session=True,
    )


def plan_keeper(supervisor_pid: int) -> StagePlan:
    """Return the process that keeps the session's log should the supervisor with this number be killed."""
    return StagePlan(
        KEEPER,
        "session.resume",
        (str(supervisor_pid),),
        wave=ANSWERING,
        essential=False,
        niceness=1,
        outlives_supervisor=True,
    )


def _placed(plan: StagePlan, cores: Mapping[str, Sequence[int]], niceness: Mapping[str, int]) -> StagePlan:
    """Return the plan with its cores and niceness, given by its name or else by its kind."""
    kind = plan.name.partition(":")[0]
    return replace(
        plan,
        cores=tuple(cores.get(plan.name) or cores.get(kind) or ()),
        niceness=niceness.get(plan.name, niceness.get(kind, 0)),
    )
