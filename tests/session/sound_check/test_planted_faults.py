"""Each planted fault of a real sound server is named by `cuecard doctor --audio`."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bus.audio import Samples
from session.doctor.finding import Finding
from session.models import store
from tests.support.audio_session import demo_speech
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.pulse_server import MICROPHONE, MONITOR, SINK, missing_programs, pulse_server
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(bool(missing_programs()), reason="PulseAudio is not installed")

ROOM = "room"
"""Output whose monitor is the microphone where a person speaks."""
_HEADSET = (
    f"load-module module-null-sink sink_name={ROOM} rate=48000 norewinds=1",
    f"load-module module-remap-source master={ROOM}.monitor source_name=headset",
    "set-default-source headset",
)
_SPEECH = demo_speech("mic", 30.0)[11 * 16_000 :]
_NOISE = np.random.default_rng(5).normal(0, 2_000, 8 * 16_000).astype(np.int16)


def _at_peak(peak: float) -> Samples:
    """Return speech with this peak, as a share of full scale; above 1 it is clipped."""
    scaled = _SPEECH.astype(np.float32) * (peak * 32768 / float(np.abs(_SPEECH).max()))
    return np.clip(np.rint(scaled), -32768, 32767).astype(np.int16)


@dataclass(frozen=True)
class Setup:
    """A sound server with at most one fault, and what must be named."""

    name: str
    layer: str
    """The layer that fails; empty for a set-up without a fault."""
    said: str = ""
    """Part of the problem."""
    commands: tuple[str, ...] = ()
    """Arguments of pactl."""
    voice: Samples | None = None
    """What is said into the headset; None where it is quiet."""


SETUPS = (
    Setup("no fault", "", "", _HEADSET, _SPEECH),
    Setup("speech at 1 %", "", "", _HEADSET, _at_peak(0.01)),
    Setup("default input is a monitor", "microphone: device", "monitor", (f"set-default-source {MONITOR}",)),
    Setup("microphone muted", "microphone: volume", "is muted", (f"set-source-mute {MICROPHONE} 1",)),
    Setup("microphone at volume 0", "microphone: volume", "is 0", (f"set-source-volume {MICROPHONE} 0",)),
    Setup("microphone delivers zeros", "microphone: level", "digital silence"),
    Setup("speech at 0.03 %", "microphone: level", "too quiet", _HEADSET, _at_peak(0.0003)),
    Setup("speech amplified 30 times", "microphone: level", "clipping", _HEADSET, _at_peak(30)),
    Setup("noise instead of speech", "microphone: speech", "no speech", _HEADSET, _NOISE),
    Setup("output muted", "call: level", "is muted", (*_HEADSET, f"set-sink-mute {SINK} 1"), _SPEECH),
    Setup("monitor muted", "call: volume", "is muted", (*_HEADSET, f"set-source-mute {MONITOR} 1"), _SPEECH),
)


@pytest.mark.long
@pytest.mark.parametrize("setup", SETUPS, ids=[setup.name for setup in SETUPS])
def test_the_planted_fault_is_named_first(setup: Setup, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pulse_server(tmp_path_factory.mktemp("pa")) as server:
        for command in setup.commands:
            server.pactl(*command.split())
        with _doctor(server.environment) as terminal, ExitStack() as players:
            if setup.voice is not None:
                terminal.wait_to_see("Please say")
                player = players.enter_context(server.play(setup.voice, sink=ROOM))
                players.callback(player.kill)
            _assert_named(terminal, setup.layer, setup.said)


def test_a_sound_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with _doctor({"PULSE_SERVER": f"unix:{tmp_path}/none", "HOME": str(tmp_path)}) as terminal:
        _assert_named(terminal, "microphone: sound server", "no sound server answers")


@pytest.mark.long  # `tests/faults/test_permission.py` has the sentence itself
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs a second user")
def test_a_sound_server_that_refuses_is_named() -> None:
    with _server_of_another_user() as environment, _doctor(environment) as terminal:
        _assert_named(terminal, "microphone: sound server", "refused access")


@contextmanager
def _doctor(environment: dict[str, str]) -> Iterator[PseudoTerminal]:
    arguments = ("-m", "session", "doctor", "--audio", "--json")
    models = os.environ.get("CUECARD_MODELS_DIR") or str(store.models_directory())
    whole = {**os.environ, "CUECARD_MODELS_DIR": models, **environment}
    with PseudoTerminal(*arguments, environment=whole) as terminal:
        yield terminal


def _assert_named(terminal: PseudoTerminal, layer: str, said: str) -> None:
    code = terminal.end()
    lines = [line.strip() for line in terminal.shown.replace("\r", "\n").splitlines()]
    found = [msgspec.json.decode(line, type=Finding) for line in lines if line.startswith("{")]
    failed = [finding for finding in found if finding.ok is False]
    assert [finding.name for finding in failed[:1]] == ([layer] if layer else []), terminal.shown
    assert code == (6 if layer else 0)
    if layer:
        assert said in failed[0].detail
        assert failed[0].fix


@contextmanager
def _server_of_another_user() -> Iterator[dict[str, str]]:
    """Run a sound server that does not know this user's cookie."""
    with tempfile.TemporaryDirectory() as name:
        os.chown(name, 65534, 65534)
        Path(name).chmod(0o711)  # the capturing process has dropped root's capabilities
        socket = Path(name) / "native"
        protocol = f"module-native-protocol-unix auth-cookie={name}/theirs socket={socket}"
        daemon = subprocess.Popen(
            [
                *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"),
                *("--load=module-null-sink", f"--load={protocol}"),
            ],
            env={"PATH": os.environ["PATH"], "HOME": name, "XDG_RUNTIME_DIR": name},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(socket.exists, timeout_s=15)
            yield {"PULSE_SERVER": f"unix:{socket}", "PULSE_COOKIE": f"{name}/ours", "HOME": name}
        finally:
            daemon.kill()
            daemon.wait(5)
