"""Finds examples, figures, results and closings in an English answer by phrases. Pure."""

from __future__ import annotations

import re

FIGURES_AT_MOST = 5
_CLOSING_SENTENCES = 2

_SENTENCE = re.compile(r"[^.!?…]*[^\s.!?…][^.!?…]*(?:[.!?…]+(?=\d)[^.!?…]*)*[.!?…]*")

_EXAMPLE = re.compile(
    r"\b(?:for (?:example|instance)|to give (?:you )?(?:an|one) example|one example|an example of|such as"
    r"|let me (?:give|tell) you|i remember|there was (?:a|one|this) (?:time|case|moment|situation|project)"
    r"|one (?:time|day)|at one point|last (?:week|month|spring|summer|autumn|fall|winter|year)"
    r"|(?:two|three|a few|some|several) (?:weeks|months|years) ago"
    r"|(?:in|at) my (?:last|previous|current|first) (?:job|role|team|company|position|project)"
    r"|when i (?:was|worked|started|joined|led))\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:as a result|the (?:result|outcome) (?:was|is)|in the end|ended up|which (?:led to|meant)"
    r"|so that|turned out|(?:we|i|it|they|that) (?:\w+ )?(?:reduced|increased|saved|improved|cut|doubled"
    r"|halved|tripled|grew|shipped|launched|fixed|solved|won|dropped|fell|rose|went (?:from|up|down)))\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"\b(?:in (?:short|summary|conclusion)|to (?:sum up|summari[sz]e|conclude)|overall|all in all"
    r"|that(?:'s| is) why|which is why|so that(?:'s| is) (?:how|what|the|my)|looking back"
    r"|what i (?:learned|learnt|took)|the lesson|and that(?:'s| is|'d| would be) (?:it|about it|my|how|what)"
    r"|so,? yes|so,? yeah|i hope that|since then|from then on|ever since)\b",
    re.IGNORECASE,
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_SMALL = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
)
_UNIT = (
    r"%|percent|per cent|hundred|thousand|million|billion|k|times|people|users|customers|engineers|seconds?"
    r"|minutes?|hours?|days?|weeks?|months?|years?|dollars|euros|pounds|milliseconds?|ms|points?|teams?"
)
_FIGURE = re.compile(
    rf"[$€£]?\b\d+(?:[.,]\d+)*(?:\s?(?:{_UNIT})(?!\w))*"
    rf"|\b(?:half|(?:a|one|{_TENS}|{_SMALL})(?:[ -](?:{_SMALL}|one))?(?:\s(?:{_UNIT})\b)+)",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"(?:a|one) (?:people|times?|points?|teams?|seconds?|minutes?|days?|hours?)", re.IGNORECASE
)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, split at full stops; "3.5" is not split."""
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def find_example(text: str) -> str:
    """Return the first phrase that announces an example or a story, or an empty text."""
    return _first(_EXAMPLE, text)


def find_result(text: str) -> str:
    """Return the first phrase that announces a result, or an empty text."""
    return _first(_RESULT, text)


def find_closing(text: str) -> str:
    """Return a closing phrase near the end of the answer, or an empty text."""
    last = sentences(text)
    # An answer of one or two sentences is too short for a closing.
    return _first(_CLOSING, " ".join(last[-_CLOSING_SENTENCES:])) if len(last) > _CLOSING_SENTENCES else ""


def find_figures(text: str) -> list[str]:
    """Return the figures in a text, in order, without "one" and "a day"."""
    found = (match.group().strip() for match in _FIGURE.finditer(text))
    return [figure for figure in found if not _VAGUE.fullmatch(figure)][:FIGURES_AT_MOST]


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text.replace("’", "'"))
    return match.group() if match else ""
