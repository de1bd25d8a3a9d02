"""The tray icon: its states, its menu, desktops with and without a tray."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtWidgets import QApplication

from bus import messages as m
from bus.client import HubClient
from bus.failures import MachineFailure
from bus.run import RUN_VARIABLE, Run
from session.desktop_entry import program
from session.setup import strings
from session.setup.tray.icon import Tray, _run_session, icon
from tests.session.setup.conftest import Until
from tests.support.waiting import wait_until
from tests.support.x_windows import window_manager, x_display
from tests.support.xvfb import display

__all__ = ["display"]

_PANEL = ("trayer", "--edge", "top", "--widthtype", "pixel", "--width", "200", "--height", "32")
COMMANDS = frozenset({m.StageReady, m.PauseRequested, m.EndRequested, m.WindowRequested})


@pytest.fixture
def tray(
    application: QApplication, make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tray]:
    monkeypatch.delenv(RUN_VARIABLE, raising=False)
    made = Tray(application)
    yield made
    made.watch.close()
    made._background.close()
    made.deleteLater()


def shown(tray: Tray) -> list[str]:
    return [each.text() for each in tray.menu.actions() if each.isVisible() and each.text()]


def test_without_a_session_one_can_be_started(tray: Tray) -> None:
    assert shown(tray) == [strings.TRAY_IDLE, strings.START, strings.SETTINGS, strings.QUIT]


def test_the_menu_follows_the_session_and_controls_it(
    tray: Tray, make_run: Callable[..., Run], start_stage: Callable[..., Any], until: Until
) -> None:
    run = make_run()
    start_stage(run, "bus")
    received: list[m.Event] = []
    with (
        HubClient("session", run, kinds=COMMANDS) as client,
        HubClient("capture:mic", run, kinds=frozenset()) as capture,
    ):
        assert client.poll(timeout_s=10), "the hub did not start"

        def receives(event: m.Event) -> bool:
            received.extend(logged.event for logged in client.poll(0.02))
            return event in received

        capture.publish(
            m.CaptureStarted(
                source="mic",
                first_sample_ns=1,
                start_sample=0,
                device="x",
                native_rate_hz=1,
                native_channels=1,
            )
        )
        until(lambda: tray.watch.state == "live")
        live = [strings.TRAY_LIVE, strings.SHOW_OR_HIDE, strings.PAUSE, strings.END, strings.SETTINGS]
        assert shown(tray) == [*live, strings.QUIT_LIVE]
        tray.pause.trigger()
        until(lambda: receives(m.PauseRequested(paused=True, by="control")))
        capture.publish(m.CapturePaused(source="mic", sample=1))
        until(lambda: tray.watch.state == "paused")
        assert tray.pause.text() == strings.UNPAUSE
        assert tray.icon.toolTip() == strings.TRAY_PAUSED
        tray.pause.trigger()
        until(lambda: receives(m.PauseRequested(paused=False, by="control")))
        capture.publish(m.CaptureResumed(source="mic", sample=2))
        until(lambda: tray.watch.state == "live")
        tray.toggle.trigger()
        until(lambda: receives(m.WindowRequested(action="toggle", by="control")))
        tray.end.trigger()
        until(lambda: receives(m.EndRequested(by="control")))
    run.remove()
    until(lambda: tray.watch.state == "idle")


def test_states_differ_in_shape_not_in_colour_alone(application: QApplication) -> None:
    def outline(state: Any) -> set[tuple[int, int]]:
        image = icon(state).pixmap(32, 32).toImage()
        return {(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).lightness() > 128}

    idle, live, paused = map(outline, ("idle", "live", "paused"))
    assert min(len(idle ^ live), len(live ^ paused), len(idle ^ paused)) > 60


def test_a_session_that_does_not_start_says_why(settings_file: Path) -> None:
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text("[stt\n")
    with pytest.raises(MachineFailure, match="cannot be read as TOML"):
        _run_session()


@contextmanager
def running(*arguments: str, display: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    hidden = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", RUN_VARIABLE)
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"DISPLAY": display, "XDG_RUNTIME_DIR": str(folder)}
    command = [*program(), "tray", *arguments]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="X displays")
def test_it_stands_in_the_tray_once(display: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    if shutil.which("trayer") is None:
        pytest.skip("trayer is not installed")
    folder = tmp_path_factory.mktemp("r")
    environment = {**os.environ, "DISPLAY": display}
    with (
        window_manager(display),
        subprocess.Popen([*_PANEL], env=environment) as panel,
        x_display(display) as x,
    ):
        try:
            wait_until(lambda: x.titled("panel"))
            with running(display=display, folder=folder):
                wait_until(lambda: any(map(x.is_visible, x.of_program("cuecard"))), timeout_s=20)
                with running(display=display, folder=folder) as second:
                    assert second.communicate(timeout=20)[1].strip() == strings.TRAY_RUNS
                    assert second.returncode == 0
        finally:
            panel.terminate()


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="X displays")
def test_a_desktop_without_a_tray_is_named(display: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("r")
    with x_display(display), running(display=display, folder=folder) as process:
        assert process.communicate(timeout=20)[1].strip() == strings.NO_TRAY
        assert process.returncode == MachineFailure.exit_code


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="X displays")
def test_without_a_tray_the_session_starts_all_the_same(
    display: str, tmp_path_factory: pytest.TempPathFactory, settings_file: Path
) -> None:
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text("[stt\n")
    folder = tmp_path_factory.mktemp("r")
    with x_display(display), running("--start", display=display, folder=folder) as process:
        said = process.communicate(timeout=30)[1]
        assert said.startswith(strings.NO_TRAY)
        assert "cannot be read as TOML" in said, "it became `cuecard`"
