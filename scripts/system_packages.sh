#!/usr/bin/env bash
# Installs the system libraries that a session needs, and the packages named beside; with "test", also what the
# tests need.
#
# Installs only what is missing, as root or through a sudo that asks for nothing; otherwise prints the one line
# to run and stops. Knows Debian and its relatives only: elsewhere it names the libraries and goes on.
set -euo pipefail

# PortAudio: the Linux wheel of sounddevice carries none. The ALSA plugins are PortAudio's way to PulseAudio
# and PipeWire, and so to the computer's own sound, which pactl (in the utils) finds.
audio=(libportaudio2 libasound2-plugins pulseaudio-utils)
# What PyQt6's own libraries and its X11 and Wayland plugins link to and do not carry (ldd says so), and
# D-Bus, which Qt loads as it runs.
window=(
    libegl1 libgl1 libdbus-1-3 libfontconfig1 libglib2.0-0 libwayland-cursor0 libwayland-egl1 libxkbcommon0
    libxkbcommon-x11-0 libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
    libxcb-render-util0 libxcb-shape0 libxcb-xkb1 fonts-dejavu-core
)
# Real sound servers and real screens (X11, Wayland), all without hardware, a real key store on a bus of its own, a voice that
# asks practice questions, and what `cuecard attest` watches a session with.
test=(pulseaudio pipewire pipewire-pulse wireplumber xvfb xauth weston gnome-keyring)
test+=(dbus-daemon espeak-ng strace util-linux)

wanted=("${audio[@]}" "${window[@]}")
if [[ "${1:-}" == test ]]; then
    shift
    wanted+=("${test[@]}")
fi
wanted+=("$@")

if ! command -v dpkg-query >/dev/null; then
    echo "setup: this is no Debian; install what your system calls these: ${wanted[*]}" >&2
    exit 0
fi

# Read whole, once: a pipe that grep leaves early would count as a failure. A renamed library
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

# Never at the price of a package that is there: on a desktop with PipeWire, pulseaudio would replace pipewire-alsa.
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
