"""Shared fixtures: runs with a hub, stages as processes, weights; tiers of tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ["LANGUAGE"] = "en"  # before a module of the program reads it, whatever the developer's language is

import msgspec
import pytest
from hypothesis import settings

from bus.client import HubClient
from bus.process.bootstrap import SUPERVISOR_VARIABLE
from bus.run import RUN_VARIABLE, Run
from llm.connector.line import Inherited
from session.supervise.child import numbers_of

# Every run tests the same inputs; `--hypothesis-profile=default` tries new ones.
settings.register_profile("the same each time", derandomize=True, deadline=None)
settings.load_profile("the same each time")

_TESTS = Path(__file__).parent

_WHOLE_SESSIONS = {"attest", "faults", "pipeline"}
"""Folders whose tests start whole sessions."""

_LONGEST_FILES = {
    _TESTS / name
    for name in (
        "fuzz/test_decoders.py",
        "session/commands/test_keys.py",
        "session/models/test_fetch.py",
        "session/setup/test_start.py",
        "stt/engines/test_whisper.py",
        "stt/test_transcriber.py",
    )
}
"""Files without stages that take longest: one that is started last is waited for alone."""

_STARTS_STAGES = {"make_run", "start_stage", "hub_run"}
"""Fixtures that start stages."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by what it starts, and start the longest first."""
    order = ("long", "session", "process", "unit")
    for item in items:
        item.add_marker(_tier(item))

    def place(item: pytest.Item) -> tuple[int, bool]:
        tier = next(place for place, mark in enumerate(order) if item.get_closest_marker(mark))
        return tier, item.path not in _LONGEST_FILES

    items.sort(key=place)


def _tier(item: pytest.Item) -> str:
    if item.path.parent.name in _WHOLE_SESSIONS:
        return "session"
    return "process" if _STARTS_STAGES & set(getattr(item, "fixturenames", ())) else "unit"


StartStage = Callable[..., "subprocess.Popen[bytes]"]


def stage_environment(run: Run) -> dict[str, str]:
    """Return the environment of a stage of `run`, which ends with this process."""
    return {**os.environ, RUN_VARIABLE: str(run.directory), SUPERVISOR_VARIABLE: str(os.getpid())}


@pytest.fixture(scope="session", autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the settings and counts of the user out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv(
            "PYTHONPATH", str(Path(__file__).parents[1])
        )  # stages do not import from the working folder
        yield


@pytest.fixture
def make_run(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Run]]:
    """Return a function that creates a run with the given settings; all are removed at the end."""
    runs: list[Run] = []
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))

    def make(**settings: msgspec.Struct) -> Run:
        runs.append(Run.create(settings))
        return runs[-1]

    yield make
    for run in runs:
        run.remove()


@pytest.fixture
def start_stage() -> Iterator[StartStage]:
    """Return a function that starts `python -m <module> [argument]` on a run; all are ended at the end."""
    children: list[subprocess.Popen[bytes]] = []

    def start(
        run: Run, module: str, *arguments: str, descriptors: Inherited = (), **environment: str
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", module, *arguments]
        variables = {**stage_environment(run), **numbers_of(descriptors), **environment}
        inherited = [number for _, numbers in descriptors for number in numbers]
        child = subprocess.Popen(command, env=variables, pass_fds=inherited)
        children.append(child)
        return child

    yield start
    for child in reversed(children):
        child.terminate()
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(timeout=5)


@pytest.fixture
def hub_run(make_run: Callable[..., Run], start_stage: StartStage) -> Run:
    """Return a run without settings and with a running hub."""
    run = make_run()
    start_stage(run, "bus")
    with HubClient("session", run) as client:
        assert client.poll(timeout_s=10), "the hub did not start"
    return run


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Return the folder of the weights; `make test` downloads them."""
    from session.models import store

    return store.models_directory()
