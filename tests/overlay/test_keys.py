from __future__ import annotations

import pytest
from PyQt6.QtGui import QKeySequence

from bus.failures import SettingsFailure
from overlay.keys import ACTIONS, global_keys, normalized
from overlay.texts import strings


def test_default_keys_do_not_conflict() -> None:
    assert "answer" in global_keys({})
    assert "sent" not in global_keys({}), "it has no global key"


def test_every_action_has_words_and_keys_that_qt_knows() -> None:
    assert strings.ACTIONS.keys() == ACTIONS.keys()
    for action in ACTIONS.values():
        for key in [*action.window_key.split(), *filter(None, [action.global_key])]:
            assert QKeySequence(key).toString(), key


def test_keys_of_the_window_do_not_conflict() -> None:
    keys = [key for action in ACTIONS.values() for key in action.window_key.split()]
    assert len({*keys}) == len(keys)


def test_a_key_can_be_chosen_or_switched_off() -> None:
    chosen = global_keys({"answer": "Meta+Space", "end": ""})
    assert chosen["answer"] == "Meta+Space"
    assert "end" not in chosen


def test_two_actions_cannot_have_one_key() -> None:
    with pytest.raises(SettingsFailure, match="the key of both 'answer' and 'toggle'"):
        global_keys({"answer": "alt+ctrl+h"})


def test_unknown_actions_are_refused() -> None:
    with pytest.raises(SettingsFailure, match="no action 'jump'"):
        global_keys({"jump": "Ctrl+J"})


@pytest.mark.parametrize(
    ("key", "normal"),
    [("Ctrl+Alt+A", "alt+ctrl+a"), ("alt + ctrl + A", "alt+ctrl+a"), ("Ctrl++", "ctrl+plus")],
)
def test_order_and_case_do_not_matter(key: str, normal: str) -> None:
    assert normalized(key) == normal
