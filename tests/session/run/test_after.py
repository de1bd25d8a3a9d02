"""A session that has ended is shown on its page or on the terminal."""

from __future__ import annotations

from typing import Any

import pytest

from session.run.end.after import choose_mode

PAGE = {
    "wanted": "auto",
    "views": ["overlay"],
    "as_json": False,
    "saves": False,
    "on_screen": True,
    "on_terminal": True,
}
ASKED = {**PAGE, "views": ["view", "terminal"]}


@pytest.mark.parametrize(
    ("given", "changes", "expected"),
    [
        (PAGE, {}, "window"),
        (PAGE, {"saves": True}, "window"),
        (PAGE, {"on_screen": False}, None),
        (PAGE, {"as_json": True}, None),
        (PAGE, {"wanted": "never"}, None),
        (PAGE, {"wanted": "always", "on_screen": False, "as_json": True}, "window"),
        (ASKED, {}, "terminal"),
        (ASKED, {"on_terminal": False}, None),
        (ASKED, {"saves": True}, None),
        (ASKED, {"as_json": True}, None),
        (ASKED, {"wanted": "never"}, None),
        (ASKED, {"views": ["view", "plain"]}, None),
        (ASKED, {"views": []}, None),
    ],
)
def test_mode(given: dict[str, Any], changes: dict[str, Any], expected: str | None) -> None:
    assert choose_mode(**{**given, **changes}) == expected
