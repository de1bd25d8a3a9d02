"""Full, read-only and missing places: a session works, or ends with a fix."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.restricted_session import WORDS, Outcome, in_own_mounts, quoted, run, surroundings


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("b")


def _works(outcome: Outcome) -> None:
    assert outcome.code == 0, outcome.complaints
    assert WORDS in outcome.said()


def _ends_with_one_line(outcome: Outcome, code: int, message: str) -> None:
    assert outcome.code == code, outcome.complaints
    assert len(outcome.complaints) == 1, outcome.complaints
    assert outcome.complaints[0].startswith("cuecard: ")
    assert message in outcome.complaints[0]


def test_a_full_run_directory_is_one_line(place: Path) -> None:
    full = place / "full"
    full.mkdir()
    prefix = in_own_mounts(
        f"mount -t tmpfs -o size=4k,mode=700 none {quoted(full)}",
        f"head -c 4096 /dev/zero > {quoted(full)}/filling",
    )
    outcome = run(place, prefix, surroundings(place, XDG_RUNTIME_DIR=str(full)))
    _ends_with_one_line(outcome, 6, "XDG_RUNTIME_DIR")


@pytest.mark.long
def test_a_full_dev_shm_changes_nothing(place: Path) -> None:
    prefix = in_own_mounts(
        "mount -t tmpfs -o size=4k none /dev/shm", "head -c 4096 /dev/zero > /dev/shm/filling"
    )
    _works(run(place, prefix))


@pytest.mark.long
def test_a_ring_without_memory_ends_the_session(place: Path) -> None:
    outcome = run(place, ["prlimit", "--fsize=1000000"])
    assert outcome.code == 7, outcome.complaints
    (given_up,) = [event for event in outcome.events if event["type"] == "StageGivenUp"]
    assert "no shared memory" in given_up["cause"]
    assert given_up["fix"].startswith("free some memory and start again")


@pytest.mark.long
def test_64_open_files_are_enough(place: Path) -> None:
    _works(run(place, ["prlimit", "--nofile=64"]))


def test_too_few_open_files_end_it_cleanly(place: Path) -> None:
    outcome = run(place, ["prlimit", "--nofile=20"])
    assert 1 <= outcome.code <= 9, outcome.complaints
    assert not any("Traceback" in line for line in outcome.complaints)


@pytest.mark.long
def test_too_little_memory_for_the_weights_is_one_line(place: Path) -> None:
    outcome = run(place, ["prlimit", "--as=400000000"])
    _ends_with_one_line(outcome, 5, "close other programs, or use a smaller model")


@pytest.mark.long
def test_a_home_that_cannot_be_written_is_enough(place: Path) -> None:
    home = place / "home"
    home.mkdir()
    closed = surroundings(place, HOME=str(home))
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        closed.pop(name, None)
    _works(run(place, in_own_mounts(f"mount -t tmpfs -o ro none {quoted(home)}"), closed))


@pytest.mark.long
def test_no_home_is_needed(place: Path) -> None:
    without = surroundings(place)
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        without.pop(name, None)
    _works(run(place, environment={**without, "HOME": "/nowhere/at/all"}))
    assert not Path("/nowhere/at").exists()


@pytest.mark.long
def test_a_session_works_without_any_network(place: Path) -> None:
    prefix = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody have a network of their own")
    _works(run(place, prefix))
