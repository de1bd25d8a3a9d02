"""Word times and offline transcription by the real model in its own process."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bench.latency.reference import transcribe_references
from bench.latency.timeline import demo_timeline
from bus.failures import ModelFailure
from session.models import store


@pytest.mark.long
def test_words_end_in_order_and_the_last_one_where_speech_ends(tmp_path: Path) -> None:
    whole = demo_timeline()
    timeline = dataclasses.replace(whole, turns=[whole.turns[0], whole.turns[6]])
    references = transcribe_references(
        timeline, tmp_path, model_path=str(store.find("base")), language="en", threads=2, offline=True
    )
    for turn, reference in zip(timeline.turns, references, strict=True):
        assert [word for word, _ in reference.word_ends_s] == turn.text.split()
        ends_s = [end_s for _, end_s in reference.word_ends_s]
        assert ends_s == sorted(ends_s)
        assert ends_s[0] > 0
        assert ends_s[-1] == pytest.approx(turn.end_s - turn.start_s, abs=0.4)
        assert reference.offline_text
        assert reference.offline_cpu_s > 0


def test_invalid_weights_are_a_failure(tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    with pytest.raises(ModelFailure):
        transcribe_references(
            demo_timeline(),
            tmp_path,
            model_path=str(tmp_path / "weights"),
            language="en",
            threads=2,
            offline=False,
        )
