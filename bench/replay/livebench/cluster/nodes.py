"""Nodes of a Ray cluster: takes them whole, pins, compares, and hands out jobs.

A job whose worker dies is done again, at most three times. Nodes that differ are never mixed.
"""

from __future__ import annotations

import contextlib
import math
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

import livebench
from livebench.cluster.pinning import Place, pin, shares, this_place
from livebench.failures import MachineFailure, SystemFailure
from livebench.trials import print_progress

Job = TypeVar("Job")

RESOURCE = "livebench"
"""Custom resource of the nodes that are kept for trials: `ray start --resources '{"livebench": 1}'`."""

_ATTEMPTS = 3
_ALIKE = 1.10
"""Nodes whose calibrations differ by more than this factor are not of one class."""
_PACKED_CORES = 2
_WAIT_S = 5.0
_CALIBRATED_SAMPLES = 2**18


@dataclass
class Seat:
    """An actor on a node, with the cores that it holds."""

    node: str
    cores: int
    resource: float
    """How much of `RESOURCE` it holds; 0 where no node offers it."""
    actor: Any
    pinned: tuple[int, ...] = ()
    """Numbers of the cores that it is pinned to; empty if it is not."""

    @property
    def size(self) -> int:
        """Number of cores that it uses."""
        return len(self.pinned) or self.cores


class Worker:
    """What an actor on a node can do for `Nodes`; subclasses add the work."""

    def place(self) -> Place:
        """Return the computer and its usable cores."""
        return this_place()

    def pin(self, cores: Sequence[int]) -> None:
        """Keep this actor and all that it starts on these cores."""
        pin(cores)

    def calibrate(self) -> float:
        """Return the duration of a fixed computation, in milliseconds."""
        return calibration_ms()

    def close(self) -> None:
        """Remove what was written on this node."""


