"""The checks, one function each. None waits for long, and none raises."""

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
from bus.ring import RING_SECONDS
from bus.ring_memory import BLOCK_SAMPLES, create_memory
from bus.run import Run
from llm.providers import LOCAL_SERVERS
from session.doctor.child_answer import ask
from session.doctor.cuda import cuda
from session.doctor.display import display
from session.doctor.finding import Finding
from session.doctor.keys import keyring, price_table, proxy
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
    """Check that everything can be imported, without importing it."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    return Finding("packages", not missing, ", ".join(missing) or "all there", "run `make setup`")


def cores() -> Finding:
    """Tell how many cores a session has."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Finding("cores", True, f"{count}", needed=False)


def run_directory() -> Finding:
    """Check that a session can meet somewhere."""
    try:
        run = Run.create({})
    except Failure as failure:
        return Finding("run directory", False, failure.problem, failure.fix)
    run.remove()
    return Finding("run directory", True, str(run.directory.parent))


def models() -> list[Finding]:
    """Check the weights a session uses by default."""
    return [_model("base", needed=True), _model("smollm2", needed=False), _model("minilm", needed=False)]


def model_servers() -> Finding:
    """Look for language models that are served on this machine."""
    with ThreadPoolExecutor() as pool:
        servers = LOCAL_SERVERS
        answers = list(pool.map(lambda server: _answers(server.base_url), servers))
    found = [server.name for server, answered in zip(servers, answers, strict=True) if answered]
    what = ", ".join(found) or "none running; the small model or a hosted one answers"
    return Finding("model servers", bool(found) or None, what, needed=False)


def sandbox() -> Finding:
    """Tell whether the kernel can keep audio processes off the network, tried in a process of its own."""
    program = "from bus import sandbox; report = sandbox.enter(); print(report.enforced, report.summary)"
    surroundings = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    answer = ask("-c", program, limit_s=_SANDBOX_WAIT_S, environment=surroundings)
    enforced, _, summary = answer.said.partition(" ")
    what = summary or f"cannot be tried ({answer.complaint})"
    if sys.platform == "linux":
        mend = "a session starts only with --allow-unsandboxed; Linux on x86-64 or ARM64 can do better"
    else:
        mend = (
            "sessions work, but nothing enforces that audio processes stay off the network or write no file"
        )
    return Finding("sandbox", enforced == "True" or None, what, mend, needed=False)


def memory_lock() -> Finding:
    """Tell whether the last minute of sound can be kept out of swap, by locking so much for a moment."""
    what, mend = (
        "sound is never swapped out",
        "raise the limit of locked memory (`ulimit -l`), or encrypt swap",
    )
    try:
        memory, handle = create_memory(round(RING_SECONDS * SAMPLE_RATE / BLOCK_SAMPLES))
    except Failure as failure:
        return Finding("memory lock", None, failure.problem, failure.fix, needed=False)
    locked = memory.locked
    memory.unmap()
    handle.close()
    return Finding(
        "memory lock", locked or None, what if locked else "sound may be swapped out", mend, needed=False
    )


CHECKS: tuple[Callable[[], Finding | list[Finding]], ...] = (
    python, packages, cores, run_directory, sound, display, models, cuda, sandbox, memory_lock,
    keyring, proxy, price_table, model_servers,
)  # fmt: skip
"""In the order in which they are shown."""


def _model(name: str, *, needed: bool) -> Finding:
    faults = store.faults(store.known(name))
    here = not faults
    what = "sound" if here else faults[0]
    return Finding(
        f"model {name}", here or (None if not needed else False), what, f"cuecard models pull {name}", needed
    )


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/models", timeout=_SERVER_WAIT_S, trust_env=False).is_success
    except httpx.HTTPError:
        return False
