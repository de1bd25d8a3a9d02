from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bus.failures import InputFailure
from session.models import store
from session.run.start.notes_reader import read_names
from session.run.start.vocabulary import expected_words, names_in, read_vocabulary, tokenizer_of
from stt.settings import SttSettings


def counted(text: str) -> int:
    """Count as a model would that knows a few words, and of the others every three letters."""
    known = "Kafka Go go API api rate limiter word words important the we met counters here designing"
    return 1 if text in known.split() else 1 + len(text) // 3


def base(**changes: object) -> SttSettings:
    settings = SttSettings(model_path=str(store.find("base")))
    return msgspec.structs.replace(settings, **changes)


def written(tmp_path: Path, body: bytes) -> Path:
    file = tmp_path / "words.txt"
    file.write_bytes(body)
    return file


def test_a_vocabulary_has_a_word_or_phrase_a_line_and_remarks(tmp_path: Path) -> None:
    body = "\ufeff# people\nd'Avrigny  # the doctor\r\n\n  Sense and   Sensibility\nC#\n".encode()
    assert read_vocabulary(written(tmp_path, body)) == ["d'Avrigny", "Sense and Sensibility", "C#"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"Kafka\0Redis", "not a text file"),
        (b"# nothing\n\n", "no words"),
        (b"x\n" * 40_000, "larger than 64 KiB"),
        (b"Kafka\n" + b"word " * 20, "line 2 is longer than 60"),
    ],
)
def test_invalid_vocabulary_is_refused_with_the_reason(tmp_path: Path, body: bytes, says: str) -> None:
    with pytest.raises(InputFailure, match=says) as caught:
        read_vocabulary(written(tmp_path, body))
    assert caught.value.exit_code == 4


def test_a_file_that_is_not_there_or_a_directory_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(InputFailure, match="cannot be read"):
            read_vocabulary(path)


@pytest.mark.parametrize(
    ("notes", "names"),
    [
        ("We met Siobhan and Mr. Okonkwo here.", ["Siobhan", "Okonkwo"]),
        ("Counters here. Designing the words we met.", []),
        ("the Kafka API, the Go words", []),
        ("Waldo's the word, we met Waldo’s limiter: Waldo's", ["Waldo"]),
        ("the AntiBERTa, the k8s and the gRPC of C++", ["AntiBERTa", "k8s", "gRPC", "C++"]),
        ("the words we met are idempotent here", ["idempotent"]),
        (
            "# Designing Rate Limiters\nOTHER EXPERIENCE\n- Postgres\n- Redis Cluster",
            ["Postgres", "Redis", "Cluster"],
        ),
        ("see https://example.org/Some/Page or me@Example.org, bus/Ring.py, a_Name", []),
        ("the words\n```\nNewStruct = SomeClass()\n```\nthe words", []),
        ("I'd say we met; I'm here", []),
    ],
)
def test_names_and_jargon_are_found_in_notes(notes: str, names: list[str]) -> None:
    assert names_in([notes], counted) == names


def test_most_frequent_name_is_first() -> None:
    assert names_in(["we met Digium", "we met Waldo and Digium"], counted) == ["Digium", "Waldo"]


def test_vocabulary_order_is_file_settings_notes() -> None:
    words = expected_words(base(vocabulary=["Kafka"]), ["Quilter", "Kafka"], ["Siobhan"])
    assert words == ["Quilter", "Kafka", "Siobhan"]


def test_too_many_words_are_cut_with_a_remark(capsys: pytest.CaptureFixture[str]) -> None:
    words = expected_words(base(), [f"Villefort{number}" for number in range(100)], [])
    assert words[0] == "Villefort0"
    assert f"{len(words)} of the 100 words" in capsys.readouterr().err


def test_notes_are_read_by_another_process(tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("We asked Siobhan.")
    tokenizer = tokenizer_of(base())
    assert read_names([str(notes)], tokenizer) == ["Siobhan"]
    assert read_names([str(notes)], None) == [], "no names are wanted in other languages"
    program = """
import sys
from pathlib import Path
from session.run.start.notes_reader import read_names
print(read_names([sys.argv[1]], Path(sys.argv[2])))
print([name for name in ("pypdfium2", "pypdfium2_raw", "mammoth") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(notes), str(tokenizer)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["['Siobhan']", "[]"]


def test_unreadable_notes_are_a_failure(tmp_path: Path) -> None:
    with pytest.raises(InputFailure, match=r"missing\.md"):
        read_names([str(tmp_path / "missing.md")], None)
