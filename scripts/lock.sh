#!/usr/bin/env bash
# Writes requirements.txt: every package with its version and the hashes of its files, for all platforms.
# requirements-kernel.txt has what only `make test-all` installs, to run the notebook as Jupyter does.
#
# Keeps the versions that it has, as far as pyproject.toml allows them; with --upgrade it takes the newest ones.
# `make docs` writes the bill of materials after it.
set -euo pipefail
cd "$(dirname "$0")/.."

tools="$(mktemp -d)"
trap 'rm -rf "$tools"' EXIT
.venv/bin/python -m venv "$tools"
"$tools/bin/python" -m pip install --quiet --disable-pip-version-check uv

lock() {
    "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url "$@" >/dev/null
}

# setuptools builds the package; its own row, because pip would take the newest one for that.
echo 'setuptools>=77' | lock pyproject.toml - --extra dev --output-file requirements.txt "$@"
printf '%s\n' 'nbclient>=0.10,<0.12' 'ipykernel>=7,<8' |
    lock - --constraint requirements.txt --output-file requirements-kernel.txt "$@"
