"""Seccomp filter: blocks system calls of this process, its threads and its children.

`socket()` opens Unix sockets only (internet sockets too in the connector). Calls that could regain a right
are blocked: other processes' memory and descriptors, new namespaces, mounts, kernel modules, io_uring, typing
into the terminal. They fail with EINVAL, because libzmq aborts the process on EPERM. A filter cannot be
removed. It does not cover sockets that were opened before or received from a peer: those keep working, but
cannot listen, and Landlock prevents reconnecting them (from ABI 4 on).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
_ALLOW, _ERRNO, _KILL = 0x7FFF_0000, 0x0005_0000, 0x8000_0000
_LOAD_WORD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_AT_NUMBER, _AT_PROCESSOR = 0, 4
_AT_FIRST, _AT_SECOND, _AT_THIRD, _AT_FOURTH = 16, 24, 32, 40  # low words: both processors are little-endian
_X32_BIT = 0x4000_0000
_NEW_NAMESPACES = 0x7E02_0000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}
_CONNECT_BY_SENDING = 0x2000_0000  # MSG_FASTOPEN, which Landlock does not check
_TYPE_INTO_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX

LOCAL_FAMILIES = frozenset({int(socket.AF_UNIX)}) if hasattr(socket, "AF_UNIX") else frozenset()
"""Socket families that a process without internet access may open."""

NETWORK_FAMILIES = LOCAL_FAMILIES | {int(socket.AF_INET), int(socket.AF_INET6), 16}
"""Socket families of the connector; 16 is netlink, which name lookup needs."""


@dataclass(frozen=True)
class _Machine:
    """System-call numbers of one processor architecture."""

    audit: int
    seccomp: int
    socket: int
    listen: int
    sends: tuple[tuple[int, int], ...]
    """sendto, sendmsg and sendmmsg, with the offset of their flags."""
    clone: int
    ioctl: int
    forbidden: tuple[int, ...]


_FORBIDDEN_EVERYWHERE = (
    425,  # io_uring_setup
    428, 429, 442,  # open_tree, move_mount, mount_setattr
    430, 431, 432, 433,  # fsopen, fsconfig, fsmount, fspick
    438,  # pidfd_getfd
    440,  # process_madvise
)  # fmt: skip
_CLONE3 = 435  # the same everywhere; its flags are in memory, which no filter can read

_MACHINES = {
    "x86_64": _Machine(
        audit=0xC000_003E,
        seccomp=317,
        socket=41,
        listen=50,
        sends=((44, _AT_FOURTH), (46, _AT_THIRD), (307, _AT_FOURTH)),
        clone=56,
        ioctl=16,
        forbidden=(
            101, 310, 311, 312,  # ptrace, process_vm_readv, process_vm_writev, kcmp
            272, 308, 165, 166, 155, 161,  # unshare, setns, mount, umount2, pivot_root, chroot
            321, 298, 323, 248, 249, 250,  # bpf, perf_event_open, userfaultfd, add_key, request_key, keyctl
            246, 320, 175, 313, 176,  # kexec_load, kexec_file_load, {init,finit,delete}_module
            304,  # open_by_handle_at
        ),
    ),
    "aarch64": _Machine(
        audit=0xC000_00B7,
        seccomp=277,
        socket=198,
        listen=201,
        sends=((206, _AT_FOURTH), (211, _AT_THIRD), (269, _AT_FOURTH)),
        clone=220,
        ioctl=29,
        forbidden=(
            117, 270, 271, 272,
            97, 268, 40, 39, 41, 51,
            280, 241, 282, 217, 218, 219,
            104, 294, 105, 273, 106,
            265,
        ),
    ),
}  # fmt: skip


def supported() -> bool:
    """Tell whether there is a filter for this system and processor."""
    return sys.platform == "linux" and platform.machine() in _MACHINES


def load(*, network: bool = False, receives_sockets: bool = False) -> int:
    """Load the filter for all threads; return 0 or the errno.

    Args:
        network: Allow internet sockets, but not to listen, and no other family.
        receives_sockets: Internet sockets are passed to this process: block listening and connecting by
            sending.
    """
    code = _filter(_MACHINES[platform.machine()], network=network, receives_sockets=receives_sockets)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return ctypes.get_errno()
    number = _MACHINES[platform.machine()].seccomp
    result = libc.syscall(number, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, ctypes.byref(program))
    return 0 if result == 0 else (ctypes.get_errno() if result < 0 else errno.EBUSY)


def _filter(machine: _Machine, *, network: bool, receives_sockets: bool) -> bytes:
    """Return the BPF program: block the listed system calls and allow all others."""
    program = [
        _step(_LOAD_WORD, _AT_PROCESSOR),
        _step(_JUMP_EQUAL, machine.audit, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD_WORD, _AT_NUMBER),
        _step(_JUMP_AT_LEAST, _X32_BIT, 0, 1),
        _step(_RETURN, _KILL if machine.audit == _MACHINES["x86_64"].audit else _ALLOW),
    ]
    to_listen = (machine.listen,) if network or receives_sockets else ()
    for number in (*machine.forbidden, *_FORBIDDEN_EVERYWHERE, *to_listen):
        program += [_step(_JUMP_EQUAL, number, 0, 1), _refuse(errno.EINVAL)]
    # Without clone3 the C library starts threads by clone, whose flags a filter can check.
    program += [_step(_JUMP_EQUAL, _CLONE3, 0, 1), _refuse(errno.ENOSYS)]
    program += _only_where(machine.clone, _AT_FIRST, _JUMP_ANY_BIT, [_NEW_NAMESPACES], allow=False)
    program += _only_where(machine.ioctl, _AT_SECOND, _JUMP_EQUAL, _TYPE_INTO_TERMINAL, allow=False)
    for number, flags_at in machine.sends if receives_sockets else ():
        program += _only_where(number, flags_at, _JUMP_ANY_BIT, [_CONNECT_BY_SENDING], allow=False)
    families = NETWORK_FAMILIES if network else LOCAL_FAMILIES
    program += _only_where(machine.socket, _AT_FIRST, _JUMP_EQUAL, sorted(families), allow=True)
    return b"".join([*program, _step(_RETURN, _ALLOW)])


def _only_where(call: int, at: int, jump: int, values: Iterable[int], *, allow: bool) -> list[bytes]:
    """Return steps that check an argument of one call: allow (or block) only the given values."""
    matched = _step(_RETURN, _ALLOW) if allow else _refuse(errno.EINVAL)
    checks = [_step(_LOAD_WORD, at)]
    for value in values:
        checks += [_step(jump, value, 0, 1), matched]
    checks.append(_refuse(errno.EINVAL) if allow else _step(_RETURN, _ALLOW))
    return [_step(_JUMP_EQUAL, call, 0, len(checks)), *checks]


def _refuse(error: int) -> bytes:
    return _step(_RETURN, _ERRNO | error)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))
