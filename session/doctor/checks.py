"""The checks, one function each. None waits for long, and none raises."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from bus.failures import Failure
from bus.run import Run
from capture.devices import Device, list_devices
from llm.providers import LLAMA_CPP, LM_STUDIO, OLLAMA
from session.doctor.finding import Finding
from session.models import store

_SERVER_WAIT_S = 0.4
_KEYRING_WAIT_S = 5.0
_PACKAGES = (
    "numpy", "sounddevice", "soundfile", "soxr", "ctranslate2", "tokenizers", "onnxruntime", "webrtcvad",
    "zmq", "msgspec", "httpx", "keyring", "PyQt6", "xllamacpp",
)  # fmt: skip
_SECURE_KEYRINGS = ("SecretService", "libsecret", "kwallet", "macOS", "Windows")
_CUDA_LIBRARIES = ("cuda", "cublas")


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
        return Finding("run directory", False, failure.what, failure.todo)
    run.remove()
    return Finding("run directory", True, str(run.directory.parent))


def capture_devices() -> list[Finding]:
    """Check PortAudio, the microphone and the computer's own sound."""
    try:
        devices = list_devices()
    except Failure as failure:
        return [Finding("PortAudio", False, failure.what, failure.todo)]
    microphones = [device for device in devices if device.kind == "microphone"]
    monitors = [device for device in devices if device.kind == "monitor"]
    plug = "plug a microphone in, or give recordings with --source NAME=file:PATH"
    loop = "start PulseAudio or PipeWire, and see `cuecard devices`"
    return [
        Finding("PortAudio", True, "there"),
        Finding("microphone", bool(microphones) or None, _names(microphones), plug, needed=False),
        Finding("computer's sound", bool(monitors) or None, _names(monitors), loop, needed=False),
    ]


def display() -> Finding:
    """Check that the overlay can be shown."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return Finding("display", None, "none", "the terminal view is used: --view terminal", needed=False)
    return Finding("display", True, "there", needed=False)


def models() -> list[Finding]:
    """Check the weights a session uses by default."""
    return [_model("base", needed=True), _model("smollm2", needed=False)]


def cuda() -> Finding:
    """Say what CUDA lacks, in one line."""
    import ctranslate2

    try:
        count: int = ctranslate2.get_cuda_device_count()
    except RuntimeError as error:
        return Finding(
            "CUDA", None, f"not usable ({error})", "update the driver; the CPU is used", needed=False
        )
    if not count:
        return Finding("CUDA", None, "no device; the CPU is used", needed=False)
    missing = [name for name in _CUDA_LIBRARIES if ctypes.util.find_library(name) is None]
    lacks = f"; {', '.join(missing)} not on the library path" if missing else ""
    mend = "install the CUDA 12 libraries: pip install nvidia-cublas-cu12" if missing else ""
    return Finding("CUDA", not missing or None, f"{count} devices{lacks}", mend, needed=False)


def keyring() -> Finding:
    """Tell whether a provider's key can be kept safely; asked in a process of its own, which may hang."""
    program = "import keyring; print(type(keyring.get_keyring()).__module__)"
    mend = "put the key into an environment variable for now, such as OPENAI_API_KEY"
    try:
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            timeout=_KEYRING_WAIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding("keychain", None, f"did not answer within {_KEYRING_WAIT_S:.0f} s", mend, needed=False)
    backend = done.stdout.strip()
    if any(name in backend for name in _SECURE_KEYRINGS):
        return Finding("keychain", True, backend, needed=False)
    return Finding("keychain", None, f"none that is safe ({backend or 'none'})", mend, needed=False)


def model_servers() -> Finding:
    """Look for language models that are served on this machine."""
    with ThreadPoolExecutor() as pool:
        servers = (OLLAMA, LM_STUDIO, LLAMA_CPP)
        answers = list(pool.map(lambda server: _answers(server.base_url), servers))
    found = [server.name for server, answered in zip(servers, answers, strict=True) if answered]
    what = ", ".join(found) or "none running; the small model or a hosted one answers"
    return Finding("model servers", bool(found) or None, what, needed=False)


def sandbox() -> Finding:
    """Tell whether the kernel can keep audio processes off the network, tried in a process of its own."""
    program = "from bus import sandbox; report = sandbox.enter(); print(report.enforced, report.summary)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False
    )
    enforced, _, summary = done.stdout.strip().partition(" ")
    mend = "sessions work, but nothing enforces that audio processes stay off the network"
    return Finding("sandbox", enforced == "True" or None, summary or "cannot be tried", mend, needed=False)


CHECKS: tuple[Callable[[], Finding | list[Finding]], ...] = (
    python, packages, cores, run_directory, capture_devices, display, models, cuda, sandbox, keyring,
    model_servers,
)  # fmt: skip
"""In the order in which they are shown."""


def _names(devices: list[Device]) -> str:
    return ", ".join(device.name for device in devices[:3]) or "none found"


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
