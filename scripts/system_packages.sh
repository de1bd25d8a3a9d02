#!/usr/bin/env bash
# Installs the system libraries that a session needs, and packages given as arguments; with "test", also those
# of the tests; with "test-all", those of the long tests, too.
#
# Installs only what is missing, as root or through a passwordless sudo; otherwise prints the command to run and
# stops. Supports Debian and its derivatives; elsewhere it names the libraries and continues.
set -euo pipefail

# The Linux wheel of sounddevice does not include PortAudio. The ALSA plugins connect PortAudio to PulseAudio and
# PipeWire; pactl (in the utils) lists their sources.
audio=(libpulse0 libportaudio2 libasound2-plugins pulseaudio-utils)
# Libraries that PyQt6 and its X11 and Wayland plugins link to but do not include (ldd), and D-Bus, which Qt loads
# at run time.
window=(
    libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0 libwayland-cursor0 libwayland-egl1 libxkbcommon0
    libxkbcommon-x11-0 libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
    libxcb-render-util0 libxcb-shape0 libxcb-xkb1 fonts-dejavu-core
)
# Sound servers and displays (X11, Wayland) without hardware, a key store on a private bus, a voice for practice
# questions, a panel with a tray, strace for `cuecard attest`, the bus of screen readers, and the sandbox that
# hides the data set from a benchmarked system.
test=(pulseaudio pipewire pipewire-pulse wireplumber xvfb xauth x11-xserver-utils openbox icewm weston)
test+=(gnome-keyring dbus-daemon espeak-ng strace util-linux at-spi2-core gir1.2-atspi-2.0 python3-gi trayer)
test+=(desktop-file-utils tmux bubblewrap)
# A browser for the caption page, and the command that opens encrypted files elsewhere.
long_test=(chromium age)

wanted=("${audio[@]}" "${window[@]}")
if [[ "${1:-}" == test-all ]]; then
    test+=("${long_test[@]}")
fi
if [[ "${1:-}" == test || "${1:-}" == test-all ]]; then
    shift
    wanted+=("${test[@]}")
fi
wanted+=("$@")

if ! command -v dpkg-query >/dev/null; then
    echo "setup: this is not Debian; install your system's packages of these libraries: ${wanted[*]}" >&2
    exit 0
fi

# Read completely, once: a pipe that grep closes early would count as a failure. A renamed library
# (libglib2.0-0t64) still provides its old name.
installed="$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides},\n' | sed -n 's/^installed / /p')"

is_installed() {
    grep -qE " $1(,| \(=)" <<<"$installed"
}

missing=()
for package in "${wanted[@]}"; do
    is_installed "$package" || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
    exit 0
fi

# Never remove an installed package: on a desktop with PipeWire, pulseaudio would replace pipewire-alsa.
install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove)
if [[ $EUID -eq 0 ]]; then
    as_root=()
elif sudo -n true 2>/dev/null; then
    as_root=(sudo)
else
    echo "setup: system libraries are missing and only root may install them; run this line, then make again:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
fi
echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
if "${as_root[@]}" "${install[@]}" "${missing[@]}" >/dev/null; then
    exit 0
fi
failed=0
for package in "${missing[@]}"; do
    "${as_root[@]}" "${install[@]}" "$package" >/dev/null 2>&1 && continue
    if [[ " ${test[*]} " == *" $package "* ]]; then
        echo "setup: $package is not installed, as it would replace other packages; tests that need it are skipped" >&2
    else
        echo "setup: $package could not be installed" >&2
        failed=1
    fi
done
exit "$failed"
