"""Tests of saving on a disk that fills up or vanishes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.pipeline.test_resume import recording, resume
from tests.support.restricted_session import WORDS, in_own_mounts, quoted, run
from tests.support.session_process import running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.long


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("d")


def in_small_disk(disk: Path, *, size: str, then: str = "true") -> list[str]:
    """Return a prefix that runs a session with a small disk, which is filled once it has begun."""
    disk.mkdir()
    mount = f"mount -t tmpfs -o size={size} none {quoted(disk)}"
    # At most 10 s, because a session that is refused creates no run directory.
    wait = f"for _ in $(seq 500); do ls {quoted(disk.parent)} | grep -q ^cuecard- && break; sleep 0.02; done"
    mounted = in_own_mounts(mount, f"({wait}; cat /dev/zero > {quoted(disk)}/other) 2>/dev/null & true")
    return [*mounted, "sh", "-c", f'"$@"; code=$?; {then}; exit $code', "sh"]


def test_session_is_saved_though_the_disk_filled_up_meanwhile(place: Path) -> None:
    disk, copy = place / "disk", place / "copy.md"
    then = f"df {quoted(disk)} | grep -q 100%; cp {quoted(disk)}/s.md {quoted(copy)}"
    prefix = in_small_disk(disk, size="6m", then=then)
    outcome = run(place, prefix, extra=("--save", str(disk / "s.md")))
    assert (outcome.code, outcome.complaints[-1].split()[0]) == (0, "saved")
    assert WORDS in copy.read_text()


def test_without_space_nothing_is_started(place: Path) -> None:
    disk = place / "disk"
    outcome = run(place, in_small_disk(disk, size="3m"), extra=("--save", str(disk / "s.md")))
    assert (outcome.code, outcome.events, len(outcome.complaints)) == (6, [], 1)
    assert "cannot be saved" in outcome.complaints[0]
    assert "No space left" in outcome.complaints[0]


def test_session_that_cannot_be_saved_is_kept(place: Path) -> None:
    stick, file = place / "stick", place / "elsewhere.md"
    stick.mkdir()
    arguments = ("--source", recording(place), "--answer", "off", "--json", "--save", str(stick / "s.md"))
    with running("run", *arguments, directory=place) as session:
        session.wait_for("FinalTranscribed")
        shutil.rmtree(stick)  # as when it is pulled out
        session.interrupt()
        assert session.end() == 6
    (line,) = [line for line in session.errors.decode().splitlines() if line.startswith("cuecard")]
    assert "cannot be saved" in line
    assert "cuecard resume --end --save" in line
    refused = resume(place)
    assert refused.returncode == 2
    assert "has ended" in refused.stderr
    ended = resume(place, "--end", "--save", str(file))
    assert ended.returncode == 0, ended.stderr
    assert WORDS in file.read_text()
    wait_until(lambda: session.left_behind() == [])
