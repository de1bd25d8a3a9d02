"""Runs `bench peers`: every installed peer gets the same stream, forth and back (ABBA)."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.harness.environment import environment
from bench.harness.report import show
from bench.latency.live import Plan, build_timeline
from bench.latency.timeline import Timeline
from bench.peers.attribution import Spoken
from bench.peers.catalogue import HOMES, Peer, chosen, environments_directory
from bench.peers.installing import install, is_installed
from bench.peers.leaderboard import HEAD, facts, is_void, peer_results, row
from bench.peers.playing import PeerOutput, play
from bus.audio import SAMPLE_RATE
from bus.failures import StageFailure
from session import settings as all_settings
from session.models import store

_TRAILING_S = 5.0
"""Near-silence added to the timeline's end: some peers finish their last words only then."""
_ROOM = 10 ** (-72 / 20)


@dataclass(frozen=True)
class Comparison:
    """Peers, weights and output of a comparison."""

    peers: Sequence[Peer]
    homes: Path
    weights: Path
    """CTranslate2 folder used by all peers without a model of their own."""
    plan: Plan
    rounds: int = 1
    keep: Path | None = None
    """Folder of rounds; a round that exists is not played again."""
    report: Path | None = None
    """Path of the report page."""

    @classmethod
    def of(
        cls,
        names: list[str],
        homes: Path | None,
        weights: Path | None,
        plan: Plan,
        rounds: int,
        keep: Path | None,
        report: Path | None,
    ) -> Self:
        """Return the comparison that a command line describes; defaults are all peers, the cache and base.

        Raises:
            UsageFailure: A peer is unknown.
            ModelFailure: The weights are missing.
        """
        peers = chosen(names)
        homes, weights = homes or environments_directory(), weights or store.find("base")
        return cls(peers, homes.absolute(), weights.absolute(), plan, rounds, keep, report)


class _Kept(msgspec.Struct, frozen=True):
    stream: str
    output: PeerOutput


def install_peers(names: Sequence[str], homes: Path | None) -> None:
    """Install peers where the bench looks for them.

    Raises:
        UsageFailure: A peer is unknown.
        MachineFailure: One could not be installed.
    """
    for name in names:
        folder = install((homes or environments_directory()).absolute(), name)
        _print_progress(f"{name} is in {folder}")


def measure(comparison: Comparison) -> None:
    """Play, and print the table.

    Raises:
        InputFailure: The corpus has nothing to play.
    """
    timeline = build_timeline(comparison.plan)
    stream = _one_stream(timeline, comparison.plan.seed)
    spoken = [Spoken(turn.text, turn.start_s, turn.end_s) for turn in timeline.turns]
    here = [peer for peer in comparison.peers if is_installed(comparison.homes, peer.home)]
    outputs, failures = _play_all(comparison, here, stream)
    audio_s = len(stream) / SAMPLE_RATE
    found = peer_results(here, outputs, spoken, audio_s)
    notes = [("stream", f"{len(spoken)} utterances, {audio_s:.0f} s, seed {comparison.plan.seed}")]
    void = sum(is_void(each) for rounds in outputs.values() for each in rounds)
    if void:
        notes.append(("void", f"{void} rounds in which the replay was late; they count only where all are"))
    notes += [("failed", failure) for failure in failures] + _missing(comparison)
    surroundings = environment(all_settings.load(None, {}).tables())
    if comparison.report:
        from bench.peers.leaderboard_page import write_standing_page

        write_standing_page(comparison.report, found, notes, surroundings)
    figures = {
        "utterances": len(spoken),
        "audio_s": audio_s,
        "seed": comparison.plan.seed,
        "void_rounds": void,
        "peers": facts(found),
        "failed": failures,
        **surroundings,
    }
    show("peers", notes, figures, head=[HEAD, *map(row, found)])


def _play_all(
    comparison: Comparison, peers: Sequence[Peer], stream: NDArray[np.int16]
) -> tuple[dict[str, list[PeerOutput]], list[str]]:
    outputs: dict[str, list[PeerOutput]] = {peer.name: [] for peer in peers}
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as directory:
        pcm = Path(directory) / "stream.pcm"
        pcm.write_bytes(stream.tobytes())
        for number in range(comparison.rounds):
            for peer in peers if number % 2 == 0 else reversed(peers):
                try:
                    outputs[peer.name].append(_play_once(comparison, peer, number, pcm))
                except StageFailure as failure:
                    failures.append(str(failure))
    return outputs, failures


def _play_once(comparison: Comparison, peer: Peer, number: int, pcm: Path) -> PeerOutput:
    digest = hashlib.sha256(pcm.read_bytes()).hexdigest()
    kept = comparison.keep / f"{peer.name}-{number + 1}.json" if comparison.keep else None
    if kept and kept.exists():
        before = msgspec.json.decode(kept.read_bytes(), type=_Kept)
        if before.stream == digest:
            return before.output
    _print_progress(f"round {number + 1} of {comparison.rounds}: {peer.title}")
    output = play(peer, comparison.homes, comparison.weights, pcm)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(msgspec.json.encode(_Kept(digest, output)))
    return output


def _one_stream(timeline: Timeline, seed: int) -> NDArray[np.int16]:
    """Return all sources mixed into one (they alternate), little-endian, with silence after it."""
    mixed = np.sum(list(timeline.audio.values()), axis=0)
    quiet = np.random.default_rng(seed).standard_normal(int(_TRAILING_S * SAMPLE_RATE)) * _ROOM
    whole = np.clip(np.concatenate([mixed, quiet]), -1.0, 1.0)
    stream: NDArray[np.int16] = (whole * 32767).astype("<i2")
    return stream


def _missing(comparison: Comparison) -> list[tuple[str, str]]:
    wanted = {peer.home for peer in comparison.peers}
    return [
        ("not installed", f"{home}: cuecard bench peers --install {home}")
        for home in HOMES
        if home in wanted and not is_installed(comparison.homes, home)
    ]


def _print_progress(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)
