"""Report page of a live measurement."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jiwer

from bench.latency.figures import Run
from bench.latency.live import LATE_MS, Measurement
from bench.latency.pages import charts
from bench.latency.scores import Score
from bench.latency.summary import head, percent, rows, seconds
from livebench.results.page import Chart, Page, plain_table, table, write

_UTTERANCES_NOTE = (
    '<p class="note">Slowest first. <del>Missing words</del>, <ins>wrong words</ins>, '
    '<span class="cut">|</span> for a cut.</p>'
)


def write_live_page(path: Path, measurement: Measurement) -> None:
    """Write the page."""
    write(path, live_page(measurement))


def live_page(measurement: Measurement) -> Page:
    """Return the page of a measurement."""
    figures = measurement.figures
    counted = [run for run in measurement.runs if not run.is_void] or measurement.runs
    scores = [each for run in counted for each in run.scores]
    names, *latencies = head(figures)
    return Page(
        title="Live transcription",
        lead=_lead(figures),
        cards=_cards(figures),
        charts=_charts(figures, scores),
        tables=[
            (
                "Latency in seconds from the due time",
                plain_table(names[:-3], [row[:-3] for row in latencies]),
            ),
            ("Everything else", plain_table([], rows(figures), "facts")),
        ],
        folded=[("Every utterance", _utterances(scores))],
        environment=measurement.environment,
        warning=_warning(measurement.runs),
    )


def _lead(figures: dict[str, Any]) -> str:
    runs = f", {figures['runs']} runs" if figures["runs"] > 1 else ""
    return (
        f"{figures['utterances']} utterances on two sources, {figures['seconds']:.0f} s at real pace{runs}, "
        "through the processes of a session. Latencies run from the moment the last sample of speech was due "
        "to the line with the final words reaching another program."
    )


def _cards(figures: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if spread := figures["end_to_final_s"]:
        low, high = spread.between["p50"]
        between = f"{seconds(low)} to {seconds(high)}"
        missing = f"{spread.missing} of {spread.count} missing"
        found.append((seconds(spread.at["p50"]), f"end of speech to final, median ({between})"))
        found.append((seconds(spread.at["p95"]), f"95th percentile; {missing}"))
    if spread := figures["end_to_all_words_s"]:
        p95 = seconds(spread.at["p95"])
        found.append((seconds(spread.at["p50"]), f"end of speech to all words seen, median; p95 {p95}"))
    if spread := figures["first_words_s"]:
        found.append((seconds(spread.at["p50"]), "first words after the first word's end, median"))
    if figures["wer"] is not None:
        offline = figures["wer_offline"]
        beside = f"; offline {percent(offline)}" if offline is not None else ""
        found.append((percent(figures["wer"]), f"word error rate{beside}"))
    if figures["clean_utterances"]:
        found.append((percent(figures["cut_share"]), f"utterances cut ({figures['cut']})"))
        found.append((str(figures["still_cut"]), "utterances still cut two seconds after their final"))
    found.append((str(figures["words_invented"]), "words without speech"))
    found.append((f"{figures['cpu_s_per_audio_s']:.2f}", "CPU seconds a second, all processes"))
    return found


def _charts(figures: dict[str, Any], scores: Sequence[Score]) -> list[Chart]:
    latencies = [value for each in scores for value in each.latencies_s]
    found = []
    if latencies:
        found.append(
            Chart(
                "Where each utterance's milliseconds went",
                "One bar per utterance, the slowest on top; 0 is the true end of speech. "
                "To its left, the detector reported silence before the last soft sound had ended.",
                charts.waterfalls(scores),
            )
        )
        found.append(Chart("When finals came", "After the true end of speech.", charts.histogram(latencies)))
    lateness = {
        "final": latencies,
        "first words": [each.first_words_s for each in scores if each.first_words_s is not None],
        "each word seen": [value for each in scores for value in each.word_first_s],
        "each word stable": [value for each in scores for value in each.word_stable_s],
    }
    if any(lateness.values()):
        found.append(
            Chart(
                "Share of results over time",
                "Share of finals after the end of speech, of words after their own end. "
                "Finals that never came keep their curve from 100 %.",
                charts.cumulative({name: values for name, values in lateness.items() if values}),
            )
        )
    found.append(
        Chart(
            "CPU use",
            "Share of one core, from the first sample to the last, by process.",
            charts.stages(figures["cpu_s_per_audio_s_by_stage"]),
        )
    )
    return found


def _utterances(scores: Sequence[Score]) -> str:
    lines = []
    for each in sorted(scores, key=lambda score: -max(score.latencies_s, default=0.0)):
        late = ", ".join(seconds(value) for value in each.latencies_s) or "-"
        lines.append([f'<span class="id">{html.escape(each.name)}</span>', _compared(each), late])
    return _UTTERANCES_NOTE + table(["", "", "final"], lines, "said")


def _compared(each: Score) -> str:
    """Return the transcript compared with the truth, as HTML; case and punctuation are ignored."""
    transcribed: list[str] = []
    cuts: set[int] = set()
    for piece in each.pieces:
        transcribed += piece.split()
        cuts.add(len(transcribed))
    truth = each.truth.split()
    if not truth or not transcribed:
        return f"<del>{html.escape(each.truth)}</del> <ins>{html.escape(each.said)}</ins>"
    chunks = jiwer.process_words(_plain(truth), _plain(transcribed)).alignments[0]
    shown = []
    for chunk in chunks:
        gone = html.escape(" ".join(truth[chunk.ref_start_idx : chunk.ref_end_idx]))
        if chunk.type != "equal" and gone:
            shown.append(f"<del>{gone}</del>")
        for word in range(chunk.hyp_start_idx, chunk.hyp_end_idx):
            said = html.escape(transcribed[word])
            shown.append(said if chunk.type == "equal" else f"<ins>{said}</ins>")
            if word + 1 in cuts - {len(transcribed)}:
                shown.append('<span class="cut">|</span>')
    return " ".join(shown)


def _plain(words: Sequence[str]) -> str:
    return " ".join(word.lower().strip(".,!?;:\"'()…-") or "-" for word in words)


def _warning(runs: Sequence[Run]) -> str:
    void = sum(run.is_void for run in runs)
    if not void:
        return ""
    late_ms = max(run.late_p99_ms for run in runs)
    return (
        f"{void} of {len(runs)} runs are void: the replay was {late_ms:.1f} ms late at its 99th percentile "
        f"(at most {LATE_MS:.0f} ms may be), so their latencies do not count. "
        "Run again while nothing else does."
    )
