"""Scores each turn, or turns merged into one utterance, against the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from bench.harness.corpus import Kind
from bench.latency.attribution import attribute
from bench.latency.pages.waterfall import Waterfall, waterfall
from bench.latency.reference import Reference
from bench.latency.revisions import Shown, erased_words, settled_changes
from bench.latency.timeline import Turn
from bench.latency.utterances import Final, TranscribedUtterance
from bench.latency.versions import all_words_seen_s, cuts_left, cuts_made, standing, versions, words_lost
from bench.latency.word_timing import emissions, first_words_s
from livebench.scoring.cuts import Place
from livebench.scoring.words import inserted_words, missing_at_end, plain_words, word_errors

_ENDS_WITHIN_S = 0.7
"""A final that stops further before the true end and lacks the last words has missed the end."""
_UNSURE_S = 0.5
"""If the energy ends this much later than the last word, the recording ends with other sounds."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Score of one turn, or of several merged ones. All times in seconds."""

    ids: list[str]
    source: str
    kind: Kind
    start_s: float
    end_s: float
    truth: str
    pieces: list[str]
    """Texts of the finals as they stand at the end, merged and revised, in order."""
    latencies_s: list[float]
    """For each turn from its true end to its last final, or infinity; empty if no end is known."""
    unsure_ends: int
    """Number of turns left out because their true end is uncertain."""
    last_word_s: list[float]
    """The same from the end of the last word by alignment: independent of the energy, accurate to 0.1 s."""
    all_words_s: list[float]
    """For each latency the same to the first version with all words of the last finals."""
    first_words_s: float | None
    """From the end of the first right word to its appearance; None if word times are unknown."""
    word_first_s: list[float]
    """For each right word from its end to its first appearance."""
    word_stable_s: list[float]
    """The same to its stable appearance."""
    erased: int
    words: int
    """Number of words in the finals as they stand at the end."""
    inserted: int
    """Words among them that were not spoken."""
    lost_words: list[str]
    """Spoken words that were visible once and are in no final; without speech, any visible word."""
    settled_changed: int
    settled: int
    finals: int
    """Number of finals, replaced ones included."""
    cuts: list[Place]
    """Where it was cut into utterances, repaired or not."""
    cuts_left: list[Place]
    """The cuts in the transcript two seconds after its last final."""
    pause_s: float
    """Longest inner pause; known for clean speech."""
    waterfall: Waterfall | None
    errors: int
    truth_words: int
    """Both after normalization."""
    offline_errors: int | None
    offline_cpu_s: float
    retried: int
    speculative: int
    passes: int
    wasted_passes: int
    compute_ms: float
    """Of the passes that produced the words."""
    all_compute_ms: float
    """Of all passes, as far as the program reports them."""
    waits: list[tuple[str, float]]
    """For each final the class of its last words and the wait after them, in milliseconds."""

    @property
    def said(self) -> str:
        """The transcript."""
        return " ".join(self.pieces)

    @property
    def name(self) -> str:
        """Names of the recordings."""
        return " + ".join(self.ids)


class Stray(msgspec.Struct, frozen=True, kw_only=True):
    """Words transcribed where there was no speech."""

    source: str
    start_s: float
    text: str
    """Empty if there were partials only."""
    lost_words: list[str]
    """Words that were visible once and are in no final."""


def score(
    turns: Sequence[Turn], references: Sequence[Reference], transcribed: Sequence[TranscribedUtterance]
) -> tuple[list[Score], list[Stray]]:
    """Return a score for each group of turns, and the words outside all turns."""
    groups, strays = attribute([turn.span for turn in turns], [each.span for each in transcribed])
    scores = [
        _score(
            [turns[turn] for turn in group.turns],
            [references[turn] for turn in group.turns],
            [transcribed[each] for each in group.transcribed],
        )
        for group in groups
    ]
    replaced = {(each.source, number) for each in transcribed if each.final for number in each.final.replaces}
    alone = [
        each for each in map(transcribed.__getitem__, strays) if (each.source, each.number) not in replaced
    ]
    return scores, [_stray(each) for each in alone]


def _stray(each: TranscribedUtterance) -> Stray:
    text = " ".join(standing([each]))
    return Stray(source=each.source, start_s=each.start_s, text=text, lost_words=words_lost(None, [each]))


def _score(turns: list[Turn], references: list[Reference], transcribed: list[TranscribedUtterance]) -> Score:
    finals = _finals(transcribed)
    pieces = standing(transcribed)
    truth = " ".join(turn.text for turn in turns if turn.text)
    errors, truth_words = word_errors([truth], [" ".join(pieces)])
    changed, settled = _settled(transcribed)
    return Score(
        ids=[turn.id for turn in turns],
        source=turns[0].source,
        kind=turns[0].kind,
        start_s=turns[0].start_s,
        end_s=turns[-1].end_s,
        truth=truth,
        pieces=pieces,
        **_latencies(turns, references, transcribed),
        words=sum(len(plain_words(piece)) for piece in pieces),
        inserted=inserted_words(truth, " ".join(pieces)),
        lost_words=words_lost(truth or None, transcribed),
        erased=sum(erased_words(_shown(each, transcribed)) for each in transcribed),
        settled_changed=changed,
        settled=settled,
        finals=len(finals),
        cuts=cuts_made(truth, transcribed) if truth else [],
        cuts_left=cuts_left(truth, transcribed) if truth else [],
        pause_s=max(turn.longest_pause_s for turn in turns),
        waterfall=_waterfall(turns[-1], references[-1], transcribed),
        errors=errors,
        truth_words=truth_words,
        **_offline(truth, references),
        **_emission(turns, references, transcribed),
        retried=sum(final.retried for _, final in finals),
        speculative=sum(final.speculative for _, final in finals),
        passes=sum(each.passes for each in transcribed),
        wasted_passes=sum(each.wasted_passes for each in transcribed),
        compute_ms=sum(final.compute_ms for _, final in finals),
        all_compute_ms=sum(each.all_compute_ms for each in transcribed),
        waits=[(each.reason, (each.decided_s - each.quiet_s) * 1000) for each, _ in finals],
    )


