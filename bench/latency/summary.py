"""Formats the figures of a live measurement as table rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bench.latency.figures import PAUSE_S
from livebench.scoring.intervals import SHARES, Spread

Row = tuple[str, str]

_SPREADS = {
    "end_to_final_s": "end of speech to final",
    "end_to_all_words_s": "end of speech to all words seen",
    "last_word_to_final_s": "last word, by alignment, to final",
    "first_words_s": "first words, after the first word's end",
    "word_first_s": "each word first seen, after its end",
    "word_stable_s": "each word stable, after its end",
}
PART_NAMES = {
    "vad_lag_ms": "detector's lag",
    "wait_ms": "wait",
    "publish_ms": "telling",
    "compute_ms": "compute not hidden",
    "delivery_ms": "delivery",
}


def head(figures: Mapping[str, Any]) -> list[list[str]]:
    """Return the latencies as a table: names of columns, then rows."""
    void = "VOID: " if figures["void_runs"] else ""
    found = [[f"{void}from due time, in seconds", *SHARES, "p50 between", "p95 between", "missing"]]
    for name, label in _SPREADS.items():
        spread: Spread | None = figures[name]
        if spread:
            values = [_number(spread.at[share]) for share in SHARES]
            between = ["–".join(map(_number, spread.between[share])) for share in ("p50", "p95")]
            found.append([label, *values, *between, f"{spread.missing} of {spread.count}"])
    return found


def rows(figures: Mapping[str, Any]) -> list[Row]:
    """Return all other figures as label and value."""
    return [
        *_void(figures),
        *_latency(figures),
        *_accuracy(figures),
        *_cuts(figures),
        *_costs(figures),
        *_each_run(figures),
    ]


def seconds(value: float | None) -> str:
    """Return a time as text."""
    if value is None:
        return "-"
    return f"{value:.2f} s" if math.isfinite(value) else "never"


def percent(value: float | None) -> str:
    """Return a share as text."""
    return "-" if value is None else f"{value * 100:.1f} %"


def _number(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "never"


def _void(figures: Mapping[str, Any]) -> list[Row]:
    if not figures["void_runs"]:
        return []
    return [("VOID", f"{figures['void_runs']} of {figures['runs']} runs do not count: the replay was late")]


def _latency(figures: Mapping[str, Any]) -> list[Row]:
    found: list[Row] = [("utterances", f"{figures['utterances']} in {figures['seconds']:.0f} s")]
    if figures["load"] != "none":
        found.append(("load beside it", f"{figures['load']}: {figures['load_cores']:.2f} cores taken"))
    if figures["unsure_ends"]:
        found.append(("ends of speech not sure, left out", str(figures["unsure_ends"])))
    if parts := figures["waterfall_p50_ms"]:
        found.append(
            (
                "median of each part, end to final",
                ", ".join(f"{label} {parts[part]:.0f} ms" for part, label in PART_NAMES.items()),
            )
        )
    return found


def _accuracy(figures: Mapping[str, Any]) -> list[Row]:
    found: list[Row] = []
    for kind, rate in figures["wer_by_kind"].items():
        offline = figures["wer_offline_by_kind"].get(kind)
        beside = f" (offline, 30 s and beam 5: {percent(offline)})" if offline is not None else ""
        found.append((f"word error rate, {kind}", percent(rate) + beside))
    found.append(("words without speech", str(figures["words_invented"])))
    found += [("", text) for text in figures["invented"]]
    found.append(("words inserted into speech", str(figures["words_inserted"])))
    found.append(("words shown and lost, in speech", _listed(figures["words_lost"])))
    found.append(("words shown and lost, without speech", _listed(figures["words_lost_without_speech"])))
    if figures["erased_per_final_word"] is not None:
        found.append(("erased words, per final word", f"{figures['erased_per_final_word']:.2f}"))
        changed = percent(figures["settled_changed_share"])
        found.append(("stable words that changed", f"{changed} of {figures['stable_words']}"))
    return found


def _listed(words: Sequence[str]) -> str:
    return f"{len(words)}: {' '.join(words)}" if words else "0"


def _cuts(figures: Mapping[str, Any]) -> list[Row]:
    clean = figures["clean_utterances"]
    if not clean:
        return []
    cut = f"{figures['cut']} of {clean} ({percent(figures['cut_share'])})"
    places = figures["cuts_by_place"]
    return [
        ("utterances cut", f"{cut}, {figures['cut_inside_sentence']} inside a sentence"),
        (
            "  cuts",
            f"{places['inside']} inside a sentence, {places['between']} between two, "
            f"{places['unknown']} in texts without punctuation",
        ),
        (
            f"  of those that pause {PAUSE_S} s or more",
            f"{figures['cut_with_inner_pause']} of {figures['with_inner_pause']}",
        ),
        (
            "still cut 2 s later",
            f"{figures['still_cut']} of {clean}: inside a sentence {figures['still_cut_inside']} "
            f"({percent(figures['still_cut_inside'] / clean)}), between two {figures['still_cut_between']} "
            f"({percent(figures['still_cut_between'] / clean)})",
        ),
        ("turns merged", str(figures["merged"])),
        *(
            (
                f"  after {reason}" if reason != "not judged" else "  after words without a prediction",
                f"{each['finals']} finals, wait {each['wait_p50_ms']:.0f} ms, {each['cuts']} of them cuts",
            )
            for reason, each in figures["waits"].items()
        ),
    ]


def _costs(figures: Mapping[str, Any]) -> list[Row]:
    wasted = (
        f"{figures['wasted_passes']} speculative passes wasted ({percent(figures['wasted_share'])}), "
        f"{figures['passes']} passes in all"
        if figures["passes"]
        else "wasted passes are not reported by this version"
    )
    found: list[Row] = [
        (
            "finals",
            f"{figures['finals']}, {figures['finals_speculative']} speculative, "
            f"{figures['finals_redone']} repeated with a wider window; {wasted}",
        ),
        ("CPU seconds per second of audio", f"{figures['cpu_s_per_audio_s']:.2f}"),
    ]
    memory = figures["peak_rss_mb_by_stage"]
    for stage, cpu_s in figures["cpu_s_per_audio_s_by_stage"].items():
        found.append((f"  {stage}", f"{cpu_s:.3f}, {memory[stage]:.0f} MB at most"))
    if figures["offline_cpu_s"]:
        shares = {
            "passes that gave the words": figures["final_passes_to_offline"],
            "all passes": figures["all_passes_to_offline"],
            "the whole stt stage": figures["stt_to_offline"],
        }
        reported = ", ".join(
            f"{name} {share:.2f} of it" for name, share in shares.items() if share is not None
        )
        found.append(
            ("CPU seconds of transcribe() on the same", f"{figures['offline_cpu_s']:.1f} s; {reported}")
        )
    return [*found, ("replay late, p99", f"{figures['replay_late_p99_ms']:.1f} ms")]


def _each_run(figures: Mapping[str, Any]) -> list[Row]:
    found: list[Row] = []
    for number, run in enumerate(figures["each_run"], 1):
        at = run["end_to_final_s"]
        latency = f"p50 {seconds(at['p50'])}, p95 {seconds(at['p95'])}, " if at else ""
        void = ", VOID" if run["void"] else ""
        found.append(
            (f"run {number}", f"{latency}WER {percent(run['wer'])}, late {run['late_p99_ms']:.1f} ms{void}")
        )
    return found
