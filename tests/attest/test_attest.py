"""Attests a real marked session, and copies of the program that leak."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attest.leaking_copy import Mutant, apply
from tests.attest.mutants import MUTANTS
from tests.support.program_copy import PACKAGES, ROOT

LONG = "CUECARD_LONG_TESTS"
"""When set, every mutant has a session of its own."""

Done = subprocess.CompletedProcess[str]


def _cannot() -> str:
    missing = [name for name in ("strace", "unshare") if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    own_network = ["unshare", "--net", "--ipc", *([] if os.geteuid() == 0 else ["--map-root-user"]), "true"]
    refused = subprocess.run(own_network, capture_output=True, check=False).returncode
    return "this user may have no network of its own" if refused else ""


pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(_cannot()), reason=_cannot() or "it can be watched"),
]

TOGETHER = [(mutant,) for group in MUTANTS for mutant in group] if os.environ.get(LONG) else list(MUTANTS)


@pytest.fixture
def attest(tmp_path: Path) -> Callable[[tuple[Mutant, ...]], Done]:
    """Run `cuecard attest` of a copy of the program with these leaks."""

    def run(mutants: tuple[Mutant, ...]) -> Done:
        tree = tmp_path / "tree"
        for package in PACKAGES:
            shutil.copytree(ROOT / package, tree / package)
        if mutants:
            apply(tree, mutants)
        return subprocess.run(
            [sys.executable, "-P", "-m", "session", "attest"],
            env={**os.environ, "PYTHONPATH": str(tree)},
            text=True,
            capture_output=True,
            check=False,
        )

    return run


def test_marked_session_has_no_violations(
    attest: Callable[[tuple[Mutant, ...]], Done],
) -> None:
    done = attest(())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "**No violations:**" in done.stdout
    assert "“Thanks for joining today.”" in done.stdout
    assert "splitting up that service" in done.stdout
    assert "## Not checked" in done.stdout


def test_missing_strace_names_the_package(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "session", "attest"],
        env={**os.environ, "PATH": str(tmp_path)},
        text=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, "apt-get install strace" in done.stderr) == (6, True), done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("mutants", TOGETHER, ids=lambda mutants: "; ".join(each.name for each in mutants))
def test_every_built_in_leak_is_found(
    attest: Callable[[tuple[Mutant, ...]], Done], mutants: tuple[Mutant, ...]
) -> None:
    done = attest(mutants)
    assert done.returncode == 10, done.stdout + done.stderr
    assert [mutant.name for mutant in mutants if mutant.found not in done.stdout] == [], done.stdout
