"""Runs ONNX models on the CPU, without onnxruntime's usage data. Knows no particular model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bus.failures import MachineFailure

_TELEMETRY_OFF = {"ORT_DISABLE_TELEMETRY": "1"}
"""onnxruntime would otherwise record usage data on disk and send it."""


class OnnxModel:
    """A loaded model. Its threads sleep between runs, and it keeps no memory between them.

    Args:
        file: The weights, .onnx or .ort.
        threads: A run uses so many.

    Raises:
        MachineFailure: onnxruntime is missing.
        RuntimeError: The file cannot be loaded.
    """

    def __init__(self, file: Path, threads: int = 1) -> None:
        os.environ.update(_TELEMETRY_OFF)
        try:
            import onnxruntime  # takes time and memory, so only where a model is used
        except ImportError as error:
            raise MachineFailure(
                "onnxruntime is missing", fix="install the program again: make setup"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(file), providers=["CPUExecutionProvider"], sess_options=options
            )
        except Exception as error:  # onnxruntime's own classes derive from Exception alone
            raise RuntimeError(f"{file.name} cannot be loaded: {error}") from error
        self.inputs: list[str] = [given.name for given in self._session.get_inputs()]
        """Names of its inputs, in its order."""

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Return all outputs, in the model's order.

        Raises:
            RuntimeError: The inputs do not fit the model, or memory is short.
        """
        try:
            outputs: list[NDArray[Any]] = self._session.run(None, inputs)
        except Exception as error:  # as above
            raise RuntimeError(f"onnxruntime failed: {error}") from error
        return [np.asarray(output) for output in outputs]
