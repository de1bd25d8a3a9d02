"""Trials on a real Ray cluster of several nodes, with a toy system."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from livebench.cluster import driver, nodes
from livebench.cluster.driver import run_on_ray
from livebench.cluster.pinning import shares
from livebench.contract import SAMPLE_RATE
from livebench.data.rows import Audio, Row, Span
from livebench.data.stream import lay_out
from livebench.failures import MachineFailure
from livebench.results.pooling import pool
from livebench.results.run_file import Run
from livebench.systems.system import Knob, System
from livebench.trials import Comparison

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("default")]

TOY = """
import array, json, os, sys
from pathlib import Path
weights, knob = Path(sys.argv[1]), sys.argv[2]
(weights.parent / f"cores-{knob}").write_text(json.dumps(sorted(os.sched_getaffinity(0))))
victim = weights / "victim"
if victim.exists() and "wait_s=0.3" in sys.argv:
    victim.unlink()
    parent = os.getppid()
    state = Path(f"/proc/{parent}/stat").read_text()
    os.kill(int(state.rpartition(")")[2].split()[1]) if "(bwrap)" in state else parent, 9)
def say(**line): print(json.dumps(line), flush=True)
wait = round(float(sys.argv[2].split("=")[1]) * 100)
say(type="ready")
speaking = quiet = 0
while block := sys.stdin.buffer.read(320):
    loud = max(map(abs, array.array("h", block))) > 1000
    speaking, quiet = (1, 0) if loud else (speaking, quiet + 1)
    if speaking and quiet == wait:
        say(type="final", text="Yes.")
        speaking = 0
"""
KNOB = Knob("wait_s", ("0.2", "0.3", "0.4", "0.5"))

Make = Callable[[str], Comparison]


def _row(number: int) -> Row:
    return Row(
        id=str(number), language="en", audio="", silence_spans=[Span(0.3, 0.55), Span(0.8, 0.8)], text="Yes."
    )


def _audio(_row: Row) -> Audio:
    noise = np.random.default_rng(1).standard_normal(round(0.8 * SAMPLE_RATE)).astype(np.float32) * 0.3
    noise[round(0.3 * SAMPLE_RATE) : round(0.55 * SAMPLE_RATE)] = 0
    return noise


STREAM, SAMPLES = lay_out([_row(1)], _audio, 1)
PLAYED = SAMPLES[: -5 * SAMPLE_RATE]


@pytest.fixture
def comparison(tmp_path: Path) -> Make:
    """Make a sweep of the toy over four values, with results in a folder of this name."""
    program, weights = tmp_path / "toy.py", tmp_path / "weights"
    program.write_text(TOY)
    weights.mkdir()
    (weights / "model.bin").touch()
    toy = System("toy", "Toy", "", "", knob=KNOB, command=(sys.executable, str(program)))
    return lambda name: Comparison([toy], tmp_path, weights, tmp_path / name, sweep=True)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster with a head that has no processors."""
    import ray
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    yield made
    ray.shutdown()
    made.shutdown()


def _play(comparison: Comparison, cluster: Cluster, *, packed: bool = False) -> list[Run]:
    outcomes = list(run_on_ray(comparison, STREAM, PLAYED, cluster.address, packed=packed))
    runs = [outcome for _, outcome in outcomes if isinstance(outcome, Run)]
    assert len(runs) == len(outcomes), outcomes
    return runs


def _table(runs: list[Run]) -> list[tuple[object, ...]]:
    return sorted(
        (
            each.knob,
            each.rounds,
            each.held_cut,
            each.wer,
            each.final_s.missing,
        )
        for each in pool(runs)
    )


def test_one_node_and_four_give_the_same_table_and_a_killed_worker_costs_nothing(
    comparison: Make, cluster: Cluster
) -> None:
    cluster.add_node(num_cpus=2)
    cluster.wait_for_nodes()
    one = _play(comparison("one"), cluster)
    for _ in range(3):
        cluster.add_node(num_cpus=2)
    cluster.wait_for_nodes()
    four = comparison("four")
    (four.weights / "victim").touch()
    several = _play(four, cluster)
    assert not (four.weights / "victim").exists(), "a worker was killed"
    assert _table(several) == _table(one)
    assert [row[2] for row in _table(one)] == [1, 0, 0, 0], "a wait of 0.2 s cuts the hold"
    assert all(run.conditions.calibration_ms > 0 for run in several)
    assert len(list(four.results.glob("*.json"))) == len(KNOB.values)
    counted = {run.started for run in several if not run.figures.void}
    assert counted <= {run.started for run in _play(four, cluster)}, "what counts is not played again"


def test_nodes_of_one_computer_are_pinned_to_cores_of_their_own(
    comparison: Make, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "_ALIKE", 1e9)  # both take part, however busy one core is
    for _ in range(2):
        cluster.add_node(num_cpus=2)
    cluster.wait_for_nodes()
    pinned = comparison("pinned")
    (pinned.weights / "victim").touch()  # its worker is replaced, and pinned as the first one was
    runs = _play(pinned, cluster)
    assert not (pinned.weights / "victim").exists(), "a worker was killed"
    for run in runs:
        seen = json.loads((pinned.weights.parent / f"cores-{run.system.knob}").read_bytes())
        assert seen == run.conditions.pinned
        assert len(seen) == run.machine.cores
    first, second = {tuple(run.conditions.pinned) for run in runs}
    assert first
    assert len(first) == len(second)
    assert not set(first) & set(second)


def test_seats_share_the_cores_of_their_computer_evenly() -> None:
    here, there = ("one", [0, 1, 2, 3, 4]), ("other", [0, 1])
    assert shares([here, there, here]) == [[0, 1], [0, 1], [2, 3]]
    assert shares([here]) == [[0, 1, 2, 3, 4]]
    assert shares([there, there, there, here]) == [[], [], [], [0, 1, 2, 3, 4]], "too few cores: not pinned"


def test_packed_trials_share_a_node_and_only_their_words_count(comparison: Make, cluster: Cluster) -> None:
    cluster.add_node(num_cpus=4)
    cluster.wait_for_nodes()
    runs = _play(comparison("packed"), cluster, packed=True)
    assert {reason for run in runs for reason in run.figures.void} == {
        "other trials ran beside it: only its words count"
    }
    assert len(runs) == len(KNOB.values)


def test_nodes_that_offer_the_resource_are_taken_and_no_others(
    comparison: Make, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "_ALIKE", 1e9)  # all seats take part, however busy one core is
    cluster.add_node(num_cpus=2)
    kept = cluster.add_node(num_cpus=4, resources={nodes.RESOURCE: 1})
    cluster.wait_for_nodes()
    taken: list[tuple[str, int, float]] = []
    hand_out = nodes.hand_out

    def watched(group: nodes.Nodes, *rest: Any) -> Iterator[tuple[Any, Any]]:
        taken.extend((seat.node, seat.cores, seat.resource) for seat in group.seats)
        assert group.ray.available_resources().get(nodes.RESOURCE, 0) == 0, "nothing else gets in"
        return hand_out(group, *rest)

    monkeypatch.setattr(driver, "hand_out", watched)
    _play(comparison("kept"), cluster)
    _play(comparison("packed"), cluster, packed=True)
    assert taken == [(kept.node_id, 4, 1.0), (kept.node_id, 2, 0.5), (kept.node_id, 2, 0.5)]


def test_without_a_cluster_it_says_how_to_start_one(comparison: Make) -> None:
    with pytest.raises(MachineFailure, match="ray start --head"):
        next(run_on_ray(comparison("absent"), STREAM, PLAYED, "127.0.0.1:1"))
