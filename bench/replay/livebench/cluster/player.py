"""Plays trials on a node of a cluster, one at a time."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from livebench.cluster.nodes import Worker, calibration_ms
from livebench.data.stream import Stream
from livebench.failures import SystemFailure
from livebench.results.run_file import Run
from livebench.trials import Comparison, Trial, perform


class Player(Worker):
    """Runs on a node, in a process of its own. Everything it writes is removed with that process.

    Args:
        comparison: Systems and conditions; its weights are looked for on this node first.
        weights: Their files by name, for a node that lacks them.
        samples: The stream, s16le.
        packed: Others work on the same node.
    """

    def __init__(
        self, comparison: Comparison, weights: Mapping[str, bytes], samples: bytes, packed: bool
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="livebench-")
        self._pcm = Path(self._folder.name) / "stream" / "stream.pcm"
        self._pcm.parent.mkdir()
        self._pcm.write_bytes(samples)
        self._comparison, self._packed = comparison, packed
        if not comparison.weights.is_dir():
            here = Path(self._folder.name) / comparison.weights.name
            here.mkdir()
            for name, content in weights.items():
                (here / name).write_bytes(content)
            self._comparison = dataclasses.replace(comparison, weights=here)

    def close(self) -> None:
        """Remove what was written on this node."""
        self._folder.cleanup()

    def play(self, trial: Trial, stream: Stream, node_class: str, cores: Sequence[int]) -> Run | str:
        """Calibrate, play one trial and return its run, or why there is none.

        Args:
            trial: What to play.
            stream: Its stream.
            node_class: What the nodes have in common.
            cores: Numbers of the cores that this process is pinned to.
        """
        try:
            return perform(
                self._comparison,
                trial,
                stream,
                self._pcm,
                packed=self._packed,
                calibration_ms=calibration_ms(),
                node_class=node_class,
                cores=cores,
            )
        except SystemFailure as failure:
            return str(failure)
