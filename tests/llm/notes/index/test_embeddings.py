"""Tests of the embeddings, with the real model."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.failures import ModelFailure
from llm.notes.index.embeddings import EmbeddingIndex
from llm.notes.index.passages import Piece
from llm.notes.read.note_files import Note
from llm.notes.search import Notes, open_notes

PIECES = [
    Piece("a.md", "Pets", "Our cat sleeps on the keyboard. The dog does not."),
    Piece("a.md", "Work > Money", "I hope for 60,000 pounds."),
    Piece("a.md", "", "Bread"),
]
NOTES = [
    Note("a.md", "# Pets\nOur kitten sleeps on the keyboard.\n\n# Travel\nThe train to Bergen was late.\n")
]


@pytest.fixture(scope="session")
def model(models_dir: Path) -> Path:
    folder = models_dir / "minilm"
    if not (folder / "model.onnx").is_file():
        pytest.skip("minilm is not pulled")
    return folder


@pytest.fixture(scope="module")
def meaning(model: Path) -> EmbeddingIndex:
    index = EmbeddingIndex(model, PIECES, pytest.fail)
    assert index.wait(30)
    return index


@pytest.fixture(scope="module")
def notes(model: Path) -> Notes:
    opened = open_notes(NOTES, str(model))
    assert opened.wait_for_embeddings(30)
    return opened


def test_same_meaning_is_similar(meaning: EmbeddingIndex) -> None:
    alike = meaning.similarities("How much would you like to earn?")
    assert alike is not None
    assert len(alike) == len(PIECES)
    assert alike.index(max(alike)) == 1


def test_similarity_is_that_of_the_best_sentence(meaning: EmbeddingIndex) -> None:
    alike = meaning.similarities("The dog does not.")
    assert alike is not None
    assert alike[0] > 0.99


def test_passages_without_a_word_in_common_are_found(notes: Notes) -> None:
    assert [passage.heading for passage in notes.best_passages("Do you have a cat?")] == ["Pets"]
    assert open_notes(NOTES).best_passages("Do you have a cat?") == []


def test_nothing_comes_up_when_nothing_fits(notes: Notes) -> None:
    assert notes.best_passages("How does garbage collection work in Java?") == []


def test_damaged_weights_leave_word_search(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no weights")
    failures: list[ModelFailure] = []
    notes = open_notes(NOTES, str(tmp_path), failures.append)
    assert not notes.wait_for_embeddings(30)
    (failure,) = failures
    assert "compared by words" in failure.kept
    assert notes.best_passages("Was the train late?")
