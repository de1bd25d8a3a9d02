"""Runs parts of a measurement on the nodes of a Ray cluster.

A node is taken whole, and what runs on it is pinned to its cores. Every node needs Cuecard and its models;
what a measurement plays travels from this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import bench
from bus.failures import Failure, MachineFailure, StageFailure
from livebench.cluster.nodes import Nodes, Seat, Worker, hand_out
from livebench.failures import Failure as LivebenchFailure


class _Worker(Worker):
    """Calls functions on a node."""

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, str]:
        """Return a function's result, or the failure as text."""
        try:
            return function(*arguments), ""
        except Failure as failure:
            return None, str(failure)


def call_on_nodes(address: str, function: Callable[..., Any], jobs: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Call a function once for each job on a node of its own, and return the results in order.

    Args:
        address: Of the cluster, "auto" for the one on this machine.
        function: A function of a module, which prints nothing that matters.
        jobs: Its arguments.

    Raises:
        MachineFailure: Ray is missing, or there is no cluster.
        StageFailure: A job failed, or its worker died three times.
    """
    results: dict[int, Any] = {}
    try:
        nodes = Nodes(address, _Worker, [bench])
        try:
            nodes.take()

            def start(seat: Seat, number: int) -> Any:
                return seat.actor.call.remote(function, jobs[number])

            for number, outcome in hand_out(nodes, range(len(jobs)), start):
                if isinstance(outcome, LivebenchFailure):
                    raise StageFailure(f"part {number + 1} of {len(jobs)}: {outcome}")
                result, failed = outcome
                if failed:
                    raise StageFailure(f"part {number + 1} of {len(jobs)}: {failed}")
                results[number] = result
        finally:
            nodes.leave()
    except LivebenchFailure as failure:
        raise MachineFailure(failure.problem, kept=failure.kept, fix=failure.fix) from failure
    return [results[number] for number in range(len(jobs))]
