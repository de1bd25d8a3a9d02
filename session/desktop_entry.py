"""The entry in the desktop's menu of applications, a file that the user asks for. Linux only."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import platformdirs

from overlay.texts import strings

ICON = Path(__file__).parent / "setup" / "cuecard.svg"
_RESERVED = re.compile(r'(["`$\\])')


def entry_file() -> Path:
    """Return the file of the entry, which may not exist."""
    return Path(platformdirs.user_data_dir()) / "applications" / "cuecard.desktop"


def program() -> list[str]:
    """Return the command that starts this program."""
    script = Path(sys.executable).with_name("cuecard")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "session"]


def entry(command: list[str], *, comment: str, settings: str) -> str:
    """Return the content of the file. Pure.

    Args:
        command: Starts this program.
        comment: What the program is, in a few words.
        settings: Label of the action that opens the settings.
    """
    quoted = " ".join(map(_quoted, command))
    return f"""[Desktop Entry]
Type=Application
Name={strings.TITLE}
Comment={comment}
Exec={quoted} tray --start
Icon={ICON}
Terminal=false
StartupNotify=false
Categories=Utility;Accessibility;
Actions=settings;

[Desktop Action settings]
Name={settings}
Exec={quoted} settings
"""


def write_entry(content: str) -> Path:
    """Write the file, and return its path.

    Raises:
        OSError: It cannot be written.
    """
    file = entry_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")
    return file


def _quoted(word: str) -> str:
    """Return an argument as the Desktop Entry Specification quotes it: twice, as argument and as string."""
    argument = _RESERVED.sub(r"\\\1", word).replace("%", "%%")
    return '"' + argument.replace("\\", "\\\\") + '"'
