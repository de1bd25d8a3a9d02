"""Audit of the dependencies, the reproducible build, and security.txt."""

from __future__ import annotations

import datetime
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
AUDIT: dict[str, Any] = runpy.run_path(str(ROOT / ".ci" / "audit.py"))
BUILD: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "build.py"))
SECURITY: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "generate_security_txt.py"))
NOW = datetime.datetime.now(datetime.UTC)
CONTACT = "mailto:security@example.org"


def test_every_package_is_pinned_and_its_licence_fits() -> None:
    assert not [*AUDIT["pin_faults"]()]
    assert not [*AUDIT["licence_faults"]()]


@pytest.mark.parametrize(
    ("licence", "fit"),
    [
        ("MIT", True),
        ("Apache-2.0 OR Proprietary", True),
        ("MIT AND Proprietary", False),
        ("GPL-2.0-only", False),
        ("BSD-4-Clause", False),
        ("", False),
    ],
)
def test_a_licence_fits_if_one_choice_is_covered_as_a_whole(licence: str, fit: bool) -> None:
    assert AUDIT["fits"](licence, AUDIT["FITS_GPL_3"]) is fit


def test_what_the_database_does_not_know_is_not_called_safe() -> None:
    known = {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
    unknown = {"name": "b", "skip_reason": "not found"}
    assert AUDIT["read_audit"]([known, unknown]) == (["a 1: PYSEC-1"], "1 of 2 packages were not found in it")
    for nothing in ([], [unknown]):
        found, why = AUDIT["read_audit"](nothing)
        assert found is None
        assert "cannot be reached" in why


@pytest.mark.long
def test_two_builds_have_the_same_bytes(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "build.py"), "--check"]
    twice = subprocess.run(command, capture_output=True, text=True, check=False)
    assert twice.returncode == 0, twice.stderr
    sums = BUILD["build"](tmp_path / "one")
    assert twice.stdout == "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    assert [name.rpartition(".")[2] for name in sums] == ["whl", "gz"] * 2
    (wheel,) = (tmp_path / "one").glob("cuecard-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "session/cli.py" in names
    assert not [name for name in names if name.startswith(("tests/", "livebench/"))]


@pytest.mark.parametrize(
    "contact",
    ["", "security@example.org", "http://example.org", "mailto:", "https://", "mailto:a\nContact: b"],
)
def test_without_an_address_no_security_txt_is_written(contact: str) -> None:
    with pytest.raises(ValueError, match="CONTACT"):
        SECURITY["document"](contact, now=NOW)


def test_a_security_txt_is_valid_until_it_is_nearly_expired() -> None:
    text = SECURITY["document"](CONTACT, "https://example.org/SECURITY.md", now=NOW)
    assert text.splitlines()[0] == f"Contact: {CONTACT}"
    assert SECURITY["faults"](text, NOW) == []
    late = NOW + SECURITY["LASTS"] - SECURITY["RENEW_BEFORE"] + datetime.timedelta(hours=1)
    (fault,) = SECURITY["faults"](text, late)
    assert "make security-txt" in fault
    assert SECURITY["faults"]("Contact: http://example.org\n", NOW) == [
        "http://example.org is no address that RFC 9116 allows",
        "not one Expires",
    ]


def test_the_security_txt_of_the_project_is_valid() -> None:
    """The project has no address yet, and so no file; SECURITY.md says so for as long as that is true."""
    file = SECURITY["SECURITY_TXT"]
    says_none = "There is no `security.txt`" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert file.exists() is not says_none, "SECURITY.md and docs/security.txt disagree"
    if file.exists():
        assert SECURITY["faults"](file.read_text(encoding="utf-8"), NOW) == []
