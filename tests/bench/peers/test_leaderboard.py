from __future__ import annotations

import math

import msgspec
import pytest

from bench.peers.attribution import Spoken
from bench.peers.catalogue import HOMES, PEERS, chosen
from bench.peers.leaderboard import HEAD, peer_results, row
from bench.peers.playing import Final, PeerOutput
from bus.failures import UsageFailure

SPOKEN = [Spoken("where do you see yourself", 1.0, 3.0), Spoken("nothing was wanting", 5.0, 7.0)]


def _performance(*finals: tuple[float, str], late_p99_ms: float = 0.1) -> PeerOutput:
    return PeerOutput(
        finals=[Final(at_s, text) for at_s, text in finals],
        partials=0,
        load_s=1.0,
        cpu_s=5.0,
        peak_rss_mb=100.0,
        late_p99_ms=late_p99_ms,
        most_held_s=0.0,
        ended=True,
    )


QUICK = _performance((3.5, SPOKEN[0].text), (7.5, SPOKEN[1].text))
SLOW = _performance((5.0, SPOKEN[0].text), (9.0, SPOKEN[1].text))
LATE = msgspec.structs.replace(QUICK, late_p99_ms=9.0)
DEAF = _performance((3.5, SPOKEN[0].text))


def test_the_others_are_multiples_of_cuecard() -> None:
    ours, other = peer_results(
        chosen(["cuecard", "moonshine"]), {"cuecard": [QUICK], "moonshine": [SLOW]}, SPOKEN, 10
    )
    assert ours.times_cuecard == {"p50": 1.0, "p95": 1.0}
    assert other.times_cuecard == {"p50": 4.0, "p95": 4.0}
    assert other.cpu_s_per_audio_s == 0.5


def test_without_cuecard_there_are_no_multiples() -> None:
    (other,) = peer_results(chosen(["moonshine"]), {"moonshine": [SLOW]}, SPOKEN, 10)
    assert other.times_cuecard == {}
    assert len(row(other)) == len(HEAD)


def test_a_void_round_counts_only_where_there_is_no_other() -> None:
    (both,) = peer_results(chosen(["moonshine"]), {"moonshine": [LATE, SLOW]}, SPOKEN, 10)
    assert (both.void, both.rounds, both.end_to_final_s.at["p50"]) == (False, 1, 2.0)
    (alone,) = peer_results(chosen(["moonshine"]), {"moonshine": [LATE]}, SPOKEN, 10)
    assert alone.void
    assert row(alone)[-1] == "VOID"


def test_a_missing_final_is_infinite() -> None:
    (deaf,) = peer_results(chosen(["moonshine"]), {"moonshine": [DEAF]}, SPOKEN, 10)
    assert deaf.end_to_final_s.missing == 1
    assert math.isinf(deaf.end_to_final_s.at["max"])
    assert "never" in row(deaf)


def test_a_peer_that_finishes_single_words_has_no_false_cuts() -> None:
    (words,) = peer_results(chosen(["whisperlivekit"]), {"whisperlivekit": [QUICK]}, SPOKEN, 10)
    assert words.cut is None


def test_every_peer_has_a_home_that_can_be_installed() -> None:
    assert {peer.home for peer in PEERS} - set(HOMES) == {""}


def test_an_unknown_peer_is_refused() -> None:
    with pytest.raises(UsageFailure, match="no peer 'nobody'"):
        chosen(["nobody"])
