from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bus.onnx import OnnxModel
from session.models import store

SMART_TURN = store.find("smart-turn")


def test_inputs_and_outputs_are_those_of_the_file() -> None:
    model = OnnxModel(SMART_TURN)
    assert model.inputs == ["input_features"]
    (probabilities,) = model.run({"input_features": np.zeros((1, 80, 800), np.float32)})
    assert 0 <= probabilities.item() <= 1


def test_damaged_file_and_wrong_input_are_runtime_errors(tmp_path: Path) -> None:
    damaged = tmp_path / "model.onnx"
    damaged.write_bytes(SMART_TURN.read_bytes()[:1000])
    with pytest.raises(RuntimeError, match=r"model\.onnx cannot be loaded"):
        OnnxModel(damaged)
    with pytest.raises(RuntimeError, match="onnxruntime failed"):
        OnnxModel(SMART_TURN).run({"input_features": np.zeros((1, 3, 8), np.float32)})


@pytest.mark.parametrize(
    ("program", "writes"),
    [
        ("from bus.onnx import OnnxModel; OnnxModel(FILE)", False),
        ("import onnxruntime; onnxruntime.InferenceSession(FILE)", True),  # the reason for the setting
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it writes to other folders")
def test_no_usage_data_are_recorded(tmp_path: Path, program: str, writes: bool) -> None:
    start = f"from pathlib import Path; FILE = Path({str(SMART_TURN)!r}); "
    environment = {"HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", start + program], env=environment, check=True, timeout=60)
    assert any(path.is_file() for path in tmp_path.rglob("*")) == writes
