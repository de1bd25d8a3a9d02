#!/usr/bin/env bash
# Sets up .venv on this machine: system libraries, Python 3.11 or later, the pinned packages, cuecard.
#
# A second run installs only what is missing. Outside this folder it changes nothing but system libraries.
set -euo pipefail
cd "$(dirname "$0")/.."

oldest="3.11"

report() { echo "setup: $*" >&2; }

is_recent() {
    # Runs it, because a version manager may leave commands that start no Python.
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local name
    if [[ -n "${PYTHON:-}" ]] && ! is_recent "$PYTHON"; then
        report "$PYTHON is not Python $oldest or later, or does not start; nothing was changed"
        return 1
    fi
    for name in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if command -v "$name" >/dev/null && is_recent "$name"; then
            command -v "$name"
            return
        fi
    done
    report "Python $oldest or later is not installed; nothing was changed"
    report "install one (Debian 12, Ubuntu 24.04 and later: apt-get install python3 python3-venv), or name another one:"
    report "    make setup PYTHON=/path/to/python3"
    return 1
}

# An interrupted set-up leaves an environment without pip.
has_environment() { is_recent .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; }

if has_environment; then
    scripts/system_packages.sh
else
    python="$(find_python)"
    lacks=()
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        lacks=("$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')") # a package of its own on Debian
    fi
    scripts/system_packages.sh "${lacks[@]}"
    report "creating .venv with $("$python" --version) ($python)"
    "$python" -m venv --clear .venv
fi

# The build tool warns about editable installations from a flat folder, which this one is on purpose.
export PYTHONWARNINGS=ignore

report "installing the pinned packages into .venv (several hundred MB the first time)"
# Every file must have a hash of requirements.txt (scripts/lock.sh); nothing is built from source.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: --requirement requirements.txt
# Use the pinned build tool just installed, not the newest one.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --editable . --editable bench/replay
report "ready: .venv/bin/cuecard --help"
