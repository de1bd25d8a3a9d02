"""Plays timelines through a session and scores the result."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.harness.consumer import Playback, run_session
from bench.harness.corpus import Kind
from bench.latency import live
from bench.latency.scores import Score
from bench.latency.scores import score as score_utterances
from bench.latency.timeline import Timeline, demo_timeline
from bench.latency.utterances import fold
from bench.latency.variations import settings_text
from bus.audio import SAMPLE_RATE
from livebench.scoring.intervals import Spread, spread
from livebench.scoring.words import word_errors
from session import settings as all_settings

_TAIL_S, _LEAD_S = 2.5, 0.1


def demo() -> Timeline:
    """Return the shipped interview: 16 turns of two speakers, 72 s."""
    return demo_timeline()


def recordings(folder: Path | str, *, clips: int = 24, seed: int = 1, kind: Kind = "clean") -> Timeline:
    """Return a conversation of recordings that alternate between two sources.

    Args:
        folder: Recordings with a .txt beside each, or with a manifest.jsonl (bench/harness/corpus.py).
        clips: How many of them at most.
        seed: Of the choice, the order and the pauses.
        kind: "clean", "noisy", "telephone" or "noise".

    Raises:
        InputFailure: The folder has no such recordings.
    """
    return live.build_timeline(live.Plan(Path(folder), clips, seed, (kind,)))


def first_turns(timeline: Timeline, count: int) -> Timeline:
    """Return the beginning of a timeline: so many turns, and the quiet after them, at most 2.5 s."""
    turns, later = timeline.turns[:count], timeline.turns[count:]
    end_s = min([max(turn.end_s for turn in turns) + _TAIL_S, *(turn.start_s - _LEAD_S for turn in later)])
    length = round(end_s * SAMPLE_RATE)
    return Timeline(turns, {source: samples[:length] for source, samples in timeline.audio.items()})


def replay(timeline: Timeline, settings: Mapping[str, Any] | None = None) -> Playback:
    """Play a timeline in real time through the processes of a session, without answers and a window.

    Args:
        timeline: What each source plays.
        settings: Settings that differ from your own, as {"stt.beam": 1}.

    Returns:
        Every event with the monotonic time at which it was received, and CPU and memory of each stage.

    Raises:
        SettingsFailure: A setting is unknown or invalid.
        StageFailure: The session failed.
    """
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "cuecard.toml"
        file.write_text(settings_text(_own_settings(), settings or {}), encoding="utf-8")
        all_settings.load(file, {})
        options = ["--answer", "off", "--view", "none", "--settings", str(file)]
        return run_session(timeline.write(Path(directory)), options)


def score(timeline: Timeline, playback: Playback) -> list[Score]:
    """Compare what was transcribed with what was spoken: latencies in seconds, word errors, cuts.

    The ends of the words are found by alignment first, with the weights that your settings name.

    Raises:
        ModelFailure: The weights are missing.
    """
    references = live.find_references(timeline, live.Plan())
    return score_utterances(timeline.turns, references, fold(playback.received))[0]


def figures(scores: Sequence[Score]) -> dict[str, Any]:
    """Return latency and accuracy over all turns; a final that never came has an infinite latency."""
    latencies: Spread | None = spread([each.latencies_s for each in scores])
    errors, words = word_errors([each.truth for each in scores], [each.said for each in scores])
    return {
        "turns": sum(len(each.ids) for each in scores),
        "end_to_final_s": latencies.at if latencies else None,
        "between_s": latencies.between if latencies else None,
        "missing": latencies.missing if latencies else 0,
        "wer": errors / words if words else None,
        "cut": sum(bool(each.cuts_left) for each in scores),
    }


def _own_settings() -> dict[str, Any]:
    file = all_settings.user_file()
    return tomllib.loads(file.read_text(encoding="utf-8-sig")) if file.exists() else {}
