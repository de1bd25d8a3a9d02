from __future__ import annotations

import subprocess
import sys

import pytest

from bus import sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="enforced on Linux alone")

ATTEMPTS = """
import socket, subprocess, sys, threading, ctypes, errno
opened, go, done = [], threading.Event(), threading.Event()

def attempt(where):
    for name in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(getattr(socket, name), kind).close()
                opened.append((where, name, kind))
            except OSError as error:
                if error.errno != errno.EINVAL:
                    opened.append((where, name, error))

def old_thread():
    go.wait(); attempt("old thread"); done.set()

threading.Thread(target=old_thread).start()
from bus import sandbox
report = sandbox.enter()
assert report.enforced, report
attempt("main")
go.set(); done.wait(10)
new = threading.Thread(target=attempt, args=("new thread",)); new.start(); new.join()
child = subprocess.run([sys.executable, "-c", "import socket; socket.socket()"], capture_output=True)
if child.returncode == 0:
    opened.append(("child",))
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(425, 8, 0) >= 0:
    opened.append(("io_uring",))
socket.socket(socket.AF_UNIX).close()
a, b = socket.socketpair(); a.close(); b.close()
print(opened)
"""


def run(program: str) -> str:
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert child.returncode == 0, child.stderr
    return child.stdout.strip()


def test_no_thread_and_no_child_can_open_an_internet_socket() -> None:
    assert run(ATTEMPTS) == "[]"


def test_without_the_filter_the_same_attempts_succeed() -> None:
    mutant = ATTEMPTS.replace("report = sandbox.enter()\nassert report.enforced, report\n", "")
    assert "AF_INET" in run(mutant)


def test_a_process_without_a_cage_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "pdp11")
    report = sandbox.enter()
    assert not report.enforced
    assert "not enforced" in report.summary
