"""Versions of a turn's transcript: what a reader saw, from moment to moment.

Knows partials, the words at pauses, finals, the finals that later ones replace, and revisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.harness.transcript import Transcript
from bench.latency.utterances import TranscribedUtterance
from bench.latency.word_timing import Version
from livebench.scoring.cuts import Place, places_of_cuts
from livebench.scoring.words import matches, normal_words, plain_words

_SETTLED_S = 2.0
"""After the last final of a turn a reader has no longer than this for a cut sentence to be repaired."""


@dataclass(frozen=True)
class _News:
    at_s: float
    utterance: int
    text: str
    replaces: tuple[int, ...]
    kind: str
    """"partial", "final", "revision", or "discarded"."""


def versions(transcribed: Sequence[TranscribedUtterance]) -> list[Version]:
    """Return what was visible of all utterances together, in order of time."""
    last = max((each.number for each in transcribed), default=0)
    found = []
    for news, texts in _followed(transcribed):
        is_final = news.kind != "partial" and news.utterance == last
        found.append(Version(news.at_s, plain_words(" ".join(texts)), is_final))
    return found


def standing(transcribed: Sequence[TranscribedUtterance], until_s: float | None = None) -> list[str]:
    """Return the texts of the finals that count at a time, or at the end: merged and revised."""
    transcript = Transcript()
    for news in _news(transcribed):
        if news.kind in ("final", "revision") and (until_s is None or news.at_s <= until_s):
            _apply(transcript, news)
    return [text for text in transcript.texts.values() if text]


def all_words_seen_s(transcribed: Sequence[TranscribedUtterance]) -> float | None:
    """Return when all words of the last finals were visible for the first time; None without finals.

    A revision's words do not count: they come when nothing else is to be computed.
    """
    last_s = max((each.final.received_s for each in transcribed if each.final), default=None)
    if last_s is None:
        return None
    final = normal_words(" ".join(standing(transcribed, last_s)))
    for news, texts in _followed(transcribed):
        visible = iter(normal_words(" ".join(texts)))
        if all(word in visible for word in final):
            return news.at_s
    return last_s


def cuts_made(truth: str, transcribed: Sequence[TranscribedUtterance]) -> list[Place]:
    """Return the place of each cut between two utterances, whether it was repaired later or not."""
    finals = [each for each in transcribed if each.final]
    whole = [word for text in standing(finals) for word in plain_words(text)]
    places: list[Place] = []
    for count in range(1, len(finals)):
        before = " ".join(standing(finals[:count]))
        rest = " ".join(whole[len(plain_words(before)) :])
        places += places_of_cuts(truth, [before, rest])
    return places


def cuts_left(truth: str, transcribed: Sequence[TranscribedUtterance]) -> list[Place]:
    """Return the place of each cut that is still there two seconds after the turn's last final."""
    last_s = max((each.final.received_s for each in transcribed if each.final), default=0.0)
    return places_of_cuts(truth, standing(transcribed, last_s + _SETTLED_S))


def words_lost(truth: str | None, transcribed: Sequence[TranscribedUtterance]) -> list[str]:
    """Return the words that were visible once and are in no final.

    Args:
        truth: The spoken words; of the visible ones only these count. None counts every word.
        transcribed: The utterances of a turn, discarded ones included.
    """
    true_words = plain_words(truth) if truth is not None else None
    seen: Counter[str] = Counter()
    for version in versions(transcribed):
        words = version.words
        if true_words is not None:
            found = matches(true_words, words)
            words = [word for word, place in zip(words, found, strict=True) if place is not None]
        seen |= Counter(words)
    kept = Counter(plain_words(" ".join(standing(transcribed))))
    return sorted((seen - kept).elements())


def _followed(transcribed: Sequence[TranscribedUtterance]) -> Iterator[tuple[_News, list[str]]]:
    """Yield each change with the texts that are visible after it."""
    transcript = Transcript()
    for news in _news(transcribed):
        _apply(transcript, news)
        yield news, list(transcript.texts.values())


def _apply(transcript: Transcript, news: _News) -> None:
    if news.kind == "revision":
        transcript.revise(news.utterance, news.text)
    else:
        transcript.show(news.utterance, news.text, news.replaces)


def _news(transcribed: Sequence[TranscribedUtterance]) -> list[_News]:
    return sorted((news for each in transcribed for news in _news_of(each)), key=lambda news: news.at_s)


def _news_of(each: TranscribedUtterance) -> Iterator[_News]:
    for partial in (*each.partials, *each.predictions):
        yield _News(partial.received_s, each.number, partial.text, partial.replaces, "partial")
    if final := each.final:
        yield _News(final.received_s, each.number, final.text, final.replaces, "final")
    else:
        yield _News(each.ended_s, each.number, "", (), "discarded")
    for revision in each.revisions:
        yield _News(revision.received_s, each.number, revision.text, (), "revision")
