"""Expands the path patterns of the rights table for this user and this environment.

A pattern is an absolute path, begins with "~" (home) or with an XDG base directory in braces
("{config}/pulse"), or is the name of a variable ("$XAUTHORITY", a list of paths). It may hold wildcards.
Paths that do not exist are skipped later, when the rules are made.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_XDG_HOMES = {
    "{config}": ("XDG_CONFIG_HOME", "~/.config"),
    "{data}": ("XDG_DATA_HOME", "~/.local/share"),
    "{cache}": ("XDG_CACHE_HOME", "~/.cache"),
    "{state}": ("XDG_STATE_HOME", "~/.local/state"),
    "{runtime}": ("XDG_RUNTIME_DIR", ""),
}
"""Each base directory with its variable and its default, as the XDG Base Directory Specification has them."""


def expand(patterns: Iterable[str]) -> list[Path]:
    """Return the paths that the patterns stand for; wildcards match existing ones."""
    found: list[Path] = []
    for pattern in patterns:
        if pattern.startswith("$"):
            found += own_places(os.environ.get(pattern[1:], "").split(os.pathsep))
            continue
        path = _based(pattern)
        if path is None:
            continue
        found += Path("/").glob(str(path).lstrip("/")) if "*" in pattern else [path]
    return found


def own_places(entries: Iterable[str]) -> list[Path]:
    """Return the absolute paths among entries, without the home and folders that contain it."""
    home = home_directory()
    paths = (Path(entry) for entry in entries if entry)
    return [path for path in paths if path.is_absolute() and path != home and path not in home.parents]


def saving_places() -> list[Path]:
    """Return the home and the working directory, without folders that contain the home."""
    home, working = home_directory(), Path.cwd()
    return [path for path in (home, working) if path != Path("/") and path not in home.parents]


def home_directory() -> Path:
    """Return the user's home, or the root if the user has none."""
    home = expand_user("~")
    return home if home.is_absolute() else Path("/")


def expand_user(path: str) -> Path:
    """Return a path with "~" expanded; unchanged where there is no home."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own raises where there is no home


def link_targets(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the targets of the symbolic links in these folders, such as dotfiles in a repository."""
    for folder in folders:
        try:
            entries = list(folder.iterdir()) if folder.is_dir() else []
        except OSError:  # another user's folder: nothing in it can be read anyway
            continue
        yield from (entry.resolve() for entry in entries if entry.is_symlink())


def _based(pattern: str) -> Path | None:
    """Return a pattern as a path; None if its base directory is not set or not absolute."""
    base, brace, rest = pattern.partition("}")
    if not brace:
        return expand_user(pattern)
    variable, default = _XDG_HOMES[base + brace]
    named = os.environ.get(variable, "")
    # The specification says to ignore relative values.
    folder = Path(named) if named.startswith("/") else expand_user(default) if default else None
    return folder and Path(f"{folder}{rest}")
