#!/usr/bin/env bash
# Writes requirements.txt: every package with its version and the hashes of its files, for all platforms.
#
# Keeps the versions that it has, as far as pyproject.toml allows them; with --upgrade it takes the newest ones.
# `make docs` writes the bill of materials after it.
set -euo pipefail
cd "$(dirname "$0")/.."

tools="$(mktemp -d)"
trap 'rm -rf "$tools"' EXIT
.venv/bin/python -m venv "$tools"
"$tools/bin/python" -m pip install --quiet --disable-pip-version-check uv

# setuptools builds the package; its own row, because pip would take the newest one for that.
echo 'setuptools>=77' | "$tools/bin/uv" pip compile pyproject.toml - --extra dev --quiet \
    --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --output-file requirements.txt "$@" >/dev/null