def _latencies(
    turns: Sequence[Turn], references: Sequence[Reference], transcribed: Sequence[TranscribedUtterance]
) -> dict[str, Any]:
    latencies_s, last_word_s, all_words_s, unconfirmed = [], [], [], 0
    final_s = max((each.final.received_s for each in transcribed if each.final), default=math.inf)
    seen_s = all_words_seen_s(transcribed)
    for turn, reference in zip(turns, references, strict=True):
        missing_s = math.inf if _misses_end(turn, transcribed) else 0.0
        late_s = final_s + missing_s - turn.end_s
        if reference.word_ends_s:
            word_end_s = turn.start_s + reference.word_ends_s[-1][1]
            last_word_s.append(late_s + turn.end_s - word_end_s)
        if turn.kind == "clean":
            if _is_sure(turn, reference) or seen_s is None:
                latencies_s.append(late_s)
                all_words_s.append(math.inf if seen_s is None else seen_s + missing_s - turn.end_s)
            else:
                unconfirmed += 1
    return {
        "latencies_s": latencies_s,
        "all_words_s": all_words_s,
        "last_word_s": last_word_s,
        "unsure_ends": unconfirmed,
    }


def _misses_end(turn: Turn, transcribed: Sequence[TranscribedUtterance]) -> bool:
    quiet_s = max((each.quiet_s for each in transcribed if each.final), default=-math.inf)
    stops_early = quiet_s < turn.end_s - _ENDS_WITHIN_S
    return stops_early and missing_at_end(turn.text, " ".join(standing(transcribed))) > 0


def _is_sure(turn: Turn, reference: Reference) -> bool:
    """Tell whether energy and alignment agree on a turn's end."""
    if not reference.word_ends_s:
        return True
    return turn.end_s - (turn.start_s + reference.word_ends_s[-1][1]) <= _UNSURE_S


def _finals(transcribed: Sequence[TranscribedUtterance]) -> list[tuple[TranscribedUtterance, Final]]:
    return [(each, each.final) for each in transcribed if each.final]


def _waterfall(
    turn: Turn, reference: Reference, transcribed: Sequence[TranscribedUtterance]
) -> Waterfall | None:
    finals = _finals(transcribed)
    if turn.kind != "clean" or not finals or _misses_end(turn, transcribed) or not _is_sure(turn, reference):
        return None
    each, final = max(finals, key=lambda pair: pair[1].received_s)
    return waterfall(
        end_s=turn.end_s,
        quiet_s=each.quiet_s,
        decided_s=each.decided_s,
        decision_logged_s=each.decision_logged_s,
        final_logged_s=final.logged_s,
        received_s=final.received_s,
    )


def _settled(transcribed: Sequence[TranscribedUtterance]) -> tuple[int, int]:
    counts = [settled_changes(_shown(each, transcribed)) for each in transcribed]
    return sum(changed for changed, _ in counts), sum(settled for _, settled in counts)


def _shown(each: TranscribedUtterance, transcribed: Sequence[TranscribedUtterance]) -> list[Shown]:
    """Return an utterance's partials and final, all with the words of the finals that it replaces."""
    replaces = each.final.replaces if each.final else ()
    replaced = [other for other in transcribed if other.number in replaces]
    shown = []
    for partial in each.partials:
        missing = [other for other in replaced if other.number not in partial.replaces]
        before = plain_words(" ".join(standing(missing)))
        words = plain_words(partial.text)
        shown.append(Shown([*before, *words], len(before) + partial.stable_words))
    last = plain_words(each.final.text) if each.final else []
    return [*shown, Shown(last, len(last))]


def _offline(truth: str, references: Sequence[Reference]) -> dict[str, Any]:
    texts = [each.offline_text for each in references if each.offline_text is not None]
    errors = word_errors([truth], [" ".join(texts)])[0] if texts else None
    return {"offline_errors": errors, "offline_cpu_s": sum(each.offline_cpu_s for each in references)}


def _emission(
    turns: Sequence[Turn], references: Sequence[Reference], transcribed: Sequence[TranscribedUtterance]
) -> dict[str, Any]:
    truth: list[str] = []
    ends_s: list[float] = []
    for turn, reference in zip(turns, references, strict=True):
        for word, end_s in reference.word_ends_s:
            for plain in plain_words(word):
                truth.append(plain)
                ends_s.append(turn.start_s + end_s)
    if not truth:
        return {"first_words_s": None, "word_first_s": [], "word_stable_s": []}
    visible = versions(transcribed)
    seen = list(zip(emissions(truth, visible), ends_s, strict=True))
    return {
        "first_words_s": first_words_s(truth, ends_s, visible),
        "word_first_s": [each.first_s - end_s for each, end_s in seen if math.isfinite(each.first_s)],
        "word_stable_s": [each.stable_s - end_s for each, end_s in seen if math.isfinite(each.stable_s)],
    }
