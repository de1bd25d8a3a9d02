"""Live capture on ordinary desktops, with sound servers in their default places.

Each test starts a real server the way a desktop does, runs `cuecard run` in its sandbox, plays speech, and
checks the words of both sources.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import soundfile

from session.run.start.demo import DEMO
from tests.support.desktop import Desktop, need, root_desktop, user_desktop
from tests.support.session_process import Session

WORDS = "hanks for joining"


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("d")


@pytest.fixture(params=[pytest.param("root", marks=pytest.mark.long), "user"])
def desktop(request: pytest.FixtureRequest, place: Path) -> Iterator[Desktop]:
    make = {"root": root_desktop, "user": user_desktop}[request.param]
    with make(place) as made:
        yield made


def _hears_both_sides(
    desktop: Desktop,
    *sources: str,
    player: Mapping[str, str] | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> None:
    """Check that a session transcribes what is played, both as microphone and as call."""
    sources = sources or ("call=monitor", "mic=default")
    recording = desktop.home / "speech.wav"
    soundfile.write(recording, *soundfile.read(DEMO / "call.flac", frames=40_000, dtype="int16"))
    options = [option for source in sources for option in ("--source", source)]
    arguments = (
        "run",
        *options,
        "--consent",
        "--answer",
        "off",
        "--model",
        "tiny.en",
        "--view",
        "none",
        "--json",
    )
    # Both sources hear the same, which is an echo.
    uncancelled = {"CUECARD_CAPTURE_ECHO_CANCELLATION": "false"}
    session = Session(*arguments, directory=desktop.home, desktop=desktop, environment=uncancelled)
    try:
        session.wait_for("CaptureStarted", len(sources))
        session.wait_for("StageReady", 2 + 2 * len(sources))
        assert session.process.poll() is None, session.errors
        if meanwhile:
            meanwhile()
            session.wait_for("AudioLost")
        desktop.start("paplay", "--device=speakers", str(recording), **(player or {}))
        session.wait_for("FinalTranscribed", len(sources), 20)
        session.interrupt()
        assert session.end(20) == 0, session.errors
    finally:
        session.process.kill()
        session.end(10)
    said = {event["source"]: event["text"] for event in session.of("FinalTranscribed")}
    assert len(said) == len(sources)
    assert all(WORDS in text for text in said.values()), said
    sandboxed = [event for event in session.of("StageReady") if event["stage"].startswith("capture")]
    assert all("landlock" in event["sandbox"] for event in sandboxed)


def test_pulseaudio_in_the_runtime_directory(desktop: Desktop) -> None:
    need("pulseaudio", "pactl", "paplay")
    desktop.start_pulseaudio()
    desktop.wait_for_sound()
    _hears_both_sides(desktop)


def test_pipewire_in_the_runtime_directory(desktop: Desktop) -> None:
    need("pipewire", "pipewire-pulse", "wireplumber", "pactl", "paplay", "dbus-daemon")
    desktop.start_pipewire()
    desktop.wait_for_sound()
    _hears_both_sides(desktop)


@pytest.mark.long
def test_pulseaudio_without_a_runtime_directory(place: Path) -> None:
    need("pulseaudio", "pactl", "paplay")
    with root_desktop(place, runtime=False) as desktop:
        desktop.start_pulseaudio()
        desktop.wait_for_sound()
        _hears_both_sides(desktop)


@pytest.mark.long
def test_a_runtime_directory_that_no_variable_names(place: Path) -> None:
    """After `su`, or in a cron job, the login's variables are missing but its sound server is running."""
    need("pulseaudio", "pactl", "paplay")
    with user_desktop(place) as desktop:
        desktop.start_pulseaudio()
        desktop.wait_for_sound()
        player = dict(desktop.environment)
        del desktop.environment["XDG_RUNTIME_DIR"]
        _hears_both_sides(desktop, player=player)


def _by_variable(desktop: Desktop, socket: str) -> None:
    desktop.start_pulseaudio(socket=socket)
    desktop.wait_for_sound(PULSE_SERVER=f"unix:{socket}")


def _by_client_conf(desktop: Desktop, socket: str) -> None:
    (desktop.home / ".config/pulse").mkdir(parents=True)
    (desktop.home / ".config/pulse/client.conf").write_text(f"default-server = unix:{socket}\n")
    _start_elsewhere(desktop, socket)


