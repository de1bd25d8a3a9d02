"""Generates sbom.cdx.json, the bill of materials (CycloneDX 1.6): `python docs/generate_sbom.py`.

Lists what a session runs: the packages of requirements.txt that `cuecard` needs at run time, on Linux and
Python 3.11, with their licences and dependencies, and the weights of the catalogue with their SHA-256 sums.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from session.models.catalogue import CATALOGUE
from session.models.model import Model

ROOT = Path(__file__).parents[1]
SBOM = ROOT / "sbom.cdx.json"
LOCKS = (ROOT / "requirements.txt", ROOT / "requirements-kernel.txt")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IS_REFERENCE = sys.platform == "linux" and sys.version_info[:2] == (3, 11)
"""Whether this is the platform that the document describes."""

_PINNED = re.compile(
    r"^([A-Za-z0-9._-]+)==([^\s;]+)(?: ; [^\\]+)?((?: \\\n +--hash=sha256:[0-9a-f]{64})+)$", re.M
)


def pinned() -> dict[str, str]:
    """Return the version of each package of the lock files that has hashes, by its canonical name."""
    text = "\n".join(lock.read_text() for lock in LOCKS)
    return {canonicalize_name(name): version for name, version, _ in _PINNED.findall(text)}


def pins() -> list[str]:
    """Return the rows of the lock files, one a package and without hashes."""
    found: dict[str, str] = {}
    for row in (row for lock in LOCKS for row in lock.read_text().splitlines()):
        if row and not row.startswith(" "):
            found.setdefault(row.split("==")[0], row.rstrip(" \\"))
    return list(found.values())


def document() -> str:
    """Return the bill of materials; the same one for the same lock file and catalogue."""
    needed: dict[str, list[str]] = {}
    _add("cuecard", needed)
    libraries = sorted(name for name in needed if name != "cuecard")
    refs = {name: _ref(name) for name in needed}
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _library("cuecard", "application")},
        "components": [
            *(_library(name, "library") for name in libraries),
            *(_weights(model) for model in sorted(CATALOGUE.values(), key=lambda model: model.name)),
        ],
        "dependencies": [
            {"ref": refs[name], "dependsOn": sorted(refs[each] for each in needed[name])}
            for name in ["cuecard", *libraries]
        ],
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def _add(name: str, needed: dict[str, list[str]], extras: frozenset[str] = frozenset()) -> None:
    """Add a package and everything that it needs."""
    found = [each for each in _requirements(name, extras) if each[0] not in needed.get(name, [])]
    needed.setdefault(name, []).extend(sorted({each for each, _ in found}))
    for each, wanted in found:
        _add(each, needed, wanted)


def _requirements(name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    lines = PROJECT["dependencies"] if name == "cuecard" else importlib.metadata.requires(name)
    for line in lines or ():
        each = Requirement(line)
        marker = each.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonicalize_name(each.name), frozenset(each.extras)


def _library(name: str, kind: str) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": kind,
        "bom-ref": _ref(name),
        "name": name,
        "version": _version(name),
        "purl": _ref(name),
    }
    licence = _licence(name)
    return {**component, "licenses": licence} if licence else component


def _version(name: str) -> str:
    return str(PROJECT["version"]) if name == "cuecard" else pinned()[name]


def _ref(name: str) -> str:
    return f"pkg:pypi/{name}@{_version(name)}"


def _licence(name: str) -> list[dict[str, Any]]:
    if name == "cuecard":
        return [{"expression": PROJECT["license"]}]
    metadata = importlib.metadata.metadata(name)
    if expression := metadata.get("License-Expression"):
        return [{"expression": expression}]
    classifiers = metadata.get_all("Classifier") or []
    names = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
    names = names or [line for line in (metadata.get("License") or "").splitlines()[:1] if line]
    return [{"license": {"name": each}} for each in names or _title_of_licence(name)]


def _title_of_licence(name: str) -> list[str]:
    """Return the first line of its licence file, for a package that declares nothing else."""
    files = importlib.metadata.files(name) or []
    return [each.read_text().splitlines()[0] for each in files if each.parent.name == "licenses"]


def _weights(model: Model) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{model.name}",
        "name": model.name,
        "licenses": [{"license": {"name": model.licence}}],
        "components": [
            {
                "type": "file",
                "bom-ref": f"model:{model.name}/{file.name}",
                "name": file.name,
                "hashes": [{"alg": "SHA-256", "content": file.sha256}],
            }
            for file in model.files
        ],
    }


if __name__ == "__main__":
    if not IS_REFERENCE:
        sys.exit("the bill of materials describes Linux and Python 3.11; generate it there")
    SBOM.write_text(document(), encoding="utf-8")
