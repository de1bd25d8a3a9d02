"""Fixture of a private sound server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.pulse_server import PulseServer, missing_programs, pulse_server


@pytest.fixture
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PulseServer]:
    """Return a private PulseAudio."""
    missing = missing_programs()
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    with pulse_server(tmp_path_factory.mktemp("pa")) as server:
        yield server
