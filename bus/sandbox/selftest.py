"""Self-test of the sandbox: attempts what it must block, and names what succeeded.

Every attempt is harmless. A result such as "INET socket from an older thread" means that the sandbox does not
hold; no result means that every attempt was blocked.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Collection, Iterable
from pathlib import Path

from bus.sandbox import capabilities, seccomp
from bus.sandbox.places import home_directory
from bus.sandbox.seccomp import Sockets
from bus.sandbox.system_calls import LIMITED, OF_OTHERS, OF_OTHERS_ERROR, REFUSED, Call

_FAMILIES = range(1, 64)
"""More socket families than any kernel has."""
_KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW)
_CHILD_LIMIT_S = 10.0

_CHILD = """
import _socket, sys
for family in map(int, sys.argv[1:]):
    try:
        _socket.socket(family, _socket.SOCK_DGRAM).close()
    except OSError:
        continue
    sys.exit(9)
"""
_CHILD_GOT_OUT = 9
_CHILDS_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, 16, 17)  # netlink, raw packets
_COMMON_LIMITS = ("socketpair", "ioctl", "prctl")
_CLOSED_LIMITS = ("connect", "sendto")


class OlderThread:
    """A thread started before the filter, which makes the same attempts."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._open: list[str] = []
        self._allowed: Collection[int] = ()
        self._thread = threading.Thread(target=self._wait_and_try, name="older-than-the-sandbox", daemon=True)
        self._thread.start()

    def sockets(self, allowed: Collection[int]) -> list[str]:
        """Return the families it could open beyond those allowed."""
        self._allowed = allowed
        self._go.set()
        self._thread.join()
        return self._open

    def _wait_and_try(self) -> None:
        self._go.wait()
        self._open = open_families(self._allowed)


def escapes(older: OlderThread, sockets: Sockets, *, serves_tcp: bool) -> list[str]:
    """Return the remaining ways to a blocked socket, to another process, to the disk or to another user."""
    allowed = sockets.families
    child = _start_child(allowed)  # takes longest: started first, checked last
    found = open_families(allowed)
    found += [f"{name} from an older thread" for name in older.sockets(allowed)]
    if not serves_tcp:
        found += [f"an inherited {name}" for name in inherited_sockets({*allowed, *seccomp.LOCAL_FAMILIES})]
    found += accepted_calls(sockets)
    if capabilities.held():
        found.append("use of capabilities")
    if child is not None and _ended(child) == _CHILD_GOT_OUT:
        found.append("a socket from a child")
    return found


def accepted_calls(sockets: Sockets) -> list[str]:
    """Return the names of the system calls that the kernel performs or checks instead of refusing them."""
    limits = [*_COMMON_LIMITS]
    limits += [] if sockets.network else ["bind"]
    limits += [] if sockets.local else _CLOSED_LIMITS
    refused = [*REFUSED.items(), *((name, LIMITED[name]) for name in limits)]
    attempts = [(name, call, errno.EINVAL) for name, call in refused]
    attempts += [(name, call, OF_OTHERS_ERROR) for name, (call, _) in OF_OTHERS.items()]
    return [name for name, call, error in attempts if not _is_refused(call, error)]


def _is_refused(call: Call, error: int) -> bool:
    number = call.number(os.uname().machine)
    if number is None or call.attempt is None:
        return True
    libc = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    libc.syscall(number, *(ctypes.c_long(argument) for argument in call.attempt))
    return ctypes.get_errno() == error


def open_families(allowed: Collection[int]) -> list[str]:
    """Return the families of sockets, beyond those allowed, that this thread can open."""
    return [_named(family) for family in _FAMILIES if family not in allowed and _can_open(family)]


def inherited_sockets(allowed: Collection[int]) -> list[str]:
    """Return the families, beyond those allowed, of the sockets that this process has open."""
    found = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - a handle on it would be listed too
        try:
            held = socket.socket(fileno=int(name))
        except OSError:  # no socket, or gone since
            continue
        family = int(held.family)
        held.detach()  # it belongs to its user
        if family not in allowed:
            found.append(_named(family))
    return found


def file_escapes(writable_folders: Iterable[Path], saving_places: Iterable[Path] = ()) -> list[str]:
    """Return the files that can be opened although they must be blocked."""
    home, saving = home_directory(), {*saving_places}
    found = [
        f"a file can be written in {folder}"
        for folder in {home, Path("/tmp")} - {*writable_folders} - saving
        if not saving & {*folder.parents} and _can_write(folder)
    ]
    parent = Path("/proc", str(os.getppid()))
    secrets = {home, parent / "environ", parent / "mem"} - saving
    return [*found, *(f"{path} can be read" for path in secrets if _can_read(path))]


def _can_open(family: int) -> bool:
    for kind in _KINDS:
        try:
            socket.socket(family, kind).close()
        except OSError:
            continue
        return True
    return False


def _start_child(allowed: Collection[int]) -> subprocess.Popen[bytes] | None:
    """Start a child that attempts blocked sockets; None if no child can be started."""
    families = [int(family) for family in _CHILDS_FAMILIES if family not in allowed]
    command = [sys.executable, "-I", "-S", "-c", _CHILD, *map(str, families)]
    nowhere = subprocess.DEVNULL
    try:
        return subprocess.Popen(command, env={}, stdin=nowhere, stdout=nowhere, stderr=nowhere)
    except OSError:
        return None


def _ended(child: subprocess.Popen[bytes]) -> int | None:
    try:
        return child.wait(_CHILD_LIMIT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return None


def _can_write(folder: Path) -> bool:
    path = folder / f".cuecard-sandbox-{os.getpid()}"
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError:
        return False
    path.unlink(missing_ok=True)
    return True


def _can_read(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError:
        return False
    return True


def _named(family: int) -> str:
    try:
        return f"{socket.AddressFamily(family).name.removeprefix('AF_')} socket"
    except ValueError:
        return f"socket of family {family}"
