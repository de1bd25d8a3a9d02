"""The fuzzer finds every kind of fault, and names the input."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bench.fuzzing.campaign import Plan, feed_all, measure
from bus.failures import StageFailure, UsageFailure

BROKEN = "tests.fuzz.broken_decoders"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("raises", "KeyError"),
        ("is_fooled", "Forged"),
        ("dies", "ended the process (-6)"),
        ("computes_for_ever", "takes too long"),
        ("computes_for_ever_in_c", "takes too long"),
        ("grows", "MemoryError"),
    ],
)
def test_a_fault_of_every_kind_is_found(name: str, said: str) -> None:
    outcome = feed_all(Plan(2, [name], 0, 1, None, BROKEN))[name]
    assert outcome.fed == 2
    assert [fault.number for fault in outcome.faults] == [0, 1], "it goes on after the first"
    assert all(said in fault.what for fault in outcome.faults), outcome.faults


def test_refusals_are_no_faults() -> None:
    outcome = feed_all(Plan(50, ["refuses"], 0, 1, None, BROKEN))["refuses"]
    assert (outcome.fed, outcome.answered, outcome.faults) == (50, 0, [])


def test_the_time_it_may_take_is_kept() -> None:
    outcome = feed_all(Plan(10**9, ["answers"], 0.5, 1, None, BROKEN))["answers"]
    assert 0 < outcome.fed < 10**9


def test_a_faulty_input_is_stored_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StageFailure, match="3 inputs"):
        measure(Plan(3, ["raises"], 0, 9, tmp_path, BROKEN))
    assert sorted(path.name for path in (tmp_path / "raises").iterdir()) == ["9-0", "9-1", "9-2"]
    said = capsys.readouterr()
    assert msgspec.json.decode(said.out.splitlines()[-1])["faults"] == 3
    assert "raises 0: KeyError" in said.err


def test_an_unknown_decoder_is_a_failure() -> None:
    with pytest.raises(UsageFailure, match="no decoder 'nothing'"):
        feed_all(Plan(1, ["nothing"], 0, 1, None))
