#!/usr/bin/env bash
# Makes .venv ready on this machine: system libraries, a Python of 3.11 or later, the pinned packages, cuecard.
#
# Run again, it installs only what is missing. It changes nothing outside this folder but the system libraries.
set -euo pipefail
cd "$(dirname "$0")/.."

oldest="3.11"

say() { echo "setup: $*" >&2; }

is_recent() {
    # Runs it rather than reading its name: a version manager leaves names behind that start nothing.
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local name
    if [[ -n "${PYTHON:-}" ]] && ! is_recent "$PYTHON"; then
        say "$PYTHON is no Python of $oldest or later, or does not start; nothing was changed"
        return 1
    fi
    for name in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if command -v "$name" >/dev/null && is_recent "$name"; then
            command -v "$name"
            return
        fi
    done
    say "there is no Python of $oldest or later here; nothing was changed"
    say "install one (Debian 12, Ubuntu 24.04 and later: apt-get install python3 python3-venv), or name yours:"
    say "    make setup PYTHON=/path/to/python3"
    return 1
}

# One that was interrupted while it was made has no pip yet.
has_environment() { is_recent .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; }

if has_environment; then
    scripts/system_packages.sh
else
    python="$(find_python)"
    lacks=()
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        lacks=("$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')") # Debian splits it off
    fi
    scripts/system_packages.sh "${lacks[@]}"
    say "making .venv with $("$python" --version) ($python)"
    "$python" -m venv --clear .venv
fi

# The build tool warns of every editable installation from a flat folder; ours is meant to be one.
export PYTHONWARNINGS=ignore

say "installing the pinned packages into .venv (several hundred MB the first time)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt setuptools
# The build tool is the pinned one just installed, not whatever is newest today.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
    --no-build-isolation --editable '.[dev]'
say "ready: .venv/bin/cuecard --help"