def _by_linked_client_conf(desktop: Desktop, socket: str) -> None:
    """Store the settings as dotfiles in a repository, with a link to each file."""
    dotfiles = desktop.home / "dotfiles"
    dotfiles.mkdir()
    (dotfiles / "client.conf").write_text(f"default-server = unix:{socket}\n")
    (desktop.home / ".config/pulse").mkdir(parents=True)
    (desktop.home / ".config/pulse/client.conf").symlink_to(dotfiles / "client.conf")
    _start_elsewhere(desktop, socket)


def _by_old_cookie(desktop: Desktop, socket: str) -> None:
    (desktop.home / ".pulse-cookie").write_bytes(os.urandom(256))
    desktop.start_pulseaudio(socket=socket, cookie=str(desktop.home / ".pulse-cookie"))
    desktop.wait_for_sound(PULSE_SERVER=f"unix:{socket}")


def _by_alsa_settings(desktop: Desktop, socket: str) -> None:
    """Let ALSA's settings name the server of its pulse device."""
    (desktop.home / ".asoundrc").write_text(f'pcm.pulse {{ type pulse server "unix:{socket}" }}\n')
    _by_client_conf(desktop, socket)


def _start_elsewhere(desktop: Desktop, socket: str) -> None:
    # The server reads libpulse's settings as well, and would connect to the server named there.
    desktop.start_pulseaudio(socket=socket, PULSE_CLIENTCONFIG="/dev/null")
    desktop.wait_for_sound()


@pytest.mark.long
@pytest.mark.parametrize(
    "named",
    [
        _by_variable,
        _by_client_conf,
        _by_linked_client_conf,
        _by_old_cookie,
        _by_alsa_settings,
    ],
)
def test_pulseaudio_elsewhere(place: Path, named: Callable[[Desktop, str], None]) -> None:
    need("pulseaudio", "pactl", "paplay")
    with root_desktop(place) as desktop:
        named(desktop, str(place / "elsewhere"))
        _hears_both_sides(desktop)


@pytest.mark.long
def test_a_restarted_server_is_found_again(place: Path) -> None:
    """It may have created a new folder in the runtime directory, as after a logout."""
    need("pulseaudio", "pactl", "paplay")
    with root_desktop(place) as desktop:
        server = desktop.start_pulseaudio()
        desktop.wait_for_sound()

        def restart() -> None:
            server.kill()
            server.wait(5)
            shutil.rmtree(place / "run/pulse")
            desktop.start_pulseaudio()
            desktop.wait_for_sound()

        _hears_both_sides(desktop, "call=monitor", meanwhile=restart)


@pytest.mark.long
def test_a_home_that_is_a_link(place: Path) -> None:
    need("pulseaudio", "pactl", "paplay")
    with root_desktop(place) as desktop:
        (place / "volumes").mkdir()
        shutil.move(desktop.home, place / "volumes/someone")
        desktop.home.symlink_to(place / "volumes/someone")
        desktop.start_pulseaudio()
        desktop.wait_for_sound()
        _hears_both_sides(desktop)


@pytest.mark.long
def test_a_device_named_by_its_description(desktop: Desktop) -> None:
    need("pulseaudio", "pactl", "paplay")
    desktop.start_pulseaudio()
    desktop.wait_for_sound()
    _hears_both_sides(desktop, "call=device:Monitor of köpfhörer")


def test_doctor_and_devices_agree_with_a_session(desktop: Desktop) -> None:
    need("pulseaudio", "pactl", "paplay")
    desktop.start_pulseaudio()
    desktop.wait_for_sound()
    listed = [
        json.loads(line)
        for line in desktop.ask(sys.executable, "-m", "session", "devices", "--json").splitlines()
    ]
    assert {row["name"]: row["kind"] for row in listed if row["host_api"] == "PulseAudio"} == {
        "speakers.monitor": "monitor",
        "headset": "microphone",
    }


def test_doctor_reports_what_a_session_would_meet(place: Path) -> None:
    """A server that only processes outside the sandbox can reach is not usable."""
    need("pulseaudio", "pactl")
    with root_desktop(place) as desktop:
        desktop.start_pulseaudio("module-native-protocol-tcp listen=127.0.0.1 port=47131 auth-anonymous=1")
        desktop.wait_for_sound(PULSE_SERVER="tcp:127.0.0.1:47131")
        done = subprocess.run(
            desktop.cuecard("doctor", "--json"),
            env=desktop.environment,
            capture_output=True,
            check=False,
            timeout=60,
        )
    findings = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert "on the network" in findings["computer's sound"]["detail"]
    assert findings["microphone"]["ok"] is None
