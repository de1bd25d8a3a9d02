"""Computes the figures of a measurement from the scores of all its runs.

Missing finals are infinity, intervals are by utterance, word errors and cuts are summed over all runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from bench.harness.corpus import KINDS
from bench.harness.process_tree import Usage
from bench.latency.pages.waterfall import PARTS
from bench.latency.scores import Score, Stray
from livebench.playing.load import Load
from livebench.scoring.intervals import Spread, quantile, spread

PAUSE_S = 0.3
"""Shortest pause inside an utterance that counts as an inner pause."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Result of one run."""

    scores: list[Score]
    strays: list[Stray]
    usage: dict[str, Usage]
    seconds: float
    """Duration of the playback."""
    late_p99_ms: float
    """Delay of the replay."""
    load: Load = "none"
    load_cores: float = 0.0
    """CPU seconds a second that the load took beside the session."""
    is_void: bool


def figures(runs: Sequence[Run]) -> dict[str, Any]:
    """Return every reported figure by name; void runs count only if all are void."""
    counted = [run for run in runs if not run.is_void] or list(runs)
    scores = [each for run in counted for each in run.scores]
    return {
        "runs": len(runs),
        "void_runs": sum(run.is_void for run in runs),
        "replay_late_p99_ms": max(run.late_p99_ms for run in runs),
        "seconds": counted[0].seconds,
        "load": counted[0].load,
        "load_cores": sum(run.load_cores for run in counted) / len(counted),
        "utterances": sum(len(each.ids) for each in counted[0].scores if each.truth),
        "end_to_final_s": _over_runs(counted, lambda each: each.latencies_s),
        "end_to_all_words_s": _over_runs(counted, lambda each: each.all_words_s),
        "unsure_ends": sum(each.unsure_ends for each in counted[0].scores),
        "last_word_to_final_s": _over_runs(counted, lambda each: each.last_word_s),
        "first_words_s": _over_runs(counted, _first_words),
        "word_first_s": _over_runs(counted, lambda each: each.word_first_s),
        "word_stable_s": _over_runs(counted, lambda each: each.word_stable_s),
        "waterfall_p50_ms": _parts(scores),
        **_words(scores, [stray for run in counted for stray in run.strays]),
        **_cuts(scores),
        **_passes(scores),
        **_costs(counted),
        "each_run": [_one_run(run) for run in runs] if len(runs) > 1 else [],
    }


def _first_words(each: Score) -> list[float]:
    return [] if each.first_words_s is None else [each.first_words_s]


def _over_runs(runs: Sequence[Run], values: Any) -> Spread | None:
    by_utterance: dict[str, list[float]] = {}
    for run in runs:
        for each in run.scores:
            by_utterance.setdefault(each.ids[0], []).extend(values(each))
    return spread(list(by_utterance.values()))


def _parts(scores: Iterable[Score]) -> dict[str, float] | None:
    falls = [each.waterfall for each in scores if each.waterfall]
    if not falls:
        return None
    return {part: quantile([getattr(fall, part) for fall in falls], 0.5) for part in PARTS}


def _words(scores: Sequence[Score], strays: Sequence[Stray]) -> dict[str, Any]:
    invented = [each.said for each in scores if not each.truth and each.said]
    invented += [stray.text for stray in strays if stray.text]
    lost = [word for each in scores if not each.truth for word in each.lost_words]
    lost += [word for stray in strays for word in stray.lost_words]
    words = sum(each.words for each in scores if each.truth)
    settled = sum(each.settled for each in scores)
    return {
        "wer": _rate(scores),
        "wer_by_kind": {kind: _rate(_of_kind(scores, kind)) for kind in KINDS if _has_words(scores, kind)},
        "wer_offline": _offline_rate(scores),
        "wer_offline_by_kind": {
            kind: _offline_rate(_of_kind(scores, kind)) for kind in KINDS if _has_words(scores, kind)
        },
        "words_invented": sum(len(text.split()) for text in invented),
        "invented": invented,
        "words_inserted": sum(each.inserted for each in scores if each.truth),
        "words_lost": [word for each in scores if each.truth for word in each.lost_words],
        "words_lost_without_speech": lost,
        "erased_per_final_word": sum(each.erased for each in scores) / words if words else None,
        "stable_words": settled,
        "settled_changed_share": sum(each.settled_changed for each in scores) / settled if settled else None,
    }


def _rate(scores: Iterable[Score]) -> float | None:
    scores = list(scores)
    words = sum(each.truth_words for each in scores)
    return sum(each.errors for each in scores) / words if words else None


