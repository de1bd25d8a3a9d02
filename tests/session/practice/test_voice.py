from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from bus.failures import MachineFailure
from session.practice.voice import PROGRAMS, Program, Voice, find_program
from tests.support.waiting import wait_until

TEXT = '--help; $(touch x) `y` "What\'s a queue?" ü'


def python(code: str, *, takes_input: bool = True) -> Program:
    return Program("stand-in", (sys.executable, "-c", code, "--"), takes_input=takes_input)


@pytest.mark.parametrize(
    ("platform", "installed", "found"),
    [
        ("linux", {"espeak-ng", "spd-say"}, "espeak-ng"),
        ("linux", {"spd-say", "say"}, "spd-say"),
        ("darwin", {"say"}, "say"),
        ("darwin", {"say", "espeak-ng"}, "espeak-ng"),
        ("win32", {"powershell"}, "powershell"),
    ],
)
def test_the_first_voice_that_is_installed_speaks(platform: str, installed: set[str], found: str) -> None:
    def which(name: str) -> str | None:
        return name if name in installed else None

    assert find_program(platform=platform, which=which).name == found


def test_missing_voice_is_reported_with_a_fix() -> None:
    with pytest.raises(MachineFailure, match="no voice") as caught:
        find_program(platform="linux", which={"say": "a game"}.get)
    assert "espeak-ng" in caught.value.fix


def test_a_text_is_never_an_option() -> None:
    for program in PROGRAMS:
        assert program.takes_input or program.command[-1] == "--"


def test_a_voice_speaks_the_language_if_it_takes_one() -> None:
    commands = {program.name: program.in_language("de") for program in PROGRAMS}
    assert commands["espeak-ng"] == ["espeak-ng", "-v", "de"]
    assert commands["spd-say"] == ["spd-say", "-l", "de", "--wait", "--"]
    assert commands["say"] == ["say", "-f", "-"]
    assert PROGRAMS[0].in_language("") == ["espeak-ng"]


def test_the_text_arrives_whole_without_a_shell(tmp_path: Path) -> None:
    file = tmp_path / "said"
    code = f"import sys; open({str(file)!r}, 'wb').write(sys.stdin.buffer.read())"
    with Voice(python(code)) as voice:
        voice.speak(TEXT)
        wait_until(lambda: not voice.is_speaking())
    assert file.read_text(encoding="utf-8") == f"{TEXT}\n"
    code = f"import sys; open({str(file)!r}, 'w', encoding='utf-8').write(sys.argv[-1])"
    with Voice(python(code, takes_input=False)) as voice:
        voice.speak(TEXT)
        wait_until(lambda: not voice.is_speaking())
    assert file.read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("stubborn", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN); "])
def test_voice_ends_on_exit(stubborn: str) -> None:
    with Voice(python(f"import signal; {stubborn}signal.pause()")) as voice:
        before = set(psutil.Process().children())
        voice.speak("Well?")
        (child,) = set(psutil.Process().children()) - before
        assert voice.is_speaking()
    assert not child.is_running()


def test_failing_voice_is_reported_once_then_silent() -> None:
    voice = Voice(python("import sys; sys.stdin.read(); sys.exit(3)"))
    voice.speak("Well?")
    with pytest.raises(MachineFailure, match="code 3"):
        wait_until(lambda: not voice.is_speaking())
    voice.speak("Well?")
    assert not voice.is_speaking()


def test_voice_that_cannot_run_is_reported() -> None:
    with pytest.raises(MachineFailure, match="could not speak"):
        Voice(Program("nowhere", ("/nowhere/espeak",))).speak("Well?")


def test_without_a_program_nothing_is_spoken() -> None:
    with Voice(None) as voice:
        voice.speak("Well?")
        assert not voice.is_speaking()
