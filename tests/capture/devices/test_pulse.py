"""Tests of the connection to a real sound server."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from bus.failures import InputFailure
from capture.devices.pulse import SoundServer
from tests.support.pulse_server import MICROPHONE, MONITOR, SINK, PulseServer
from tests.support.waiting import wait_until


@pytest.fixture
def server(sound_server: PulseServer, monkeypatch: pytest.MonkeyPatch) -> PulseServer:
    for name, value in sound_server.environment.items():
        monkeypatch.setenv(name, value)
    return sound_server


def test_sources_are_listed_with_what_desktops_show(server: PulseServer) -> None:
    server.pactl(
        *("load-module", "module-null-sink", "sink_name=kopf", "rate=44100", "channels=6"),
        "sink_properties=device.description=Köpfhörer",
    )
    listed = {device.name: device for device in SoundServer().devices()}
    assert list(listed) == [MONITOR, MICROPHONE, "kopf.monitor"]
    assert (listed["kopf.monitor"].label, listed["kopf.monitor"].kind) == ("Monitor of Köpfhörer", "monitor")
    assert (listed["kopf.monitor"].native_rate_hz, listed["kopf.monitor"].native_channels) == (44_100, 6)
    assert (listed[MICROPHONE].kind, listed[MICROPHONE].is_default) == ("microphone", True)


def test_changes_are_noticed_without_waiting(server: PulseServer) -> None:
    sound = SoundServer()
    sound.devices()
    started_s = time.monotonic()
    assert not sound.changed()
    assert time.monotonic() - started_s < 0.05
    module = server.pactl("load-module", "module-null-sink", "sink_name=other").strip()
    wait_until(sound.changed)
    server.pactl("set-default-sink", "other")
    wait_until(sound.changed)
    assert sound.default_monitor().name == "other.monitor"
    server.pactl("unload-module", module)
    wait_until(sound.changed)
    wait_until(lambda: not sound.changed())


def test_restarted_server_is_connected_again(server: PulseServer) -> None:
    sound = SoundServer()
    assert sound.defaults().sink == SINK
    server.kill()
    wait_until(sound.changed)
    with pytest.raises(InputFailure, match="no sound server answers") as refused:
        sound.devices()
    assert "systemctl --user start" in refused.value.fix
    server.start()
    wait_until(sound.changed)
    assert sound.defaults().sink == SINK


def test_server_that_hangs_is_given_up(server: PulseServer) -> None:
    sound = SoundServer()
    sound.devices()
    server.signal(signal.SIGSTOP)
    try:
        with pytest.raises(InputFailure, match="does not answer within 2 s"):
            sound.devices()
    finally:
        server.signal(signal.SIGCONT)
    assert sound.devices()


def test_network_server_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", "tcp:127.0.0.1:1")
    with pytest.raises(InputFailure, match="may not use a sound server on the network"):
        SoundServer().devices()
