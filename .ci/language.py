"""Checks docstrings, comments and messages for plain English: `python .ci/language.py [FILE…]`.

A word of the stop list is an error, and so is a module's first sentence that is long or starts with a
question word. docs/glossary.md lists the words to use instead.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

LONGEST_FIRST_SENTENCE = 15
"""Words in a module's first sentence."""

_QUESTION_STARTS = ("What", "Who", "How", "Of", "Whether", "Where", "When", "Everything", "Nothing")

STOP_LIST = (
    r"lest", r"anew", r"mend(s|ed|ing)?", r"told", r"tells", r"telling", r"whoever", r"whomever", r"of ours",
    r"none of ours", r"somebody", r"anybody", r"nobody", r"what there is to",
    r"who is asked", r"knock(s|ed|ing)?", r"strangers?", r"caged?", r"hangs? up", r"manners", r"agenda",
    r"thereof", r"makes no sense", r"to be had", r"can be had", r"by hand", r"as it comes", r"is gone",
    r"are gone", r"goes on", r"taken up", r"takes up", r"in its place", r"comes to",
)  # fmt: skip
"""Private or riddling words and phrases, as regular expressions."""

_STOP = re.compile(rf"\b(?:(?i:{'|'.join(STOP_LIST)})|(?<![Tt]here )(?:is|are) none)\b")
_MESSAGE_KEYWORDS = {"help", "fix", "kept", "problem", "cause", "detail"}

Text = tuple[int, str]


def texts(path: Path) -> Iterator[Text]:
    """Yield each docstring, comment and user message of a file with its line number."""
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node.lineno, text
            case ast.Call():
                yield from _messages(node)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _messages(call: ast.Call) -> Iterator[Text]:
    name = ast.unparse(call.func)
    arguments = [keyword.value for keyword in call.keywords if keyword.arg in _MESSAGE_KEYWORDS]
    if name.endswith(("Failure", "Rejected", "Unavailable")):
        arguments += call.args[:1]
    for argument in arguments:
        for node in ast.walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value


def first_sentence_faults(path: Path) -> Iterator[str]:
    """Yield what is wrong with the first sentence of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not docstring:
        return
    sentence = re.split(r"(?<=[.!?])\s|\n\n", docstring, maxsplit=1)[0]
    if len(sentence.split()) > LONGEST_FIRST_SENTENCE:
        yield f"{path}:1: first sentence has more than {LONGEST_FIRST_SENTENCE} words"
    if sentence.startswith(tuple(f"{word} " for word in _QUESTION_STARTS)):
        yield f"{path}:1: first sentence starts with {sentence.split()[0]!r}; say what the module is or does"


def faults(path: Path) -> Iterator[str]:
    """Yield every fault of a file as `path:line: message`."""
    yield from first_sentence_faults(path)
    for line, text in texts(path):
        for found in _STOP.finditer(text):
            yield f"{path}:{line + text[: found.start()].count(chr(10))}: {found[0]!r} is on the stop list"


def main() -> None:
    """Check the files that are named, or every tracked Python file."""
    names = sys.argv[1:]
    if not names:
        listed = ["git", "ls-files", "*.py"]
        names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    found = [fault for name in names if Path(name).is_file() for fault in faults(Path(name))]
    print("\n".join(found))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
