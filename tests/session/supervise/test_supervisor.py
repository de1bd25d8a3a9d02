from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.failures import Failure, StageFailure
from bus.run import Run
from bus.stages.plan import LISTENING, StagePlan
from bus.stages.session_plan import plan_keeper
from bus.stages.table import HUB, KEEPER, STAGE_KINDS
from session.supervise.starter import LocalStarter
from session.supervise.supervisor import Supervisor
from tests.support.waiting import wait_until

M = TypeVar("M", bound=m.Message)
PLAN = StagePlan("vad:mic", "tests.support.sample_stage", ("well",))


class Watched:
    """A supervisor that the test steps, and the events it receives."""

    def __init__(self, run: Run, *plans: StagePlan) -> None:
        self.starter = LocalStarter()
        self.supervisor = Supervisor(run, [STAGE_KINDS[HUB], *plans], self.starter)
        self.events: list[m.Event] = []
        self._client: HubClient = self.supervisor.start(wiring.subscriptions("session"), nullcontext())

    def until(self, condition: Callable[[], object], timeout_s: float = 20.0) -> None:
        def step() -> object:
            for logged in self._client.poll(0.02):
                self.events.append(logged.event)
                self.supervisor.apply(logged)
            self.supervisor.check_stages()
            return condition()

        wait_until(step, timeout_s)

    def pids(self) -> dict[str, int]:
        children = self.supervisor._children.items()
        return {name: child.pid for name, child in children if child.code is None}

    def received(self, kind: type[M]) -> list[M]:
        return [event for event in self.events if isinstance(event, kind)]


Watch = Callable[..., AbstractContextManager[Watched]]


@pytest.fixture
def watch(make_run: Callable[..., Run]) -> Watch:
    @contextmanager
    def start(how: str, **changes: Any) -> Iterator[Watched]:
        plan = replace(PLAN, arguments=(how,), **changes)
        watched = Watched(make_run(), plan)
        try:
            yield watched
        finally:
            watched.supervisor.stop()
            watched.starter.close()

    return start


def test_stages_start_and_stop_cleanly_and_leave_no_process(watch: Watch) -> None:
    with watch("well") as watched:
        watched.until(watched.supervisor.ready)
        pids = list(watched.pids().values())
        assert len(pids) == 2
        assert watched.supervisor.stop() == []
        assert not any(map(psutil.pid_exists, pids))


def test_stage_runs_with_its_cores_and_niceness(watch: Watch) -> None:
    core = min(os.sched_getaffinity(0))
    with watch("well", cores=(core,), niceness=7) as watched:
        watched.until(watched.supervisor.ready)
        stage = psutil.Process(watched.pids()["vad:mic"])
        assert stage.cpu_affinity() == [core]
        assert stage.nice() == 7


def test_a_killed_stage_is_started_again(watch: Watch) -> None:
    with watch("well") as watched:
        watched.until(watched.supervisor.ready)
        first = watched.pids()["vad:mic"]
        os.kill(first, signal.SIGKILL)
        watched.until(lambda: watched.received(m.StageDied) and watched.supervisor.ready())
        assert watched.pids()["vad:mic"] != first
        assert "signal 9" in watched.received(m.StageDied)[0].cause


def test_a_frozen_stage_is_found_and_started_again(watch: Watch) -> None:
    with watch("well", silence_limit_s=1.0) as watched:
        watched.until(watched.supervisor.ready)
        os.kill(watched.pids()["vad:mic"], signal.SIGSTOP)
        watched.until(lambda: watched.received(m.StageDied) and watched.supervisor.ready())
        assert "no heartbeat" in watched.received(m.StageDied)[0].cause


def test_stage_that_keeps_dying_is_given_up(watch: Watch) -> None:
    with watch("die at once", essential=False) as watched:
        watched.until(lambda: watched.received(m.StageGivenUp))
        assert len(watched.received(m.StageDied)) == 6
        assert watched.received(m.StageGivenUp)[0].cause
        assert watched.received(m.StageGivenUp)[0].fix
        assert watched.supervisor.ready(), "it is not waited for"


def test_essential_stage_that_cannot_start_ends_the_session(
    watch: Watch,
) -> None:
    with watch("refuse") as watched:
        with pytest.raises(Failure, match="no such ear; grow one") as caught:
            watched.until(watched.supervisor.ready)
        assert caught.value.exit_code == 4


def test_a_window_that_is_closed_ends_the_session(watch: Watch) -> None:
    with watch("close", ends_session=True) as watched:
        watched.until(lambda: watched.supervisor.closed_by)
        assert watched.supervisor.closed_by == "vad:mic"
        assert not watched.received(m.StageDied)


def test_stage_that_does_not_stop_is_killed(watch: Watch) -> None:
    with watch("deaf") as watched:
        watched.until(watched.supervisor.ready)
        pid = watched.pids()["vad:mic"]
        assert watched.supervisor.stop()
        assert not psutil.pid_exists(pid)


def test_a_dead_hub_is_received(watch: Watch) -> None:
    with watch("well") as watched:
        watched.until(watched.supervisor.ready)
        os.kill(watched.pids()["hub"], signal.SIGKILL)
        with pytest.raises(StageFailure, match="hub died"):
            watched.until(lambda: False)


def test_frozen_hub_is_distinguished_from_frozen_stages(make_run: Callable[..., Run]) -> None:
    other = replace(PLAN, name="vad:call", arguments=("well", "vad:call"))
    watched = Watched(make_run(), PLAN, other)
    with contextlib.closing(watched.starter), watched.supervisor:
        watched.until(watched.supervisor.ready)
        os.kill(watched.pids()["hub"], signal.SIGSTOP)
        with pytest.raises(StageFailure, match="hub hangs"):
            watched.until(lambda: False)
        assert set(watched.pids()) == {"vad:mic", "vad:call"}, "no stage is to blame"


def test_keeper_survives_the_hub_only_when_it_dies(
    make_run: Callable[..., Run],
) -> None:
    for well in (True, False):
        watched = Watched(make_run(), PLAN, replace(plan_keeper(os.getpid()), wave=LISTENING))
        with contextlib.suppress(StageFailure), contextlib.closing(watched.starter), watched.supervisor:
            watched.until(watched.supervisor.ready)
            keeper = psutil.Process(watched.pids()[KEEPER])
            if not well:
                os.kill(watched.pids()["hub"], signal.SIGKILL)
                watched.until(lambda: False)
        assert watched.supervisor.keeps_log is not well
        assert keeper.is_running() is not well
        if not well:
            keeper.kill()
            wait_until(lambda: KEEPER not in watched.pids())  # noqa: B023 - asked at once


def test_threads_of_children_do_not_spin_by_default(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    with watch("well") as watched:
        watched.until(watched.supervisor.ready)
        environment = Path(f"/proc/{watched.pids()['vad:mic']}/environ").read_bytes()
    assert b"OPENBLAS_NUM_THREADS=1" in environment
    assert b"OMP_WAIT_POLICY=ACTIVE" in environment


def test_children_do_not_see_keys(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "planted-key")
    with watch("well") as watched:
        watched.until(watched.supervisor.ready)
        pid = watched.pids()["vad:mic"]
        assert b"planted-key" not in Path(f"/proc/{pid}/environ").read_bytes()
