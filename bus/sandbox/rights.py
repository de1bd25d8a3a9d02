"""The rights table: what each kind of stage may do with files and sockets.

Every stage may read the program, the system's folders and a few facts about the machine. What a stage needs
beyond that stands here; everything else is closed. `bus.sandbox.places` says how a path may be written.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from bus.sandbox.landlock import Rules
from bus.sandbox.places import expand, expand_user, link_targets, own_places

_SYSTEM = (
    "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/etc", "/sys", "/nix/store", "/gnu/store",
    "/run/opengl-driver", "/var/lib/dbus/machine-id", "/var/lib/ca-certificates", "/var/lib/sss/mc",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version", "/proc/devices",
    "/proc/filesystems", "/proc/sys", "/proc/driver", "$LD_LIBRARY_PATH", "$LOCPATH", "$TZDIR",
)  # fmt: skip
_COMMON_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_SOUND = (
    # ALSA, which is PortAudio's way to everything on Linux.
    "~/.asoundrc", "{config}/alsa", "$ALSA_CONFIG_PATH", "$ALSA_CONFIG_DIR", "$ALSA_CONFIG_UCM2",
    "$ALSA_PLUGIN_DIR", "/proc/asound", "/var/lib/alsa",
    # libpulse: the folders of its socket, its settings and its cookie. It does not follow XDG_CONFIG_HOME.
    "$PULSE_RUNTIME_PATH", "~/.config/pulse/*-runtime", "/run/pulse", "~/.config/pulse", "~/.pulse",
    "~/.pulse-cookie", "$PULSE_COOKIE", "$PULSE_CLIENTCONFIG", "$PULSE_CONFIG_PATH",
    # PipeWire's own client library, behind ALSA's "pipewire" device.
    "{config}/pipewire", "$PIPEWIRE_CONFIG_DIR", "$PIPEWIRE_CONFIG_FILE", "$PIPEWIRE_MODULE_DIR",
    "$SPA_PLUGIN_DIR", "$SPA_DATA_DIR", "{data}/locale",
)  # fmt: skip
_NAME_LOOKUP = (
    "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager", "/run/connman", "/run/netconfig",
)  # fmt: skip
_RESOLVER_FILE = Path("/etc/resolv.conf")
_DISPLAY = (
    # Fonts, themes, icons and cursors, as fontconfig, Qt and its platform themes look for them.
    "~/.fonts", "~/.fonts.conf", "~/.fontconfig", "~/.Xdefaults", "~/.Xresources",
    "{data}/fonts", "{data}/icons", "{data}/themes", "{data}/mime",
    "{data}/color-schemes", "~/.icons", "~/.themes", "$XCURSOR_PATH", "{config}/fontconfig",
    "{cache}/fontconfig", "$FONTCONFIG_FILE", "$FONTCONFIG_PATH", "{config}/kdeglobals",
    "{config}/kdedefaults",
    "{config}/qt6ct", "{config}/QtProject.conf", "{config}/Trolltech.conf", "{config}/gtk-3.0",
    "{config}/gtk-4.0", "{config}/dconf", "{config}/Kvantum", "{config}/lxqt",
    "/var/cache/fontconfig", "/run/current-system/sw/share", "/var/lib/flatpak/exports/share",
    # X11 and Wayland: who may connect, keyboards, input methods.
    "~/.Xauthority", "$XAUTHORITY", "/run/user/*/xauth*", "{runtime}/gdm", "{runtime}/ICEauthority",
    "~/.ICEauthority", "~/.XCompose", "$XCOMPOSEFILE", "{config}/xkb", "~/.xkb", "$XKB_CONFIG_ROOT",
    "{config}/ibus/bus", "~/.dbus/session-bus",
    # The graphics driver's compiled shaders and settings, when they are there already.
    "{cache}/mesa_shader_cache", "~/.drirc",
)  # fmt: skip
_KEYCHAIN = ("{config}/python_keyring", "{data}/python_keyring", "~/.dbus/session-bus", "{config}/kwalletrc")


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
    lists: tuple[str, ...] = ()
    """Folders in which it may list folders, at any depth, and read no file. libpulse opens its own folder in
    the runtime directory before it connects, and a restarted sound server may have made a new one."""
    grows_files: bool = True
    """Whether it, or a library of its own, makes shared memory later, or writes to standard output."""

    def rules(self, directory: Path, tables: Mapping[str, Mapping[str, Any]]) -> Rules:
        """Return what Landlock shall leave, for a run in this directory with these settings."""
        keeps = [*expand(self.keeps), *self._folders_written(tables)]
        for folder in keeps:
            with contextlib.suppress(OSError):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        named = [path for setting in self.settings for path in _paths_in(tables, setting)]
        named += [directory] if self.removes_run else []
        reads = expand(self.reads)
        linked = own_places(str(path) for path in link_targets([*named, *reads]))
        return Rules(
            reads=[*expand(_SYSTEM), *_program(), *reads, *named, *linked, *self._name_lookup()],
            lists=expand(self.lists),
            devices=expand((*_COMMON_DEVICES, *self.devices)),
            sockets=[directory] if self.makes_sockets else (),
            keeps=keeps,
            empties=[directory.parent] if self.removes_run else (),
            tcp=self.network,
            listens=self.listens,
            abstract_sockets=self.abstract_sockets,
        )

    def _name_lookup(self) -> list[Path]:
        """Return the folder in which the file lies to which /etc/resolv.conf leads, wherever that is."""
        if not self.network:
            return []
        folder = _RESOLVER_FILE.resolve().parent
        return [] if folder in (Path("/"), Path("/run"), Path("/mnt")) else own_places([str(folder)])

    def _folders_written(self, tables: Mapping[str, Mapping[str, Any]]) -> Iterator[Path]:
        for setting in self.writes:
            yield from (path.absolute().parent for path in _paths_in(tables, setting))


_HEARING = Rights(grows_files=False)

_OF = {
    "hub": Rights(makes_sockets=True),
    "capture": Rights(
        settings=("capture.sources",),
        reads=_SOUND,
        lists=("{runtime}",),
        devices=("/dev/snd", "/dev/dsp*"),
        makes_sockets=True,
    ),
    "vad": _HEARING,
    "stt": Rights(
        settings=("stt.model_path", "stt.spare_model_path"),
        reads=(
            "~/.nv",
            "$CUDA_CACHE_PATH",
        ),  # kernels that CUDA compiled at another time; new ones are not kept
        devices=("/dev/nvidia*", "/dev/dxg", "/dev/kfd", "/dev/dri"),
        grows_files=False,
    ),
    "llm": Rights(
        settings=("llm.notes", "llm.meaning_model_path"),
        reads=("$SSL_CERT_FILE", "$SSL_CERT_DIR", *_KEYCHAIN),
        keeps=(platformdirs.user_state_dir("cuecard", appauthor=False),),
        handed=True,
        abstract_sockets=True,
    ),
    "connector": Rights(reads=_NAME_LOOKUP, makes_sockets=True, network=True, grows_files=False),
    "model-server": Rights(settings=("llm.local_model_path",), listens=True, grows_files=False),
    "practice": Rights(
        reads=("$PATH", *_SOUND),
        lists=("{runtime}",),
        devices=("/dev/snd", "/dev/dsp*"),
        abstract_sockets=True,
    ),
    "overlay": Rights(
        reads=_DISPLAY, writes=("overlay.picture",), devices=("/dev/dri",), abstract_sockets=True
    ),
    "view": Rights(devices=("/dev/tty",)),
    "keeper": Rights(makes_sockets=True, removes_run=True, grows_files=False),
}


def of(stage: str) -> Rights:
    """Return the rights of a stage by its name; those of a listener for one that nobody knows."""
    return _OF.get(stage.partition(":")[0], _HEARING)


def _program() -> list[Path]:
    """Return where Python, its packages and this program are."""
    return own_places(
        (*sys.path, sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(__file__).parents[2]))
    )


def _paths_in(tables: Mapping[str, Mapping[str, Any]], setting: str) -> list[Path]:
    """Return the paths that a setting names: a text, a list of texts, or sources of which some are files."""
    table, _, name = setting.partition(".")
    value = tables.get(table, {}).get(name) or ()
    if isinstance(value, Mapping):
        files = (spec for spec in value.values() if spec.startswith("file:"))
        return [expand_user(spec.removeprefix("file:")) for spec in files]
    return [expand_user(each) for each in ([value] if isinstance(value, str) else value)]
