"""Other properties of desktops: protected display, key store, odd locales, deleted folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from bus.audio import SAMPLE_RATE
from session.run.start.demo import DEMO
from tests.support.desktop import Desktop, need, root_desktop
from tests.support.session_process import Session
from tests.support.waiting import wait_until
from tests.support.xvfb import xvfb

SHORT = ("--source", f"call=file:{DEMO / 'call.flac'}", "--model", "tiny.en", "--pace", "fast")


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s")


def _run(desktop: Desktop, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    beginning = desktop.home / "call.wav"
    soundfile.write(beginning, *soundfile.read(DEMO / "call.flac", frames=9 * SAMPLE_RATE, dtype="int16"))
    return subprocess.run(
        desktop.cuecard("run", "--source", f"call=file:{beginning}", *SHORT[2:], *arguments),
        env=desktop.environment,
        cwd=cwd or desktop.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.long
def test_the_window_opens_on_a_display_with_a_cookie(place: Path) -> None:
    need("Xvfb", "xauth")
    with root_desktop(place) as desktop:
        authority = desktop.home / ".Xauthority"
        _add_cookie(authority, ":0")
        with xvfb("-auth", str(authority)) as display:
            _add_cookie(authority, display)
            desktop.environment["DISPLAY"] = display
            arguments = ("run", *SHORT, "--answer", "off", "--view", "overlay", "--json")
            session = Session(*arguments, directory=desktop.home, desktop=desktop)
            assert session.end(60) == 0, session.errors
    (ready,) = [event for event in session.of("StageReady") if event["stage"] == "overlay"]
    assert "landlock" in ready["sandbox"]


@pytest.mark.long
def test_the_window_opens_on_wayland(place: Path) -> None:
    need("weston")
    with root_desktop(place) as desktop:
        desktop.start("weston", "--backend=headless-backend.so", "--socket=wayland-1", "--idle-time=0")
        wait_until((place / "run/wayland-1").exists)
        desktop.environment["WAYLAND_DISPLAY"] = "wayland-1"
        arguments = ("run", *SHORT, "--answer", "off", "--view", "overlay", "--json")
        session = Session(*arguments, directory=desktop.home, desktop=desktop)
        assert session.end(60) == 0, session.errors
    (ready,) = [event for event in session.of("StageReady") if event["stage"] == "overlay"]
    assert (ready["detail"], "landlock" in ready["sandbox"]) == ("wayland", True)


def _add_cookie(authority: Path, display: str) -> None:
    added = ["xauth", "-f", str(authority), "add", display, ".", "0123456789abcdef0123456789abcdef"]
    subprocess.run(added, check=True, capture_output=True)


@pytest.mark.parametrize(
    "locale",
    [
        "POSIX",
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in ("C", "de_DE.ISO-8859-1", "no_such_locale", "")
        ),
    ],
)
def test_any_locale_will_do(place: Path, locale: str) -> None:
    with root_desktop(place) as desktop:
        del desktop.environment["LANG"]
        if locale:
            desktop.environment["LC_ALL"] = locale
        notes = desktop.home / "Überblick.md"
        notes.write_text("# Größe\nEs war groß.\n", encoding="utf-8")
        done = _run(desktop, "--view", "plain", "--notes", str(notes), "--provider", "none")
    assert done.returncode == 0, done.stderr
    assert b"hanks for joining" in done.stdout


@pytest.mark.long
def test_a_deleted_working_folder_does_no_harm(place: Path) -> None:
    vanished = place / "gone"
    vanished.mkdir()
    with root_desktop(place) as desktop:
        command = desktop.cuecard("run", *SHORT, "--view", "plain", "--answer", "off")
        script = f'cd {vanished}; rmdir {vanished}; exec "$@"'
        done = subprocess.run(
            ["sh", "-c", script, "sh", *command],
            env=desktop.environment,
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert b"hanks for joining" in done.stdout


@pytest.mark.long
def test_an_ascii_only_output_does_no_harm(place: Path) -> None:
    with root_desktop(place) as desktop:
        desktop.environment["PYTHONIOENCODING"] = "ascii"
        done = _run(desktop, "--view", "plain", "--answer", "off")
    assert done.returncode == 0, done.stderr
    assert b"hanks for joining" in done.stdout


@pytest.mark.long
def test_the_key_store_is_reached_on_the_desktops_bus(place: Path) -> None:
    """The bus is where a login has it, and the session's only key is in the store."""
    need("gnome-keyring-daemon", "dbus-daemon")
    with root_desktop(place) as desktop:
        bus = f"unix:path={desktop.environment['XDG_RUNTIME_DIR']}/bus"
        desktop.start("dbus-daemon", "--session", "--nofork", f"--address={bus}")
        desktop.environment["DBUS_SESSION_BUS_ADDRESS"] = bus
        keyring = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            env=desktop.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert keyring.stdin
            keyring.stdin.write(b"the user's password")
            keyring.stdin.close()
            _store_key(desktop)
            arguments = ("run", *SHORT, "--provider", "openai", "--answer", "ask", "--json", "--view", "none")
            session = Session(*arguments, directory=desktop.home, desktop=desktop)
            assert session.end(60) == 0, session.errors
        finally:
            keyring.kill()
            keyring.wait(5)
    complaints = [event["problem"] for event in session.of("ProblemReported") if event["stage"] == "llm"]
    assert not [what for what in complaints if "key" in what], complaints


def _store_key(desktop: Desktop) -> None:
    program = "import keyring; keyring.set_password('cuecard', 'openai', 'sk-planted')"
    wait_until(lambda: desktop.ask(sys.executable, "-c", f"{program}; print('done')"), 20)
