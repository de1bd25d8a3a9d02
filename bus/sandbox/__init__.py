"""Sandboxes a process that can touch audio or words, in two layers, tests itself from inside and reports.

Landlock (Linux 5.13 and later) restricts the file system before the process has a second thread: it reads
the program and what its kind needs, and writes nowhere. Once everything is loaded, a seccomp filter on all
threads blocks internet sockets and every call that could regain a right. The filter is essential: a process
without it reports that nothing is enforced and gets no audio. On systems other than Linux nothing is
enforced, and the report says so.

Neither layer affects what is already open or what is received over a Unix socket: a sandboxed process cannot
open a way out, but it can talk to local services such as the sound server. The llm receives connected sockets
from the connector; it can use them as they are and cannot redirect them.
"""

from __future__ import annotations

import errno
import os
import platform
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bus.sandbox import landlock, rights, seccomp, selftest


@dataclass(frozen=True)
class Report:
    """What the kernel enforces on this process from now on."""

    enforced: bool
    """Whether the essential part holds: no socket can be opened that leads out."""
    summary: str
    """For people: what holds, and what does not."""


class Sandbox:
    """The sandbox of one process, open until it is closed. To be made before the first thread.

    Args:
        stage: Whose it is, "vad:mic": the table of rights says what stays allowed.
        directory: The run's directory.
        tables: The run's settings.
    """

    def __init__(self, stage: str, directory: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self._rights = rights.of(stage)
        self._keeps: list[Path] = []
        self._files = ""
        if not seccomp.supported():
            return
        rules = self._rights.rules(directory, tables)
        self._keeps = list(rules.keeps)
        self._files = _shut_files(rules)
        self._older = selftest.OlderThread()

    def close(self) -> Report:
        """Give up sockets, for this process and everything it starts; try all of it, and report."""
        if not seccomp.supported():
            return Report(False, f"not enforced on {platform.system()} {platform.machine()}")
        failed = seccomp.load(network=self._rights.network, handed=self._rights.handed)
        if failed:
            return Report(False, f"not enforced: seccomp refused ({errno.errorcode.get(failed, failed)})")
        escapes = selftest.network_escapes(
            self._older, network=self._rights.network, listens=self._rights.listens
        )
        if escapes:
            return Report(False, f"not enforced: {', '.join(escapes)} still possible")
        told = (f"{self._sockets_told()} (seccomp)", *self._files_told(), *self._growth_stopped())
        return Report(True, "; ".join(told))

    def _sockets_told(self) -> str:
        if self._rights.network:
            return "no sockets but to the internet"
        if not self._rights.handed:
            return "no internet sockets"
        if self._files.startswith("landlock") and landlock.version() >= landlock.KNOWS_TCP:
            return "no internet sockets but those it is handed, as they are"
        return "no internet sockets but those it is handed, which could be connected anew"

    def _files_told(self) -> tuple[str]:
        if not self._files.startswith("landlock"):
            return (self._files,)
        escapes = selftest.file_escapes(self._keeps)
        if escapes:
            return (f"files not enforced: {', '.join(escapes)}",)
        kept = (
            f"writes only in {', '.join(path.name for path in self._keeps)}"
            if self._keeps
            else "writes no file"
        )
        return (f"{kept}, reads only its own ({self._files})",)

    def _growth_stopped(self) -> tuple[str, ...]:
        """Let no file grow any more, as a second bar for those who write none at all."""
        if self._rights.grows_files or stat.S_ISREG(os.fstat(2).st_mode):  # complaints must still get out
            return ()
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        return ("no file can grow (rlimit)",)


def enter(stage: str = "vad") -> Report:
    """Put this process into the sandbox of a stage at once, as a trial."""
    return Sandbox(stage, Path("/nonexistent"), {}).close()


def _shut_files(rules: landlock.Rules) -> str:
    """Shut the file system, and say which layer did it or why none did."""
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - a Path would open it no better
    try:
        abi = landlock.restrict(rules)
    except OSError as error:
        return f"files not enforced ({error.strerror})"
    if threads > 1:
        return f"files not enforced on older threads ({threads - 1}, landlock {abi})"
    return f"landlock {abi}"
