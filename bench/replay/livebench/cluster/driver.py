"""Hands trials to the nodes of a Ray cluster and collects their runs.

A trial takes its node whole, so that nothing disturbs its latencies; with `packed` several share one, and
only their words count. A trial whose worker dies is played again. Runs are written as they arrive: when the
driver dies, the next call plays only what is missing. What travels is the stream that was asked for, and the
weights.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import livebench
from livebench.cluster.seat import Seat
from livebench.data.stream import Stream
from livebench.failures import Failure, MachineFailure, SystemFailure
from livebench.results.run_file import Run, read_run, run_path, write_run
from livebench.trials import Comparison, Trial, print_progress, recorded_system, trials

_ATTEMPTS = 3
_ALIKE = 1.10
"""Nodes whose calibrations differ by more than this factor are not of one class."""
_PACKED_CORES = 2
_WAIT_S = 5.0


@dataclass
class _Taken:
    """A seat that was started on a node."""

    node: str
    cores: int
    actor: Any


def run_on_ray(
    comparison: Comparison,
    stream: Stream,
    samples: NDArray[np.int16],
    address: str,
    *,
    packed: bool = False,
) -> Iterator[tuple[Trial, Run | Failure]]:
    """Play all trials on a cluster, and yield each with its run or why there is none.

    Args:
        comparison: What is played; its results folder is on this machine.
        stream: The stream, and its samples.
        samples: 16 kHz, shape (n,).
        address: Of the cluster, "auto" for the one on this machine.
        packed: Let trials share nodes; only their words count.

    Raises:
        MachineFailure: Ray is missing, there is no cluster, or it has no node with processors.
    """
    ray = _connected(address)
    try:
        remote = _Remote(ray, comparison, samples, packed=packed)
        seats, node_class = _alike(ray, remote.take_all())
        print_progress(f"{len(seats)} seats on {len({seat.node for seat in seats})} nodes ({node_class})")
        yield from _hand_out(ray, remote, seats, comparison, stream, node_class)
    finally:
        ray.shutdown()


class _Remote:
    """Starts seats on nodes."""

    def __init__(self, ray: Any, comparison: Comparison, samples: NDArray[np.int16], *, packed: bool) -> None:
        files = [file for file in sorted(comparison.weights.iterdir()) if file.is_file()]
        self._ray, self.packed = ray, packed
        self._weights = ray.put({file.name: file.read_bytes() for file in files})
        self._samples = ray.put(samples.tobytes())
        self._comparison = comparison

    def take_all(self) -> list[_Taken]:
        """Return a seat for each node, or for every two cores of each.

        Raises:
            MachineFailure: No node has processors.
        """
        found = []
        for node in self._ray.nodes():
            cores = int(node["Resources"].get("CPU", 0)) if node["Alive"] else 0
            share = min(_PACKED_CORES, cores) if self.packed else cores
            found += [self.take(node["NodeID"], share) for _ in range(cores // share if share else 0)]
        if not found:
            raise MachineFailure("the cluster has no node with processors", kept="nothing was played")
        return found

    def take(self, node: str, cores: int) -> _Taken:
        """Start a seat on a node; it waits until its cores are free."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        there = NodeAffinitySchedulingStrategy(node_id=node, soft=False)
        options = {"num_cpus": cores, "scheduling_strategy": there, "max_restarts": 0}
        actor = self._ray.remote(Seat).options(**options)
        return _Taken(
            node, cores, actor.remote(self._comparison, self._weights, self._samples, packed=self.packed)
        )

    def replace(self, seat: _Taken) -> _Taken | None:
        """Return a new seat where one has died; None if its node has died, too."""
        alive = {node["NodeID"] for node in self._ray.nodes() if node["Alive"]}
        return self.take(seat.node, seat.cores) if seat.node in alive else None


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError as error:
        raise MachineFailure(
            "ray is missing", kept="nothing was played", fix="pip install 'cuecard-livebench[ray]'"
        ) from error
    if ":" in address and not _answers(address):
        raise _no_cluster(address)
    try:
        modules = {"py_modules": [livebench]}
        ray.init(address=address, log_to_driver=False, logging_level="error", runtime_env=modules)
    except (ConnectionError, ValueError) as error:
        raise _no_cluster(address) from error
    return ray


