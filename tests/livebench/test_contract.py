from __future__ import annotations

import pytest

from livebench.contract import Event, decode
from livebench.failures import SystemFailure


def test_a_line_is_an_event_and_unknown_fields_are_ignored() -> None:
    event = decode(b'{"type": "final", "text": "Yes.", "id": 3, "replaces": [1], "confidence": 0.9}')
    assert event == Event(type="final", text="Yes.", id=3, replaces=[1])


@pytest.mark.parametrize(
    "line",
    [
        b"loading model",
        b'{"type": "word"}',
        b'{"type": "final", "text": ""}',
        b'{"type": "final", "text": " "}',
        b'{"type": "revised", "text": "Yes."}',
        b'{"type": "revised", "text": "", "id": 1}',
        b'{"type": "final", "text": "caf\xc3"}',
        b'{"type": "final", "text": ' + b"[" * 100_000,
    ],
)
def test_other_lines_fail_the_round(line: bytes) -> None:
    with pytest.raises(SystemFailure):
        decode(line)
