"""Contract of a request: a byte more, less or other is noticed."""

from __future__ import annotations

import pytest

from session.attest.checks.requests import MOST_LISTINGS, listing, question, unexpected

PROVIDER, KEY, ASKED = "127.0.0.1:4000", "sk-planted-1", "What was the hardest part?"
LISTING = listing(PROVIDER, KEY)
QUESTION = question(PROVIDER, KEY, ASKED)


def rest(payload: bytes) -> bytes:
    return unexpected(payload, PROVIDER, KEY, [ASKED])


def test_a_session_lists_the_models_and_asks_each_question_once() -> None:
    assert rest(LISTING + QUESTION + LISTING) == b""
    assert rest(QUESTION + QUESTION) == QUESTION
    assert rest(LISTING * (MOST_LISTINGS + 1)) == LISTING


@pytest.mark.parametrize(
    "changed",
    [
        LISTING.replace(b"/v1/models", b"/v1/models?said=x"),
        LISTING.replace(b"accept:", b"Accept:"),
        LISTING.replace(b"accept: text", b"accept:  text"),
        LISTING.replace(b"\r\n\r\n", b"\r\nx: 1\r\n\r\n"),
        LISTING.replace(b"keep-alive", b"close"),
        LISTING.replace(b"Bearer ", b"bearer "),
        LISTING + b"\r\n",
        QUESTION.replace(b'"stream":true', b'"stream":1'),
        QUESTION.replace(b'"model"', b'"user":"x","model"'),
        QUESTION.replace(b"hardest", b"easiest"),
        QUESTION.replace(b"question>", b"question >"),
    ],
)
def test_every_change_of_a_request_is_noticed(changed: bytes) -> None:
    assert rest(changed)
