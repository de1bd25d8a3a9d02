"""The cage of a process that can touch audio: it cannot open an internet socket, and it proves it.

On Linux a seccomp filter, laid over all threads of the process, lets `socket()` make Unix sockets only;
io_uring, ptrace and reading other processes' memory are refused too. The refusal is EINVAL, because
libzmq aborts the process on EPERM. Children inherit the filter; it cannot be taken off. Elsewhere nothing
is enforced, and the report says so. What a process opened before, or is handed by a peer, it keeps.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
import sys
from dataclasses import dataclass

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
_ALLOW, _ERRNO, _KILL = 0x7FFF_0000, 0x0005_0000, 0x8000_0000
_LOAD_WORD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32_BIT = 0x4000_0000


@dataclass(frozen=True)
class _Machine:
    """System-call numbers of one kind of processor."""

    audit: int
    seccomp: int
    socket: int
    forbidden: tuple[int, ...]
    """ptrace, process_vm_readv, process_vm_writev, io_uring_setup, pidfd_getfd."""


_MACHINES = {
    "x86_64": _Machine(0xC000_003E, 317, 41, (101, 310, 311, 425, 438)),
    "aarch64": _Machine(0xC000_00B7, 277, 198, (117, 270, 271, 425, 438)),
}


@dataclass(frozen=True)
class Report:
    """What the kernel enforces on this process from now on."""

    enforced: bool
    summary: str
    """For people: what holds, or why nothing does."""


def enter() -> Report:
    """Give up internet sockets for this process and everything it starts, test that, and report."""
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return Report(False, f"not enforced on {platform.system()} {platform.machine()}")
    failed = _load(machine)
    if failed:
        return Report(False, f"not enforced: seccomp refused ({errno.errorcode.get(failed, failed)})")
    opened = [name for name, family in _FORBIDDEN_FAMILIES.items() if _can_open(family)]
    if opened:
        return Report(False, f"not enforced: {', '.join(opened)} sockets still open")
    return Report(True, "no internet sockets (seccomp)")


_FORBIDDEN_FAMILIES = {"IPv4": socket.AF_INET, "IPv6": socket.AF_INET6}


def _can_open(family: int) -> bool:
    try:
        socket.socket(family, socket.SOCK_STREAM).close()
    except OSError:
        return False
    return True


def _filter(machine: _Machine) -> bytes:
    """Return the BPF program: refuse by system call, let everything else through."""
    refuse = _ERRNO | errno.EINVAL
    program = [
        _step(_LOAD_WORD, 4),  # the processor's kind
        _step(_JUMP_EQUAL, machine.audit, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD_WORD, 0),  # the system call's number
        _step(_JUMP_AT_LEAST, _X32_BIT, 0, 1),
        _step(_RETURN, _KILL if platform.machine() == "x86_64" else _ALLOW),
    ]
    for number in machine.forbidden:
        program += [_step(_JUMP_EQUAL, number, 0, 1), _step(_RETURN, refuse)]
    program += [
        _step(_JUMP_EQUAL, machine.socket, 1, 0),
        _step(_RETURN, _ALLOW),
        _step(_LOAD_WORD, 16),  # its first argument: the family
        _step(_JUMP_EQUAL, socket.AF_UNIX, 0, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, refuse),
    ]
    return b"".join(program)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _load(machine: _Machine) -> int:
    """Lay the filter over all threads; return 0 or the error's number."""
    code = _filter(machine)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return ctypes.get_errno()
    result = libc.syscall(
        machine.seccomp, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, ctypes.byref(program)
    )
    return 0 if result == 0 else (ctypes.get_errno() if result < 0 else errno.EBUSY)
