"""Tests of a full or closed standard output."""

from __future__ import annotations

import subprocess
import sys

import pytest

CUECARD = f"{sys.executable} -m session"


def run(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
@pytest.mark.parametrize("arguments", ["--version", "--help", "models list"])
@pytest.mark.parametrize(
    ("to", "cause"), [("> /dev/full", "No space left"), ("| true", "Broken pipe"), (">&-", "Bad file")]
)
def test_output_that_fails_is_one_line(arguments: str, to: str, cause: str) -> None:
    delayed = f"(sleep 0.2; exec {CUECARD} {arguments})" if to.startswith("|") else f"{CUECARD} {arguments}"
    ended = run(f"{delayed} {to}; exit ${{PIPESTATUS[0]}}")
    assert ended.returncode == 6, ended.stderr
    assert ended.stderr.startswith("cuecard: standard output cannot be written")
    assert cause in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_output_that_works_is_whole() -> None:
    ended = run(f"{CUECARD} models list | cat")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "smollm2" in ended.stdout


def test_exit_code_of_a_usage_error_is_kept() -> None:
    assert run(f"{CUECARD} models pul > /dev/null").returncode == 2
