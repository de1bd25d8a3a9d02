from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.faults.sandbox import Costs


def test_sandbox_cost_is_a_difference_of_medians() -> None:
    costs = Costs()
    costs.starts_s["sandboxed"], costs.starts_s["unsandboxed"] = [1.0, 1.2, 9.0], [1.0, 1.1, 1.1]
    costs.waits_s["sandboxed"], costs.waits_s["unsandboxed"] = [[0.4, 0.6], [0.5]], [[0.4], [0.4, 0.4]]
    assert costs.start_cost_ms == pytest.approx(100.0)
    assert costs.wait_ratio == pytest.approx(1.25)


@pytest.mark.long
def test_unsandboxed_session_differs_only_in_sandboxes(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    recording = Path(__file__).parents[3] / "session" / "demo" / "call.flac"
    command = ["run", "--source", f"mic=file:{recording}", "--pace", "fast", "--json", "--answer", "off"]
    ended = subprocess.run(
        [sys.executable, "-m", "bench.faults.unsandboxed", *command],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path_factory.mktemp("r"))},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    stages = ended.stdout.count("StageReady")
    assert ended.stdout.count("left out, to measure what it costs") == stages > 3
    assert "FinalTranscribed" in ended.stdout
