"""Pools rounds of a system on one stream and machine into a row.

Rounds that differ in machine, stream, labels, load, weights, adapter, arguments or commit are never pooled. A
void round counts only where a system has no other, and the row says so. Values of one turn in several rounds
stay together: intervals are by turn.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from livebench.results.run_file import Run
from livebench.scoring.intervals import Spread, spread

Key = tuple[str, ...]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Results of a system over all its valid rounds. Times in seconds, missing ones infinite."""

    system: str
    title: str
    knob: str
    machine: str
    """Fingerprint of the hardware."""
    stream: str
    """Hash of the samples."""
    load: str
    node_class: str
    rounds: int
    void: list[str]
    """Why none of its rounds counts; empty if they do."""
    turns: int
    final_s: Spread
    """From the true end of speech to the final."""
    settled_s: Spread
    """To finals with all the right words that they have in the end."""
    seen_s: Spread
    """To the first version with the same words."""
    first_after_end_s: Spread
    ttfs_s: Spread | None
    ttfs_share: float
    """Share of turns with a final after their end and before the next turn."""
    turn_end_s: Spread | None
    """None for a system without turn ends."""
    turn_end_mean_s: float
    holds: int
    held_cut: int
    cut_share: float | None
    """Share of turns in more than one final, or ended early; None if it commits words."""
    cuts: dict[str, int]
    """Number of boundaries between finals by place."""
    cuts_left: dict[str, int]
    merged: int
    wer: float
    """At the end of the stream."""
    wer_then: float
    """When finals had reached the end of each turn, before anything was replaced or revised."""
    worded: int
    """Number of turns whose words are by people; only these count as word errors."""
    cpu_s_per_s: float
    peak_rss_mb: float
    load_s: float
    late_p99_ms: float
    versions: dict[str, str]
    weights: str
    weights_sha256: str
    ends_only: bool = False
    """It judges turns, so what is said of words here means nothing."""
    commit: str
    """Of the checkout that measured its first round."""
    ended: bool
    latencies_s: list[float]
    """All values of `final_s`."""

    @property
    def label(self) -> str:
        """Title, and the value of its knob."""
        return f"{self.title}, {self.knob}" if self.knob else self.title


def pool(runs: Iterable[Run]) -> list[Result]:
    """Return a row for each system and value of its knob, in order of first appearance."""
    groups: dict[Key, list[Run]] = {}
    for run in runs:
        groups.setdefault(_key(run), []).append(run)
    return [_result(rounds) for rounds in groups.values()]


def grouped(results: Sequence[Result]) -> list[list[Result]]:
    """Return the results by machine, class of node, stream and load: only these are comparable."""
    groups: dict[Key, list[Result]] = {}
    for each in results:
        groups.setdefault((each.machine, each.node_class, each.stream, each.load), []).append(each)
    return list(groups.values())


def _key(run: Run) -> Key:
    system = run.system
    return (
        run.machine.fingerprint,
        run.stream.sha256,
        hashlib.sha256(msgspec.json.encode(run.stream.turns)).hexdigest(),
        run.commit,
        str(run.conditions.packed),
        run.conditions.load,
        run.conditions.node_class,
        system.name,
        system.knob,
        *system.arguments,
        system.adapter_sha256,
        system.weights_sha256,
        msgspec.json.encode(system.versions, order="sorted").decode(),
    )


def _result(rounds: Sequence[Run]) -> Result:
    valid = [each for each in rounds if not each.figures.void]
    counted = valid or list(rounds)
    first, scores = counted[0], [each.figures.scores for each in counted]
    turns = [[score.turns[number] for score in scores] for number in range(len(scores[0].turns))]
    final_s = spread([[_infinite(each.final_s) for each in turn] for turn in turns])
    settled_s = spread([[_infinite(each.settled_s) for each in turn] for turn in turns])
    seen_s = spread([[_infinite(each.seen_s) for each in turn] for turn in turns])
    after_s = spread([[_infinite(each.first_after_end_s) for each in turn] for turn in turns])
    assert final_s, "a stream has turns"
    assert settled_s
    assert seen_s
    assert after_s
    ttfs = [[each.ttfs_s for each in turn if each.ttfs_s is not None] for turn in turns]
    every = [each for turn in turns for each in turn]
    known = [each for each in every if each.words_by == "people"]
    has_ends = any(score.has_turn_ends for score in scores) or not first.system.commits_words
    ends = [[_infinite(each.turn_end_s) for each in turn] for turn in turns]
    return Result(
        system=first.system.name,
        title=first.system.title,
        knob=first.system.knob,
        machine=first.machine.fingerprint,
        stream=first.stream.sha256,
        load=first.conditions.load,
        node_class=first.conditions.node_class,
        rounds=len(counted),
        void=[] if valid else sorted({reason for each in rounds for reason in each.figures.void}),
        turns=len(turns),
        final_s=final_s,
        settled_s=settled_s,
        seen_s=seen_s,
        first_after_end_s=after_s,
        ttfs_s=spread(ttfs),
        ttfs_share=sum(map(len, ttfs)) / len(every),
        turn_end_s=spread(ends) if has_ends else None,
        turn_end_mean_s=sum(map(sum, ends)) / len(every) if has_ends else math.inf,
        holds=sum(each.holds for each in every),
        held_cut=sum(each.held_cut for each in every),
        cut_share=sum(bool(each.cuts or each.early_ends) for each in every) / len(every)
        if has_ends
        else None,
        cuts=dict(Counter(place for each in every for place in each.cuts)),
        cuts_left=dict(Counter(place for each in every for place in each.cuts_left)),
        merged=sum(score.merged for score in scores),
        wer=sum(score.word_errors for score in scores) / max(1, sum(score.true_words for score in scores)),
        wer_then=sum(each.errors_then for each in known) / max(1, sum(each.words for each in known)),
        worded=sum(turn[0].words_by == "people" for turn in turns),
        cpu_s_per_s=sum(each.figures.cpu_s_per_s for each in counted) / len(counted),
        peak_rss_mb=max(each.figures.peak_rss_mb for each in counted),
        load_s=max(each.figures.load_s for each in counted),
        late_p99_ms=max(each.figures.late_p99_ms for each in counted),
        versions=first.system.versions,
        weights=first.system.weights,
        weights_sha256=first.system.weights_sha256,
        ends_only=first.system.ends_only,
        commit=first.commit,
        latencies_s=[_infinite(each.final_s) for each in every],
        ended=all(each.figures.ended for each in counted),
    )


def _infinite(value: float | None) -> float:
    return math.inf if value is None else value
