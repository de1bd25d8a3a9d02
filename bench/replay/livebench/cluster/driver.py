"""Plays trials on a Ray cluster and collects their runs.

A trial takes its node whole and is pinned to its cores, so that nothing disturbs its latencies; with `packed`
several share one, and only their words count. Runs are written as they arrive: when the driver dies, the next
call plays only what is missing. What travels is the stream that was asked for, and the weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from livebench.cluster.nodes import Nodes, Seat, hand_out
from livebench.cluster.player import Player
from livebench.data.stream import Stream
from livebench.failures import Failure, SystemFailure
from livebench.results.run_file import Run, write_run
from livebench.trials import Comparison, Trial, checkout, earlier, trials


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
        stream: The stream.
        samples: Its samples, 16 kHz, shape (n,).
        address: Of the cluster, "auto" for the one on this machine.
        packed: Let trials share nodes; only their words count.

    Raises:
        MachineFailure: Ray is missing, there is no cluster, or it has no node with processors.
    """
    waiting = []
    for trial in trials(comparison):
        run = earlier(comparison, trial, stream, here=False, packed=packed)
        if run:
            yield trial, run
        else:
            waiting.append(trial)
    if not waiting:
        return
    nodes = Nodes(address, Player, packed=packed)
    try:
        files = [file for file in sorted(comparison.weights.iterdir()) if file.is_file()]
        weights = nodes.ray.put({file.name: file.read_bytes() for file in files})
        nodes.take(comparison, weights, nodes.ray.put(samples.tobytes()), packed)

        def start(seat: Seat, trial: Trial) -> Any:
            return seat.actor.play.remote(trial, stream, nodes.kind, seat.pinned)

        for trial, outcome in hand_out(nodes, waiting, start):
            if isinstance(outcome, Run):
                outcome = msgspec.structs.replace(outcome, commit=checkout())  # its code came from here
                write_run(comparison.results, outcome)
                yield trial, outcome
            else:
                yield trial, SystemFailure(f"{trial.label}: {outcome}")
    finally:
        nodes.leave()
