"""Landlock: restricts which files this thread and its later threads and children may open.

Uses raw system calls, because the C library has no wrappers. Every right to read, write, create or remove is
revoked except under the named paths; so are TCP and signals to processes outside. Landlock does not cover
stat, path traversal, UDP, files opened before, and before ABI 9 Unix sockets with a path. Before ABI 8 it
does not reach running threads, so it must be entered before there are any.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

KNOWS_TCP = 4
"""First ABI that restricts TCP connections, including those of received sockets."""

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same on every processor
_ASK_VERSION = 1
_PATH_BENEATH, _NET_PORT = 1, 2
_PR_SET_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (1 << bit for bit in range(6))
_MAKE_DIR, _MAKE_FILE, _MAKE_SOCKET = 1 << 7, 1 << 8, 1 << 9
_FIRST_RIGHTS = (1 << 13) - 1  # those of ABI 1
_REFER, _TRUNCATE, _IOCTL_DEVICE, _CONNECT_UNIX = 1 << 13, 1 << 14, 1 << 15, 1 << 16  # ABI 2, 3, 5, 9
_BIND_TCP, _CONNECT_TCP = 1, 2  # ABI 4
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1, 2  # ABI 6

_READ = _EXECUTE | _READ_FILE | _READ_DIR
_KEEP = _READ | _WRITE | _REMOVE_FILE | _MAKE_DIR | _MAKE_FILE | _TRUNCATE
_SAVE = _READ_DIR | _WRITE | _MAKE_FILE
_SOCKETS = _MAKE_SOCKET | _REMOVE_FILE
_DEVICE = _READ | _WRITE | _IOCTL_DEVICE
_OF_FILES = _EXECUTE | _WRITE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
"""The rights that a rule for a single file may grant."""


@dataclass(frozen=True)
class Rules:
    """What stays allowed. Paths that do not exist are skipped."""

    reads: Iterable[Path] = ()
    lists: Iterable[Path] = ()
    """Folders whose entries may be listed, at any depth."""
    devices: Iterable[Path] = ()
    """May be read, written and controlled; nothing may be created in them."""
    sockets: Iterable[Path] = ()
    """Folders in which Unix sockets may be created and removed."""
    writable_folders: Iterable[Path] = ()
    """Folders in which files may be written."""
    saves: Iterable[Path] = ()
    """Folders in which files may be created and written, and entries listed, but no file read or removed."""
    removes: Iterable[Path] = ()
    """Folders in which entries may be listed and removed, at any depth."""
    empties: Iterable[Path] = ()
    """Folders from which empty folders may be removed."""
    connects: Iterable[Path] | None = None
    """Folders whose Unix sockets may be connected to (from ABI 9 on); all when None."""
    tcp: bool = False
    """Whether TCP is unrestricted."""
    serves_tcp: bool = False
    """Whether a TCP socket may be bound."""
    port: int = 0
    """The only port it may be bound to; 0 for one that the system chooses."""
    abstract_sockets: bool = True
    """Whether abstract Unix sockets may be connected to, which some displays need."""


def version() -> int:
    """Return the kernel's Landlock ABI, 0 if there is none."""
    if sys.platform != "linux":
        return 0
    return max(int(ctypes.CDLL(None).syscall(_CREATE, None, 0, _ASK_VERSION)), 0)


def restrict(rules: Rules) -> int:
    """Enter a Landlock domain with these rules, on this thread; return the ABI in use.

    Raises:
        OSError: The kernel has no Landlock, or refuses the rules.
    """
    abi = version()
    if not abi:
        raise OSError(errno.EOPNOTSUPP, "this kernel has no Landlock")
    files = _handled(abi, rules)
    ruleset = _call(_CREATE, *_attributes(abi, files, rules))
    try:
        for paths, rights in (
            (rules.reads, _READ),
            (rules.lists, _READ_DIR),
            (rules.devices, _DEVICE),
            (rules.sockets, _SOCKETS),
            (rules.writable_folders, _KEEP),
            (rules.saves, _SAVE),
            (rules.removes, _READ_DIR | _REMOVE_DIR | _REMOVE_FILE),
            (rules.empties, _REMOVE_DIR),
            (rules.connects or (), _CONNECT_UNIX),
        ):
            for path in paths:
                _allow(ruleset, path, rights & files)
        if rules.serves_tcp and not rules.tcp and abi >= KNOWS_TCP:
            port = struct.pack("<QQ", _BIND_TCP, rules.port)
            _call(_ADD_RULE, ruleset, _NET_PORT, port, 0)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "no_new_privs was refused")
        _call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return abi


def _known_rights(abi: int) -> int:
    later = (_REFER, 2), (_TRUNCATE, 3), (_IOCTL_DEVICE, 5), (_CONNECT_UNIX, 9)
    return _FIRST_RIGHTS | sum(right for right, since in later if abi >= since)


def _handled(abi: int, rules: Rules) -> int:
    """Return the rights that are revoked except under the named paths."""
    return _known_rights(abi) & ~(_CONNECT_UNIX if rules.connects is None else 0)


def _attributes(abi: int, files: int, rules: Rules) -> tuple[bytes, int, int]:
    """Return the ruleset's attributes as far as this ABI knows them, their length, and no flags."""
    scopes = _SCOPE_SIGNALS | (0 if rules.abstract_sockets else _SCOPE_ABSTRACT_SOCKETS)
    attributes = struct.pack("<QQQ", files, 0 if rules.tcp else _BIND_TCP | _CONNECT_TCP, scopes)
    length = 24 if abi >= 6 else 16 if abi >= KNOWS_TCP else 8
    return attributes[:length], length, 0


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # the path does not exist
        return
    try:
        if not path.is_dir():
            rights &= _OF_FILES
        if rights:  # an older kernel may know none of them
            _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("<Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: int | bytes) -> int:
    wide = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    result = int(ctypes.CDLL(None, use_errno=True).syscall(number, *wide))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
