"""Bytes of each token, from `tokenizer.json`."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

from livebench.failures import InputFailure

_END = "<|endoftext|>"


def text_tokens(folder: Path) -> list[bytes]:
    """Return the bytes of the tokens before `<|endoftext|>`, by their number.

    The multilingual vocabulary has an empty token before it.

    Raises:
        OSError: `tokenizer.json` cannot be read.
        InputFailure: It lacks tokens.
    """
    document = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    numbered = {number: token for token, number in document["model"]["vocab"].items()}
    ends = [each["id"] for each in document["added_tokens"] if each["content"] == _END]
    if not ends:
        raise InputFailure(f"tokenizer.json has no {_END}")
    values = _byte_values()
    try:
        return [bytes(values[sign] for sign in numbered.get(number, "")) for number in range(ends[0])]
    except KeyError as sign:
        raise InputFailure(f"tokenizer.json has a token with {sign}, which stands for no byte") from None


def _byte_values() -> dict[str, int]:
    """Return the byte of each character of a byte-level vocabulary (GPT-2's).

    Printable bytes of Latin-1 stand for themselves; the others for the characters from 256 on, in order.
    """
    printable = set(chain(range(0x21, 0x7F), range(0xA1, 0xAD), range(0xAE, 0x100)))
    others = (value for value in range(256) if value not in printable)
    return {chr(value): value for value in printable} | {
        chr(256 + number): value for number, value in enumerate(others)
    }
