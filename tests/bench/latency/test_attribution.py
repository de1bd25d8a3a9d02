"""Attribution of utterances to turns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.latency.attribution import Group, Span, attribute


def span(start_s: float, stop_s: float, source: str = "mic") -> Span:
    return Span(source, start_s, stop_s)


@pytest.mark.parametrize(
    ("turns", "transcribed", "groups", "strays"),
    [
        ([span(1, 3)], [span(0.7, 2.9)], [Group((0,), (0,))], []),
        ([span(1, 5)], [span(0.8, 2.5), span(2.8, 5)], [Group((0,), (0, 1))], []),
        ([span(1, 3), span(4, 6)], [span(0.8, 6.1)], [Group((0, 1), (0,))], []),
        ([span(1, 3)], [], [Group((0,), ())], []),
        ([span(1, 3)], [span(1, 3, "call")], [Group((0,), ())], [0]),
        ([span(1, 3)], [span(3.2, 3.6)], [Group((0,), ())], [0]),
        ([span(4, 6), span(1, 3)], [span(4, 6), span(1, 3)], [Group((1,), (1,)), Group((0,), (0,))], []),
        ([], [span(1, 2)], [], [0]),
    ],
    ids=[
        "as spoken",
        "cut",
        "merged",
        "missing",
        "wrong source",
        "in the gap",
        "in order of time",
        "no turn",
    ],
)
def test_belonging(
    turns: list[Span], transcribed: list[Span], groups: list[Group], strays: list[int]
) -> None:
    assert attribute(turns, transcribed) == (groups, strays)


spans = st.lists(
    st.builds(
        lambda source, start, length: span(start, start + length, source),
        st.sampled_from(["mic", "call"]),
        st.floats(0, 60),
        st.floats(0.05, 20),
    ),
    max_size=8,
)


@given(turns=spans, transcribed=spans)
def test_every_turn_and_every_utterance_is_counted_exactly_once(
    turns: list[Span], transcribed: list[Span]
) -> None:
    groups, strays = attribute(turns, transcribed)
    assert sorted(turn for group in groups for turn in group.turns) == list(range(len(turns)))
    claimed = [each for group in groups for each in group.transcribed]
    assert sorted(claimed + strays) == list(range(len(transcribed)))
    for group in groups:
        sources = {turns[turn].source for turn in group.turns} | {
            transcribed[each].source for each in group.transcribed
        }
        assert len(sources) == 1
