"""`cuecard bench gpu` without a card: the reason, and the same table on the CPU."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from bench.__main__ import app
from bench.gpu.sandboxed import open_devices
from bus.failures import MachineFailure, UsageFailure
from session.models.choice import has_cuda


@pytest.mark.skipif(has_cuda(), reason="CUDA works here")
def test_a_machine_without_cuda_is_named() -> None:
    failure = CliRunner().invoke(app, ["gpu"]).exception
    assert isinstance(failure, MachineFailure)
    assert "CUDA cannot be measured here" in failure.problem
    assert failure.kept == "nothing was run"


def test_a_model_that_does_not_transcribe_is_refused() -> None:
    failure = CliRunner().invoke(app, ["gpu", "--device", "cpu", "--model", "smollm2"]).exception
    assert isinstance(failure, UsageFailure)


def test_open_and_mapped_device_files_are_found() -> None:
    patterns = ("/dev/nul*", "/dev/zero")
    with Path("/dev/null").open("rb"), Path("/dev/zero").open("rb") as zero:
        mapped = mmap.mmap(zero.fileno(), mmap.PAGESIZE, mmap.MAP_PRIVATE, mmap.PROT_READ)
        zero.close()
        assert open_devices(os.getpid(), patterns) == {"/dev/null", "/dev/zero"}
        assert open_devices(os.getpid(), ("/dev/nvidia*",)) == set()
        mapped.close()


@pytest.mark.long
def test_everything_but_the_card_is_measured_on_the_cpu(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))
    command = "gpu --device cpu --model tiny.en --model medium --clips 2 --runs 1"
    ended = CliRunner().invoke(app, command.split())
    assert ended.exit_code == 0, ended.output
    figures = msgspec.json.decode(ended.stdout.splitlines()[-1])
    assert figures["session"]["detail"].startswith("base int8 on cpu")
    assert figures["session"]["word_error_rate"] <= 0.1
    assert figures["session"]["devices"] == []
    tiny, medium = figures["passes"]
    assert [timing["concurrent"] for timing in tiny["timings"]] == [1, 2]
    assert not tiny["random"]
    if medium["problem"]:
        assert "cuecard models pull medium" in medium["problem"]
        assert medium["timings"] == []
    assert figures["fallback"]["word_error_rate"] <= 0.1
