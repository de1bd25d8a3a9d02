"""Orders of events that stt may publish; a text names its utterances."""

from __future__ import annotations

from collections.abc import Iterator

from bus import messages as m
from tests.support.events import discarded, endpoint, final, partial, resumed, revised


def words(utterance: int, replaces: tuple[int, ...], mark: str = "") -> str:
    """Return the text of a turn, a word for each utterance."""
    return " ".join(f"w{number}{mark}" for number in (*replaces, utterance))


def said(text: str) -> list[int]:
    """Return the utterances that a text names."""
    return [int(word[1]) for word in text.split() if word != "…"]


def turns(utterance: int, past: tuple[m.Event, ...]) -> Iterator[tuple[int, ...]]:
    """Yield what the next text of an utterance may replace: nothing, or the last turns of its source."""
    yield ()
    replaced: tuple[int, ...] = ()
    known = {each.utterance: tuple(each.replaces) for each in past if isinstance(each, m.FinalTranscribed)}
    number = utterance - 1
    while number in known:
        replaced = (*known[number], number, *replaced)
        yield replaced
        number = replaced[0] - 1


def possible(past: tuple[m.Event, ...], utterances: int = 3) -> Iterator[m.Event]:
    """Yield the events that may follow: outcomes in order, revisions after their final, repetitions."""
    over = {each.utterance for each in past if isinstance(each, m.FinalTranscribed | m.UtteranceDiscarded)}
    current = len(over) + 1
    if current <= utterances:
        yield discarded(current, start_s=current)
        yield resumed(current)
        for replaces in turns(current, past):
            start_s = float(replaces[0] if replaces else current)
            yield partial(current, words(current, replaces), replaces=replaces)
            yield endpoint(current, words(current, replaces), quiet_s=9.0, replaces=replaces)
            yield final(current, words(current, replaces), start_s=start_s, replaces=replaces)
    for event in past:
        if isinstance(event, m.FinalTranscribed):
            yield revised(event.utterance, words(event.utterance, tuple(event.replaces), "r"))
            yield event
        elif isinstance(event, m.PartialTranscribed):
            yield event
