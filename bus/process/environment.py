"""Environment variables that stages inherit, as patterns of names; everything else is withheld.

A stage gets the common ones and those of its row in `bus.stages.table`. Provider keys are named exactly, by
the supervisor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

COMMON = (
    # The user, their folders, and their language.
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "LOCPATH", "NLSPATH", "TZ",
    "TZDIR", "TMPDIR", "TMP", "TEMP", "XDG_*",
    # Ours, Python's, and those of the libraries for computing.
    "CUECARD_*", "PYTHON*", "VIRTUAL_ENV", "CONDA_PREFIX", "LD_*", "DYLD_*", "GLIBC_*", "MALLOC_*", "OMP_*",
    "GOMP_*", "KMP_*", "MKL_*", "OPENBLAS_*", "BLIS_*", "NUMPY_*", "NPY_*", "CT2_*", "ORT_*", "ZMQ_*",
    "NIX_*", "GUIX_*", "SNAP*", "FLATPAK_*", "COVERAGE_*", "COV_CORE_*",
    # macOS and Windows.
    "__CF*", "COMMAND_MODE", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "APPDATA",
    "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES*", "COMMONPROGRAM*", "ALLUSERSPROFILE", "USERPROFILE",
    "USERNAME", "USERDOMAIN", "HOMEDRIVE", "HOMEPATH", "NUMBER_OF_PROCESSORS", "PROCESSOR_*",
)  # fmt: skip
"""For every stage."""

SOUND_SERVERS = ("PULSE_*", "PIPEWIRE_*", "SPA_*", "ALSA_*", "JACK_*", "AUDIODEV")
VOICES = ("SPEECHD_*", "ESPEAK_*")

DISPLAYS = (
    "DISPLAY", "WAYLAND_*", "XAUTHORITY", "DBUS_*", "QT_*", "QML*", "GTK_*", "GDK_*", "KDE_*", "PLASMA_*",
    "GNOME_*", "DESKTOP_*", "GSETTINGS_*", "GIO_*", "XCURSOR_*", "XMODIFIERS", "XCOMPOSEFILE", "XKB_*",
    "IBUS_*", "FCITX_*", "INPUT_METHOD", "SESSION_MANAGER", "ICEAUTHORITY", "AT_SPI_*", "NO_AT_BRIDGE",
    "FONTCONFIG_*", "FREETYPE_*", "LIBGL_*", "MESA_*", "GALLIUM_*", "VK_*", "EGL_*", "__EGL_*", "__GL*",
    "__NV_*", "DRI_PRIME",
)  # fmt: skip
"""The display, the desktop's message bus, its themes, fonts, input methods and graphics drivers."""

TERMINALS = (
    "TERM", "TERM_*", "TERMINFO*", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR*",
    "TTY_*", "TMUX", "XTERM_*", "VTE_VERSION", "KONSOLE_VERSION", "WT_SESSION", "ANSICON", "CONEMU*",
)  # fmt: skip

GRAPHICS_CARDS = ("CUDA_*", "NVIDIA_*", "CUBLAS_*", "CUDNN_*", "HIP_*", "HSA_*", "ROCR_*")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
KEY_STORES = ("DBUS_*", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY")


def inherited(environment: Mapping[str, str], patterns: Iterable[str]) -> dict[str, str]:
    """Return the common variables and those that match one of the patterns, in upper or lower case."""
    wanted = (*COMMON, *patterns)
    return {
        name: value
        for name, value in environment.items()
        if any(fnmatchcase(name.upper(), pattern) for pattern in wanted)
    }
