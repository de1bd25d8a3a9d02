from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from livebench.contract import SAMPLE_RATE
from livebench.data.rows import Row, Span, read_rows
from livebench.data.variants import in_noise, telephone, whispered, with_longer_holds
from livebench.data.varying import vary
from livebench.failures import UsageFailure

SECOND = np.arange(SAMPLE_RATE) / SAMPLE_RATE
VOICE = (sum(np.sin(2 * np.pi * 120 * number * SECOND) for number in range(1, 40)) / 60).astype(np.float32)
ROW = Row(
    id="1", language="en", audio="1.flac", silence_spans=[Span(0.4, 0.6), Span(0.9, 1.0)], text="Well. Yes."
)


def _level_db(samples: np.ndarray, low_hz: float, high_hz: float) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    return float(10 * np.log10(power[(hertz >= low_hz) & (hertz < high_hz)].sum() + 1e-12))


def test_a_telephone_has_no_high_frequencies() -> None:
    through = telephone(VOICE)
    assert len(through) == len(VOICE)
    assert _level_db(through, 4500, 8000) < _level_db(through, 300, 3400) - 30


@pytest.mark.parametrize("snr_db", [0.0, 15.0])
def test_noise_has_the_wanted_ratio(snr_db: float) -> None:
    chance = np.random.default_rng(1)
    voice, noise = VOICE * np.float32(0.1), np.random.default_rng(2).standard_normal(3000).astype(np.float32)
    added = in_noise(voice, noise, snr_db, chance) - voice
    found_db = 10 * np.log10(np.mean(voice**2) / np.mean(added**2))
    assert found_db == pytest.approx(snr_db, abs=0.1)


def test_whispering_has_no_pitch_and_the_same_vocal_tract() -> None:
    whisper = whispered(VOICE, np.random.default_rng(1))
    steady = whisper[4000:12000].astype(np.float64)
    lag = SAMPLE_RATE // 120
    likeness = float(np.corrcoef(steady[:-lag], steady[lag:])[0, 1])
    assert abs(likeness) < 0.4, "a voice repeats itself after each period"
    assert _level_db(whisper, 300, 4000) > _level_db(whisper, 6000, 8000)


def test_longer_holds_move_the_labels_with_the_audio() -> None:
    changed, audio = with_longer_holds(ROW, VOICE, 1.5, np.random.default_rng(3))
    (hold,) = changed.holds
    added_s = len(audio) / SAMPLE_RATE - 1.0
    assert hold.start == 0.4
    assert hold.end - hold.start == pytest.approx(0.2 + added_s, abs=0.002)
    assert changed.silence_spans[-1].start == pytest.approx(0.9 + added_s, abs=0.002)
    assert 0.3 <= hold.end - hold.start <= 1.5
    quiet = audio[round(0.5 * SAMPLE_RATE) : round((0.5 + added_s) * SAMPLE_RATE)]
    assert float(np.abs(quiet).max()) < 0.01


def test_a_set_is_varied_and_named(tmp_path: Path) -> None:
    source, out = tmp_path / "plain", tmp_path / "out"
    source.mkdir()
    soundfile.write(source / "1.flac", VOICE, SAMPLE_RATE)
    (source / "rows.jsonl").write_text(
        '{"id":"1","language":"en","audio":"1.flac","text":"Yes.","silence_spans":[{"start":0.9,"end":1.0}]}\n'
    )
    count = vary(source, out, ["plain", "telephone", "holds"], None, 1)
    rows = read_rows(out)
    assert count == 2, "without inner silence there is nothing to lengthen"
    assert [(row.id, row.tags) for row in rows] == [("1", []), ("1-telephone", ["telephone"])]
    with pytest.raises(UsageFailure, match="recordings"):
        vary(source, tmp_path / "other", ["noise"], None, 1)
