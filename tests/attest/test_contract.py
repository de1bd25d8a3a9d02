"""Contract of a session: what may be written where it could be read by others."""

from __future__ import annotations

import pytest

from session.attest.checks.contract import may_report
from session.attest.tracing.recording import is_the_question


@pytest.mark.parametrize(
    ("kind", "text", "allowed"),
    [
        ("session", "utterances        3, 25 words\nsaved             nothing\n", True),
        ("session", "question to first answer token: p50 0.05 s, p95 0.05 s (n = 1)", True),
        ("session", "utterances        c29tZXRoaW5n", False),
        ("session", "saved 48656c6c6f", False),
        ("session", "saved " * 400, False),
        ("overlay", "This plugin does not support raise()\n", True),
        ("overlay", "This plugin does not support speech()\n", False),
        ("stt", "words", False),
    ],
)
def test_standard_error_has_known_words_only(kind: str, text: str, *, allowed: bool) -> None:
    assert may_report(kind, text.encode()) is allowed


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("What was the hardest part of splitting up that service?", True),
        ("What was the hardest part off, splitting up the service?", True),
        ("What was the hardest part of splitting up that service\u200b?", False),
        ("Thanks for joining today, what was the hardest part of splitting up that service?", False),
    ],
)
def test_only_the_question_counts_as_one(text: str, *, is_it: bool) -> None:
    assert is_the_question(text) is is_it
