"""Importers, on small folders of each layout with real audio files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livebench.contract import SAMPLE_RATE
from livebench.data.importing.catalogue import import_set, importers
from livebench.data.importing.eot_bench import eot_bench_row
from livebench.data.rows import ROWS, Row, Span, read_audio, read_rows
from livebench.failures import InputFailure


def _speech(*parts_s: float) -> np.ndarray:
    """Return tone and silence in turn, beginning with tone."""
    pieces = [
        np.sin(np.arange(round(length_s * SAMPLE_RATE)) * 0.2) * (0.5 if number % 2 == 0 else 0.0)
        for number, length_s in enumerate(parts_s)
    ]
    return np.concatenate(pieces).astype(np.float32)


def _imported(kind: str, source: Path, out: Path) -> list[Row]:
    import_set(importers()[kind], source, out)
    rows = read_rows(out)
    for row in rows:
        assert len(read_audio(out, row)) > 0, "the hash is that of the file"
    return rows


def test_a_folder_of_recordings_is_labelled_by_energy(tmp_path: Path) -> None:
    source = tmp_path / "own"
    source.mkdir()
    soundfile.write(source / "talk.wav", _speech(1.0, 0.4, 1.0, 0.5), SAMPLE_RATE)
    (source / "talk.txt").write_text("One thing.\nAnd another.")
    (row,) = _imported("folder", source, tmp_path / "out")
    assert row.text == "One thing. And another."
    assert row.silence_spans == [Span(1.0, 1.4), Span(2.4, 2.9)]
    assert row.holds == [Span(1.0, 1.4)]


def test_librispeech(tmp_path: Path) -> None:
    chapter = tmp_path / "84" / "121123"
    chapter.mkdir(parents=True)
    soundfile.write(chapter / "84-121123-0000.flac", _speech(1.0), SAMPLE_RATE)
    (chapter / "84-121123.trans.txt").write_text("84-121123-0000 GO ON\n")
    (row,) = _imported("librispeech", tmp_path, tmp_path / "out")
    assert (row.id, row.text, row.licence) == ("84-121123-0000", "Go on", "CC-BY-4.0")


def test_fleurs(tmp_path: Path) -> None:
    source = tmp_path / "de_de"
    (source / "audio" / "test").mkdir(parents=True)
    soundfile.write(source / "audio" / "test" / "7.wav", _speech(1.0), SAMPLE_RATE)
    (source / "test.tsv").write_text('1\t7.wav\tEr sagte "ja".\ter sagte ja\n2\tabsent.wav\tNein.\tnein\n')
    (row,) = _imported("fleurs", source, tmp_path / "out")
    assert (row.language, row.text) == ("de", 'Er sagte "ja".')


def test_ami_turns_are_cut_at_long_silences(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    words = "".join(
        f'<w nite:id="{number}" starttime="{start}" endtime="{end}"{punctuation}>{text}</w>'
        for number, (start, end, text, punctuation) in enumerate(
            [
                (1.0, 1.4, "Right", ""),
                (1.4, 1.4, ",", ' punc="true"'),
                (1.8, 2.2, "so", ""),
                (5.0, 5.5, "Next", ""),
            ]
        )
    )
    (tmp_path / "words" / "ES1.B.words.xml").write_text(
        f'<nite:root xmlns:nite="http://nite.sourceforge.net/">{words}</nite:root>'
    )
    soundfile.write(tmp_path / "ES1.Headset-1.wav", _speech(6.0), SAMPLE_RATE)
    first, second = _imported("ami", tmp_path, tmp_path / "out")
    assert (first.spoken, second.spoken) == ("Right, so", "Next")
    assert first.holds == [Span(pytest.approx(0.7), pytest.approx(1.1))]
    assert first.silence_spans[-1].start == pytest.approx(1.5)


def test_a_manifest_gives_exact_clean_speech_only(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", _speech(1.0), SAMPLE_RATE)
    clip = {"path": "a.wav", "seconds": 1.0, "text": "Yes.", "kind": "speech", "license": "CC0"}
    clips = [
        {"id": "good", **clip},
        {"id": "noisy", **clip, "tags": ["noisy"]},
        {"id": "unsure", **clip, "transcript_quality": "silver"},
        {"id": "noise", **clip, "kind": "noise"},
    ]
    (tmp_path / "manifest.jsonl").write_text("\n".join(map(json.dumps, clips)))
    assert [row.id for row in _imported("manifest", tmp_path, tmp_path / "out")] == ["good"]


def test_a_row_of_eot_bench_keeps_its_labels() -> None:
    row = eot_bench_row(
        {
            "id": 7,
            "language": "en",
            "silence_spans": [{"start": 1.0, "end": 1.3}, {"start": 2.0, "end": 3.0}],
            "words": [{"word": "Hello", "start": 0.2, "end": 0.9}],
        }
    )
    assert (row.id, row.spoken, row.holds) == ("7", "Hello", [Span(1.0, 1.3)])


def test_a_folder_that_has_something_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(InputFailure, match="not empty"):
        import_set(importers()["folder"], tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "cannot be read"),
        ('{"id":"a","language":"en","audio":"a.flac","text":"Hi","silence_spans":[]}', "its end is unknown"),
        (
            '{"id":"a","language":"en","audio":"a.flac","silence_spans":'
            '[{"start":2,"end":3},{"start":1,"end":4}]}',
            "overlap",
        ),
    ],
)
def test_rows_that_cannot_be_are_refused(line: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / ROWS).write_text(line)
    with pytest.raises(InputFailure, match=problem):
        read_rows(tmp_path)
