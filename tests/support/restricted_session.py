"""A short session in restricted environments: limits, namespaces, missing resources."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import soundfile

from session.models import store
from session.run.start.demo import DEMO

WORDS = "hanks for joining"
"""The spoken text."""


@dataclass(frozen=True)
class Outcome:
    """Result of a session."""

    code: int
    events: list[dict[str, Any]]
    complaints: list[str]
    """Lines on standard error."""

    def said(self) -> str:
        """Return the final transcript."""
        return " ".join(event["text"] for event in self.events if event["type"] == "FinalTranscribed")


def arguments(place: Path) -> list[str]:
    """Return the command of a session over one short sentence, whose recording is created in `place`."""
    recording = place / "call.wav"
    soundfile.write(recording, *soundfile.read(DEMO / "call.flac", frames=48_000, dtype="int16"))
    source = f"call=file:{recording}"
    asked = ["run", "--source", source, "--model", "tiny.en", "--pace", "fast", "--answer", "off", "--json"]
    return [sys.executable, "-m", "session", *asked]


def run(
    place: Path,
    prefix: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    *,
    extra: Sequence[str] = (),
) -> Outcome:
    """Run the session with a prefix that changes its environment, such as `prlimit`."""
    # Files, not pipes: a process that outlives the session must not block the test.
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        ended = subprocess.run(
            [*prefix, *arguments(place), *extra],
            env=surroundings(place) if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=complained,
            timeout=60,
            check=False,
        )
        said.seek(0)
        complained.seek(0)
        events = [json.loads(line) for line in said.read().splitlines()]
        return Outcome(ended.returncode, events, complained.read().decode().strip().splitlines())


def surroundings(place: Path, **changed: str) -> dict[str, str]:
    """Return an environment whose run directory is `place`."""
    models = {store.DIRECTORY_VARIABLE: str(store.models_directory())}
    return {**os.environ, "XDG_RUNTIME_DIR": str(place), **models, **changed}


def in_own_mounts(*commands: str) -> list[str]:
    """Return a prefix that runs these commands first in a private namespace; skips if that is not
    permitted."""
    prefix = ["unshare", "--user", "--map-root-user", "--mount"]
    probe = [*prefix, "mount", "-t", "tmpfs", "none", "/mnt"]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount in a namespace of their own")
    return [*prefix, "sh", "-ec", "; ".join([*commands, 'exec "$@"']), "sh"]


def quoted(path: Path) -> str:
    """Return a path quoted for a shell."""
    return shlex.quote(str(path))
