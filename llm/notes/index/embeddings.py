"""Embeddings of passages, and their similarity to a question.

all-MiniLM-L6-v2 as ONNX, on one thread of the lowest priority. The similarity of a passage is that of its
most similar part: all of it, its heading, or a sentence. Nothing is downloaded or stored on disk.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from bus.failures import ModelFailure
from llm.notes.index.passages import Piece

LONGEST_TOKENS = 256
"""The model's input limit; the rest of a longer text is ignored."""

DIMENSIONS = 384

_BATCH_SIZE = 8
_CACHED_QUESTIONS = 64
_LOWEST_PRIORITY = 19
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


class EmbeddingIndex:
    """Embeddings of the passages; computes them on a thread of its own from the start.

    Args:
        folder: The model's folder, with model.onnx and tokenizer.json.
        pieces: The passages, in the order of the similarities.
        report: Called, on that thread, when the model cannot be used.
    """

    def __init__(self, folder: Path, pieces: Sequence[Piece], report: Callable[[ModelFailure], None]) -> None:
        self._report = report
        self._folder = folder
        self._pieces = pieces
        self._model: _Model | None = None
        self._vectors: Any = None
        self._first_parts: Any = None
        """Index of the first vector of each passage."""
        self._question_vectors: dict[str, Any] = {}
        """Vectors of the latest questions."""
        self._thread = threading.Thread(target=self._embed_all, name="embeddings", daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Wait until the passages are embedded; return whether they are."""
        self._thread.join(timeout_s)
        return self._vectors is not None

    def similarities(self, question: str) -> list[float] | None:
        """Return the similarity of each passage, about 0 to 1; None until all are embedded."""
        if self._vectors is None or self._model is None:
            return None
        import numpy as np

        if question not in self._question_vectors:
            self._question_vectors = {question: self._model.vector(question), **self._question_vectors}
            self._question_vectors = dict(list(self._question_vectors.items())[:_CACHED_QUESTIONS])
        # einsum stays on this thread; a matrix product starts others, which are slow on a busy machine.
        products = np.einsum("ij,j->i", self._vectors, self._question_vectors[question])
        similarities: list[float] = np.maximum.reduceat(products, self._first_parts).tolist()
        return similarities

    def _embed_all(self) -> None:
        try:
            if sys.platform == "linux":  # each thread has its own niceness
                os.setpriority(os.PRIO_PROCESS, 0, _LOWEST_PRIORITY)
            model = _Model(self._folder)
            import numpy as np

            parts = [_parts(piece) for piece in self._pieces]
            distinct = list(dict.fromkeys(chain.from_iterable(parts)))
            places = {text: number for number, text in enumerate(distinct)}
            vectors = model.vectors(distinct)[[places[part] for part in chain.from_iterable(parts)]]
            self._first_parts = np.cumsum([0, *map(len, parts[:-1])])
        except Exception as error:  # the runtime raises various types for damaged files
            self._report(
                ModelFailure(
                    f"notes cannot be compared by meaning: {error}",
                    kept="they are compared by words",
                    fix="run `cuecard models verify minilm`, then `cuecard models pull minilm`",
                )
            )
        else:
            self._model, self._vectors = model, vectors


def _parts(piece: Piece) -> list[str]:
    """Return the parts of a passage to embed: all of it, its heading and its sentences."""
    heading = piece.heading.rpartition(" > ")[2]
    sentences = [part for part in _SENTENCE_END.split(piece.text) if len(part.split()) > 1]
    return [
        f"{heading}. {piece.text}",
        *([heading] if heading else []),
        *(sentences if len(sentences) > 1 else []),
    ]


class _Model:
    """The model with its tokenizer.

    Args:
        folder: The folder with model.onnx and tokenizer.json.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        from bus.onnx import OnnxModel  # with numpy; an assistant without this model needs neither

        self._onnx = OnnxModel(folder / "model.onnx")
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST_TOKENS)
        self._tokenizer.no_padding()

    def vector(self, text: str) -> Any:
        """Return the embedding of a text, normalised to length 1."""
        return self.vectors([text])[0]

    def vectors(self, texts: Sequence[str]) -> Any:
        """Return the embeddings of many texts; texts of similar length share a batch."""
        import numpy as np

        encoded = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda number: len(encoded[number].ids))
        vectors: Any = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for start in range(0, len(order), _BATCH_SIZE):
            numbers = order[start : start + _BATCH_SIZE]
            vectors[numbers] = self._embed_batch([encoded[number].ids for number in numbers])
        return vectors

    def _embed_batch(self, sentences: Sequence[Sequence[int]]) -> Any:
        import numpy as np

        tokens = np.zeros((len(sentences), max(map(len, sentences))), dtype=np.int64)
        mask = np.zeros_like(tokens)
        for row, sentence in enumerate(sentences):
            tokens[row, : len(sentence)] = sentence
            mask[row, : len(sentence)] = 1
        given = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        (states, *_) = self._onnx.run({name: given[name] for name in self._onnx.inputs})
        means = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
