"""Rights of a kind of stage: its files and sockets, as rules for Landlock.

Every stage may read the program, the system's folders and a few facts about the machine. Further rights are
listed per stage in `bus.stages.table`; `bus.sandbox.places` describes how paths are written.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bus.sandbox.landlock import Rules
from bus.sandbox.places import expand, expand_user, link_targets, own_places, saving_places

_SYSTEM = (
    "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/etc", "/sys", "/nix/store", "/gnu/store",
    "/run/opengl-driver", "/var/lib/dbus/machine-id", "/var/lib/ca-certificates", "/var/lib/sss/mc",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version", "/proc/devices",
    "/proc/filesystems", "/proc/sys", "/proc/driver", "$LD_LIBRARY_PATH", "$LOCPATH", "$TZDIR",
)  # fmt: skip
_COMMON_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
SOUND = (
    # ALSA, the backend of PortAudio on Linux.
    "~/.asoundrc", "{config}/alsa", "$ALSA_CONFIG_PATH", "$ALSA_CONFIG_DIR", "$ALSA_CONFIG_UCM2",
    "$ALSA_PLUGIN_DIR", "/proc/asound", "/var/lib/alsa",
    # libpulse: the folders of its socket, settings and cookie. It ignores XDG_CONFIG_HOME.
    "$PULSE_RUNTIME_PATH", "~/.config/pulse/*-runtime", "/run/pulse", "~/.config/pulse", "~/.pulse",
    "~/.pulse-cookie", "$PULSE_COOKIE", "$PULSE_CLIENTCONFIG", "$PULSE_CONFIG_PATH",
    # PipeWire's client library, used by ALSA's "pipewire" device.
    "{config}/pipewire", "$PIPEWIRE_CONFIG_DIR", "$PIPEWIRE_CONFIG_FILE", "$PIPEWIRE_MODULE_DIR",
    "$SPA_PLUGIN_DIR", "$SPA_DATA_DIR", "{data}/locale",
)  # fmt: skip
NAME_LOOKUP = (
    "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager", "/run/connman", "/run/netconfig",
)  # fmt: skip
_RESOLVER_FILE = Path("/etc/resolv.conf")
DISPLAY = (
    # Fonts, themes, icons and cursors, as fontconfig, Qt and its platform themes look for them.
    "~/.fonts", "~/.fonts.conf", "~/.fontconfig", "~/.Xdefaults", "~/.Xresources",
    "{data}/fonts", "{data}/icons", "{data}/themes", "{data}/mime",
    "{data}/color-schemes", "~/.icons", "~/.themes", "$XCURSOR_PATH", "{config}/fontconfig",
    "{cache}/fontconfig", "$FONTCONFIG_FILE", "$FONTCONFIG_PATH", "{config}/kdeglobals",
    "{config}/kdedefaults",
    "{config}/qt6ct", "{config}/QtProject.conf", "{config}/Trolltech.conf", "{config}/gtk-3.0",
    "{config}/gtk-4.0", "{config}/dconf", "{config}/Kvantum", "{config}/lxqt",
    "/var/cache/fontconfig", "/run/current-system/sw/share", "/var/lib/flatpak/exports/share",
    # X11 and Wayland: authorization, keyboards, input methods.
    "~/.Xauthority", "$XAUTHORITY", "/run/user/*/xauth*", "{runtime}/gdm", "{runtime}/ICEauthority",
    "~/.ICEauthority", "~/.XCompose", "$XCOMPOSEFILE", "{config}/xkb", "~/.xkb", "$XKB_CONFIG_ROOT",
    "{config}/ibus/bus", "~/.dbus/session-bus",
    # The graphics driver's cached shaders and settings.
    "{cache}/mesa_shader_cache", "~/.drirc",
)  # fmt: skip
KEYRING = ("{config}/python_keyring", "{data}/python_keyring", "~/.dbus/session-bus", "{config}/kwalletrc")


@dataclass(frozen=True)
class Rights:
    """Rights of one kind of stage beyond the common ones."""

    settings: tuple[str, ...] = ()
    """Settings that name files or folders it reads: "stt.model_path"."""
    reads: tuple[str, ...] = ()
    """Files and folders it reads."""
    devices: tuple[str, ...] = ()
    opens_sockets: bool = False
    """Whether it opens and connects Unix sockets after its start, as to the sound server or the display. Most
    connect to the hub first, and then open no socket."""
    makes_sockets: bool = False
    """Whether it creates a socket in a folder of its own in the run directory."""
    removes_run: bool = False
    """Whether it may remove the run directory and what is in it; it cannot read or create anything there."""
    writable_folders: tuple[str, ...] = ()
    """Folders in which it writes files."""
    writes: tuple[str, ...] = ()
    """Settings that name files it writes."""
    saves: bool = False
    """Whether it may create and write files below the home and the working directory, and list their folders;
    it can read and remove no file there."""
    network: bool = False
    """Whether it may open internet sockets."""
    receives_sockets: bool = False
    """Whether it receives connected sockets instead, which it must not reconnect."""
    serves_tcp: bool = False
    """Whether it listens on a TCP port, opened before the filter."""
    port: str = ""
    """Setting with that port; the system chooses one when empty."""
    abstract_sockets: bool = False
    """Whether it connects to abstract Unix sockets, which have no path."""
    lists: tuple[str, ...] = ()
    """Folders whose entries it may list, at any depth, without reading files. libpulse opens its folder in
    the runtime directory before it connects, and a restarted sound server may have created a new one."""
    grows_files: bool = True
    """Whether it, or one of its libraries, allocates shared memory later or writes to standard output."""

    def rules(self, directory: Path, own_folder: Path, tables: Mapping[str, Mapping[str, Any]]) -> Rules:
        """Return the rules for a run in this directory with these settings.

        Args:
            directory: The run's directory.
            own_folder: The stage's folder for its socket; created if the stage makes one.
            tables: The settings.
        """
        writable_folders = [*expand(self.writable_folders), *self._folders_written(tables)]
        with contextlib.suppress(OSError):
            if self.makes_sockets:
                own_folder.mkdir(mode=0o700, exist_ok=True)
        for folder in writable_folders:
            with contextlib.suppress(OSError):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        named = [path for setting in self.settings for path in _paths_in(tables, setting)]
        reads = expand(self.reads)
        linked = own_places(str(path) for path in link_targets([*named, *reads]))
        return Rules(
            reads=[*expand(_SYSTEM), *_program(), *reads, *named, *linked, *self._name_lookup()],
            lists=expand(self.lists),
            devices=expand((*_COMMON_DEVICES, *self.devices)),
            sockets=[own_folder] if self.makes_sockets else (),
            writable_folders=writable_folders,
            saves=saving_places() if self.saves else (),
            removes=[directory] if self.removes_run else (),
            empties=[directory.parent] if self.removes_run else (),
            connects=None if self.opens_sockets or self.abstract_sockets else [directory],
            tcp=self.network,
            serves_tcp=self.serves_tcp,
            port=_value(tables, self.port) or 0,
            abstract_sockets=self.abstract_sockets,
        )

    def _name_lookup(self) -> list[Path]:
        """Return the folder of the file that /etc/resolv.conf links to."""
        if not self.network:
            return []
        folder = _RESOLVER_FILE.resolve().parent
        return [] if folder in (Path("/"), Path("/run"), Path("/mnt")) else own_places([str(folder)])

    def _folders_written(self, tables: Mapping[str, Mapping[str, Any]]) -> Iterator[Path]:
        for setting in self.writes:
            yield from (path.absolute().parent for path in _paths_in(tables, setting))


def _program() -> list[Path]:
    """Return the folders of Python, its packages and this program."""
    return own_places(
        (*sys.path, sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(__file__).parents[2]))
    )


def _value(tables: Mapping[str, Mapping[str, Any]], setting: str) -> Any:
    table, _, name = setting.partition(".")
    return tables.get(table, {}).get(name)


def _paths_in(tables: Mapping[str, Mapping[str, Any]], setting: str) -> list[Path]:
    """Return the paths in a setting: a string, a list of strings, or sources of which some are files."""
    value = _value(tables, setting) or ()
    if isinstance(value, Mapping):
        files = (spec for spec in value.values() if spec.startswith("file:"))
        return [expand_user(spec.removeprefix("file:")) for spec in files]
    return [expand_user(each) for each in ([value] if isinstance(value, str) else value)]
