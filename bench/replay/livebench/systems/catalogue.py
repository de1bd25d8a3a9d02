"""Catalogue of systems: their adapters, and the knob that each is swept over."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

import platformdirs

from livebench.failures import UsageFailure
from livebench.systems.environments import HOMES
from livebench.systems.system import Knob, System

_NO_KEY = "no key"
_NO_MODEL = "no package with an English model was found"

SYSTEMS = (
    System(
        "cuecard",
        "Cuecard",
        "cuecard",
        "cuecard",
        knob=Knob("endpointing", ("snappy", "balanced", "patient")),
    ),
    System(
        "realtimestt",
        "RealtimeSTT 1.1.2, defaults",
        "realtimestt",
        "realtime_stt",
        knob=Knob("wait_s", ("0.2", "0.4", "0.6", "1.0")),
    ),
    System(
        "realtimestt-tuned",
        "RealtimeSTT 1.1.2, tuned",
        "realtimestt",
        "realtime_stt",
        ("tuned",),
        knob=Knob("wait_s", ("0.2", "0.3", "0.6", "1.0")),
    ),
    System("whisperlive", "WhisperLive 0.10.0", "whisperlive", "live_server"),
    System(
        "whisperlivekit",
        "WhisperLiveKit 0.2.26, LocalAgreement",
        "whisperlivekit",
        "whisper_livekit",
        ("localagreement",),
        commits_words=True,
        knob=Knob("chunk_s", ("0.1", "0.5", "1.0")),
    ),
    System(
        "alignatt",
        "WhisperLiveKit 0.2.26, AlignAtt",
        "whisperlivekit",
        "whisper_livekit",
        ("simulstreaming",),
        reads="pytorch",
        commits_words=True,
        knob=Knob("frame_threshold", ("4", "10", "25", "50")),
    ),
    System("moonshine", "Moonshine Voice 0.1.0, its tiny model", "moonshine", "moonshine", own_weights=True),
    System(
        "faster-whisper",
        "faster-whisper 1.2.1 after a fixed wait",
        "faster-whisper",
        "fixed_wait",
        knob=Knob("wait_s", ("0.2", "0.4", "0.6", "1.0")),
    ),
    System(
        "whispercpp-window",
        "whisper.cpp (pywhispercpp 1.5.1), window",
        "pywhispercpp",
        "whisper_cpp",
        ("window",),
        reads="ggml",
        commits_words=True,
        knob=Knob("step_ms", ("1000", "2000", "3000", "5000")),
    ),
    System(
        "whispercpp-vad",
        "whisper.cpp (pywhispercpp 1.5.1), VAD",
        "pywhispercpp",
        "whisper_cpp",
        ("vad",),
        reads="ggml",
        knob=Knob("last_ms", ("300", "600", "1000", "1500")),
    ),
    System(
        "transcribe-cpp",
        "transcribe-cpp 0.4.1 after a fixed wait",
        "transcribe-cpp",
        "transcribe_cpp",
        reads="ggml",
        knob=Knob("wait_s", ("0.2", "0.4", "0.6", "1.0")),
    ),
    System(
        "sherpa-onnx",
        "sherpa-onnx 2.0.1, Moonshine tiny after a wait",
        "sherpa-onnx",
        "sherpa",
        ("moonshine",),
        own_weights=True,
        knob=Knob("silence_s", ("0.25", "0.5", "0.8", "1.2")),
    ),
    System(
        "sherpa-onnx-stream",
        "sherpa-onnx 2.0.1, a streaming transducer",
        "sherpa-onnx",
        "sherpa",
        ("transducer",),
        own_weights=True,
        variable="SHERPA_ONNX_MODEL",
        knob=Knob("silence_s", ("0.3", "0.6", "1.2", "2.0")),
        unrun=_NO_MODEL,
    ),
    System(
        "vosk",
        "Vosk 0.3.45",
        "vosk",
        "vosk_stream",
        own_weights=True,
        variable="VOSK_MODEL_PATH",
        unrun=f"{_NO_MODEL}; it ran with a Korean one",
    ),
    System(
        "pipecat",
        "Pipecat 1.14.0, Smart Turn v3.2",
        "pipecat",
        "turns.pipecat",
        ends_only=True,
        own_weights=True,
        knob=Knob("stop_s", ("0.1", "0.2", "0.4", "0.8")),
    ),
    System(
        "livekit",
        "LiveKit Agents 1.8.9, turn-detector-v1-mini",
        "livekit",
        "turns.livekit",
        ends_only=True,
        own_weights=True,
        knob=Knob("threshold", ("0.1", "0.2", "0.36", "0.6", "0.8")),
    ),
    System(
        "deepgram",
        "Deepgram nova-3",
        "clouds",
        "clouds.deepgram",
        own_weights=True,
        variable="DEEPGRAM_API_KEY",
        is_cloud=True,
        knob=Knob("endpointing_ms", ("10", "100", "300", "500", "1000")),
        unrun=_NO_KEY,
    ),
    System(
        "assemblyai",
        "AssemblyAI universal-streaming-english",
        "clouds",
        "clouds.assemblyai",
        own_weights=True,
        variable="ASSEMBLYAI_API_KEY",
        is_cloud=True,
        knob=Knob("silence_ms", ("100", "200", "400", "800")),
        unrun=_NO_KEY,
    ),
    System(
        "openai-realtime",
        "OpenAI gpt-4o-transcribe, realtime",
        "clouds",
        "clouds.openai_realtime",
        own_weights=True,
        variable="OPENAI_API_KEY",
        is_cloud=True,
        knob=Knob("silence_ms", ("200", "350", "500", "1000")),
        unrun=_NO_KEY,
    ),
)


def chosen(names: list[str]) -> list[System]:
    """Return the named systems, or all that keep the audio on this machine.

    Raises:
        UsageFailure: A name is unknown.
    """
    known = {system.name: system for system in SYSTEMS}
    if unknown := sorted(set(names) - set(known)):
        raise UsageFailure(f"there is no system {unknown[0]!r}", fix=f"choose of {', '.join(known)}")
    return [each for each in SYSTEMS if each.name in names or not (names or each.is_cloud)]


def missing_variable(system: System) -> str:
    """Return the environment variable that the system needs and that is not set, or nothing."""
    return "" if os.environ.get(system.variable or "PATH") else system.variable


def converted_weights_directory() -> Path:
    """Return the folder of weights in other formats."""
    return Path(platformdirs.user_cache_dir("livebench", appauthor=False)) / "weights"


def environments_directory() -> Path:
    """Return the default folder of the environments."""
    return Path(platformdirs.user_cache_dir("livebench", appauthor=False)) / "systems"


def is_here(home: str) -> bool:
    """Tell whether a system is installed beside this program."""
    try:
        importlib.metadata.version(HOMES[home].package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def interpreter(home: str, directory: Path) -> Path:
    """Return the Python that runs a system: that of its environment, or this one if it is installed here."""
    own = directory / home / "bin" / "python"
    return own if own.exists() or not is_here(home) else Path(sys.executable)
