"""Prepares a marked session, has it traced, and collects the evidence. Linux only."""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bus.failures import MachineFailure
from session.attest.checks.evidence import Evidence
from session.attest.tracing import recording, trace
from session.attest.tracing.struck import STRUCK_FILE, Struck
from session.attest.tracing.tracer import KEY_VARIABLE, SEEN_FILE, Observation
from session.models import store
from session.models.choice import ON_CPU

_MODEL = "tiny.en"
_SPARES = (ON_CPU,)
"""Models that a session looks for besides its own."""

_INHERITED_VARIABLES = (
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
    """Run a marked session and return the evidence; all its files are deleted.

    Raises:
        Failure: The machine lacks strace, unshare, a model, or the rights to use them.
    """
    unshare = _programs()
    models = store.models_directory()
    for name in {_MODEL, *(each for each in _SPARES if store.is_there(each))}:
        store.find(name)  # verifies it once, so that the session has nothing to write down
    key = f"sk-planted-{secrets.token_hex(12)}"
    with _marked_folder() as folder:
        recordings = recording.record(folder / "heard")
        _run_inside("session.attest.tracing.tracer", folder, unshare, _environment(folder, models, key))
        return Evidence(
            seen=_seen(folder),
            processes=trace.read(folder / "trace"),
            key=key,
            sounds=[recording.read(file) for file in recordings.values()],
            files=_left(folder),
            folder=str(folder),
        )


def strike() -> Struck:
    """Run a session of which everything is struck or muted, and return what is left of it.

    Raises:
        Failure: The machine lacks unshare, a model, or the rights to use them.
    """
    unshare, models = _programs(), store.models_directory()
    with _marked_folder() as folder:
        recording.record(folder / "heard", goes_on_s=60.0)
        environment = _environment(folder, models, "sk-planted")
        _run_inside("session.attest.tracing.struck", folder, unshare, environment)
        return msgspec.msgpack.decode((folder / STRUCK_FILE).read_bytes(), type=Struck)


@contextlib.contextmanager
def _marked_folder() -> Iterator[Path]:
    """Make the folders of a session, and delete them at the end."""
    folder = Path(tempfile.mkdtemp(prefix="cuecard-attest-"))
    try:
        for name in ("home", "run", "tmp", "heard", "trace"):
            (folder / name).mkdir(0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> str:
    """Check that strace and unshare are installed, and return the path of unshare."""
    if sys.platform != "linux":
        raise MachineFailure(
            f"a session cannot be attested on {platform.system()}",
            kept="nothing was started",
            fix="attest it on Linux; PRIVACY.md describes what is enforced here",
        )
    missing = [name for name in ("strace", "unshare") if shutil.which(name) is None]
    if missing:
        raise MachineFailure(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed",
            kept="nothing was started",
            fix=f"run `{_APT}`, or the equivalent of your system",
        )
    return shutil.which("unshare") or ""


def _environment(folder: Path, models: Path, key: str) -> dict[str, str]:
    """Return an environment in which all directories are in `folder`, with the planted key."""
    inherited = {name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ}
    return {
        **inherited,
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "CUECARD_MODELS_DIR": str(models),
        "CUECARD_STT_MODEL": _MODEL,
        KEY_VARIABLE: key,
    }


def _run_inside(module: str, folder: Path, unshare: str, environment: dict[str, str]) -> None:
    """Run a module in a separate network namespace.

    Raises:
        MachineFailure: This user may not create one.
    """
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    inside = [sys.executable, "-P", "-m", module, str(folder)]
    done = subprocess.run(
        [unshare, "--net", "--ipc", *as_root, "--", *inside],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        reason = next(iter(done.stderr.strip().splitlines()[-1:]), f"it ended with {done.returncode}")
        raise MachineFailure(
            f"no network namespace can be created for the session ({reason})",
            kept="no files were left",
            fix="run it as root, or allow user namespaces: "
            "sudo sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0",
        )


def _seen(folder: Path) -> Observation:
    seen = msgspec.msgpack.decode((folder / SEEN_FILE).read_bytes(), type=Observation)
    if not any((folder / "trace").iterdir()) or b"ptrace" in seen.stderr:
        raise MachineFailure(
            "strace is not permitted to trace here",
            kept="no files were left",
            fix="allow it: sudo sysctl kernel.yama.ptrace_scope=1, in a container --cap-add SYS_PTRACE",
        )
    return seen


def _left(folder: Path) -> dict[str, bytes]:
    """Return what the session left: the content, target and attributes of every file and folder, by path."""
    folders = [folder / name for name in ("home", "run", "tmp")]
    return {str(path): _content(path) for each in folders for path in each.rglob("*")}


def _content(path: Path) -> bytes:
    with contextlib.suppress(OSError):
        attributes = [
            f"{name}={os.getxattr(path, name, follow_symlinks=False)!r}" for name in _attributes(path)
        ]
        named = "\n".join(attributes).encode()
        if path.is_symlink():
            return os.fsencode(path.readlink()) + named
        return (path.read_bytes() if path.is_file() else b"") + named
    return b""


def _attributes(path: Path) -> list[str]:
    try:
        return os.listxattr(path, follow_symlinks=False)
    except OSError:  # this file system has none
        return []