def _offline_rate(scores: Iterable[Score]) -> float | None:
    known = [each for each in scores if each.offline_errors is not None]
    words = sum(each.truth_words for each in known)
    return sum(each.offline_errors or 0 for each in known) / words if words else None


def _of_kind(scores: Iterable[Score], kind: str) -> list[Score]:
    return [each for each in scores if each.kind == kind]


def _has_words(scores: Iterable[Score], kind: str) -> bool:
    return any(each.truth_words for each in _of_kind(scores, kind))


def _cuts(scores: Sequence[Score]) -> dict[str, Any]:
    spoken = [each for each in scores if each.truth and each.kind == "clean"]
    cut = [each for each in spoken if each.cuts]
    paused = [each for each in spoken if each.pause_s >= PAUSE_S]
    places = [place for each in cut for place in each.cuts]
    return {
        "clean_utterances": len(spoken),
        "cut": len(cut),
        "cut_share": len(cut) / len(spoken) if spoken else None,
        "still_cut_inside": sum("inside" in each.cuts_left for each in spoken),
        "still_cut_between": sum("between" in each.cuts_left for each in spoken),
        "still_cut": sum(bool(each.cuts_left) for each in spoken),
        "cut_inside_sentence": sum("inside" in each.cuts for each in cut),
        "cuts_by_place": {place: places.count(place) for place in ("inside", "between", "unknown")},
        "with_inner_pause": len(paused),
        "cut_with_inner_pause": sum(bool(each.cuts) for each in paused),
        "merged": sum(len(each.ids) > 1 for each in scores),
    }


def _passes(scores: Sequence[Score]) -> dict[str, Any]:
    speculative = sum(each.speculative for each in scores)
    passes = sum(each.passes for each in scores)
    wasted = sum(each.wasted_passes for each in scores)
    guesses = speculative + wasted
    return {
        "finals": sum(each.finals for each in scores),
        "finals_speculative": speculative,
        "finals_redone": sum(each.retried for each in scores),
        "passes": passes or None,
        "wasted_passes": wasted if passes else None,
        "wasted_share": wasted / guesses if passes and guesses else None,
        "waits": _waits(scores),
    }


def _waits(scores: Sequence[Score]) -> dict[str, dict[str, float]]:
    """Return for each class of last words: number, wait, and how many were cut."""
    ends: dict[str, list[float]] = {}
    cuts: dict[str, int] = {}
    for each in scores:
        for number, (reason, wait_ms) in enumerate(each.waits):
            ends.setdefault(reason or "not judged", []).append(wait_ms)
            cuts[reason or "not judged"] = cuts.get(reason or "not judged", 0) + (
                number < len(each.waits) - 1
            )
    return {
        reason: {"finals": len(waits), "wait_p50_ms": quantile(waits, 0.5), "cuts": cuts[reason]}
        for reason, waits in sorted(ends.items())
    }


def _costs(runs: Sequence[Run]) -> dict[str, Any]:
    stages = sorted({stage for run in runs for stage in run.usage})
    seconds = sum(run.seconds for run in runs)
    cpu_s = {stage: sum(run.usage[stage].cpu_s for run in runs if stage in run.usage) for stage in stages}
    finals_s = sum(each.compute_ms for run in runs for each in run.scores) / 1000
    passes_s = sum(each.all_compute_ms for run in runs for each in run.scores) / 1000
    offline_s = sum(each.offline_cpu_s for run in runs for each in run.scores)
    return {
        "cpu_s_per_audio_s": sum(cpu_s.values()) / seconds,
        "cpu_s_per_audio_s_by_stage": {stage: value / seconds for stage, value in cpu_s.items()},
        "peak_rss_mb_by_stage": {
            stage: max(run.usage[stage].peak_rss_mb for run in runs if stage in run.usage) for stage in stages
        },
        "final_passes_s": finals_s / len(runs),
        "all_passes_s": passes_s / len(runs) or None,
        "stt_cpu_s": cpu_s.get("stt", 0.0) / len(runs),
        "offline_cpu_s": offline_s / len(runs) or None,
        "final_passes_to_offline": finals_s / offline_s if offline_s else None,
        "all_passes_to_offline": passes_s / offline_s if passes_s and offline_s else None,
        "stt_to_offline": cpu_s.get("stt", 0.0) / offline_s if offline_s else None,
    }


def _one_run(run: Run) -> dict[str, Any]:
    latencies = spread([each.latencies_s for each in run.scores])
    return {
        "end_to_final_s": latencies.at if latencies else None,
        "wer": _rate(run.scores),
        "late_p99_ms": run.late_p99_ms,
        "void": run.is_void,
    }
