"""Catalogue of peers and the packages that they need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from bus.failures import UsageFailure

CUECARD = "cuecard"


@dataclass(frozen=True)
class Environment:
    """An environment that holds a peer."""

    installs: tuple[tuple[str, ...], ...]
    """Arguments of `pip install`, one call after another."""

    needs: str = ""
    """Requirements that pip cannot install."""


@dataclass(frozen=True)
class Peer:
    """One row of the results."""

    name: str
    title: str
    home: str
    """Name of its environment; empty for Cuecard, which runs in the current one."""

    adapter: str
    arguments: tuple[str, ...] = ()
    """Arguments after the folder of the weights."""

    commits_words: bool = False
    """It commits single words and has no utterances, so a false cut is meaningless."""


_TORCH = "torch==2.13.0"

HOMES = {
    "realtimestt": Environment(
        (("RealtimeSTT[faster-whisper,silero-onnx-cpu]==1.1.2", _TORCH),),
        needs="Python 3.11 or 3.12, a C compiler and portaudio19-dev (its PyAudio has no wheel for Linux)",
    ),
    "whisperlive": Environment(
        (
            # Its full list includes OpenVINO and CUDA, for backends that are not used here.
            ("--no-deps", "whisper-live==0.10.0"),
            (
                "faster-whisper==1.2.0",
                _TORCH,
                "requests",
                "websockets",
                "fastapi",
                "uvicorn",
                "python-multipart",
                "scipy",
            ),
        ),
    ),
    "whisperlivekit": Environment((("whisperlivekit==0.2.26", _TORCH),)),
    "moonshine": Environment((("moonshine-voice==0.1.0",),)),
    "faster-whisper": Environment((("faster-whisper==1.2.1",),)),
}

PEERS = (
    Peer(CUECARD, "Cuecard", "", ""),
    Peer("realtimestt", "RealtimeSTT 1.1.2, defaults", "realtimestt", "realtime_stt"),
    Peer("realtimestt-tuned", "RealtimeSTT 1.1.2, tuned", "realtimestt", "realtime_stt", ("tuned",)),
    Peer("whisperlive", "WhisperLive 0.10.0", "whisperlive", "live_server"),
    Peer(
        "whisperlivekit",
        "WhisperLiveKit 0.2.26, LocalAgreement",
        "whisperlivekit",
        "local_agreement",
        commits_words=True,
    ),
    Peer("moonshine", "Moonshine Voice 0.1.0, its tiny model", "moonshine", "moonshine"),
    Peer("faster-whisper", "faster-whisper 1.2.1 after 0.6 s", "faster-whisper", "fixed_wait"),
)


def chosen(names: list[str]) -> list[Peer]:
    """Return the named rows, or all.

    Raises:
        UsageFailure: A name is unknown.
    """
    known = {peer.name: peer for peer in PEERS}
    if unknown := sorted(set(names) - set(known)):
        raise UsageFailure(f"there is no peer {unknown[0]!r}", fix=f"choose of {', '.join(known)}")
    return [peer for peer in PEERS if not names or peer.name in names]


def environments_directory() -> Path:
    """Return the default folder of the peers' environments."""
    return Path(platformdirs.user_cache_dir("cuecard", appauthor=False)) / "peers"


def interpreter(peer: Peer, directory: Path) -> Path:
    """Return the path of a peer's Python, whether it exists or not."""
    return directory / peer.home / "bin" / "python"
