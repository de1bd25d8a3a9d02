"""Whisper's vocabulary: text from tokens, and the tokens with which a pass begins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from bus.failures import SettingsFailure

_CONTEXT_TOKENS = 60
"""More makes Whisper repeat itself."""


class Vocabulary:
    """A model's tokenizer.

    Args:
        file: Its `tokenizer.json`.
        multilingual: Whether the model knows languages other than English.
    """

    def __init__(self, file: Path, *, multilingual: bool) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(file))
        self._multilingual = multilingual
        self.end = self._token("<|endoftext|>")

    def opening(self, language: str, said_before: str = "") -> list[int]:
        """Return the tokens that ask for a transcription without timestamps.

        Args:
            language: "en", "de", …; ignored by a model that knows English alone.
            said_before: What came before, as context; its last words are used.

        Raises:
            SettingsFailure: The model does not know the language.
        """
        opening = [self._token("<|startoftranscript|>")]
        if said_before:
            words: list[int] = self._tokenizer.encode(f" {said_before}", add_special_tokens=False).ids
            opening = [self._token("<|startofprev|>"), *words[-_CONTEXT_TOKENS:], *opening]
        if self._multilingual:
            opening += [self._token(f"<|{language}|>", language), self._token("<|transcribe|>")]
        return [*opening, self._token("<|notimestamps|>")]

    def text(self, tokens: Sequence[int]) -> str:
        """Return the words of `tokens`, without special tokens."""
        words = [token for token in tokens if token < self.end]
        text: str = self._tokenizer.decode(words)
        return text.strip()

    def _token(self, name: str, language: str = "") -> int:
        token: int | None = self._tokenizer.token_to_id(name)
        if token is None:
            raise SettingsFailure(
                f"this Whisper model does not know {language or name!r}",
                todo="set `language` in [stt] to a code it knows, such as en, or take another model",
            )
        return token
