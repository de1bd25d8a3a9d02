"""The words a session should expect: from `--vocabulary`, from the settings, and from the user's notes.

Knows files and what a name looks like in English text; of the model it asks only how many tokens a text has.
The stt stage gets the words, never the files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import typer

from bus.failures import InputFailure
from bus.settings import expanded as expanded_path
from stt.prompt import PromptBuilder, fitting
from stt.settings import SttSettings

MAX_BYTES = 64 << 10
LONGEST_CHARACTERS = 60
"""A line beyond this is a sentence, not a word or a phrase."""

_RARE_TOKENS = 3
"""A word in small letters that takes so many tokens is one that Whisper hardly knows."""
_LIST_WORDS = 3
"""A line of so few words is an entry of a list; its capital says something, that of a sentence does not."""

_CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_SPACED = re.compile(r"\S+")
_ADDRESS_MARK = re.compile(r"://|www\.|[@\\_=<>{}]|/\S*[/.]")
_WORD = re.compile(r"(?<![\w'’])[^\W\d_](?:[\w.'’&#+-]*[\w#+])?")
_ENDING = re.compile(r"['’](?:s|d|m|t|ll|re|ve)$", re.IGNORECASE)
_TITLES = "".join(rf"(?<!\b{title})" for title in ("Mr", "Mrs", "Ms", "Dr", "Prof", "St"))
_SENTENCE_START = re.compile(rf"(?:^|{_TITLES}\.|[!?…|])[\s*_>\"'“‘(\[#-]*$")

_LOOK_BACK_CHARACTERS = 40
"""What stands between a sentence's end and the next one's first word is shorter than that."""

CountTokens = Callable[[str], int]


def expected(settings: SttSettings, listed: Sequence[str], notes: Sequence[str]) -> list[str]:
    """Return the words to expect, the most important first; say so when not all that were given are used.

    Args:
        settings: With the model found, whose words these are to be.
        listed: The words of `--vocabulary`; those of the settings come next.
        notes: The text of each file of notes. Searched only where English is spoken: the rules for what is a
            name hold for English alone.
    """
    given = [*dict.fromkeys((*listed, *settings.vocabulary))]
    searched = notes if settings.language == "en" else []
    tokenizer = Path(settings.model_path) / "tokenizer.json"
    if (
        not (given or searched) or not tokenizer.is_file()
    ):  # without one the stage will say that it is missing
        return given
    count = PromptBuilder(tokenizer, multilingual=True).count
    used = len(fitting(given, count))
    if used < len(given):
        typer.echo(
            f"cuecard: {used} of the {len(given)} words of the vocabulary are used, the first; "
            "more would slow down every pass",
            err=True,
        )
    return fitting([*given, *names_in(searched, count)], count)


def read_vocabulary(path: Path) -> list[str]:
    """Return the words and phrases of a file: UTF-8 text, one a line, `#` before a remark.

    Raises:
        InputFailure: It cannot be read, is no such text, or says nothing.
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
        raise _unusable(path, "it is no text", "give a text file with one word or phrase a line")
    words = [*_lines(path, text)]
    if not words:
        raise _unusable(path, "it has no words", "write one word or phrase a line, or leave it out")
    return words


def _lines(path: Path, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        word = " ".join(re.sub(r"(?:^|\s)#.*", "", line).split())
        if len(word) > LONGEST_CHARACTERS:
            what = f"line {number} is longer than {LONGEST_CHARACTERS} characters"
            raise _unusable(path, what, "write one word or phrase a line")
        if word:
            yield word


def names_in(texts: Iterable[str], count_tokens: CountTokens) -> list[str]:
    """Return the names and jargon of English notes, the most frequent first. Pure.

    A name has a capital inside a sentence, or capitals or digits inside the word; jargon is what the model
    needs many tokens for. What has a token of its own the model knows well, so it is neither.

    Args:
        texts: The notes, Markdown or plain.
        count_tokens: Tells how many tokens a text has.
    """
    found: Counter[str] = Counter()
    known: dict[tuple[str, bool], bool] = {}
    for text in texts:
        for word, says_name in _words(text):
            key = (word, says_name)
            if key not in known:
                known[key] = _is_rare(word, says_name, count_tokens)
            found[word] += known[key]
    return [word for word, times in found.most_common() if times]


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each word, and whether the way it is written says that it is a name."""
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


def _is_rare(word: str, says_name: bool, count_tokens: CountTokens) -> bool:
    if len(word) < 2 or len(word) > LONGEST_CHARACTERS:
        return False
    if says_name:
        return count_tokens(word) > 1 and count_tokens(word.lower()) > 1
    return word.isalpha() and word.islower() and count_tokens(word) >= _RARE_TOKENS


def _unusable(path: Path, why: str, fix: str) -> InputFailure:
    return InputFailure(f"the vocabulary {path} cannot be read: {why}", kept="nothing was started", fix=fix)
