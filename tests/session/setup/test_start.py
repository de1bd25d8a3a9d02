"""`cuecard` alone, and `cuecard run` without sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.failures import InputFailure
from session.desktop_entry import program
from session.run.start import present_sources
from session.run.start.request import DEFAULT_SOURCES, Request
from session.run.start.resolution import resolve
from session.setup import strings
from tests.capture.conftest import sound_server
from tests.support.pulse_server import PulseServer

__all__ = ["sound_server"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="displays and PulseAudio")

WANTED = Request(flags={"llm": {"provider": "none"}}, default_sources=DEFAULT_SOURCES, only_present=True)


def cuecard(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "session", *arguments],
        env={**environment, **changes},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_display_a_guide_says_what_is_missing_and_what_to_do(settings_file: Path) -> None:
    done = cuecard()
    assert (done.returncode, done.stderr) == (0, "")
    assert strings.GUIDE_SETTINGS in done.stdout
    assert "no sound server answers" in done.stdout
    assert "Next: cuecard demo\n" in done.stdout
    assert not settings_file.exists()


def test_a_folder_with_our_names_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "capture").mkdir()
    (tmp_path / "capture" / "__init__.py").write_text("open('taken', 'w')")
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(program(), cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0
    assert not (tmp_path / "taken").exists()


def test_a_missing_model_is_the_next_step(settings_file: Path, tmp_path: Path) -> None:
    done = cuecard(CUECARD_MODELS_DIR=str(tmp_path / "none"))
    assert "Next: cuecard models pull base\n" in done.stdout


@pytest.mark.parametrize("command", ["setup", "settings"])
def test_a_window_without_a_display_names_the_file(command: str, settings_file: Path) -> None:
    done = cuecard(command)
    assert done.returncode == 6
    assert str(settings_file) in done.stderr


def test_a_broken_settings_file_starts_nothing(settings_file: Path) -> None:
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text("[stt\n")
    done = cuecard()
    assert done.returncode == 3
    assert "cannot be read as TOML" in done.stderr


def test_with_settings_a_session_is_started(settings_file: Path) -> None:
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text('[capture]\nsources = {mic = "default"}\n')
    done = cuecard(XDG_STATE_HOME=str(settings_file.parent / "state"))
    assert "a live device is opened only with the consent" in done.stderr, "it asks before it listens"


def test_without_devices_a_run_says_so(settings_file: Path) -> None:
    with pytest.raises(InputFailure, match="can be captured"):
        resolve(WANTED)


def test_both_parties_are_captured_by_default_and_named_in_one_line(
    sound_server: PulseServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in sound_server.environment.items():
        if name != "HOME":
            monkeypatch.setenv(name, value)
    assert dict(resolve(WANTED).capture.sources) == {"mic": "default", "call": "monitor"}
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "the microphone (" in said
    assert present_sources.present({"call": "monitor"}) == {"call": "monitor"}


def test_configured_sources_come_first(settings_file: Path) -> None:
    settings_file.parent.mkdir(parents=True)
    settings_file.write_text('[capture]\nsources = {desk = "device:USB"}\n')
    assert dict(resolve(WANTED).capture.sources) == {"desk": "device:USB"}
