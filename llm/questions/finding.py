"""Finds the question in what someone said.

Pure: one utterance's text in, at most one question out, made of every sentence that asks. Rules for English;
in other languages only the question mark counts (a question word makes it surer). It does not know who spoke
or what was said before: see `llm.questions.tracker`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from llm.questions import non_questions as not_asking
from llm.questions import phrases
from llm.questions.asking import Kind, ask
from llm.questions.self_answers import answers_itself
from llm.sentences import Sentence, placed_sentences, plain, spoken, without_lead_in

MAX_CHARACTERS = 600
"""A question is cut to its last so many characters; nobody asks longer ones."""

_MARKS = ("?", "？", "؟")
_AND_THE = re.compile(r"(?:and|or|but) (?:the|your|any|in|for|with|on|at|by)\b(?!.*,)")
"""A fragment that goes on asking: "And the budget?"."""

_LONGEST_SCENE = 4


@dataclass(frozen=True)
class Question:
    """A question found in an utterance."""

    text: str
    """Only the sentences that ask."""
    confidence: float
    """0 to 1; of such findings at least that share were right on labelled lines."""
    kind: Kind
    leans: bool
    """It is short and points back ("and why that one?"): with a question before it, it is a follow-up."""
    spans: tuple[tuple[int, int], ...] = ()
    """Where it stands in the utterance: first character and one past the last, of each piece that asks."""


@dataclass(frozen=True)
class _Judged:
    sentence: Sentence
    confidence: float
    kind: Kind

    @property
    def text(self) -> str:
        return self.sentence.text[:1].upper() + self.sentence.text[1:]


def find_question(text: str) -> Question | None:
    """Return what an utterance asks, or None: all sentences that ask are one question.

    Whoever asks several things in one breath wants them all answered.
    """
    said = placed_sentences(text)
    following = [*(sentence.text for sentence in said[1:]), ""]
    judged = [_judge(text, each, after) for each, after in zip(said, following, strict=False)]
    parts = _newest([_shortened(part) for part in _with_scenes(text, said, judged)])
    asking = [part for part in parts if part.confidence]
    if not asking:
        return None
    best = max(asking, key=lambda part: part.confidence)
    asked = " ".join(part.text for part in parts)
    return Question(
        asked,
        best.confidence,
        best.kind,
        leans=all(_leans(text, part.sentence) for part in asking),
        spans=_spans(text, parts),
    )


def sets_a_scene(text: str) -> bool:
    """Tell whether the last sentence of an utterance sets a scene for a question that is still to come."""
    said = placed_sentences(text)
    return bool(said) and phrases.SCENE.match(spoken(without_lead_in(text, said[-1]).text)) is not None


def _with_scenes(text: str, said: list[Sentence], judged: list[_Judged | None]) -> list[_Judged]:
    """Return what asks, and the scenes set for it: "Suppose the site is down. What do you do?"."""
    parts: list[_Judged] = []
    scene: list[_Judged] = []
    for sentence, part in zip(said, judged, strict=False):
        if part is not None:
            parts += [*scene, part]
            scene = []
            continue
        inner = without_lead_in(text, sentence)
        if scene or phrases.SCENE.match(spoken(inner.text)):
            scene.append(_Judged(inner, 0.0, "question"))
        if len(scene) > _LONGEST_SCENE:
            scene = []
    return parts


def _newest(parts: list[_Judged]) -> list[_Judged]:
    """Return the last parts that fit into a question, in order."""
    kept: list[_Judged] = []
    left = MAX_CHARACTERS
    for part in reversed(parts):
        left -= len(part.text) + 1
        if left < 0:
            break
        kept.insert(0, part)
    return kept


def _shortened(part: _Judged) -> _Judged:
    """Return the end of a sentence that is too long, from a word on."""
    sentence = part.sentence
    if len(sentence.text) < MAX_CHARACTERS:
        return part
    kept = sentence.text[-MAX_CHARACTERS + 1 :]
    kept = kept[kept.find(" ") + 1 :]
    return replace(part, sentence=Sentence(sentence.stop - len(kept), sentence.stop, kept))


def _spans(text: str, parts: list[_Judged]) -> tuple[tuple[int, int], ...]:
    """Return where the parts stand; neighbours are one span."""
    spans: list[tuple[int, int]] = []
    for part in parts:
        start, stop = part.sentence.start, part.sentence.stop
        if spans and not text[spans[-1][1] : start].strip():
            start = spans.pop()[0]
        spans.append((start, stop))
    return tuple(spans)


def _judge(text: str, sentence: Sentence, following: str) -> _Judged | None:
    """Judge one sentence of `text`, knowing the one after it."""
    inner = without_lead_in(text, sentence)
    whole, words = spoken(sentence.text), spoken(inner.text)
    marked = inner.text.rstrip("\"'”’) ").endswith(_MARKS)
    if not words or {words, whole} & not_asking.BACKCHANNELS or not_asking.ECHO.match(words):
        return None
    if any(map(not_asking.NOT_ASKING.match, (words, whole))) or not_asking.OF_THE_CALL.match(words):
        return None
    if answers_itself(words, following):
        return None
    if phrases.FRAGMENT.match(whole) and following and not _is_to_the_hearer(following):
        return None
    found = ask(words, marked)
    if found is None and phrases.MY_QUESTION_IS.search(whole):
        found = 0.9, "request"
    if found is None and marked and _AND_THE.match(whole):
        found = 0.65, "question"
    return _Judged(inner, *found) if found else None


def _is_to_the_hearer(sentence: str) -> bool:
    """Tell whether what follows a question asks on, and does not answer it."""
    return sentence.rstrip().endswith(_MARKS) or phrases.TO_YOU.search(spoken(sentence)) is not None


def _leans(text: str, sentence: Sentence) -> bool:
    words = spoken(without_lead_in(text, sentence).text)
    if phrases.ELLIPTIC.match(words):
        return True
    short = len(words.split()) <= 9
    continues = re.match(r"(?:and|but|so|or)\b", plain(text)) is not None
    return (short or continues) and phrases.POINTS_BACK.search(words) is not None
