"""A sound server that refuses us: one line that names the way out, and no second try."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bus.failures import InputFailure
from capture.devices import pulse
from tests.pulse import PulseServer


def test_a_refusal_is_told_from_a_server_that_is_not_there(
    sound_server: PulseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.write_bytes(b"1" * 256)
    theirs.write_bytes(b"2" * 256)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    # On its own socket a server lets its own user in whatever they show, so it is asked at a port.
    where = ("listen=127.0.0.1", f"port={port}", f"auth-cookie={theirs}")
    sound_server.pactl("load-module", "module-native-protocol-tcp", *where)
    for name, value in sound_server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PULSE_SERVER", f"tcp:127.0.0.1:{port}")
    monkeypatch.setenv("PULSE_COOKIE", str(ours))
    with pytest.raises(InputFailure, match="refused access") as refused:
        pulse.sources()
    assert "permit" in refused.value.fix
    monkeypatch.setenv("PULSE_COOKIE", str(theirs))
    assert pulse.sources()
