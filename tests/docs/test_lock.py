"""Tests of the lock file and the bill of materials."""

from __future__ import annotations

import importlib.metadata
import json
import re
import runpy
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SBOM: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "generate_sbom.py"))


def test_every_row_has_hashes_and_no_address() -> None:
    assert len(SBOM["pinned"]()) == len(SBOM["pins"]())
    for lock in SBOM["LOCKS"]:
        assert not re.search(r"https?:|file:|index-url|find-links", lock.read_text(encoding="utf-8"))


def test_lock_has_what_the_project_asks_for() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    asked = [PROJECT["project"]["dependencies"], extras["dev"], extras["bench"], extras["sdk"]]
    asked.append(PROJECT["build-system"]["requires"])
    pinned = SBOM["pinned"]()
    for requirement in (Requirement(line) for lines in asked for line in lines):
        name = canonicalize_name(requirement.name)
        assert name == "cuecard" or requirement.specifier.contains(pinned[name]), requirement


def test_what_is_installed_is_what_is_locked() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    pinned = SBOM["pinned"]()
    installed = {canonicalize_name(each.name): each.version for each in importlib.metadata.distributions()}
    other = {name: version for name, version in installed.items() if pinned.get(name, version) != version}
    assert not other, f"run `make setup`: {other}"


@pytest.mark.skipif(not SBOM["IS_REFERENCE"], reason="the bill of materials describes Linux and Python 3.11")
def test_bill_of_materials_is_current() -> None:
    assert SBOM["document"]() == SBOM["SBOM"].read_text(encoding="utf-8"), "run `make docs`"


def test_bill_of_materials_is_consistent() -> None:
    bill = json.loads(SBOM["SBOM"].read_text(encoding="utf-8"))
    refs = Counter(each["bom-ref"] for each in [bill["metadata"]["component"], *bill["components"]])
    assert set(refs.values()) == {1}
    for row in bill["dependencies"]:
        assert {row["ref"], *row["dependsOn"]} <= set(refs)
    assert all(each["licenses"] for each in bill["components"])
    assert bill["metadata"]["component"]["licenses"] == [{"expression": "GPL-3.0-only"}]


def test_licence_is_the_same_everywhere() -> None:
    assert PROJECT["project"]["license"] == "GPL-3.0-only"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").split()[:6] == [
        "GNU",
        "GENERAL",
        "PUBLIC",
        "LICENSE",
        "Version",
        "3,",
    ]
    assert "GPL-3.0-only" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
