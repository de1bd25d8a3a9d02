"""The supervisor: starts the stages of a run, watches them, starts the fallen again, stops them all.

It acts; `health` judges and `process_table` plans. Audio and words pass between the stages without it.
 Where it or the hub fails, the keeper is left, and with it the log.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from bus.client import HubClient
from bus.failures import Failure, StageFailure
from bus.messages import (
    Event,
    Heartbeat,
    Logged,
    Message,
    ProblemReported,
    StageDied,
    StageGivenUp,
    StageReady,
    StageStarted,
)
from bus.run import Run
from bus.stages import ANSWERING, HUB, KEEPER, LISTENING, StagePlan
from bus.wiring import VIEWS
from session.supervise.child import Child
from session.supervise.health import Health, Verdict
from session.supervise.ring_descriptors import Rings

_STOP_LIMIT_S = 3.0
"""How long stages may take to end when asked to. Most need 0.1 s; beside ten busy programs, one that computes
needs ten times its pass, and is not hung for that."""
_HUB_START_LIMIT_S = 10.0
_NOBODY_HEARD_S = 2.0
"""Several stages beat every second: when none is heard for so long, the hub is to blame and no stage."""
_HUB_SILENCE_LIMIT_S = 3.5
_AWAY_S = 1.0
"""A turn that took longer was no turn: the supervisor was stopped, or had no core."""


class Supervisor:
    """The processes of one run. To be used on the main thread only.

    Args:
        run: The run whose stages these are.
        plans: What to start, the hub first.
    """

    def __init__(self, run: Run, plans: Sequence[StagePlan]) -> None:
        self._run = run
        self._hub = next(plan for plan in plans if plan.name == HUB)
        self._plans = [plan for plan in plans if plan is not self._hub]
        self._children: dict[str, Child] = {}
        self._health = {plan.name: Health(plan) for plan in self._plans}
        self._problems: dict[str, ProblemReported] = {}
        self._rings = Rings(run)
        self._next_wave = LISTENING
        self._turned_s = self._heard_s = time.monotonic()
        self._hears_nobody = False
        self.heard_first: list[Logged] = []
        """What the hub told at first, the log of a session that is taken up again."""
        self.keeps_log = False
        """Whether a keeper was left that holds the log."""
        self.closed_by: str | None = None
        """The stage by which the user ended the session, if any."""

    def start(self, subscriptions: frozenset[type[Message]]) -> HubClient:
        """Start the hub and the stages that listen; return the supervisor's own line to the hub.

        Raises:
            StageFailure: The hub would not start.
        """
        self._children[HUB] = Child(self._hub, self._run)
        self._client = HubClient("session", self._run, kinds=subscriptions)
        give_up = time.monotonic() + _HUB_START_LIMIT_S
        while not (heard := self._client.poll(timeout_s=0.1)):
            if self._children[HUB].code is not None or time.monotonic() > give_up:
                raise StageFailure(
                    "the hub would not start", kept="nothing else was started", fix="try `cuecard doctor`"
                )
        self.heard_first = heard
        self._turned_s = self._heard_s = time.monotonic()
        self._start_wave()
        return self._client

    def apply(self, event: Event) -> None:
        """Take note of what a stage said about itself."""
        now_s = self._heard_s = time.monotonic()
        self._rings.apply(event)
        match event:
            case StageReady(stage=stage) if stage in self._health:
                self._health[stage].was_ready(now_s)
            case Heartbeat(stage=stage) if stage in self._health:
                self._health[stage].heartbeat(now_s)
            case ProblemReported(stage=stage):
                self._problems[stage] = event
            case _:
                pass

    def tend(self) -> None:
        """Look after every stage once.

        Raises:
            Failure: An essential stage could not be started, or the hub died.
        """
        self._watch_hub()
        for health in self._health.values():
            if not health.given_up and health.plan.name in self._children:
                self._tend_one(health, self._children[health.plan.name])
        if self._next_wave <= ANSWERING and self.ready(self._next_wave - 1):
            self._start_wave()

    def ready(self, *waves: int) -> bool:
        """Tell whether every stage (of these waves) is ready or given up."""
        return all(
            health.ready or health.given_up
            for health in self._health.values()
            if not waves or health.plan.wave in waves
        )

    @property
    def given_up(self) -> list[str]:
        """The stages that are not started any more."""
        return [name for name, health in self._health.items() if health.given_up]

    def pids(self) -> dict[str, int]:
        """Return the processes that run, by stage."""
        return {name: child.pid for name, child in self._children.items() if child.code is None}

    def stop_work(self) -> list[str]:
        """Stop every stage but the hub and those that show the session.

        Returns:
            The stages that did not end by themselves and had to be killed.
        """
        # A keeper that is left sees us go, and clears up behind us.
        stays = (KEEPER,) if self.keeps_log else ()
        works = [name for name in self._children if name not in (*VIEWS, *stays, HUB)]
        killed = self._stop(works[::-1])
        self._rings.close()
        return killed

    def stop(self) -> list[str]:
        """Stop every stage: those that work, then those that show, then the hub.

        Returns:
            The stages that did not end by themselves and had to be killed.
        """
        killed = self.stop_work()
        killed += self._stop([name for name in self._children if name in VIEWS])
        if hasattr(self, "_client"):
            self._client.close()
        return killed + self._stop([HUB])

    def _watch_hub(self) -> None:
        """See that the hub lives, and that it is the stages' fault when they are not heard.

        Raises:
            StageFailure: The hub died, or hangs.
        """
        now_s = time.monotonic()
        away_s = now_s - self._turned_s
        self._turned_s = now_s
        if away_s > _AWAY_S:
            self._heard_s += away_s
            for health in self._health.values():
                health.pardon(away_s)
        hub, silent_s = self._children[HUB], now_s - self._heard_s
        several = sum(health.beats for health in self._health.values()) > 1
        self._hears_nobody = several and silent_s > _NOBODY_HEARD_S
        silent = several and silent_s > _HUB_SILENCE_LIMIT_S
        if hub.code is None and silent:
            hub.kill()
            hub.wait(1.0)
        if hub.code is not None:
            raise self._without_hub("fell silent" if silent else "died")

    def _without_hub(self, how: str) -> StageFailure:
        if self._has_keeper:
            return StageFailure(
                f"the hub {how}",
                kept="what was said, in memory and for a while",
                fix="take the session up again with `cuecard resume`",
            )
        return StageFailure(
            f"the hub {how}, and with it the session's log",
            kept="files that were saved",
            fix="start the session again",
        )

    @property
    def _has_keeper(self) -> bool:
        keeper = self._children.get(KEEPER)
        return keeper is not None and keeper.code is None and self._health[KEEPER].ready

    def _start_wave(self) -> None:
        for plan in self._plans:
            if plan.wave == self._next_wave:
                self._spawn(plan)
        self._next_wave += 1

    def _spawn(self, plan: StagePlan) -> None:
        health = self._health[plan.name]
        self._children[plan.name] = child = Child(self._rings.handed(plan), self._run)
        health.started(time.monotonic())
        self._client.publish(StageStarted(stage=plan.name, pid=child.pid, restarts=health.restarts))

    def _tend_one(self, health: Health, child: Child) -> None:
        now_s = time.monotonic()
        if child.code is None:
            if not self._hears_nobody and health.while_running(now_s) is Verdict.KILL:
                child.kill()
                child.wait(1.0)
            return
        was_ready = health.ready
        verdict = health.after_exit(child.code, now_s)
        if verdict is Verdict.END:
            self.closed_by = self.closed_by or health.plan.name
            return
        self._client.publish(StageDied(stage=health.plan.name, cause=health.cause))
        if verdict is Verdict.RESTART:
            self._spawn(health.plan)
        elif health.plan.essential and not was_ready and health.restarts == 0:
            raise self._why(health, child.code)
        else:
            self._client.publish(self._given_up(health))

    def _why(self, health: Health, code: int) -> Failure:
        """Return the failure that kept an essential stage from starting, in its own words."""
        # What it said on its way out may still be under way to us.
        for logged in self._client.poll(timeout_s=0.3):
            self.apply(logged.event)
        problem = self._problems.get(health.plan.name)
        if problem is None:
            return StageFailure(
                f"{health.plan.name} could not be started: {health.cause}", fix="try `cuecard doctor`"
            )
        failure = Failure(problem.problem, kept=problem.kept, fix=problem.fix)
        failure.exit_code = code
        return failure

    def _given_up(self, health: Health) -> StageGivenUp:
        problem = self._problems.get(health.plan.name)
        return StageGivenUp(
            stage=health.plan.name,
            cause=problem.problem if problem else health.cause,
            fix=(problem.fix if problem else "") or "end the session and start it again",
        )

    def _stop(self, names: Sequence[str]) -> list[str]:
        children = {name: self._children[name] for name in names}
        for child in children.values():
            if child.code is None:
                child.terminate()
        give_up = time.monotonic() + _STOP_LIMIT_S
        killed = []
        for name, child in children.items():
            if child.wait(give_up - time.monotonic()) is None:
                child.kill()
                child.wait(1.0)
                killed.append(name)
        return killed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.keeps_log = error is not None and self._has_keeper
        if any(child.code is None for child in self._children.values()):
            self.stop()
