"""The supervisor: starts, monitors, restarts and stops the stages of a run.

It acts; `health` and `hub_health` decide, and `bus.stages` has the plans. Audio and transcripts do not pass
through it. If it or the hub dies, the keeper still holds the log.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from bus.client import HubClient
from bus.failures import Failure, StageFailure
from bus.messages import (
    Heartbeat,
    Logged,
    LogRedacted,
    Message,
    ProblemReported,
    ProviderRequested,
    StageDied,
    StageReady,
    StageStarted,
)
from bus.run import Run
from bus.stages.plan import ANSWERING, LISTENING, WITH_HUB, StagePlan
from bus.stages.table import HUB, KEEPER
from bus.wiring import VIEWS
from session.supervise import reports
from session.supervise.health import Health, Verdict
from session.supervise.hub_health import HubHealth
from session.supervise.ring_descriptors import Rings
from session.supervise.starter import RunningStage, Starter

_STOP_LIMIT_S = 3.0
"""How long stages may take to end when asked to. Most need 0.1 s; on a busy machine a running pass of stt
takes longer."""
_HUB_START_LIMIT_S = 10.0


class Supervisor:
    """The processes of one run. For use on the main thread only.

    Args:
        run: The run.
        plans: The stages to start, the hub first.
        starter: Starts them.
    """

    def __init__(self, run: Run, plans: Sequence[StagePlan], starter: Starter) -> None:
        self._run = run
        self._hub = next(plan for plan in plans if plan.name == HUB)
        self._plans = [plan for plan in plans if plan is not self._hub]
        self._children: dict[str, RunningStage] = {}
        self._health = {plan.name: Health(plan) for plan in self._plans}
        self._problems: dict[str, ProblemReported] = {}
        self._rings = Rings(run)
        self._starter = starter
        self._next_wave = LISTENING
        self._hub_health = HubHealth(time.monotonic())
        self.first_events: list[Logged] = []
        """The first events from the hub; in a resumed session, its log."""
        self.keeps_log = False
        """Whether a keeper was left running that holds the log."""
        self.closed_by: str | None = None
        """The stage whose clean exit ends the session, if any."""

    def start(
        self, subscriptions: frozenset[type[Message]], sandboxed: AbstractContextManager[object]
    ) -> HubClient:
        """Start the hub and the first wave of stages; return the supervisor's own client of the hub.

        Args:
            subscriptions: Events to receive.
            sandboxed: Entered before this process has a second thread, and left once those of the client run.

        Raises:
            Failure: The hub did not start, or there is no sandbox.
        """
        self._children[HUB] = self._starter.start(self._hub, self._run)
        early = [plan for plan in self._plans if plan.wave == WITH_HUB]
        for plan in early:
            self._start_child(plan)
        with sandboxed:
            self._client = HubClient("session", self._run, kinds=subscriptions)
        deadline_s = time.monotonic() + _HUB_START_LIMIT_S
        while not (events := self._client.poll(timeout_s=0.1)):
            if self._children[HUB].code is not None or time.monotonic() > deadline_s:
                raise StageFailure(
                    "the hub did not start", kept="nothing else was started", fix="run `cuecard doctor`"
                )
        self.first_events = events
        self._hub_health = HubHealth(time.monotonic())
        for plan in early:
            self._publish_start(plan)
        self._start_wave()
        return self._client

    def apply(self, logged: Logged) -> None:
        """Apply what a stage reported about itself."""
        now_s = time.monotonic()
        self._hub_health.received(now_s)
        self._rings.apply(logged)
        self.apply_choice(logged)
        match logged.event:
            case StageReady(stage=stage) if stage in self._health:
                self._health[stage].was_ready(now_s)
            case Heartbeat(stage=stage) if stage in self._health:
                self._health[stage].heartbeat(now_s)
            case ProblemReported() as problem:
                self._problems[problem.stage] = problem
            case LogRedacted():
                self._restart_with_redacted_log()
            case _:
                pass

    def apply_choice(self, logged: Logged) -> None:
        """Tell the connector which provider the user chose; also of the events from before a resume."""
        if isinstance(logged.event, ProviderRequested):
            self._starter.choose(logged.event.provider)

    def check_stages(self) -> None:
        """Check the hub and every stage once, and restart what died.

        Raises:
            Failure: An essential stage could not be started, or the hub died.
        """
        self._watch_hub()
        self._rings.collect()
        for health in self._health.values():
            if health.given_up:
                if health.while_given_up(time.monotonic()) is Verdict.RESTART:
                    self._spawn(health.plan)
            elif health.plan.name in self._children:
                self._check_stage(health, self._children[health.plan.name])
        if self._next_wave <= ANSWERING and self.ready(self._next_wave - 1):
            self._start_wave()

    def ready(self, *waves: int) -> bool:
        """Return whether every stage, or every essential one of these waves, is ready or given up."""
        return all(
            health.ready or health.given_up
            for health in self._health.values()
            if not waves or (health.plan.wave in waves and health.plan.essential)
        )

    def stop_work(self) -> list[str]:
        """Stop every stage but the hub, the keeper and those that show the session.

        Returns:
            The stages that did not end by themselves and had to be killed.
        """
        spared = (*VIEWS, HUB, KEEPER)
        killed = self._stop([name for name in self._children if name not in spared][::-1])
        self._rings.close()
        return killed

    def stop(self) -> list[str]:
        """Stop every stage: first those that work, then the views and the keeper, then the hub.

        A keeper that is left running notices the supervisor's end, and cleans up after it.

        Returns:
            The stages that did not end by themselves and had to be killed.
        """
        killed = self.stop_work()
        last = VIEWS if self.keeps_log else (*VIEWS, KEEPER)
        killed += self._stop([name for name in self._children if name in last])
        if hasattr(self, "_client"):
            self._client.close()
        return killed + self._stop([HUB])

    def _restart_with_redacted_log(self) -> None:
        """Restart the stages that hold words; they continue from the log, which no longer has them."""
        running = [plan for plan in self._plans if plan.restarted_on_redaction and self._runs(plan)]
        self._stop([plan.name for plan in running])
        for plan in running:
            self._spawn(plan)

    def _runs(self, plan: StagePlan) -> bool:
        child = self._children.get(plan.name)
        return child is not None and child.code is None

    def _watch_hub(self) -> None:
        """Check that the hub lives, and find out whether it hangs when no events arrive.

        Raises:
            StageFailure: The hub died, or hangs.
        """
        paused_s = self._hub_health.step(
            time.monotonic(), senders=sum(health.sends_heartbeats for health in self._health.values())
        )
        if paused_s:
            for health in self._health.values():
                health.exclude_pause(paused_s)
        hub = self._children[HUB]
        if hub.code is None and self._hub_health.hangs:
            hub.kill()
            hub.wait(1.0)
        if hub.code is not None:
            how = "hangs" if self._hub_health.hangs else "died"
            raise reports.hub_failure(how, has_keeper=self.has_keeper)

    @property
    def has_keeper(self) -> bool:
        """Whether a keeper holds the log."""
        keeper = self._children.get(KEEPER)
        return keeper is not None and keeper.code is None and self._health[KEEPER].ready

    def _start_wave(self) -> None:
        for plan in self._plans:
            if plan.wave == self._next_wave:
                self._spawn(plan)
        self._next_wave += 1

    def _spawn(self, plan: StagePlan) -> None:
        self._start_child(plan)
        self._publish_start(plan)

    def _start_child(self, plan: StagePlan) -> None:
        with self._rings.passed_to(plan) as passed:
            self._children[plan.name] = self._starter.start(passed, self._run)
        self._health[plan.name].started(time.monotonic())

    def _publish_start(self, plan: StagePlan) -> None:
        pid, restarts = self._children[plan.name].pid, self._health[plan.name].restarts
        self._client.publish(StageStarted(stage=plan.name, pid=pid, restarts=restarts))

    def _check_stage(self, health: Health, child: RunningStage) -> None:
        now_s = time.monotonic()
        if child.code is None:
            if not self._hub_health.all_silent and health.while_running(now_s) is Verdict.KILL:
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
            raise self._start_failure(health, child.code)
        else:
            self._client.publish(reports.given_up(health, self._problems.get(health.plan.name)))

    def _start_failure(self, health: Health, code: int) -> Failure:
        """Return the failure that an essential stage reported when it could not start."""
        for logged in self._client.poll(timeout_s=0.3):  # its last report may still be in flight
            self.apply(logged)
        return reports.start_failure(health, code, self._problems.get(health.plan.name))

    def _stop(self, names: Sequence[str]) -> list[str]:
        children = {name: self._children[name] for name in names}
        for child in children.values():
            if child.code is None:
                child.terminate()
        deadline_s = time.monotonic() + _STOP_LIMIT_S
        killed = []
        for name, child in children.items():
            if child.wait(deadline_s - time.monotonic()) is None:
                child.kill()
                child.wait(1.0)
                killed.append(name)
        return killed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.keeps_log = error is not None and self.has_keeper
        if any(child.code is None for child in self._children.values()):
            self.stop()
