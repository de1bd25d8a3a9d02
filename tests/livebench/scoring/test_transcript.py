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


def _final(id: int, text: str, *replaces: int) -> Stamped:
    return Stamped(id, Event(type="final", text=text, id=id, replaces=list(replaces)))


def test_a_final_replaces_only_what_arrived_before_it() -> None:
    both = [_final(2, "Two", 1, 2), _final(1, "One")]
    assert [(each.text, each.stands) for each in finals(both, 0)] == [("Two", True), ("One", True)]


def test_a_second_final_with_the_same_number_revises_the_first() -> None:
    again = [_final(1, "One"), _final(1, "Won")]
    assert [(each.first_text, each.text) for each in finals(again, 0)] == [("One", "Won")]


def test_a_revision_of_what_is_not_there_is_ignored() -> None:
    early = Stamped(1, Event(type="revised", text="Late", id=5))
    replaced = Stamped(9, Event(type="revised", text="Gone", id=1))
    lines = [early, _final(1, "One"), _final(5, "One and five", 1), replaced]
    assert [each.text for each in finals(lines, 0)] == ["One", "One and five"]
    assert [unit.text for unit in list(versions(lines, 0))[-1].units] == ["One and five"]


def test_a_partial_does_not_take_a_final_back() -> None:
    lines = [_final(1, "One"), Stamped(2, Event(type="partial", text="", id=1))]
    assert [unit.text for unit in list(versions(lines, 0))[-1].units] == ["One"]
