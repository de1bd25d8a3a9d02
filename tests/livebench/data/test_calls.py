"""Importers of conversations, on real layouts with synthetic sound in place of speech."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

import livebench
from livebench.contract import SAMPLE_RATE
from livebench.data.importing.catalogue import import_set, importers
from livebench.data.importing.labelled import label_files, write_labels
from livebench.data.importing.transcripts import Utterance, text_in
from livebench.data.importing.turns import Cut
from livebench.data.rows import Row, Span, check_spans, read_rows
from livebench.failures import InputFailure
from session.models import store

DEMO = Path(__file__).parents[3] / "session" / "demo"
TELEPHONE_HZ = 8000
AGENT = [(1.0, 2.0), (2.5, 3.0), (6.0, 7.0)]
CALLER = [(3.4, 4.0), (4.3, 5.5)]
SEGMENTS = [
    # (role, offset_ms, start_ms, duration_ms, human, offsets, durations) of HarperValleyBank 0002f70f7386445b
    ("caller", 17420, 17420, 960, "i lost my debit card", [0, 90, 330, 510, 720], [90, 240, 180, 210, 240]),
    (
        "caller",
        19190,
        19190,
        810,
        "can you send me a new one",
        [0, 150, 240, 420, 480, 510, 630],
        [150, 90, 180, 60, 30, 120, 180],
    ),
    (
        "agent",
        23590,
        21539,
        1830,
        "which card would you like to replace",
        [0, 180, 630, 780, 930, 1290],
        [180, 450, 150, 150, 240, 540],
    ),
    ("caller", 27820, 27820, 510, "my", [0], [510]),
    ("caller", 29120, 29120, 690, "debit card", [0, 300], [300, 390]),
    (
        "agent",
        31620,
        29569,
        1140,
        "<unk> you repeat that please",
        [0, 150, 240, 570, 810],
        [150, 90, 330, 240, 330],
    ),
    ("caller", 50190, 50190, 420, "[noise]", [0], [420]),
]


def _tone(spans: list[tuple[float, float]], length_s: float, rate_hz: int) -> np.ndarray:
    samples = np.zeros(round(length_s * rate_hz), np.float32)
    for start_s, end_s in spans:
        part = slice(round(start_s * rate_hz), round(end_s * rate_hz))
        samples[part] = 0.5 * np.sin(np.arange(part.stop - part.start) * 0.3)
    return samples


def _imported(kind: str, source: Path, out: Path, labels: Path | None = None) -> list[Row]:
    import_set(importers(labels=labels)[kind], source, out)
    return read_rows(out)


def _call(folder: Path) -> None:
    """Write a call of two files with a transcript."""
    folder.mkdir(exist_ok=True)
    for party, spans in (("agent", AGENT), ("caller", CALLER)):
        soundfile.write(folder / f"call_{party}.wav", _tone(spans, 8.0, SAMPLE_RATE), SAMPLE_RATE)
    said = [
        {"start": 0.9, "end": 3.1, "speaker": "agent", "text": "Thank you for calling."},
        {"start": 3.3, "end": 5.6, "speaker": "caller", "text": "Hi, it's Jack.", "words_by": "machine"},
        {"start": 6.0, "end": 7.0, "speaker": "agent", "text": "Hello [noise] Jack."},
    ]
    (folder / "call.turns.json").write_text(json.dumps(said))


def test_a_call_of_two_files_gives_the_turns_of_both_parties(tmp_path: Path) -> None:
    _call(tmp_path / "calls")
    first, last, caller = _imported("calls", tmp_path / "calls", tmp_path / "out")
    assert [row.text for row in (first, caller, last)] == [
        "Thank you for calling.",
        "Hi, it's Jack.",
        "Hello Jack.",
    ]
    assert [row.words_by for row in (first, caller, last)] == ["people", "machine", "people"]
    assert first.holds == [Span(pytest.approx(1.3), pytest.approx(1.8))]
    assert first.silence_spans[-1].start == pytest.approx(2.3)
    assert caller.holds == [Span(pytest.approx(0.9), pytest.approx(1.2))]


def test_a_stereo_file_has_a_party_on_each_channel(tmp_path: Path) -> None:
    both = np.stack([_tone(AGENT, 8.0, TELEPHONE_HZ), _tone(CALLER, 8.0, TELEPHONE_HZ)], axis=1)
    soundfile.write(tmp_path / "call.wav", both, TELEPHONE_HZ)
    (tmp_path / "call.turns.json").write_text('[{"start": 3.4, "end": 5.5, "speaker": "2", "text": "Hi."}]')
    (row,) = _imported("calls", tmp_path, tmp_path / "out")
    assert (row.text, row.origin and row.origin.channel) == ("Hi.", 1)


def test_people_time_utterances_in_text_grids(tmp_path: Path) -> None:
    audio, grids = tmp_path / "audio", tmp_path / "transcripts"
    grids.mkdir()
    _call(audio)
    (audio / "call.turns.json").unlink()
    intervals = "".join(
        f'intervals [{number}]:\n xmin = {start}\n xmax = {end}\n text = "{text}"\n'
        for number, (start, end, text) in enumerate(
            [(0, 1, ""), (1, 3, 'Say ""yes"".'), (6, 7, "<UNIN/> Jack.")]
        )
    )
    (grids / "call_agent.TextGrid").write_text(f'File type = "ooTextFile"\nxmin = 0\nxmax = 8\n{intervals}')
    (row,) = _imported("calls", audio, tmp_path / "out")
    assert row.text == 'Say "yes".'


def test_calls_without_words_are_not_imported(tmp_path: Path) -> None:
    _call(tmp_path / "calls")
    (tmp_path / "calls" / "call.turns.json").unlink()
    with pytest.raises(InputFailure, match="nothing of this kind"):
        _imported("calls", tmp_path / "calls", tmp_path / "out")


def test_an_utterance_that_lies_partly_outside_a_turn_has_no_words_for_it() -> None:
    said = [Utterance(1.0, 2.0, "One."), Utterance(2.0, 6.0, "Two and three.")]
    assert text_in(said, Cut(0.9, 2.1)) == ("One.", "people")
    assert text_in(said, Cut(0.9, 4.0)) == ("", "people")


def test_harper_valley(tmp_path: Path) -> None:
    names = ("speaker_role", "offset_ms", "start_ms", "duration_ms", "human_transcript")
    names += ("word_offsets_ms", "word_durations_ms")
    (tmp_path / "data" / "transcript").mkdir(parents=True)
    listing = [dict(zip(names, each, strict=True)) for each in SEGMENTS]
    (tmp_path / "data" / "transcript" / "0002f70f7386445b.json").write_text(json.dumps(listing))
    for role in ("agent", "caller"):
        folder = tmp_path / "data" / "audio" / role
        folder.mkdir(parents=True)
        spans = [(each[1] / 1000, (each[1] + each[3]) / 1000) for each in SEGMENTS if each[0] == role]
        soundfile.write(folder / "0002f70f7386445b.wav", _tone(spans, 52.0, TELEPHONE_HZ), TELEPHONE_HZ)
    agent, lost, card = _imported("harper-valley", tmp_path, tmp_path / "out")
    assert agent.text == "which card would you like to replace", "what nobody understood is left out"
    assert agent.silence_spans[-1].start == pytest.approx(0.3 + 1.83, abs=0.02), "the end of the sound"
    assert lost.text == "i lost my debit card can you send me a new one"
    assert lost.holds == [Span(pytest.approx(0.3 + 0.96), pytest.approx(0.3 + 1.77))]
    assert lost.words[4].end == pytest.approx(0.3 + 0.96)
    assert card.text == "my debit card"
    assert card.origin
    assert card.origin.path == "data/audio/caller/0002f70f7386445b.wav"


def test_labels_find_their_recording_by_its_hash(tmp_path: Path) -> None:
    _call(tmp_path / "calls")
    before = _imported("calls", tmp_path / "calls", tmp_path / "out")
    labels = tmp_path / "labels.jsonl"
    assert write_labels(tmp_path / "out", labels, "CC0", "https://example.org/calls") == 3
    (tmp_path / "clone").mkdir()
    for party in ("agent", "caller"):
        (tmp_path / "calls" / f"call_{party}.wav").rename(tmp_path / "clone" / f"renamed {party}.wav")
    after = _imported("labelled", tmp_path / "clone", tmp_path / "again", labels)
    assert {row.id for row in after} == {row.id for row in before}
    assert {row.sha256 for row in after} == {row.sha256 for row in before}, "the same audio"
    assert {row.licence for row in after} == {"CC0"}
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputFailure, match="no recording") as failure:
        _imported("labelled", tmp_path / "empty", tmp_path / "third", labels)
    assert "https://example.org/calls" in str(failure.value.fix)


def test_shipped_labels_name_a_licence_and_a_public_clone() -> None:
    assert label_files()
    for file in label_files():
        for line in file.read_bytes().splitlines():
            row = msgspec.json.decode(line, type=Row)
            check_spans(row)
            assert row.licence
            assert row.origin
            assert row.origin.clone.startswith("https://github.com/")
            assert row.silence_spans[-1].end <= row.origin.end - row.origin.start + 0.01
            assert row.tags.count(f"words-by-{row.words_by}") == 1


def test_the_readme_counts_the_shipped_labels() -> None:
    rows = [
        msgspec.json.decode(line, type=Row)
        for file in label_files()
        for line in file.read_bytes().splitlines()
    ]
    assert len({row.id for row in rows}) == len(rows)
    counted = f"{len(rows)} turns with {sum(len(row.holds) for row in rows)} holds"
    assert counted in (Path(livebench.__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_rttm_needs_weights_for_its_words(tmp_path: Path) -> None:
    with pytest.raises(InputFailure, match="no words"):
        _imported("rttm", tmp_path, tmp_path / "out")


@pytest.mark.long
def test_the_turns_of_a_spoken_interview(tmp_path: Path) -> None:
    for party, name in (("interviewer", "call"), ("candidate", "mic")):
        shutil.copy(DEMO / f"{name}.flac", tmp_path / f"talk_{party}.flac")
    import_set(importers(weights=store.find("tiny.en"))["calls"], tmp_path, tmp_path / "out")
    rows = read_rows(tmp_path / "out")
    assert all(row.words_by == "machine" for row in rows)
    script = json.loads((DEMO / "script.json").read_bytes())
    ends = {"interviewer": {}, "candidate": {}}
    for line in script:
        ends["interviewer" if line["source"] == "call" else "candidate"][line["end_s"]] = line["text"]
    for row in rows:
        assert row.origin
        end_s = row.origin.start + row.silence_spans[-1].start
        text = min(ends[row.id.split(".")[1]].items(), key=lambda said: abs(said[0] - end_s))
        assert end_s == pytest.approx(text[0], abs=0.15), row.id
        assert row.text.split()[-1].strip(".?!").lower() == text[1].split()[-1].strip(".?!").lower()
