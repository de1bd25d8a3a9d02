"""Audits the packages of the lock files: `make audit`.

Offline: each is pinned with hashes, fits the others, and has a licence that fits GPL-3.0-only. With a network
it also looks for withdrawn (yanked) versions and known vulnerabilities. It names what it could not check.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SBOM: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "generate_sbom.py"))

FITS_GPL_3 = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "GPL-3.0-only", "ISC",
    "LGPL-2.1-or-later", "LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Zlib",
})  # fmt: skip
"""Licences that may be combined with GPL-3.0-only, by SPDX identifier."""

_FITS_TOOLS = FITS_GPL_3 | {"CNRI-Python"}
"""Licences of tools, which are not distributed with the program."""

_SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "LGPL v3": "LGPL-3.0-only",
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""SPDX identifiers of names in the metadata of packages."""

_READ = {"pypdfium2": "BSD-3-Clause AND Apache-2.0"}
"""Licences of packages whose metadata has no identifier, as read in their files."""

_WAIT_S = 300


def licence_faults() -> Iterator[str]:
    """Yield each package whose licence does not fit, or is not known."""
    distributed = {each["name"] for each in json.loads(SBOM["document"]())["components"]}
    for name in SBOM["pinned"]():
        try:
            licence = _licence(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        if not fits(licence, FITS_GPL_3 if name in distributed else _FITS_TOOLS):
            yield f"{name}: licence {licence or 'unknown'!r} is not on the list"


def fits(expression: str, allowed: frozenset[str]) -> bool:
    """Return whether an SPDX expression without parentheses is covered: one side of OR, every side of AND."""
    choices = (choice.split(" AND ") for choice in expression.split(" OR "))
    return any(all(part.strip() in allowed for part in parts) for parts in choices)


def other_platforms() -> list[str]:
    """Return the packages that only other systems install, so that their licence cannot be read here."""
    here = {SBOM["canonicalize_name"](each.name) for each in importlib.metadata.distributions()}
    return sorted(set(SBOM["pinned"]()) - here)


def pin_faults() -> Iterator[str]:
    """Yield each row of the lock files that is not one version with hashes."""
    pinned = SBOM["pinned"]()
    for row in SBOM["pins"]():
        name = re.split(r"[=<>~! ;\[]", row, maxsplit=1)[0]
        if SBOM["canonicalize_name"](name) not in pinned:
            yield f"{name}: not one version with hashes"


def _licence(name: str) -> str:
    if name in _READ:
        return _READ[name]
    found = SBOM["_licence"](name)
    names = [each.get("expression") or each["license"]["name"] for each in found]
    return " AND ".join(_SPDX.get(each, each) for each in names if each != "DFSG approved")


def _conflicts() -> Iterator[str]:
    done = _run([sys.executable, "-m", "pip", "check"])
    yield from done.stdout.splitlines() if done.returncode else ()


Found = tuple[list[str] | None, str]
"""What was found, None if nothing could be checked; and what was not checked."""


def _yanked(pins: Path) -> Found:
    """Look for versions that their authors withdrew."""
    flags = ("--dry-run", "--no-deps", "--ignore-installed", "--quiet", "--disable-pip-version-check")
    done = _run([sys.executable, "-m", "pip", "install", *flags, "--requirement", str(pins)])
    withdrawn = re.findall(r"yanked version: '([\w.-]+)' candidate \(version ([^ )]+)", done.stderr)
    if done.returncode:
        return None, "the package index cannot be reached"
    return [f"{name} {version}: withdrawn by its authors" for name, version in withdrawn], ""


def _vulnerable(pins: Path, folder: Path) -> Found:
    """Look for known vulnerabilities."""
    _run([sys.executable, "-m", "venv", str(folder)])
    python = str(folder / "bin" / "python")
    if _run([python, "-m", "pip", "install", "--quiet", "pip-audit>=2.10,<3"]).returncode:
        return None, "pip-audit cannot be installed"
    flags = ("--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off")
    done = _run([python, "-m", "pip_audit", *flags, "--requirement", str(pins)])
    try:
        rows = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None, "the database of vulnerabilities cannot be reached"
    return read_audit(rows)


def read_audit(rows: list[dict[str, Any]]) -> Found:
    """Return the vulnerabilities of pip-audit's report, and which packages it could not look up."""
    found = [f"{row['name']} {row['version']}: {each['id']}" for row in rows for each in row.get("vulns", [])]
    skipped = sum("skip_reason" in row for row in rows)
    if not rows or skipped == len(rows):
        return None, "the database of vulnerabilities cannot be reached"
    return found, f"{skipped} of {len(rows)} packages were not found in it" if skipped else ""


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_WAIT_S)


def main() -> None:
    """Run every check, print what was found, and exit with 1 if anything was."""
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder, "pins.txt")
        pins.write_text("\n".join(SBOM["pins"]()), encoding="utf-8")
        yanked, why_not_yanked = _yanked(pins)
        vulnerable, why_not_vulnerable = _vulnerable(pins, Path(folder, "venv"))
    checks: list[tuple[str, list[str] | None, str]] = [
        ("pins", [*pin_faults()], ""),
        ("conflicts", [*_conflicts()], ""),
        ("licences", [*licence_faults()], f"of other systems: {', '.join(other_platforms())}"),
        ("withdrawn versions", yanked, why_not_yanked),
        ("vulnerabilities", vulnerable, why_not_vulnerable),
    ]
    for name, faults, not_checked in checks:
        found = [] if faults is None else ["; ".join(faults) or "nothing found"]
        print(f"{name}: {'; '.join([*found, *([f'not checked: {not_checked}'] if not_checked else [])])}")
    sys.exit(any(faults for _, faults, _ in checks))


if __name__ == "__main__":
    main()
