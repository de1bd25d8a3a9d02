"""The spawner starts the stages of the table, and nothing else."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from msgspec.structs import replace as changed

from bus.client import HubClient
from bus.failures import Rejected, StageFailure
from bus.run import Run
from bus.stages.plan import StagePlan
from bus.stages.table import HUB, STAGE_KINDS
from session.run.start.demo import DEMO
from session.supervise.remote_starter import RemoteStarter
from session.supervise.spawner import Start, checked_plan
from tests.support.session_process import running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the supervisor is sandboxed on Linux alone")

VAD = Start(
    stage="vad:mic",
    arguments=("mic",),
    directory="/nowhere",
    tokens={},
    descriptors=(("CUECARD_LINE", 2), ("CUECARD_OTHER", 1)),
    variables={"CUECARD_X": "1"},
    cores=(),
    niceness=3,
    inherits_stdin=False,
)


@pytest.fixture
def starter() -> Iterator[RemoteStarter]:
    made = RemoteStarter({**os.environ, "CUECARD_SEEN": "yes"})
    yield made
    made.close()


def test_a_plan_comes_from_the_table() -> None:
    plan = checked_plan(VAD, [7, 8, 9])
    assert (plan.module, plan.rights, plan.niceness) == ("vad", STAGE_KINDS["vad"].rights, 3)
    assert plan.descriptors == (("CUECARD_LINE", (7, 8)), ("CUECARD_OTHER", (9,)))
    assert plan.variables == (("CUECARD_X", "1"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"stage": "curl"},
        {"stage": "bus.hub"},
        {"arguments": ("-c", "import os")},
        {"arguments": ("--help;",)},
        {"arguments": ("../x",)},
        {"variables": {"PYTHONPATH": "/tmp"}},
        {"variables": {"LD_PRELOAD": "/tmp/x.so"}},
        {"descriptors": (("LD_PRELOAD", 1),)},
    ],
)
def test_what_is_not_in_the_table_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        checked_plan(changed(VAD, **changes), [])


def test_a_stage_is_started_signalled_and_its_exit_code_told(
    starter: RemoteStarter, make_run: Callable[..., Run]
) -> None:
    run = make_run()
    for number, code in ((signal.SIGTERM, 0), (signal.SIGKILL, -9)):
        hub = starter.start(STAGE_KINDS[HUB], run)
        with HubClient("session", run) as client:
            assert client.poll(10)
        assert hub.code is None
        process = psutil.Process(hub.pid)
        assert process.environ()["CUECARD_SEEN"] == "yes"
        assert process.ppid() != os.getpid(), "the spawner is its parent"
        hub.terminate() if number == signal.SIGTERM else hub.kill()
        assert hub.wait(10) == code == hub.code
        hub.kill()  # of a process that has ended, does nothing


def test_another_program_is_not_started(starter: RemoteStarter, make_run: Callable[..., Run]) -> None:
    with pytest.raises(StageFailure, match="no stage of the table"):
        starter.start(StagePlan("sh", "sh"), make_run())


def test_the_stages_end_with_the_spawner(starter: RemoteStarter, make_run: Callable[..., Run]) -> None:
    hub = starter.start(STAGE_KINDS[HUB], make_run())
    process = psutil.Process(hub.pid)
    os.kill(process.ppid(), signal.SIGKILL)
    wait_until(lambda: not process.is_running())
    with pytest.raises(StageFailure, match="has died"):
        starter.choose("openai")


def test_descriptors_reach_the_stage_under_their_variable(
    starter: RemoteStarter, make_run: Callable[..., Run]
) -> None:
    read_end, write_end = os.pipe()
    plan = replace(STAGE_KINDS[HUB], descriptors=(("CUECARD_PIPE", (read_end, write_end)),))
    hub = starter.start(plan, make_run())
    # The kernel shows the environment a moment after the parent continues.
    numbers = wait_until(lambda: psutil.Process(hub.pid).environ().get("CUECARD_PIPE"))
    first, second = numbers.split(",")
    pipes = {Path(f"/proc/{hub.pid}/fd/{number}").readlink() for number in (first, second)}
    assert pipes == {Path(f"/proc/self/fd/{read_end}").readlink()}
    for end in (read_end, write_end):
        os.close(end)


@pytest.mark.session
def test_the_supervisor_of_a_session_is_sandboxed_and_reads_no_pdf(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("s")
    saved = tmp_path / "saved"
    saved.mkdir()
    notes = Path(__file__).parents[2] / "data/notes/project_report.pdf"
    arguments = ("--source", f"call=file:{DEMO / 'call.flac'}", "--provider", "none", "--notes", str(notes))
    with running("run", *arguments, "--save", str(saved / "s.md"), "--json", directory=place) as session:
        session.wait_for("FinalTranscribed")
        supervisor = Path(f"/proc/{session.process.pid}")
        status = supervisor.joinpath("status").read_text().split("\n")
        maps = supervisor.joinpath("maps").read_text()
        session.interrupt()
        assert session.end() == 0
    assert "Seccomp:\t2" in status
    assert "NoNewPrivs:\t1" in status
    assert "pdfium" not in maps
    assert (saved / "s.md").read_text().startswith("# Session")
    assert session.of("NotesLoaded")[0]["passages"] > 0
    assert session.left_behind() == []
