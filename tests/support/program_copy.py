"""The repository and the packages of the program, for tests that run a modified copy."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bus", "capture", "vad", "stt", "llm", "overlay", "session")
