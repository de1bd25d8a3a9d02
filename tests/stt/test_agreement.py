from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stt.agreement import Agreement


def test_words_settle_when_two_passes_agree() -> None:
    agreement = Agreement()
    assert agreement.update("What was") == ("What was", 0)
    assert agreement.update("What was that") == ("What was that", 2)
    assert agreement.update("what was the hardest") == ("What was the hardest", 2)
    assert agreement.update("What was the hardest part") == ("What was the hardest part", 4)


def test_a_settled_word_is_not_taken_back() -> None:
    agreement = Agreement()
    agreement.update("I am a backhand engineer")
    agreement.update("I am a backhand engineer with")
    text, settled = agreement.update("I am a back-end engineer with")
    assert (text, settled) == ("I am a backhand engineer with", 5)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c"]), max_size=6), max_size=8))
def test_what_is_settled_only_grows(passes: list[list[str]]) -> None:
    agreement, before = Agreement(), ""
    for words in passes:
        text, settled = agreement.update(" ".join(words))
        now = " ".join(text.split()[:settled])
        assert now.startswith(before)
        before = now
