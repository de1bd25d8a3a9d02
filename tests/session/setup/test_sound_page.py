"""The sound page with a real sound server, in both directions."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtWidgets import QApplication

from session import settings as all_settings
from session.setup import strings
from session.setup.wizard import Wizard
from tests.capture.conftest import sound_server
from tests.session.setup.conftest import Until
from tests.support.pulse_server import MICROPHONE, MONITOR, PulseServer

__all__ = ["sound_server"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="PulseAudio")


@pytest.fixture
def wizard(
    application: QApplication, sound_server: PulseServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Wizard]:
    for name, value in sound_server.environment.items():
        monkeypatch.setenv(name, value)
    window = Wizard(all_settings.load(None, {}))
    window.show()
    yield window
    window.close()
    window.deleteLater()


def captures(server: PulseServer) -> bool:
    """Return whether a program captures; the server itself does for its microphone."""
    return 'application.name = "Cuecard"' in server.pactl("list", "source-outputs")


def test_both_directions_are_heard_and_the_devices_closed(
    wizard: Wizard, sound_server: PulseServer, until: Until
) -> None:
    page = wizard.sound
    until(lambda: page.play.isEnabled())
    assert page.mic.devices.itemText(0).startswith("Default: ")
    until(lambda: captures(sound_server))
    assert page.call.state.text() == strings.PRESS_PLAY
    page.play.click()
    until(lambda: page.call.state.text() == strings.HEARD)
    assert page.mic.state.text() == strings.SAY_HELLO, "the test sound is not the user's voice"
    assert page.remark.text() == strings.LOUDSPEAKERS, "this microphone gets what is played"
    until(lambda: page.play.isEnabled())
    noise = np.random.default_rng(0).normal(0, 4000, 16_000).astype(np.int16)
    player = sound_server.play(noise)
    until(lambda: page.mic.state.text() == strings.HEARD)
    player.wait()
    assert page.changes() == {("capture", "sources"): {"mic": "default", "call": "monitor"}}
    page.mic.devices.setCurrentIndex(page.mic.devices.findData(f"device:{MICROPHONE}"))
    page.call.devices.setCurrentIndex(page.call.devices.findData(""))
    page.mic.name.setText("Ada")
    assert page.changes() == {
        ("capture", "sources"): {"mic": f"device:{MICROPHONE}"},
        ("session", "names"): {"mic": "Ada"},
    }
    wizard.skip.click()
    until(lambda: not captures(sound_server))


def test_a_muted_output_is_not_heard(wizard: Wizard, sound_server: PulseServer, until: Until) -> None:
    page = wizard.sound
    until(lambda: page.play.isEnabled())
    sound_server.pactl("set-source-mute", MONITOR, "1")
    page.play.click()
    until(lambda: page.call.state.text() == strings.NOT_HEARD)


def test_no_key_reaches_the_process_that_captures(monkeypatch: pytest.MonkeyPatch, wizard: Wizard) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    wizard.sound._watch.stop()
    wizard.sound._watch.watch({"mic": "default"})
    process = wizard.sound._watch._process
    assert process is not None
    assert process.waitForStarted()
    with open(f"/proc/{process.processId()}/environ", "rb") as environment:  # noqa: PTH123
        variables = environment.read()
    assert b"PULSE_SERVER" in variables
    assert b"planted" not in variables
    assert os.environ["OPENAI_API_KEY"]
