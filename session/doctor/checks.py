"""The checks of `cuecard doctor`, one function each."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from bus.audio import SAMPLE_RATE
from bus.failures import Failure
from bus.ring.memory import BLOCK_SAMPLES, create_memory
from bus.ring.reader import RING_SECONDS
from bus.run import Run
from llm.providers import LOCAL_SERVERS
from session import settings
from session.doctor.child_process import run_python
from session.doctor.cuda import cuda
from session.doctor.display import display
from session.doctor.finding import Finding
from session.doctor.keys import keyring, price_table, provider_terms, proxy
from session.doctor.sound import sound
from session.models import store

_SERVER_WAIT_S = 0.4
_SANDBOX_WAIT_S = 20.0
_PACKAGES = (
    "numpy", "sounddevice", "soundfile", "av", "soxr", "ctranslate2", "tokenizers", "onnxruntime",
    "webrtcvad", "zmq", "msgspec", "httpx", "keyring", "PyQt6", "xllamacpp",
)  # fmt: skip


def python() -> Finding:
    """Check the interpreter."""
    version = platform.python_version()
    return Finding("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or later")


def packages() -> Finding:
    """Check that all packages are installed, without importing them."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    return Finding("packages", not missing, ", ".join(missing) or "all installed", "run `make setup`")


def policy() -> list[Finding]:
    """Name the settings that are locked on this computer; nothing without a policy."""
    try:
        found = settings.policy()
    except Failure as failure:
        return [Finding("policy", False, failure.problem, failure.fix)]
    if found is None:
        return []
    locked = ", ".join(f"{table}.{key}" for table, keys in found.tables.items() for key in keys)
    return [Finding("policy", True, f"{found.by} locked {locked} ({found.file})")]


def cores() -> Finding:
    """Report how many cores a session can use."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Finding("cores", True, f"{count}", needed=False)


def run_directory() -> Finding:
    """Check that a run directory can be created."""
    try:
        run = Run.create({})
    except Failure as failure:
        return Finding("run directory", False, failure.problem, failure.fix)
    run.remove()
    return Finding("run directory", True, str(run.directory.parent))


def models() -> list[Finding]:
    """Check the models a session uses by default."""
    return [
        _model("base", needed=True),
        _model("smollm2", needed=False),
        _model("minilm", needed=False),
        _model("smart-turn", needed=False),
    ]


def model_servers() -> Finding:
    """Find language model servers on this machine."""
    with ThreadPoolExecutor() as pool:
        servers = LOCAL_SERVERS
        answers = list(pool.map(lambda server: _answers(server.base_url), servers))
    found = [server.name for server, answered in zip(servers, answers, strict=True) if answered]
    detail = ", ".join(found) or "none running; the small model or a hosted one answers"
    return Finding("model servers", bool(found) or None, detail, needed=False)


def sandbox() -> Finding:
    """Check in a separate process whether the kernel can keep audio processes off the network."""
    program = (
        "from bus import sandbox; report = sandbox.enforce_now(); print(report.enforced, report.summary)"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    result = run_python("-c", program, limit_s=_SANDBOX_WAIT_S, environment=environment)
    enforced, _, summary = result.output.partition(" ")
    detail = summary or f"cannot be tested ({result.error})"
    if sys.platform == "linux":
        fix = "start sessions with --allow-unsandboxed, or use Linux on x86-64 or ARM64"
    else:
        fix = "sessions work, but nothing enforces that audio processes stay off the network or write no file"
    return Finding("sandbox", enforced == "True" or None, detail, fix, needed=False)


def memory_lock() -> Finding:
    """Check whether the audio rings can be kept out of swap, by locking as much memory for a moment."""
    fix = "raise the limit of locked memory (`ulimit -l`), or encrypt swap"
    try:
        memory, handle = create_memory(round(RING_SECONDS * SAMPLE_RATE / BLOCK_SAMPLES))
    except Failure as failure:
        return Finding("memory lock", None, failure.problem, failure.fix, needed=False)
    locked = memory.locked
    memory.unmap()
    handle.close()
    detail = "audio is never swapped out" if locked else "audio may be swapped out"
    return Finding("memory lock", locked or None, detail, fix, needed=False)


CHECKS: tuple[Callable[[], Finding | list[Finding]], ...] = (
    python, packages, policy, cores, run_directory, sound, display, models, cuda, sandbox, memory_lock,
    keyring, provider_terms, proxy, price_table, model_servers,
)  # fmt: skip
"""In the order in which they are shown."""


def _model(name: str, *, needed: bool) -> Finding:
    faults = store.faults(store.known(name))
    ok = not faults or (False if needed else None)
    detail = faults[0] if faults else "installed"
    return Finding(f"model {name}", ok, detail, f"cuecard models pull {name}", needed)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/models", timeout=_SERVER_WAIT_S, trust_env=False).is_success
    except httpx.HTTPError:
        return False
