"""Hides folders from a system, so that it cannot read the data set from disk.

The system runs under bubblewrap and sees them empty (Linux, where user namespaces are allowed). The rest of
the disk, the devices and the network stay as they are.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

# A user namespace of its own has no right to unmount, or to look through /proc/PID/root of other programs.
_SANDBOX = ("bwrap", "--unshare-user", "--cap-drop", "ALL", "--die-with-parent", "--dev-bind", "/", "/")


@cache
def can_hide() -> bool:
    """Tell whether this computer has bubblewrap and allows it."""
    if not shutil.which(_SANDBOX[0]):
        return False
    return subprocess.run([*_SANDBOX, "true"], capture_output=True, check=False).returncode == 0


def hidden_from(command: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """Return the command that starts a program which sees these folders empty."""
    if not folders:
        return list(command)
    empty = [word for folder in folders for word in ("--tmpfs", str(folder))]
    return [*_SANDBOX, *empty, "--", *command]


def hideable(folders: Sequence[Path], needed: Sequence[Path]) -> list[Path]:
    """Return which folders to hide, without links; none if one of them has something that is needed."""
    real = [folder.resolve() for folder in folders if folder.is_dir()]
    # A link lies in its folder, and what it leads to in another one.
    wanted = [each for path in needed for each in (path.parent.resolve() / path.name, path.resolve())]
    is_needed = any(path.is_relative_to(folder) for path in wanted for folder in real)
    return [] if is_needed or not can_hide() else real
