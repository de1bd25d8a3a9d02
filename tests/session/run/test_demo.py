from __future__ import annotations

from itertools import pairwise

import numpy as np
import soundfile

from capture.source import parse_sources
from session.run.start.demo import DEMO, demo_request, script


def test_the_recording_is_short_small_and_licensed() -> None:
    lengths = {soundfile.info(DEMO / f"{source}.flac").duration for source in ("call", "mic")}
    assert len(lengths) == 1, "both are on one clock"
    assert 60 <= lengths.pop() <= 90
    assert sum(path.stat().st_size for path in DEMO.glob("*.flac")) < 1_000_000
    assert "Apache-2.0" in (DEMO / "LICENCE.md").read_text()


def test_script_has_the_true_ends_of_speech() -> None:
    for source in ("call", "mic"):
        samples, rate_hz = soundfile.read(DEMO / f"{source}.flac")
        turns = [turn for turn in script() if turn.source == source]
        assert all(before.end_s < after.start_s for before, after in pairwise(turns))
        for turn in turns:
            speech = samples[round((turn.end_s - 0.2) * rate_hz) : round(turn.end_s * rate_hz)]
            after = samples[round((turn.end_s + 0.1) * rate_hz) : round((turn.end_s + 0.5) * rate_hz)]
            assert np.abs(speech).max() > 10 * np.abs(after).max()


def test_demo_requests_both_sources_and_the_notes() -> None:
    request = demo_request({})
    assert list(parse_sources(request.flags["capture"]["sources"])) == ["call", "mic"]
    assert request.flags["llm"]["notes"][0].endswith("notes.md")
    assert set(request.true_ends_s) == {"call", "mic"}
