"""Side doors of a sandboxed process: attributes of files, shared memory, names, other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.sandbox.system_calls import LIMITED, OF_OTHERS, REFUSED
from bus.stages.table import STAGE_KINDS
from tests.support.sandboxed_program import SANDBOXED, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="enforced on Linux alone")

ATTEMPTS = """
import ctypes, errno, resource
libc = ctypes.CDLL(None, use_errno=True)
file, folder, victim = sys.argv[3], sys.argv[4], int(sys.argv[5])

def call(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result

def bind(name):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(name)

def rename_process():
    Path("/proc/self/comm").write_text("words")

attempts = {
    "attribute": lambda: os.setxattr(file, "user.words", b"what was said"),
    "attribute of an open file": lambda: os.setxattr(os.open(file, os.O_RDONLY), "user.words", b"said"),
    "mode": lambda: os.chmod(folder, 0o755),
    "mode of an open folder": lambda: os.fchmod(os.open(folder, os.O_PATH), 0o755),
    "owner": lambda: os.chown(file, os.getuid(), os.getgid()),
    "time": lambda: os.utime(file, (1, 1)),
    "shared memory": lambda: call(libc.shmget(0, 4096, 0o1666)),
    "semaphores": lambda: call(libc.semget(0, 1, 0o1666)),
    "message queue": lambda: call(libc.msgget(0, 0o1666)),
    "POSIX queue": lambda: call(libc.mq_open(b"/cuecard-words", os.O_CREAT | os.O_RDWR, 0o666, None)),
    "name in the abstract namespace": lambda: bind("\\0what was said"),
    "name of the thread": lambda: call(libc.prctl(15, b"what was said")),
    "name of the process": rename_process,
    "limit of another": lambda: resource.prlimit(victim, resource.RLIMIT_CORE, (0, 0)),
    "cores of another": lambda: os.sched_setaffinity(victim, {0}),
    "scheduling of another": lambda: os.sched_setscheduler(victim, os.SCHED_BATCH, os.sched_param(0)),
    "niceness of another": lambda: os.setpriority(os.PRIO_PROCESS, victim, 19),
    "niceness of a group": lambda: os.setpriority(os.PRIO_PGRP, victim, 19),
    "host name": lambda: socket.sethostname(socket.gethostname()),
    "datagrams to any address": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
}

def attempt_all():
    for name, attempt in attempts.items():
        try:
            attempt()
            found[name] = "done"
        except OSError as error:
            found[name] = errno.errorcode[error.errno]
"""

ENFORCED = "report = sandbox.enforce(); assert report.enforced, report\n"
REPORT = "attempt_all(); print(json.dumps(found))\n"
KEEPS_CAPABILITIES = "from bus.sandbox import capabilities; capabilities.drop = lambda: None\n"
OTHERS = {
    "limit of another", "cores of another", "scheduling of another", "niceness of another",
    "niceness of a group",
}  # fmt: skip


@pytest.fixture
def victim() -> Iterator[int]:
    """Return another process of this user, a group of its own."""
    with subprocess.Popen(["sleep", "60"], process_group=0) as process:
        yield process.pid
        process.kill()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder that only this user may open, with a file."""
    (tmp_path / "private").mkdir(mode=0o700)
    (tmp_path / "private" / "file").write_text("words")
    return tmp_path / "private"


@pytest.mark.parametrize("stage", STAGE_KINDS)
def test_no_stage_has_a_side_door(stage: str, place: Path, victim: int) -> None:
    arguments = (str(place), "{}", str(place / "file"), str(place), str(victim))
    found = run(SANDBOXED + ATTEMPTS + ENFORCED + REPORT, *arguments, stage=stage)
    if STAGE_KINDS[stage].rights.network:
        assert found.pop("name in the abstract namespace") == "done", "a name lookup binds sockets"
    for name in OTHERS:
        assert found.pop(name) == "EPERM", name
    assert {name: code for name, code in found.items() if code not in ("EINVAL", "EACCES")} == {}
    assert place.stat().st_mode & 0o777 == 0o700
    assert os.listxattr(place / "file") == []
    assert os.getpriority(os.PRIO_PROCESS, victim) == 0
    assert os.sched_getaffinity(victim) == os.sched_getaffinity(0)


def test_without_the_filter_the_same_attempts_succeed(place: Path, victim: int) -> None:
    arguments = (str(place), "{}", str(place / "file"), str(place), str(victim))
    found = run(KEEPS_CAPABILITIES + SANDBOXED + ATTEMPTS + REPORT, *arguments, stage="hub")
    done = {name for name, code in found.items() if code == "done"}
    assert done >= {"mode", "time", "shared memory", "message queue", "name of the thread", *OTHERS}


def test_a_process_still_sets_its_own_priority_and_keeps_files(tmp_path: Path) -> None:
    program = """
report = sandbox.enforce(); assert report.enforced, report
os.setpriority(os.PRIO_PROCESS, 0, 5)
os.sched_setaffinity(0, os.sched_getaffinity(0))
folder = Path(sys.argv[3]); (folder / "new").mkdir(mode=0o700)
(folder / "count.new").write_text("1"); os.replace(folder / "count.new", folder / "count")
a, b = socket.socketpair(); a.send(b"pair")
thread = threading.Thread(target=lambda: found.update(niceness=os.getpriority(os.PRIO_PROCESS, 0)))
thread.start(); thread.join()
found.update(count=(folder / "count").read_text(), pair=b.recv(9).decode())
print(json.dumps(found))
"""
    place = tmp_path / "cuecard"
    arguments = (str(tmp_path), "{}", str(place))
    found = run(SANDBOXED + program, *arguments, stage="llm", XDG_STATE_HOME=str(tmp_path))
    assert found == {"niceness": 5, "count": "1", "pair": "pair"}


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="others have no capabilities anyway")
def test_a_session_of_root_has_no_capabilities(tmp_path: Path) -> None:
    program = """
report = sandbox.enforce(); assert report.enforced, report
def capabilities(text):
    return {line.split()[1] for line in text.splitlines() if line.startswith("Cap")}
own = capabilities(Path("/proc/self/status").read_text())
child = subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True).stdout
print(json.dumps(sorted(own | capabilities(child))))
"""
    assert run(SANDBOXED + program) == ["0" * 16]


