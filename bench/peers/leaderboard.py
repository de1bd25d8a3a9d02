"""Computes one table from the output of all peers.

A round with a late replay is void and counts only if a peer has no other. Latencies of one utterance in
several rounds stay together: intervals are by utterance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bench.harness.quantiles import Spread, spread
from bench.peers.attribution import Account, Spoken, Transcript, attribute
from bench.peers.catalogue import CUECARD, Peer
from bench.peers.playing import PeerOutput

LATE_MS = 2.0
"""A 99th percentile of the replay's delay above this makes a round void."""

HEAD = (
    "peer",
    "p50 s",
    "p90",
    "p95",
    "max",
    "x p50",
    "x p95",
    "WER",
    "cut",
    "merged",
    "missing",
    "CPU s/s",
    "MB",
    "",
)


class PeerResult(msgspec.Struct, frozen=True, kw_only=True):
    """Results of a peer over all its valid rounds."""

    peer: str
    title: str
    rounds: int
    void: bool
    """All its rounds are void."""
    replay_late_p99_ms: float
    latencies_s: list[list[float]]
    """From the end of speech to the final, for each utterance the values of all rounds."""
    end_to_final_s: Spread
    times_cuecard: dict[str, float]
    """p50 and p95 as multiples of Cuecard's; empty without Cuecard."""
    wer: float
    cut: float | None
    """Share of utterances in more than one final; None if it commits words, not utterances."""
    merged: int
    """Finals with words of more than one utterance, all rounds together."""
    cpu_s_per_audio_s: float
    peak_rss_mb: float
    load_s: float
    most_held_s: float
    ended: bool


def peer_results(
    peers: Sequence[Peer],
    outputs: Mapping[str, Sequence[PeerOutput]],
    spoken: Sequence[Spoken],
    audio_s: float,
) -> list[PeerResult]:
    """Return a row for each peer that was played, Cuecard's first."""
    found = [
        _peer_result(peer, outputs[peer.name], spoken, audio_s) for peer in peers if outputs.get(peer.name)
    ]
    ours = next((each.end_to_final_s.at for each in found if each.peer == CUECARD), None)
    if ours is None:
        return found
    return [
        msgspec.structs.replace(each, times_cuecard=_times(each.end_to_final_s.at, ours)) for each in found
    ]


def row(result: PeerResult) -> list[str]:
    """Return a row of the table, in the order of `HEAD`."""
    at, between = result.end_to_final_s.at, result.end_to_final_s.between
    times = result.times_cuecard
    return [
        result.title,
        f"{_seconds(at['p50'])} ({_range(between['p50'])})",
        _seconds(at["p90"]),
        f"{_seconds(at['p95'])} ({_range(between['p95'])})",
        _seconds(at["max"]),
        f"{times['p50']:.1f}" if times else "",
        f"{times['p95']:.1f}" if times else "",
        f"{result.wer:.1%}",
        "-" if result.cut is None else f"{result.cut:.0%}",
        str(result.merged),
        str(result.end_to_final_s.missing),
        f"{result.cpu_s_per_audio_s:.2f}",
        f"{result.peak_rss_mb:.0f}",
        "VOID" if result.void else "",
    ]


def is_void(output: PeerOutput) -> bool:
    """Tell whether the replay was too late for the round to count."""
    return output.late_p99_ms > LATE_MS


def _peer_result(
    peer: Peer, rounds: Sequence[PeerOutput], spoken: Sequence[Spoken], audio_s: float
) -> PeerResult:
    counted = [each for each in rounds if not is_void(each)]
    void, counted = not counted, counted or list(rounds)
    accounts = [_account(each, spoken) for each in counted]
    latencies = [
        [account.outcomes[number].latency_s for account in accounts] for number in range(len(spoken))
    ]
    end_to_final_s = spread(latencies)
    assert end_to_final_s, "a stream has utterances"
    return PeerResult(
        peer=peer.name,
        title=peer.title,
        rounds=len(counted),
        void=void,
        replay_late_p99_ms=max(each.late_p99_ms for each in counted),
        latencies_s=latencies,
        end_to_final_s=end_to_final_s,
        times_cuecard={},
        cut=None if peer.commits_words else _cut(accounts),
        merged=sum(account.merged for account in accounts),
        wer=sum(each.word_errors for each in accounts) / max(1, sum(each.true_words for each in accounts)),
        cpu_s_per_audio_s=sum(each.cpu_s for each in counted) / len(counted) / audio_s,
        peak_rss_mb=max(each.peak_rss_mb for each in counted),
        load_s=max(each.load_s for each in counted),
        most_held_s=max(each.most_held_s for each in counted),
        ended=all(each.ended for each in counted),
    )


def _account(output: PeerOutput, spoken: Sequence[Spoken]) -> Account:
    return attribute(spoken, [Transcript(final.text, final.arrived_s) for final in output.finals])


def _cut(accounts: Sequence[Account]) -> float:
    finals = [outcome.finals for account in accounts for outcome in account.outcomes]
    return sum(many > 1 for many in finals) / len(finals)


def _times(at: Mapping[str, float], ours: Mapping[str, float]) -> dict[str, float]:
    return {name: at[name] / ours[name] if ours[name] > 0 else math.inf for name in ("p50", "p95")}


def _seconds(value: float) -> str:
    return "never" if math.isinf(value) else f"{value:.2f}"


def _range(between: tuple[float, float]) -> str:
    return f"{_seconds(between[0])}-{_seconds(between[1])}"


def facts(found: Sequence[PeerResult]) -> list[dict[str, Any]]:
    """Return the same for programs."""
    return [msgspec.to_builtins(each) for each in found]
