"""A sound server that refuses access: one line with the fix, and no retry."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bus.failures import InputFailure
from capture.devices.pulse import SoundServer
from tests.support.pulse_server import PulseServer


def test_permission_denied_differs_from_a_missing_server(
    sound_server: PulseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.write_bytes(b"1" * 256)
    theirs.write_bytes(b"2" * 256)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    # On its own socket a server admits its own user without a cookie, so this uses a TCP port.
    where = ("listen=127.0.0.1", f"port={port}", f"auth-cookie={theirs}")
    sound_server.pactl("load-module", "module-native-protocol-tcp", *where)
    for name, value in sound_server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PULSE_SERVER", f"tcp:127.0.0.1:{port}")
    monkeypatch.setenv("PULSE_COOKIE", str(ours))
    with pytest.raises(InputFailure, match="refused access") as refused:
        SoundServer().devices()
    assert "permit" in refused.value.fix
    monkeypatch.setenv("PULSE_COOKIE", str(theirs))
    assert SoundServer().devices()
