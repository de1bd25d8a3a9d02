from __future__ import annotations

from livebench.contract import Event, Stamped
from livebench.scoring.transcript import finals, versions

LINES = [
    Stamped(1, Event(type="final", text="Tell me", id=1)),
    Stamped(2, Event(type="partial", text="about")),
    Stamped(3, Event(type="final", text="Tell me about you.", id=2, replaces=[1])),
    Stamped(4, Event(type="revised", text="Tell me about it.", id=2)),
    Stamped(5, Event(type="final", text="A system without numbers.")),
]


def test_finals_that_were_replaced_do_not_stand_and_revised_ones_keep_their_time() -> None:
    standing = [(each.at_s, each.text) for each in finals(LINES, 0) if each.stands]
    assert standing == [(3e-9, "Tell me about it."), (5e-9, "A system without numbers.")]


def test_a_reader_sees_each_version() -> None:
    seen = [" | ".join(unit.text for unit in version.units) for version in versions(LINES, 0)]
    assert seen == [
        "Tell me",
        "Tell me | about",
        "Tell me about you.",
        "Tell me about it.",
        "Tell me about it. | A system without numbers.",
    ]
