from __future__ import annotations

import importlib.metadata

import pytest

OURS = ("bus", "capture", "vad", "stt", "llm", "overlay", "session", "bench")


@pytest.mark.parametrize("name", OURS)
def test_no_dependency_claims_one_of_our_names(name: str) -> None:
    claimed = importlib.metadata.packages_distributions().get(name, [])
    assert set(claimed) <= {"cuecard"}
