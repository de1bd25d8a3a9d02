"""Prepares a marked session, has it watched, and gathers what was seen. Linux only: it needs strace."""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from bus.failures import MachineFailure
from session.attest import recording, trace
from session.attest.evidence import Evidence
from session.attest.tracer import KEY_VARIABLE, SEEN_FILE, Observation
from session.models import store

_MODEL = "tiny.en"
_KEPT_VARIABLES = (
    "PATH",
    "LANG",
    "LC_ALL",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "USER",
    "LOGNAME",
    "VIRTUAL_ENV",
)
_APT = "sudo apt-get install strace util-linux"


def watch() -> Evidence:
    """Run a marked session and return what was seen of it; nothing of it is left behind.

    Raises:
        Failure: The machine lacks what that takes.
    """
    unshare = _programs()
    models = store.models_directory()
    store.find(_MODEL)
    place = Path(tempfile.mkdtemp(prefix="cuecard-attest-"))
    key = f"sk-planted-{secrets.token_hex(12)}"
    try:
        for name in ("home", "run", "tmp", "heard", "trace"):
            (place / name).mkdir(0o700)
        recordings = recording.record(place / "heard")
        _watch(place, unshare, _environment(place, models, key))
        return Evidence(
            seen=_seen(place),
            processes=trace.read(place / "trace"),
            key=key,
            sounds=[recording.read(file) for file in recordings.values()],
            files=_left(place),
        )
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _programs() -> str:
    """Make sure that strace and unshare are there, and return the path of unshare."""
    if sys.platform != "linux":
        raise MachineFailure(
            f"a session cannot be attested on {platform.system()}",
            kept="nothing was started",
            fix="attest it on Linux; PRIVACY.md says what is enforced here",
        )
    missing = [name for name in ("strace", "unshare") if shutil.which(name) is None]
    if missing:
        raise MachineFailure(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed",
            kept="nothing was started",
            fix=f"run `{_APT}`, or what your system calls it",
        )
    return shutil.which("unshare") or ""


def _environment(place: Path, models: Path, key: str) -> dict[str, str]:
    """Return an environment that leads nowhere but into the workplace, with the key planted."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {
        **kept,
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "tmp"),
        "XDG_RUNTIME_DIR": str(place / "run"),
        "CUECARD_MODELS_DIR": str(models),
        "CUECARD_STT_MODEL": _MODEL,
        KEY_VARIABLE: key,
    }


def _watch(place: Path, unshare: str, environment: dict[str, str]) -> None:
    """Have the session watched in a network of its own.

    Raises:
        MachineFailure: This user may not have one, or may not trace.
    """
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    inside = [sys.executable, "-P", "-m", "session.attest.tracer", str(place)]
    done = subprocess.run(
        [unshare, "--net", *as_root, "--", *inside],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        why = next(iter(done.stderr.strip().splitlines()[-1:]), f"it ended with {done.returncode}")
        raise MachineFailure(
            f"no network of its own can be made for the session ({why})",
            kept="nothing was left behind",
            fix="run it as root, or let users make namespaces: "
            "sudo sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0",
        )


def _seen(place: Path) -> Observation:
    seen = msgspec.msgpack.decode((place / SEEN_FILE).read_bytes(), type=Observation)
    if not any((place / "trace").iterdir()) or b"ptrace" in seen.stderr:
        raise MachineFailure(
            "strace may not trace here",
            kept="nothing was left behind",
            fix="allow it: sudo sysctl kernel.yama.ptrace_scope=1, in a container --cap-add SYS_PTRACE",
        )
    return seen


def _left(place: Path) -> dict[str, bytes]:
    """Return the files that are there now, by path."""
    folders = [place / name for name in ("home", "run", "tmp")]
    return {
        str(file): file.read_bytes()
        for folder in folders
        for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink()
    }
