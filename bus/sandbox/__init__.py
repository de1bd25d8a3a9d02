"""Sandbox of a stage, in two layers; tests itself from inside and reports.

Landlock (Linux 5.13 and later) restricts the file system before the process has a second thread: it reads
the program and what its kind needs, and writes nowhere. Capabilities are dropped then. Once everything is
loaded, a seccomp filter on all threads blocks internet sockets, side doors to the disk and to other users,
and every call that could regain a right. The filter is essential: a process without it reports that nothing
is enforced and gets no audio. On systems other than Linux nothing is enforced, and the report says so.

Neither layer affects what is already open or what is received over a Unix socket. Most stages can open no
socket at all; those that need the sound server or the display can talk to any local service. The llm receives
connected sockets from the connector; it can use them as they are and cannot redirect them.
"""

from __future__ import annotations

import errno
import os
import platform
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bus.failures import Failure, MachineFailure
from bus.run import Run, socket_folder
from bus.sandbox import capabilities, landlock, seccomp, selftest
from bus.sandbox.rights import Rights

_SIDE_DOORS = (
    "no file attributes or modes, shared IPC, priorities or limits of others (seccomp); no capabilities"
)


@dataclass(frozen=True)
class SandboxReport:
    """What the kernel enforces on this process from now on."""

    enforced: bool
    """Whether the essential part holds: no internet socket can be opened."""
    summary: str
    """Describes for the user what is enforced and what is not."""


class Sandbox:
    """The sandbox of one process: files are restricted at once, sockets by `enforce`.

    Create it before the process has a second thread.

    Args:
        rights: What stays allowed.
        run: The run.
        stage: The stage's name.
    """

    def __init__(self, rights: Rights, run: Run, stage: str) -> None:
        self._rights = rights
        self._writable_folders: list[Path] = []
        self._saving_places: list[Path] = []
        self._files = ""
        if not seccomp.supported():
            return
        own_folder = socket_folder(run.directory, stage)
        rules = self._rights.rules(run.directory, own_folder, run.tables)
        self._writable_folders, self._saving_places = list(rules.writable_folders), list(rules.saves)
        self._files = _restrict_files(rules)
        capabilities.drop()
        self._older = selftest.OlderThread()

    def enforce(self, *, opens_sockets: bool | None = None) -> SandboxReport:
        """Block sockets for this process and its children, test the sandbox, and report.

        Args:
            opens_sockets: Whether it needs to open Unix sockets, if other than the rights say.
        """
        if not seccomp.supported():
            return SandboxReport(False, f"not enforced on {platform.system()} {platform.machine()}")
        rights = self._rights
        sockets = seccomp.Sockets(
            local=rights.opens_sockets if opens_sockets is None else opens_sockets,
            network=rights.network,
            received=rights.receives_sockets,
        )
        failed = seccomp.load(sockets)
        if failed:
            name = errno.errorcode.get(failed, failed)
            return SandboxReport(False, f"not enforced: seccomp refused ({name})")
        escapes = selftest.escapes(self._older, sockets, serves_tcp=rights.serves_tcp)
        if escapes:
            return SandboxReport(False, f"not enforced: {', '.join(escapes)} still possible")
        parts = (f"{self._socket_summary(sockets)} (seccomp)", _SIDE_DOORS, *self._file_summary())
        return SandboxReport(True, "; ".join((*parts, *self._growth_summary())))

    def _socket_summary(self, sockets: seccomp.Sockets) -> str:
        if sockets.network:
            return "no sockets but to the internet"
        summary = "no internet sockets"
        if sockets.received:
            summary += " but those it receives, as they are"
        if not sockets.local:
            return f"{summary}, no local ones"
        return summary if self._rights.opens_sockets else f"{summary}, local ones as it was started manually"

    def _file_summary(self) -> tuple[str]:
        if not self._files.startswith("landlock"):
            return (self._files,)
        escapes = selftest.file_escapes(self._writable_folders, self._saving_places)
        if escapes:
            return (f"files not enforced: {', '.join(escapes)}",)
        names = ", ".join(path.name for path in self._writable_folders)
        writes = f"writes only in {names}" if names else "writes no file"
        if self._saving_places:
            writes = "writes files only below the home and the working directory"
        return (f"{writes}, reads only its own ({self._files})",)

    def _growth_summary(self) -> tuple[str, ...]:
        """Set the file-size limit to 0, a second barrier for stages that write no file at all."""
        if self._rights.grows_files or stat.S_ISREG(os.fstat(2).st_mode):  # errors must still be written
            return ()
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        return ("no file can grow (rlimit)",)


def check_enforced(
    report: SandboxReport, name: str, tables: Mapping[str, Mapping[str, Any]]
) -> Failure | None:
    """Return what to report of a sandbox that is not enforced on Linux; None if it is.

    Raises:
        MachineFailure: It is not, and --allow-unsandboxed is not set.
    """
    if report.enforced or sys.platform != "linux":
        return None
    failure = MachineFailure(
        f"the sandbox of {name} cannot be enforced ({report.summary})",
        kept="it received no audio and no transcript",
        fix="run `cuecard doctor`, or continue without a sandbox with --allow-unsandboxed",
    )
    if not tables.get("session", {}).get("allow_unsandboxed"):
        raise failure
    return failure


def enforce_now() -> SandboxReport:
    """Put this process into a sandbox with the least rights, as a test of what the kernel enforces."""
    return Sandbox(Rights(grows_files=False), Run(Path("/nonexistent"), {}), "doctor").enforce()


def _restrict_files(rules: landlock.Rules) -> str:
    """Restrict the file system; return the layer that enforces it, or why none does."""
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - a Path would open it no better
    try:
        abi = landlock.restrict(rules)
    except OSError as error:
        return f"files not enforced ({error.strerror})"
    if threads > 1:
        return f"files not enforced on older threads ({threads - 1}, landlock {abi})"
    return f"landlock {abi}"
