from __future__ import annotations

import pytest

from bus.counted import counted


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 requests"), (1, "1 request"), (2, "2 requests"), (1200, "1,200 requests")]
)
def test_a_noun_has_the_form_that_fits_its_count(count: int, text: str) -> None:
    assert counted(count, "request") == text


def test_a_plural_of_its_own_is_used() -> None:
    assert counted(2, "process", "processes") == "2 processes"