def _answers(address: str) -> bool:
    """Look for a cluster before Ray does, which waits for two minutes."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_WAIT_S).close()
    except (OSError, ValueError):
        return False
    return True


def _no_cluster(address: str) -> MachineFailure:
    return MachineFailure(
        f"there is no Ray cluster at {address!r}",
        kept="nothing was played",
        fix="ray start --head, and ray start --address=… on the other nodes",
    )


def _alike(ray: Any, seats: Sequence[_Taken]) -> tuple[list[_Taken], str]:
    """Return the largest group of seats with equal cores and like calibrations, and its name."""
    measured = ray.get([seat.actor.calibrate.remote() for seat in seats])
    groups: list[tuple[int, float, list[_Taken]]] = []
    for seat, took_ms in sorted(zip(seats, measured, strict=True), key=lambda each: float(each[1])):
        for cores, first_ms, group in groups:
            if cores == seat.cores and took_ms <= first_ms * _ALIKE:
                group.append(seat)
                break
        else:
            groups.append((seat.cores, took_ms, [seat]))
    cores, first_ms, best = max(groups, key=lambda each: len(each[2]))
    for other in groups:
        if other[2] is not best:
            print_progress(
                f"left out: {len(other[2])} seats with {other[0]} cores, calibration {other[1]:.1f} ms"
            )
            for seat in other[2]:
                ray.kill(seat.actor)
    return best, f"{cores} cores"


def _hand_out(
    ray: Any,
    remote: _Remote,
    seats: Sequence[_Taken],
    comparison: Comparison,
    stream: Stream,
    node_class: str,
) -> Iterator[tuple[Trial, Run | Failure]]:
    waiting: deque[Trial] = deque()
    for trial in trials(comparison):
        run = _written(comparison, trial, stream, packed=remote.packed)
        if run:
            yield trial, run
        else:
            waiting.append(trial)
    free, attempts = list(seats), dict.fromkeys(waiting, 0)
    running: dict[Any, tuple[_Taken, Trial]] = {}
    while waiting or running:
        while free and waiting:
            seat, trial = free.pop(0), waiting.popleft()
            attempts[trial] += 1
            running[seat.actor.play.remote(trial, stream, node_class)] = seat, trial
        if not running:
            for trial in waiting:
                yield trial, SystemFailure(f"{trial.label} was not played: no node is left")
            return
        (done,), _ = ray.wait(list(running), num_returns=1)
        seat, trial = running.pop(done)
        try:
            outcome = ray.get(done)
        except ray.exceptions.RayError as error:
            replaced = remote.replace(seat)
            free += [replaced] if replaced else []
            if attempts[trial] < _ATTEMPTS:
                print_progress(f"{trial.label}: its worker died ({type(error).__name__}); it is played again")
                waiting.appendleft(trial)
            else:
                yield trial, SystemFailure(f"{trial.label}: its worker died {_ATTEMPTS} times")
            continue
        free.append(seat)
        if isinstance(outcome, Run):
            write_run(comparison.results, outcome)
            yield trial, outcome
        else:
            yield trial, SystemFailure(outcome)


def _written(comparison: Comparison, trial: Trial, stream: Stream, *, packed: bool) -> Run | None:
    """Return the run of this trial that an earlier driver wrote, if it counts."""
    system = recorded_system(comparison, trial)
    path = run_path(comparison.results, system, stream, comparison.load, trial.round)
    if not path.exists():
        return None
    run = read_run(path)
    same = run.stream == stream and run.system == system and run.conditions.packed == packed
    return run if same and (packed or not run.figures.void) else None
