"""Whisper's vocabulary: text from tokens, and the tokens with which a pass begins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from bus.failures import SettingsFailure
from stt.hotwords import fitting, glossary

_CONTEXT_TOKENS = 60
"""More makes Whisper repeat itself."""


class Vocabulary:
    """A model's tokenizer.

    Args:
        file: Its `tokenizer.json`.
        multilingual: Whether the model knows languages other than English.
        hotwords: Names and jargon to expect, the most important first; those that fit are used.
    """

    def __init__(self, file: Path, *, multilingual: bool, hotwords: Sequence[str] = ()) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_str(_mended(file.read_text(encoding="utf-8")))
        self._multilingual = multilingual
        self.end = self._token("<|endoftext|>")
        self.hotwords = fitting(hotwords, self.count)

    def opening(self, language: str, said_before: str = "", *, with_hotwords: bool = True) -> list[int]:
        """Return the tokens that ask for a transcription without timestamps.

        Args:
            language: "en", "de", …; ignored by a model that knows English alone.
            said_before: What came before, as context; its last words are used.
            with_hotwords: Whether to tell of the hotwords.

        Raises:
            SettingsFailure: The model does not know the language.
        """
        opening = [self._token("<|startoftranscript|>")]
        before = self._tokens(glossary(self.hotwords, language)) if with_hotwords else []
        before += self._tokens(said_before)[-_CONTEXT_TOKENS:]
        if before:
            opening = [self._token("<|startofprev|>"), *before, *opening]
        if self._multilingual:
            opening += [self._token(f"<|{language}|>", language), self._token("<|transcribe|>")]
        return [*opening, self._token("<|notimestamps|>")]

    def count(self, text: str) -> int:
        """Return how many tokens this text has; a word that is one token is a word Whisper knows well."""
        return len(self._tokens(text))

    def text(self, tokens: Sequence[int]) -> str:
        """Return the words of `tokens`, without special tokens."""
        words = [token for token in tokens if token < self.end]
        text: str = self._tokenizer.decode(words)
        return text.strip()

    def _tokens(self, text: str) -> list[int]:
        if not text:
            return []
        tokens = self._tokenizer.encode(f" {text}", add_special_tokens=False).ids
        return [token for token in tokens if token < self.end]  # text may look like a special token

    def _token(self, name: str, language: str = "") -> int:
        token: int | None = self._tokenizer.token_to_id(name)
        if token is None:
            raise SettingsFailure(
                f"this Whisper model does not know {language or name!r}",
                fix="set `language` in [stt] to a code it knows, such as en, or take another model",
            )
        return token


def _mended(tokenizer: str) -> str:
    """Return the tokenizer file with the rule that joins a space and a t, which some models' files lack.

    Without it " the" becomes two tokens that Whisper has never seen together.
    """
    first, second = '"Ġ t"', '"Ġ a"'
    return tokenizer if first in tokenizer else tokenizer.replace(second, f"{first},{second}", 1)
