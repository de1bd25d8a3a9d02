from __future__ import annotations

import configparser
import shutil
import subprocess

import pytest

from session import desktop_entry
from session.setup import strings


def written(command: list[str]) -> str:
    content = desktop_entry.entry(command, comment=strings.MENU_COMMENT, settings=strings.SETTINGS)
    return desktop_entry.write_entry(content).read_text()


@pytest.mark.parametrize("folder", ["/opt/cuecard", "/home/a b/100% $mine", '/a"b`c\\d'])
def test_any_path_is_quoted(folder: str) -> None:
    entry = configparser.RawConfigParser()
    entry.read_string(written([f"{folder}/cuecard"]))
    command = entry["Desktop Entry"]["Exec"].replace("\\\\", "\\").replace("%%", "%")
    arguments = subprocess.check_output(["sh", "-c", f"printf '%s\\n' {command}"], text=True)
    assert arguments.splitlines() == [f"{folder}/cuecard", "tray", "--start"]


def test_icon_and_program_exist() -> None:
    assert desktop_entry.ICON.is_file()
    assert shutil.which(desktop_entry.program()[0])


def test_the_file_is_valid() -> None:
    if shutil.which("desktop-file-validate") is None:
        pytest.skip("desktop-file-validate is not installed")
    written(["/home/a b/cuecard"])
    checked = subprocess.run(
        ["desktop-file-validate", desktop_entry.entry_file()], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, "")