class Nodes:
    """The nodes of a cluster that take part, each with one seat; with `packed` one for every two cores.

    Args:
        address: Of the cluster; "auto" for the one on this machine.
        worker: Class of the actors.
        modules: Packages of this machine that the nodes need.
        packed: Let jobs share nodes.

    Raises:
        MachineFailure: Ray is missing, or there is no cluster.
    """

    def __init__(
        self, address: str, worker: type[Worker], modules: Sequence[Any] = (), *, packed: bool = False
    ) -> None:
        self.ray = _connected(address, [livebench, *modules])
        self.packed = packed
        self.kind = ""
        """What the nodes have in common."""
        self.seats: list[Seat] = []
        self._worker = worker
        self._arguments: tuple[Any, ...] = ()
        self._calibration_class = 0

    def take(self, *arguments: Any) -> None:
        """Take the largest group of like nodes; the arguments are those of the workers.

        Where nodes offer `RESOURCE`, only they take part.

        Raises:
            MachineFailure: No node has processors.
        """
        self._arguments = arguments
        alive = [node for node in self.ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
        kept = [node for node in alive if node["Resources"].get(RESOURCE)]
        found = []
        for node in kept or alive:
            cores, resource = int(node["Resources"]["CPU"]), node["Resources"].get(RESOURCE, 0.0)
            count = cores // min(_PACKED_CORES, cores) if self.packed else 1
            found += [self._seat(node["NodeID"], cores // count, resource / count) for _ in range(count)]
        if not found:
            raise MachineFailure("the cluster has no node with processors", kept="nothing was played")
        self.seats = self._alike(self._pinned(found))
        self.kind = f"{self.seats[0].size} cores, class {self._calibration_class}"
        print_progress(f"{len(self.seats)} seats on {len({seat.node for seat in self.seats})} nodes")

    def replace(self, seat: Seat) -> list[Seat]:
        """Return a new seat where one has died; nothing if its node has died, too."""
        alive = {node["NodeID"] for node in self.ray.nodes() if node["Alive"]}
        if seat.node not in alive:
            return []
        new = self._seat(seat.node, seat.cores, seat.resource)
        if seat.pinned:
            new.pinned = seat.pinned
            new.actor.pin.remote(seat.pinned)  # it comes before the job
        return [new]

    def leave(self) -> None:
        """Remove what the seats have written, and disconnect."""
        with contextlib.suppress(self.ray.exceptions.RayError):
            self.ray.get([seat.actor.close.remote() for seat in self.seats], timeout=_WAIT_S)
        self.ray.shutdown()

    def _seat(self, node: str, cores: int, resource: float) -> Seat:
        """Start a worker on a node; it waits until its cores and its share of `RESOURCE` are free."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        there = NodeAffinitySchedulingStrategy(node_id=node, soft=False)
        options = {"num_cpus": cores, "scheduling_strategy": there, "max_restarts": 0}
        if resource:
            options["resources"] = {RESOURCE: resource}
        actor = self.ray.remote(self._worker).options(**options).remote(*self._arguments)
        return Seat(node, cores, resource, actor)

    def _pinned(self, seats: list[Seat]) -> list[Seat]:
        """Pin each seat to cores of its own, where its computer has enough."""
        places = self.ray.get([seat.actor.place.remote() for seat in seats])
        for seat, cores in zip(seats, shares(places), strict=True):
            seat.pinned = tuple(cores)
        free = [seat for seat in seats if not seat.pinned]
        if free:
            print_progress(f"not pinned: {len(free)} seats on computers with fewer cores, or not on Linux")
        self.ray.get([seat.actor.pin.remote(seat.pinned) for seat in seats if seat.pinned])
        return seats

    def _alike(self, seats: Sequence[Seat]) -> list[Seat]:
        """Return the largest group of seats with equal cores and like calibrations."""
        measured = self.ray.get([seat.actor.calibrate.remote() for seat in seats])
        groups: list[tuple[int, float, list[Seat]]] = []
        for seat, took_ms in sorted(zip(seats, measured, strict=True), key=lambda each: float(each[1])):
            for cores, first_ms, group in groups:
                if cores == seat.size and took_ms <= first_ms * _ALIKE:
                    group.append(seat)
                    break
            else:
                groups.append((seat.size, took_ms, [seat]))
        best = max(groups, key=lambda each: len(each[2]))
        self._calibration_class = round(math.log(max(best[1], 1e-3)) / math.log(_ALIKE))
        for cores, first_ms, group in groups:
            if group is not best[2]:
                print_progress(f"left out: {len(group)} seats, {cores} cores, calibration {first_ms:.1f} ms")
                for seat in group:
                    self.ray.kill(seat.actor)
        return best[2]


def hand_out(
    nodes: Nodes, jobs: Sequence[Job], start: Callable[[Seat, Job], Any]
) -> Iterator[tuple[Job, Any]]:
    """Do all jobs, and yield each with its result as it arrives, or with a failure.

    Args:
        nodes: The nodes, taken.
        jobs: Hashable descriptions.
        start: Starts a job on the actor of a seat, and returns the reference of its result.
    """
    waiting, free = deque(jobs), list(nodes.seats)
    running: dict[Any, tuple[Seat, Job]] = {}
    attempts = dict.fromkeys(jobs, 0)
    while waiting or running:
        while free and waiting:
            seat, job = free.pop(0), waiting.popleft()
            attempts[job] += 1
            running[start(seat, job)] = seat, job
        if not running:
            yield from ((job, SystemFailure("no node is left")) for job in waiting)
            return
        (done,), _ = nodes.ray.wait(list(running), num_returns=1)
        seat, job = running.pop(done)
        try:
            result = nodes.ray.get(done)
        except nodes.ray.exceptions.RayError as error:
            free += nodes.replace(seat)
            if attempts[job] < _ATTEMPTS:
                print_progress(f"a worker died ({type(error).__name__}); its job is done again")
                waiting.appendleft(job)
            else:
                yield job, SystemFailure(f"its worker died {_ATTEMPTS} times")
            continue
        free.append(seat)
        yield job, result


def calibration_ms() -> float:
    """Return the duration of a fixed computation on one core, in milliseconds; the best of three."""
    signal = np.random.default_rng(0).standard_normal(_CALIBRATED_SAMPLES)
    taken_ms = []
    for _ in range(3):
        began_s = time.perf_counter()
        for _ in range(4):
            np.fft.rfft(signal)
        taken_ms.append(1000 * (time.perf_counter() - began_s))
    return min(taken_ms)


def _connected(address: str, modules: Sequence[Any]) -> Any:
    try:
        import ray
    except ImportError as error:
        raise MachineFailure(
            "ray is missing", kept="nothing was played", fix="pip install 'cuecard-livebench[ray]'"
        ) from error
    if ":" in address and not _answers(address):
        raise _no_cluster(address)
    try:
        packages = {"py_modules": list(modules)}
        ray.init(address=address, log_to_driver=False, logging_level="error", runtime_env=packages)
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
