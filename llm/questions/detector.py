"""Detects the question in an utterance, by the rules of its language.

Pure: one utterance's text in, at most one question out, made of every sentence that asks. Does not know who
spoke or what was said before; see `llm.questions.tracker`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from llm.questions import non_questions, question_phrases
from llm.questions.languages.identification import rules_for
from llm.questions.languages.rules import LanguageRules
from llm.questions.request_phrases import MY_QUESTION_IS
from llm.questions.self_answers import answers_itself
from llm.questions.sentence_classifier import Kind, classify
from llm.sentences import Sentence, placed_sentences, plain, spoken, without_lead_in

MAX_CHARACTERS = 600
"""A longer question is cut to its end."""

_QUESTION_MARKS = ("?", "？", "؟")
_AND_THE = re.compile(r"(?:and|or|but) (?:the|your|any|in|for|with|on|at|by)\b(?!.*,)")
"""A fragment that asks on: "And the budget?"."""

_MAX_SCENE_SENTENCES = 4


@dataclass(frozen=True)
class Question:
    """A question in an utterance."""

    text: str
    """Only the sentences that ask, with the scene set for them."""
    confidence: float
    """0 to 1; a lower bound of the precision on labelled lines."""
    kind: Kind
    leans: bool
    """It is short and points back ("and why that one?"): after another question it is a follow-up."""
    spans: tuple[tuple[int, int], ...] = ()
    """First character and one past the last, of each part in the utterance."""


@dataclass(frozen=True)
class _Part:
    """A sentence of a question; confidence 0 marks one that only sets the scene."""

    sentence: Sentence
    confidence: float
    kind: Kind

    @property
    def text(self) -> str:
        return self.sentence.text[:1].upper() + self.sentence.text[1:]


def detect_question(text: str) -> Question | None:
    """Return the question that an utterance asks, or None; all sentences that ask are one question."""
    return question_in(text, placed_sentences(text))


def question_in(text: str, sentences: list[Sentence]) -> Question | None:
    """Return the question that a text with these sentences asks, or None."""
    following = [*(sentence.text for sentence in sentences[1:]), ""]
    rules = rules_for(text)
    asking = [
        _asking_part(text, each, after, rules) for each, after in zip(sentences, following, strict=False)
    ]
    parts = _last_parts([_shortened(part) for part in _with_scenes(text, sentences, asking)])
    sure = [part for part in parts if part.confidence]
    if not sure:
        return None
    best = max(sure, key=lambda part: part.confidence)
    return Question(
        " ".join(part.text for part in parts),
        best.confidence,
        best.kind,
        leans=all(_leans(text, part.sentence, rules) for part in sure),
        spans=_spans(text, parts),
    )


def sets_scene(text: str, sentences: list[Sentence]) -> bool:
    """Return whether the last sentence of a text sets a scene for a question to come."""
    return bool(sentences) and _is_scene(without_lead_in(text, sentences[-1]))


def _is_scene(sentence: Sentence) -> bool:
    return question_phrases.SCENE.match(spoken(sentence.text)) is not None


def _with_scenes(text: str, sentences: list[Sentence], asking: list[_Part | None]) -> list[_Part]:
    """Return the parts that ask, and the scenes set for them: "Suppose the site is down. What do you do?"."""
    parts: list[_Part] = []
    scene: list[_Part] = []
    for sentence, part in zip(sentences, asking, strict=True):
        if part is not None:
            parts += [*scene, part]
            scene = []
            continue
        inner = without_lead_in(text, sentence)
        if scene or _is_scene(inner):
            scene.append(_Part(inner, 0.0, "question"))
        if len(scene) > _MAX_SCENE_SENTENCES:
            scene = []
    return parts


def _last_parts(parts: list[_Part]) -> list[_Part]:
    """Return the last parts that fit into a question, in order."""
    fitting: list[_Part] = []
    left = MAX_CHARACTERS
    for part in reversed(parts):
        left -= len(part.text) + 1
        if left < 0:
            break
        fitting.insert(0, part)
    return fitting


def _shortened(part: _Part) -> _Part:
    """Return the end of a sentence that is too long, from a word boundary."""
    sentence = part.sentence
    if len(sentence.text) < MAX_CHARACTERS:
        return part
    end = sentence.text[-MAX_CHARACTERS + 1 :]
    end = end[end.find(" ") + 1 :]
    return replace(part, sentence=Sentence(sentence.stop - len(end), sentence.stop, end))


def _spans(text: str, parts: list[_Part]) -> tuple[tuple[int, int], ...]:
    """Return where the parts stand; adjacent ones are one span."""
    spans: list[tuple[int, int]] = []
    for part in parts:
        start, stop = part.sentence.start, part.sentence.stop
        if spans and not text[spans[-1][1] : start].strip():
            start = spans.pop()[0]
        spans.append((start, stop))
    return tuple(spans)


def _asking_part(text: str, sentence: Sentence, following: str, rules: LanguageRules | None) -> _Part | None:
    inner = without_lead_in(text, sentence, rules.lead_in) if rules else without_lead_in(text, sentence)
    if rules:
        found = rules.classify(sentence.text, inner.text, following, marked=_is_marked(inner))
    else:
        found = _classify_in_context(sentence.text, inner.text, following)
    return _Part(inner, *found) if found else None


@lru_cache(maxsize=256)  # joined utterances share most of their sentences
def _classify_in_context(sentence: str, inner: str, following: str) -> tuple[float, Kind] | None:
    """Return how surely, and in which way, a sentence asks; None when it does not.

    Args:
        sentence: The sentence.
        inner: The sentence without its lead-in.
        following: The sentence after it; empty when there is none.
    """
    whole, words = spoken(sentence), spoken(inner)
    marked = inner.rstrip("\"'”’) ").endswith(_QUESTION_MARKS)
    if not words or {words, whole} & non_questions.BACKCHANNELS or non_questions.ECHO.match(words):
        return None
    if any(map(non_questions.NOT_ASKING.match, (words, whole))) or non_questions.OF_THE_CALL.match(words):
        return None
    if answers_itself(words, following):
        return None
    if question_phrases.FRAGMENT.match(whole) and following and not _asks_on(following):
        return None
    found = classify(words, marked)
    if found is None and MY_QUESTION_IS.search(whole):
        return 0.9, "request"
    if found is None and marked and _AND_THE.match(whole):
        return 0.65, "question"
    return found


def _asks_on(following: str) -> bool:
    """Return whether the sentence after a question asks as well, so that it is not the answer."""
    addresses_you = question_phrases.TO_YOU.search(spoken(following)) is not None
    return following.rstrip().endswith(_QUESTION_MARKS) or addresses_you


def _is_marked(sentence: Sentence) -> bool:
    return sentence.text.rstrip("\"'”’) ").endswith(_QUESTION_MARKS)


def _leans(text: str, sentence: Sentence, rules: LanguageRules | None) -> bool:
    if rules:
        return rules.leans(text)
    words = spoken(without_lead_in(text, sentence).text)
    if question_phrases.ELLIPTIC.match(words):
        return True
    short = len(words.split()) <= 9
    continues = re.match(r"(?:and|but|so|or)\b", plain(text)) is not None
    return (short or continues) and question_phrases.POINTS_BACK.search(words) is not None
