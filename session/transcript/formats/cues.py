"""Writes the transcript as captions, SubRip and WebVTT, in cues that can be read. Pure.

Turns of one speaker are joined and cut again at words: two lines of 42 characters, at most 6 s, shown for at
least 1 s where the next cue leaves room. A word's time is its share of its turn's characters.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from bus.messages.control import MARKED
from session.transcript.formats.minutes import SENTENCE_ENDS, Paragraph, minutes
from session.transcript.saved_session import SavedSession, Turn

LINE_CHARACTERS = 42
LINES = 2
SHORTEST_S, LONGEST_S = 1.0, 6.0
GAP_S = 1.5
"""A cue ends before a longer silence."""


@dataclass(frozen=True)
class Cue:
    """One caption: its speaker, its lines, and when it is shown."""

    speaker: str
    """The name to show; empty if the cue before has the same one."""
    text: str
    start_s: float
    stop_s: float
    source: str

    @property
    def lines(self) -> list[str]:
        """The text, wrapped."""
        return wrapped(self.text)


@dataclass(frozen=True)
class _Word:
    text: str
    start_s: float
    stop_s: float


def cues(saved: SavedSession) -> list[Cue]:
    """Return the captions of a session in the order in which they begin."""
    found: list[Cue] = []
    for part in minutes(saved):
        if isinstance(part, Paragraph) and part.source != MARKED:
            name = " ".join(saved.speaker(part.source).split())
            words = [word for turn in part.turns for word in _words(turn)]
            found += [_cue(group, name, part.source) for group in _groups(words, f"{name}: ")]
    found.sort(key=lambda cue: cue.start_s)
    lasting = [_lasting(cue, following) for cue, following in zip_longest(found, found[1:])]
    return [*lasting[:1], *(_named(cue, before) for before, cue in pairwise(lasting))]


def wrapped(text: str) -> list[str]:
    """Return a text in lines of at most 42 characters; a longer word is cut."""
    return textwrap.wrap(text, LINE_CHARACTERS, break_on_hyphens=False) or [""]


def srt(saved: SavedSession) -> str:
    """Return the transcript as SubRip captions, which have no way to escape markup."""
    blocks = []
    for number, cue in enumerate(cues(saved), 1):
        name = f"{cue.speaker}: " if cue.speaker else ""
        lines = wrapped(_without_markup(f"{name}{cue.text}"))
        blocks.append("\n".join([str(number), _times(cue, ","), *lines]) + "\n")
    return "\n".join(blocks)


def vtt(saved: SavedSession) -> str:
    """Return the transcript as WebVTT captions, with the speaker as voice."""
    blocks = ["WEBVTT\n"]
    for cue in cues(saved):
        voice = _escaped(" ".join(saved.speaker(cue.source).split()))
        lines = [_escaped(line) for line in cue.lines]
        blocks.append("\n".join([_times(cue, "."), f"<v {voice}>{lines[0]}", *lines[1:]]) + "\n")
    return "\n".join(blocks)


def _words(turn: Turn) -> Iterator[_Word]:
    """Yield the words of a turn, each with its share of the turn's time."""
    texts = [piece for word in turn.marked_text.split() for piece in textwrap.wrap(word, LINE_CHARACTERS)]
    total = sum(len(text) + 1 for text in texts)
    duration_s = max(turn.stop_s - turn.start_s, 0.0)
    place = 0
    for text in texts:
        start_s = turn.start_s + duration_s * place / total
        place += len(text) + 1
        yield _Word(text, start_s, turn.start_s + duration_s * place / total)


def _groups(words: Sequence[_Word], prefix: str) -> Iterator[list[_Word]]:
    """Yield the words of each cue; the first one has room for the speaker's name."""
    group: list[_Word] = []
    for word in words:
        if group and not _has_room(group, word, prefix):
            yield group
            group, prefix = [], ""
        group.append(word)
    if group:
        yield group


def _has_room(group: Sequence[_Word], word: _Word, prefix: str) -> bool:
    before = prefix + " ".join(each.text for each in group)
    if word.start_s - group[-1].stop_s > GAP_S:
        return False
    if len(before) > LINE_CHARACTERS and before.endswith(SENTENCE_ENDS):
        return False
    return len(wrapped(f"{before} {word.text}")) <= LINES and word.stop_s - group[0].start_s <= LONGEST_S


def _cue(group: Sequence[_Word], name: str, source: str) -> Cue:
    start_s, stop_s = group[0].start_s, group[-1].stop_s
    text = " ".join(word.text for word in group)
    return Cue(name, text, start_s, min(stop_s, start_s + LONGEST_S), source)


def _lasting(cue: Cue, following: Cue | None) -> Cue:
    """Return the cue shown for at least a second, if the next one leaves it."""
    room_s = following.start_s if following else cue.start_s + SHORTEST_S
    return replace(cue, stop_s=max(cue.stop_s, min(cue.start_s + SHORTEST_S, room_s)))


def _named(cue: Cue, before: Cue) -> Cue:
    return replace(cue, speaker="") if before.source == cue.source else cue


def _without_markup(text: str) -> str:
    """Return a text whose characters no player takes for tags (<b>) or overrides ({\\an8})."""
    return text.translate({ord("<"): "‹", ord(">"): "›"}).replace("{\\", "(\\")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _times(cue: Cue, point: str) -> str:
    return f"{_stamp(cue.start_s, point)} --> {_stamp(cue.stop_s, point)}"


def _stamp(seconds: float, point: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"
