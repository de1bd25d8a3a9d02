"""Corpora without a manifest, and the kinds of clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bench.harness.corpus import (
    Audio,
    Clip,
    Utterance,
    kind_of,
    longest_pause_s,
    parse_kinds,
    read_corpus,
    read_utterance,
    speech_span,
)
from bench.latency.timeline import demo_timeline, lay_out
from bus.failures import InputFailure, UsageFailure


def tone(*parts: tuple[float, float]) -> Audio:
    """Return segments of (seconds, loudness) as 16 kHz audio."""
    chance = np.random.default_rng(0)
    pieces = [chance.standard_normal(round(s * 16_000)) * loudness for s, loudness in parts]
    return np.concatenate(pieces).astype(np.float32)


def test_a_folder_of_recordings_with_texts_beside_them(tmp_path: Path) -> None:
    quiet_speech_quiet = tone((0.5, 1e-5), (1.5, 0.1), (0.5, 1e-5))
    soundfile.write(tmp_path / "talk.wav", quiet_speech_quiet, 16_000)
    (tmp_path / "talk.txt").write_text("What was\nsaid.\n")
    soundfile.write(tmp_path / "rain.flac", tone((1.0, 0.01)), 16_000)
    (tmp_path / "rain.txt").write_text("")
    soundfile.write(tmp_path / "unknown.wav", tone((1.0, 0.01)), 16_000)
    clips = read_corpus(tmp_path)
    assert [(clip.id, clip.text, kind_of(clip)) for clip in clips] == [
        ("rain", None, "noise"),
        ("talk", "What was said.", "clean"),
    ]
    assert len(read_utterance(tmp_path, clips[1]).samples) == pytest.approx(24_000, abs=320)
    assert len(read_utterance(tmp_path, clips[0]).samples) == 16_000


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing here")
    with pytest.raises(InputFailure, match=r"manifest\.jsonl"):
        read_corpus(tmp_path)


def test_a_recording_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "talk.wav").write_bytes(b"not a recording")
    (tmp_path / "talk.txt").write_text("words")
    with pytest.raises(InputFailure, match=r"talk\.wav"):
        read_corpus(tmp_path)


@pytest.mark.parametrize(
    ("kind", "seconds", "quality", "tags", "expected"),
    [
        ("speech", 5.0, "gold-shipped", [], "clean"),
        ("speech", 0.5, "gold-shipped", [], None),
        ("speech", 25.0, "gold-shipped", [], None),
        ("speech", 5.0, "silver-corrected", [], None),
        ("speech", 5.0, "silver-corrected", ["noisy"], "noisy"),
        ("conversation", 30.0, "silver-corrected", ["telephone-8k"], "telephone"),
        ("conversation", 30.0, "silver-corrected", [], None),
    ],
)
def test_what_a_clip_serves_for(
    kind: str, seconds: float, quality: str, tags: list[str], expected: str | None
) -> None:
    assert kind_of(Clip("x", "x.wav", seconds, kind, "words", quality, tags)) == expected


def test_kinds_are_known_by_name() -> None:
    assert parse_kinds(["noise", "clean"]) == ("clean", "noise")
    with pytest.raises(UsageFailure, match="loud"):
        parse_kinds(["loud"])


def test_where_speech_is_and_how_long_it_pauses() -> None:
    samples = tone((0.5, 1e-5), (1.0, 0.1), (0.4, 1e-5), (0.6, 0.1), (0.3, 1e-5))
    assert speech_span(samples) == (8_000, 40_000)
    assert longest_pause_s(samples) == pytest.approx(0.4, abs=0.02)


def test_laid_out_turns_end_where_their_sound_ends() -> None:
    utterances = [Utterance(name, name, tone((seconds, 0.1))) for name, seconds in (("a", 1.0), ("b", 0.7))]
    timeline = lay_out(utterances, ("call", "mic"), seed=3)
    assert [(turn.source, turn.id) for turn in timeline.turns] == [("call", "a"), ("mic", "b")]
    for turn in timeline.turns:
        start, stop = speech_span(timeline.audio[turn.source])
        assert start / 16_000 == pytest.approx(turn.start_s, abs=0.02)
        assert stop / 16_000 == pytest.approx(turn.end_s, abs=0.02)


def test_the_shipped_interview_can_be_measured() -> None:
    timeline = demo_timeline()
    assert len(timeline.turns) == 16
    assert all(turn.text and turn.end_s <= timeline.seconds for turn in timeline.turns)