def test_the_self_test_names_every_call_that_is_let_through() -> None:
    program = """
import json
from pathlib import Path
from bus.run import Run
from bus.sandbox import Sandbox, seccomp
from bus.stages.table import rights_of
seccomp.REFUSED, seccomp.OF_OTHERS = {}, {}
seccomp._none_of = lambda argument, values: []
print(json.dumps(Sandbox(rights_of(STAGE), Run(Path("/nowhere"), {}), STAGE).enforce().summary))
"""
    machine = os.uname().machine
    calls = {**REFUSED, **{name: call for name, (call, _) in OF_OTHERS.items()}}
    attempted = {name for name, call in calls.items() if call.attempt and call.number(machine) is not None}
    summary = run(program)
    assert summary.startswith("not enforced: ")
    listed = set(summary.removeprefix("not enforced: ").removesuffix(" still possible").split(", "))
    assert listed == attempted | {"ioctl", "prctl"}


def test_the_self_test_notices_capabilities() -> None:
    if os.getuid() != 0:
        pytest.skip("needs capabilities to begin with")
    program = """
import json
from pathlib import Path
from bus.run import Run
from bus.sandbox import Sandbox, capabilities
from bus.stages.table import rights_of
capabilities.drop = lambda: None
print(json.dumps(Sandbox(rights_of(STAGE), Run(Path("/nowhere"), {}), STAGE).enforce().summary))
"""
    assert run(program) == "not enforced: use of capabilities still possible"


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("machine", HEADERS)
def test_numbers_are_those_of_the_kernels_headers(machine: str) -> None:
    if not HEADERS[machine].exists():
        pytest.skip("the kernel's headers are not installed")
    numbers = {}
    for line in HEADERS[machine].read_text().splitlines():
        define, _, rest = line.partition("__NR")
        name, _, number = rest.removeprefix("3264").removeprefix("_").partition(" ")
        if define == "#define " and number.strip().isdigit():
            numbers[name] = int(number)
    calls = {**REFUSED, **LIMITED, **{name: call for name, (call, _) in OF_OTHERS.items()}}
    known = {name: call.number(machine) for name, call in calls.items() if name in numbers}
    assert known == {name: numbers[name] for name in known}
    assert len(known) > 80
