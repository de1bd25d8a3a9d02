"""Tests that only a true record of verified weights may be left."""

from __future__ import annotations

import pytest

from session.attest.checks.violations import _is_record_of_weights
from session.models.catalogue import CATALOGUE

FILE = CATALOGUE["base"].files[0]
ROW = b'"%s":{"size_bytes":1,"inode":2,"changed_ns":3,"sha256":"%s"}' % (
    FILE.name.encode(),
    FILE.sha256.encode(),
)


@pytest.mark.parametrize(
    ("record", "is_one"),
    [
        (b"{" + ROW + b"}", True),
        (b"{" + ROW + b"," + ROW + b"}", True),
        (b"{" + ROW + b"} words", False),
        (b"{" + ROW.replace(FILE.name.encode(), b"words") + b"}", False),
        (b"{" + ROW.replace(FILE.sha256.encode(), b"a" * 64) + b"}", False),
        (b"words", False),
    ],
)
def test_record_has_nothing_of_its_own(record: bytes, is_one: bool) -> None:
    assert _is_record_of_weights(record) is is_one
