"""Collects the words to expect from `--vocabulary`, the settings, and the user's notes.

Knows files, and how names look in English text. The stt stage gets the words, never the files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import typer

from bus.failures import InputFailure
from bus.settings import expanded as expanded_path
from stt.engines.prompt import PromptBuilder, fitting
from stt.settings import SttSettings

MAX_BYTES = 64 << 10
LONGEST_CHARACTERS = 60
"""A line beyond this is a sentence, not a word or a phrase."""

_RARE_TOKENS = 3
"""A lower-case word with at least this many tokens counts as jargon."""
_LIST_WORDS = 3
"""A line of at most this many words is a list entry; its first capital marks a name."""

_CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_SPACED = re.compile(r"\S+")
_ADDRESS_MARK = re.compile(r"://|www\.|[@\\_=<>{}]|/\S*[/.]")
_WORD = re.compile(r"(?<![\w'’])[^\W\d_](?:[\w.'’&#+-]*[\w#+])?")
_ENDING = re.compile(r"['’](?:s|d|m|t|ll|re|ve)$", re.IGNORECASE)
_TITLES = "".join(rf"(?<!\b{title})" for title in ("Mr", "Mrs", "Ms", "Dr", "Prof", "St"))
_SENTENCE_START = re.compile(rf"(?:^|{_TITLES}\.|[!?…|])[\s*_>\"'“‘(\[#-]*$")

_LOOK_BACK_CHARACTERS = 40
"""Longest gap between the end of a sentence and the next word."""

CountTokens = Callable[[str], int]


def expected_words(settings: SttSettings, listed: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the words to expect, the most important first; print a remark if some cannot be used.

    Args:
        settings: The settings, with the model found.
        listed: The words of `--vocabulary`; those of the settings come next.
        names: The names in the user's notes, the most frequent first.
    """
    given = [*dict.fromkeys((*listed, *settings.vocabulary))]
    tokenizer = tokenizer_of(settings)
    if not (given or names) or tokenizer is None:
        return given
    count = PromptBuilder(tokenizer, multilingual=True).count
    used = len(fitting(given, count))
    if used < len(given):
        typer.echo(
            f"cuecard: the first {used} of the {len(given)} words of the vocabulary are used; "
            "more would slow down every pass",
            err=True,
        )
    return fitting([*given, *names], count)


def tokenizer_of(settings: SttSettings) -> Path | None:
    """Return the tokenizer of the model; None if it has none, which the stage reports."""
    tokenizer = Path(settings.model_path) / "tokenizer.json"
    return tokenizer if tokenizer.is_file() else None


def read_vocabulary(path: Path) -> list[str]:
    """Return the words and phrases of a file: UTF-8 text, one a line, `#` starts a comment.

    Raises:
        InputFailure: It cannot be read, is not such text, or is empty.
    """
    try:
        with Path(expanded_path(str(path))).open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error), "check the path and its permissions") from error
    if len(body) > MAX_BYTES:
        raise _unusable(path, f"it is larger than {MAX_BYTES >> 10} KiB", "keep the words that matter")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unusable(path, "it is not UTF-8 text", "save it as UTF-8") from error
    if "\0" in text:
        raise _unusable(path, "it is not a text file", "give a text file with one word or phrase a line")
    words = [*_lines(path, text)]
    if not words:
        raise _unusable(path, "it has no words", "write one word or phrase a line, or leave it out")
    return words


def _lines(path: Path, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        word = " ".join(re.sub(r"(?:^|\s)#.*", "", line).split())
        if len(word) > LONGEST_CHARACTERS:
            problem = f"line {number} is longer than {LONGEST_CHARACTERS} characters"
            raise _unusable(path, problem, "write one word or phrase a line")
        if word:
            yield word


def names_in(texts: Iterable[str], count_tokens: CountTokens) -> list[str]:
    """Return the names and jargon of English notes, the most frequent first. Pure.

    A name has a capital inside a sentence, or capitals or digits inside the word; jargon takes many tokens. A
    word with a token of its own is well known to the model and is left out.

    Args:
        texts: The notes, Markdown or plain.
        count_tokens: Returns how many tokens a text has.
    """
    found: Counter[str] = Counter()
    known: dict[tuple[str, bool], bool] = {}
    for text in texts:
        for word, is_name in _words(text):
            key = (word, is_name)
            if key not in known:
                known[key] = _is_rare(word, is_name, count_tokens)
            found[word] += known[key]
    return [word for word, times in found.most_common() if times]


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each word, and whether its spelling marks a name."""
    for line in _CODE.sub("", text).splitlines():
        line = _SPACED.sub(lambda piece: " " if _ADDRESS_MARK.search(piece[0]) else piece[0], line)
        is_shouted = line == line.upper()
        is_title = line.lstrip().startswith("#")
        matches = [*_WORD.finditer(line)]
        is_entry = len(matches) <= _LIST_WORDS and not is_title
        for match in matches:
            word = _ENDING.sub("", match[0])
            starts = is_title or (not is_entry and _starts_sentence(line, match.start()))
            is_marked = any(letter.isupper() or letter.isdigit() for letter in word[1:])
            yield word, not is_shouted and (is_marked or (word[0].isupper() and not starts))


def _starts_sentence(line: str, at: int) -> bool:
    return _SENTENCE_START.search(line, max(at - _LOOK_BACK_CHARACTERS, 0), at) is not None


def _is_rare(word: str, is_name: bool, count_tokens: CountTokens) -> bool:
    if len(word) < 2 or len(word) > LONGEST_CHARACTERS:
        return False
    if is_name:
        return count_tokens(word) > 1 and count_tokens(word.lower()) > 1
    return word.isalpha() and word.islower() and count_tokens(word) >= _RARE_TOKENS


def _unusable(path: Path, reason: str, fix: str) -> InputFailure:
    return InputFailure(
        f"the vocabulary {path} cannot be read: {reason}", kept="nothing was started", fix=fix
    )
