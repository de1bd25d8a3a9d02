"""Places of cuts in the truth."""

from __future__ import annotations

import pytest

from livebench.scoring.cuts import places_of_cuts

TRUTH = "I went home. Then it rained, and we stayed in."


@pytest.mark.parametrize(
    ("truth", "pieces", "places"),
    [
        (TRUTH, [TRUTH], []),
        (TRUTH, ["I went home.", "Then it rained, and we stayed in."], ["between"]),
        (TRUTH, ["I went home. Then it rained", "and we stayed in."], ["inside"]),
        (TRUTH, ["I went", "home.", "Then it rained, and we stayed in."], ["inside", "between"]),
        (TRUTH, ["I went home.", "Den it rained, and we stayed in."], ["between"]),
        (TRUTH, ["I went home. Then it", "trained, and we stayed in."], ["inside"]),
        (TRUTH, ["I went home.", "", "Then it rained, and we stayed in."], ["between"]),
        ("i went home then it rained", ["I went home.", "Then it rained."], ["unknown"]),
        ('He said "No." Then he left.', ["He said no.", "Then he left."], ["between"]),
        (TRUTH, [], []),
    ],
)
def test_where_a_cut_lies(truth: str, pieces: list[str], places: list[str]) -> None:
    assert places_of_cuts(truth, pieces) == places
