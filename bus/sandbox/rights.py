"""What each kind of stage may do with files and sockets: a table, like `bus.wiring`.

Everybody may read the program, the system's own folders and a few facts about the machine. What a stage needs
beyond that stands here, and nothing else can be opened. A path may begin with "~" or be the name of a
variable ("$XAUTHORITY"), and may have wildcards; what is not there is passed over.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from bus.sandbox.landlock import Rules

_SYSTEM = (
    "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/etc", "/sys", "/nix/store", "/gnu/store",
    "/run/opengl-driver", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version",
    "/proc/devices", "/proc/filesystems", "/proc/sys", "/proc/driver",
)  # fmt: skip
_ANYBODYS_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_SOUND_SETTINGS = (
    "~/.asoundrc", "~/.config/alsa", "~/.config/alsa-lib", "~/.config/pulse", "~/.config/pipewire",
    "~/.pulse-cookie", "$PULSE_COOKIE", "$PULSE_CLIENTCONFIG", "$PULSE_RUNTIME_PATH", "$ALSA_CONFIG_PATH",
)  # fmt: skip
_NAME_LOOKUP = ("/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager")
_LOOKS = (
    "~/.fonts", "~/.local/share/fonts", "~/.local/share/icons", "~/.local/share/themes", "~/.icons",
    "~/.config/fontconfig", "~/.cache/fontconfig", "~/.config/kdeglobals", "~/.config/qt6ct",
    "~/.config/gtk-3.0", "~/.config/gtk-4.0", "/var/cache/fontconfig", "/run/user/*/xauth*",
    "~/.Xauthority", "$XAUTHORITY", "~/.XCompose", "/usr/share/X11",
)  # fmt: skip


@dataclass(frozen=True)
class Rights:
    """What a stage may do beyond reading what everybody may."""

    settings: tuple[str, ...] = ()
    """Settings that name files or folders it reads: "stt.model_path"."""
    reads: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    makes_sockets: bool = False
    """Whether it serves something in the run directory."""
    removes_run: bool = False
    """Whether it removes the run's directory, which it alone outlives."""
    keeps: tuple[str, ...] = ()
    """Folders in which it keeps files."""
    writes: tuple[str, ...] = ()
    """Settings that name files it writes, when the user gives them."""
    network: bool = False
    """Whether it may open internet sockets."""
    handed: bool = False
    """Whether it is handed connected ones instead, which it must not turn to anybody else."""
    listens: bool = False
    """Whether it has a TCP socket, opened before the filter, at which this machine's programs ask."""
    abstract_sockets: bool = False
    """Whether it meets its peers at Unix sockets that have no path."""
    grows_files: bool = True
    """Whether it, or a library of its own, makes shared memory later, or writes to standard output."""

    def rules(self, directory: Path, tables: Mapping[str, Mapping[str, Any]]) -> Rules:
        """Return what Landlock shall leave, for a run in this directory with these settings."""
        keeps = [*_found(self.keeps), *self._folders_written(tables)]
        for folder in keeps:
            with contextlib.suppress(OSError):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        named = [path for setting in self.settings for path in _paths_in(tables, setting)]
        named += [directory] if self.removes_run else []
        return Rules(
            reads=[*_found(_SYSTEM), *_program(), *_found(self.reads), *named, *_targets(named)],
            devices=_found((*_ANYBODYS_DEVICES, *self.devices)),
            sockets=[directory] if self.makes_sockets else (),
            keeps=keeps,
            empties=[directory.parent] if self.removes_run else (),
            tcp=self.network,
            listens=self.listens,
            abstract_sockets=self.abstract_sockets,
        )

    def _folders_written(self, tables: Mapping[str, Mapping[str, Any]]) -> Iterator[Path]:
        for setting in self.writes:
            yield from (path.absolute().parent for path in _paths_in(tables, setting))


_HEARING = Rights(grows_files=False)

_OF = {
    "hub": Rights(makes_sockets=True),
    "capture": Rights(
        settings=("capture.sources",),
        reads=_SOUND_SETTINGS,
        devices=("/dev/snd", "/dev/dsp*"),
        makes_sockets=True,
    ),
    "vad": _HEARING,
    "stt": Rights(
        settings=("stt.model_path", "stt.spare_model_path"),
        reads=("~/.nv",),  # kernels that CUDA compiled at another time; new ones are not kept
        devices=("/dev/nvidia*", "/dev/dxg", "/dev/kfd", "/dev/dri"),
        grows_files=False,
    ),
    "llm": Rights(
        settings=("llm.notes", "llm.meaning_model_path"),
        reads=("$SSL_CERT_FILE", "$SSL_CERT_DIR"),
        keeps=(platformdirs.user_state_dir("cuecard", appauthor=False),),
        handed=True,
        abstract_sockets=True,
    ),
    "dialer": Rights(reads=_NAME_LOOKUP, makes_sockets=True, network=True, grows_files=False),
    "model-server": Rights(settings=("llm.local_model_path",), listens=True, grows_files=False),
    "practice": Rights(
        reads=("$PATH", *_SOUND_SETTINGS), devices=("/dev/snd", "/dev/dsp*"), abstract_sockets=True
    ),
    "overlay": Rights(
        reads=_LOOKS, writes=("overlay.picture",), devices=("/dev/dri",), abstract_sockets=True
    ),
    "view": Rights(devices=("/dev/tty",)),
    "keeper": Rights(makes_sockets=True, removes_run=True, grows_files=False),
}


def of(stage: str) -> Rights:
    """Return the rights of a stage by its name; those of a listener for one that nobody knows."""
    return _OF.get(stage.partition(":")[0], _HEARING)


def _program() -> list[Path]:
    """Return where Python, its packages and this program are."""
    entries = (*sys.path, sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(__file__).parents[2]))
    return _narrow(entries)


def _found(patterns: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for pattern in patterns:
        if pattern.startswith("$"):
            found += _narrow(os.environ.get(pattern[1:], "").split(os.pathsep))
        elif "*" in pattern:
            found += Path("/").glob(pattern.removeprefix("/"))
        else:
            found.append(_expanded(pattern))
    return found


def _narrow(entries: Iterable[str]) -> list[Path]:
    """Return those that are places of their own: neither the home nor what holds it."""
    home = home_directory()
    paths = (Path(entry) for entry in entries if entry)
    return [path for path in paths if path.is_absolute() and path != home and path not in home.parents]


def home_directory() -> Path:
    """Return the user's home, or the root where the user has none."""
    home = _expanded("~")
    return home if home.is_absolute() else Path("/")


def _expanded(path: str) -> Path:
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own raises where there is no home


def _paths_in(tables: Mapping[str, Mapping[str, Any]], setting: str) -> list[Path]:
    """Return the paths that a setting names: a text, a list of texts, or sources of which some are files."""
    table, _, name = setting.partition(".")
    value = tables.get(table, {}).get(name) or ()
    if isinstance(value, Mapping):
        files = (spec for spec in value.values() if spec.startswith("file:"))
        return [_expanded(spec.removeprefix("file:")) for spec in files]
    return [_expanded(each) for each in ([value] if isinstance(value, str) else value)]


def _targets(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield what the links in these folders lead to: some keep models as links into a store."""
    for folder in folders:
        if folder.is_dir():
            yield from (entry.resolve() for entry in folder.iterdir() if entry.is_symlink())
