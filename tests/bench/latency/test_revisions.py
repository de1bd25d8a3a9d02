"""Counts of revisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.latency.revisions import Shown, erased_words, settled_changes


def shown(text: str, settled: int = 0) -> Shown:
    return Shown(text.split(), settled)


@pytest.mark.parametrize(
    ("texts", "erased"),
    [
        (["a", "a b", "a b c"], 0),
        (["a b", "a c"], 1),
        (["a b c", "x b c"], 3),
        (["a b", "a", "a b"], 1),
        (["a b", ""], 2),
        ([], 0),
    ],
)
def test_erased_words_are_counted(texts: list[str], erased: int) -> None:
    assert erased_words([shown(text) for text in texts]) == erased


@pytest.mark.parametrize(
    ("versions", "changed", "settled"),
    [
        ([shown("a b", 1), shown("a c d", 2), shown("a c d e", 4)], 0, 2),
        ([shown("a b", 2), shown("a c", 2)], 1, 2),
        ([shown("a b", 2), shown("a c", 2), shown("a b", 2)], 1, 2),
        ([shown("a b", 2), shown("x a b", 3)], 0, 2),
        ([shown("a b", 2), shown("")], 2, 2),
        ([shown("a b c", 3)], 0, 0),
        ([shown("a b c", 0), shown("x y z", 3)], 0, 0),
    ],
    ids=["kept", "changed", "changed and back", "moved", "dropped", "a final alone", "never settled"],
)
def test_settled_words_that_changed(versions: list[Shown], changed: int, settled: int) -> None:
    assert settled_changes(versions) == (changed, settled)


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=5), max_size=5))
def test_no_more_settled_words_change_than_there_are(texts: list[list[str]]) -> None:
    changed, settled = settled_changes([Shown(words, len(words)) for words in texts])
    assert 0 <= changed <= settled
