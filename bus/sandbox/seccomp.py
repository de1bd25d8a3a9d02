"""Seccomp filter: blocks system calls of this process, its threads and its children.

What is refused (`bus.sandbox.system_calls`) fails with EINVAL, because libzmq aborts the process on EPERM. A
filter cannot be removed. It does not cover sockets that were opened before or received from a peer: those
keep working, but cannot listen, and Landlock prevents reconnecting them (from ABI 4 on).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bus.sandbox.system_calls import (
    LIMITED,
    OF_OTHERS,
    OF_OTHERS_ERROR,
    PR_SET_NAME,
    REFUSED,
    SAVE_IN_FILE_FLAGS,
    SEVERAL_PROCESSES,
    TYPE_INTO_TERMINAL,
    Call,
)

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
_ALLOW, _ERRNO, _KILL = 0x7FFF_0000, 0x0005_0000, 0x8000_0000
_LOAD_WORD, _JUMP, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
_AT_NUMBER, _AT_PROCESSOR, _AT_ARGUMENTS = 0, 4, 16  # low words first: both processors are little-endian
_AUDIT = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
_X32_BIT = 0x4000_0000
_NEW_NAMESPACES = 0x7E02_0000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}
_CONNECT_BY_SENDING = 0x2000_0000  # MSG_FASTOPEN, which Landlock does not check
_SEND_FLAGS_AT = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}
_ADDRESSABLE_KINDS = 0b1010  # set in SOCK_DGRAM and SOCK_RAW, not in SOCK_STREAM and SOCK_SEQPACKET
_MOST_THREADS = 250  # a jump reaches 255 steps

LOCAL_FAMILIES = frozenset({int(socket.AF_UNIX)}) if hasattr(socket, "AF_UNIX") else frozenset()
"""Socket families that a process without internet access may open."""

NETWORK_FAMILIES = LOCAL_FAMILIES | {int(socket.AF_INET), int(socket.AF_INET6), 16}
"""Socket families of the connector; 16 is netlink, which name lookup needs."""


@dataclass(frozen=True)
class Sockets:
    """What a process may do with sockets from now on; pairs of connected sockets are always allowed."""

    local: bool = True
    """Whether it may open and connect Unix sockets."""
    network: bool = False
    """Whether it may open and connect internet sockets."""
    received: bool = False
    """Whether internet sockets are passed to it, which it must not reconnect."""

    @property
    def families(self) -> Collection[int]:
        """Families it may open."""
        return NETWORK_FAMILIES if self.network else LOCAL_FAMILIES if self.local else frozenset()


def supported() -> bool:
    """Tell whether there is a filter for this system and processor."""
    return sys.platform == "linux" and platform.machine() in _AUDIT


def load(sockets: Sockets) -> int:
    """Load the filter for all threads; return 0 or the errno."""
    code = _filter(platform.machine(), sockets, [0, *_own_threads()])
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return ctypes.get_errno()
    number = LIMITED["seccomp"].number(platform.machine())
    result = libc.syscall(number, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, ctypes.byref(program))
    return 0 if result == 0 else (ctypes.get_errno() if result < 0 else errno.EBUSY)


def _own_threads() -> list[int]:
    try:
        return [int(thread) for thread in os.listdir("/proc/self/task")]  # noqa: PTH208 - numbers, not paths
    except PermissionError:  # a child of a sandboxed process may read nothing there
        return [os.getpid()]


def _filter(machine: str, sockets: Sockets, threads: Sequence[int]) -> bytes:
    """Return the BPF program: refuse or check the listed system calls and allow all others.

    Args:
        machine: The processor.
        sockets: What stays allowed with sockets.
        threads: IDs of this process's threads, which may set their own priority while they start.
    """
    steps = [
        _step(_LOAD_WORD, _AT_PROCESSOR),
        _step(_JUMP_EQUAL, _AUDIT[machine], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD_WORD, _AT_NUMBER),
        _step(_JUMP_AT_LEAST, _X32_BIT, 0, 1),
        _step(_RETURN, _KILL if machine == "x86_64" else _ALLOW),
    ]
    for call, checks in _limits(sockets, threads):
        steps += _for_call(call.number(machine), [*checks, _step(_RETURN, _ALLOW)])
    for call in REFUSED.values():
        steps += _for_call(call.number(machine), [_refuse()])
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _limits(sockets: Sockets, threads: Sequence[int]) -> Iterator[tuple[Call, list[bytes]]]:
    """Yield the system calls that depend on their arguments or on the stage, with their checks."""
    for name, checks in _socket_limits(sockets):
        yield LIMITED[name], checks
    # Without clone3, whose flags no filter can read, the C library starts threads by clone.
    yield LIMITED["clone3"], [_refuse(errno.ENOSYS)]
    yield LIMITED["clone"], _without_bits(0, _NEW_NAMESPACES)
    yield LIMITED["ioctl"], _none_of(1, [*TYPE_INTO_TERMINAL, *SAVE_IN_FILE_FLAGS])
    yield LIMITED["prctl"], _none_of(0, [PR_SET_NAME])
    for name, (call, process_at) in OF_OTHERS.items():
        one = _one_of(0, [SEVERAL_PROCESSES[name]], OF_OTHERS_ERROR) if name in SEVERAL_PROCESSES else []
        yield call, [*one, *_one_of(process_at, threads[:_MOST_THREADS], OF_OTHERS_ERROR)]


def _socket_limits(sockets: Sockets) -> Iterator[tuple[str, list[bytes]]]:
    for name, flags_at in _SEND_FLAGS_AT.items():
        checks = _without_bits(flags_at, _CONNECT_BY_SENDING) if sockets.received else []
        yield name, [*checks, *([] if sockets.local or name != "sendto" else _zero(4))]
    yield "socket", _one_of(0, sorted(sockets.families))
    yield "socketpair", [*_one_of(0, sorted(LOCAL_FAMILIES)), *_without_bits(1, _ADDRESSABLE_KINDS)]
    if not sockets.local:
        yield "connect", [_refuse()]
    if not sockets.network:  # a name lookup binds netlink sockets
        yield "bind", [_refuse()]
    if sockets.network or sockets.received:
        yield "listen", [_refuse()]


def _for_call(number: int | None, steps: Sequence[bytes]) -> list[bytes]:
    """Return steps that are skipped for other system calls."""
    if number is None:
        return []
    return [_step(_JUMP_EQUAL, number, 1, 0), _step(_JUMP, len(steps)), *steps]


def _one_of(argument: int, values: Sequence[int], error: int = errno.EINVAL) -> list[bytes]:
    """Refuse other values of an argument."""
    tests = [_step(_JUMP_EQUAL, value, len(values) - at, 0) for at, value in enumerate(values)]
    return [_load(argument), *tests, _refuse(error)]


def _none_of(argument: int, values: Iterable[int]) -> list[bytes]:
    """Refuse these values of an argument."""
    tests = ((_step(_JUMP_EQUAL, value, 0, 1), _refuse()) for value in values)
    return [_load(argument), *(step for test in tests for step in test)]


def _without_bits(argument: int, bits: int) -> list[bytes]:
    """Refuse an argument in which any of these bits is set."""
    return [_load(argument), _step(_JUMP_ANY_BIT, bits, 0, 1), _refuse()]


def _zero(argument: int) -> list[bytes]:
    """Refuse a pointer that is not null."""
    halves = (_load(argument), _step(_LOAD_WORD, _AT_ARGUMENTS + 8 * argument + 4))
    return [step for half in halves for step in (half, _step(_JUMP_EQUAL, 0, 1, 0), _refuse())]


def _load(argument: int) -> bytes:
    """Load the low word of an argument."""
    return _step(_LOAD_WORD, _AT_ARGUMENTS + 8 * argument)


def _refuse(error: int = errno.EINVAL) -> bytes:
    return _step(_RETURN, _ERRNO | error)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value & 0xFFFF_FFFF)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))
