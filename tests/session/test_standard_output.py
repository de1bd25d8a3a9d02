"""Tests of a full or closed standard output."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CUECARD = f"{sys.executable} -m session"


def run(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)


def into_closed_pipe(arguments: str) -> subprocess.CompletedProcess[str]:
    """Run cuecard with a standard output whose reader has gone already."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as output:
        return subprocess.run(
            [*CUECARD.split(), *arguments.split()],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
@pytest.mark.parametrize(
    ("arguments", "to", "cause"),
    [
        ("--version", "> /dev/full", "No space left"),
        ("--help", "closed pipe", "Broken pipe"),
        ("models list", ">&-", "Bad file"),
        *(
            pytest.param(*case, marks=pytest.mark.long)
            for case in (
                ("--version", "closed pipe", "Broken pipe"),
                ("--version", ">&-", "Bad file"),
                ("--help", "> /dev/full", "No space left"),
                ("--help", ">&-", "Bad file"),
                ("models list", "> /dev/full", "No space left"),
                ("models list", "closed pipe", "Broken pipe"),
            )
        ),
    ],
)
def test_output_that_fails_is_one_line(arguments: str, to: str, cause: str) -> None:
    ended = into_closed_pipe(arguments) if to == "closed pipe" else run(f"{CUECARD} {arguments} {to}")
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
