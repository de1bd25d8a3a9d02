"""The page's process: its sandbox, its end, and what its starter learns of it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from bus.failures import StageFailure
from bus.run import Run
from bus.stages.table import STAGE_KINDS
from session.review.handover import Handover
from session.review.process import Choice, ReviewProcess
from session.run.end.after import AfterSession
from session.settings import load
from session.supervise.interrupts import Interrupts
from session.supervise.starter import LocalStarter
from tests.session.transcript.sessions import saved, turn
from tests.support.sandboxed_program import SANDBOXED, run
from tests.support.waiting import wait_until

pytestmark = pytest.mark.process

RUN = Run(Path("/nonexistent"), {})
SESSION = saved(turn("The data.", 3, 4))
ALWAYS = load(None, {"session": {"review": "always"}})
OVERLAY = [STAGE_KINDS["overlay"]]


@pytest.fixture(autouse=True)
def _off_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture
def starter() -> Iterator[LocalStarter]:
    with closing(LocalStarter()) as made:
        yield made


def waited(page: ReviewProcess, *, interrupted: bool = False) -> Choice:
    return page.wait(lambda: interrupted)


def test_a_page_without_a_session_ends_by_itself(starter: LocalStarter) -> None:
    with ReviewProcess(starter, RUN, "window") as page:
        os.close(page._handover)
        page._handover = -1
        assert waited(page) == Choice(exit_code=0)


def test_an_interrupt_closes_the_page_and_keeps_nothing(starter: LocalStarter) -> None:
    with ReviewProcess(starter, RUN, "window") as page:
        page.hand_over(Handover(session=SESSION))
        choice = waited(page, interrupted=True)
    assert (choice.saved_to, choice.chosen) == ([], False)
    assert not psutil.pid_exists(page.pid)


def test_a_page_that_is_left_open_ends_with_its_starter(starter: LocalStarter) -> None:
    with ReviewProcess(starter, RUN, "window") as page:
        page.hand_over(Handover(session=SESSION))
    assert not psutil.pid_exists(page.pid) or psutil.Process(page.pid).status() == psutil.STATUS_ZOMBIE


def test_a_killed_page_is_a_loss_that_is_reported(starter: LocalStarter) -> None:
    with Interrupts() as interrupts, AfterSession(ALWAYS, OVERLAY, starter) as after:
        after.prepare(RUN)
        assert after._process
        pid = after._process.pid
        killer = threading.Timer(1.0, os.kill, (pid, signal.SIGKILL))
        killer.start()
        kept = after.offer(SESSION, [], "", interrupts, lambda: None)
    assert isinstance(kept.failure, StageFailure)
    assert "by signal 9 before you chose" in str(kept.failure)
    assert "not saved" in str(kept.failure)


def test_nothing_is_shown_of_an_empty_session(starter: LocalStarter) -> None:
    with Interrupts() as interrupts, AfterSession(ALWAYS, OVERLAY, starter) as after:
        after.prepare(RUN)
        kept = after.offer(saved(), [], "", interrupts, lambda: None)
    assert (kept.saved_to, kept.failure) == ([], None)


def test_nobody_is_asked_while_the_system_shuts_down(starter: LocalStarter) -> None:
    with (
        Interrupts() as interrupts,
        AfterSession(ALWAYS, OVERLAY, starter) as after,
    ):
        after.prepare(RUN)
        os.kill(os.getpid(), signal.SIGTERM)
        wait_until(lambda: interrupts.must_not_wait)
        assert after.offer(SESSION, [], "", interrupts, lambda: None).saved_to == []


FILES = """
import os
from bus.stages.table import VIEWING_RIGHTS
from session.transcript.new_file import write_new
if "viewing" in sys.argv:
    sandbox = Sandbox(VIEWING_RIGHTS, Run(Path(sys.argv[1]), {}), STAGE)
report = sandbox.enforce(); assert report.enforced, report
home = Path.home()
attempts = {
    "create in the home": lambda: write_new(home / "new.md", b"x"),
    "create in the working directory": lambda: write_new(Path("new.md"), b"x"),
    "overwrite in the home": lambda: os.close(os.open(home / "private", os.O_WRONLY)),
    "create elsewhere": lambda: write_new(Path("/var/tmp/cuecard-new.md"), b"x"),
    "list the home": lambda: os.listdir(home),
    "read": lambda: (home / "private").read_text(),
    "remove": lambda: (home / "private").unlink(),
    "rename": lambda: (home / "private").rename(home / "other"),
    "link": lambda: os.link(home / "private", "/var/tmp/cuecard-link"),
}
for name, attempt in attempts.items():
    try:
        attempt()
        found[name] = "done"
    except OSError as error:
        found[name] = "refused"
found["summary"] = report.summary
print(json.dumps(found))
"""
ALLOWED = {
    *("create in the home", "create in the working directory", "list the home"),
    "overwrite in the home",  # Landlock does not tell a new file from an existing one
}


@pytest.mark.skipif(sys.platform != "linux", reason="enforced on Linux alone")
@pytest.mark.parametrize("mode", ["window", "viewing"])
def test_the_page_writes_files_where_the_user_may_save_and_reads_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    home, working = tmp_path / "home", tmp_path / "working"
    for folder in (home, working):
        folder.mkdir()
    (home / "private").write_text("words")
    monkeypatch.chdir(working)
    program = SANDBOXED.replace("sandbox = ", "sandbox = 'viewing' in sys.argv or ") + FILES
    found = run(program, "/nowhere", "{}", mode, stage="review", HOME=str(home))
    summary = found.pop("summary")
    done = {name for name, result in found.items() if result == "done"}
    assert done == (ALLOWED if mode == "window" else set())
    assert ("writes files only below the home" in summary) is (mode == "window")
    assert "no internet sockets" in summary


@pytest.mark.skipif(sys.platform != "linux", reason="enforced on Linux alone")
@pytest.mark.parametrize("working", ["/", "/home"])
def test_a_working_directory_that_holds_homes_is_not_writable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, working: str
) -> None:
    from bus.sandbox.places import saving_places

    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.chdir(working)
    assert saving_places() == [Path("/home/someone")]
