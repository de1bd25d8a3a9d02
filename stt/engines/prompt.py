"""Whisper's prompt: hotwords, previous text and language, as tokens.

Hotwords are listed as a glossary before the previous text. Whisper then spells them as listed, and hardly
ever writes one that was not spoken (`bench/LOG.md`). Knows no audio and not where hotwords come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer

from bus.failures import SettingsFailure

MAX_HOTWORD_TOKENS = 120
"""About 30 names. More slow down every pass and did not improve accuracy."""

_MAX_PREVIOUS_TOKENS = 60
"""More makes Whisper repeat itself."""

_TIMESTAMP_S = 0.02
"""Step of Whisper's timestamps."""

_ECHO_BELOW = -0.55
"""Mean log probability. Correct hotwords had at least -0.45 in 85 passes; invented ones at most -0.6."""


class PromptBuilder:
    """Builds prompts with a model's tokenizer.

    Args:
        file: The model's `tokenizer.json`.
        multilingual: Whether the model knows languages other than English.
        hotwords: Names and jargon to expect, the most important first; those that fit are used.
    """

    def __init__(self, file: Path, *, multilingual: bool, hotwords: Sequence[str] = ()) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_str(_repaired(file.read_text(encoding="utf-8")))
        self._multilingual = multilingual
        self.end = self._token("<|endoftext|>")
        self.hotwords = fitting(hotwords, self.count)

    def prompt(
        self,
        language: str,
        previous_text: str = "",
        *,
        with_hotwords: bool = True,
        words_from_s: float = 0.0,
    ) -> list[int]:
        """Return the tokens that request a transcription without timestamps, or from a time on.

        Whisper obeys a start time that it finds in its prompt: it listens to the whole window and writes only
        what is said after it (`bench/LOG.md`).

        Args:
            language: "en", "de", …; ignored by an English-only model.
            previous_text: Text before this audio, as context; its last words are used.
            with_hotwords: Whether to include the glossary.
            words_from_s: Where the words begin; 0 for all words of the window.

        Raises:
            SettingsFailure: The model does not know the language.
        """
        prompt = [self._token("<|startoftranscript|>")]
        before = self._tokens(glossary(self.hotwords, language)) if with_hotwords else []
        before += self._tokens(previous_text)[-_MAX_PREVIOUS_TOKENS:]
        if before:
            prompt = [self._token("<|startofprev|>"), *before, *prompt]
        if self._multilingual:
            prompt += [self._token(f"<|{language}|>", language), self._token("<|transcribe|>")]
        no_timestamps = self._token("<|notimestamps|>")
        if not words_from_s:
            return [*prompt, no_timestamps]
        return [*prompt, no_timestamps + 1 + round(words_from_s / _TIMESTAMP_S)]

    def count(self, text: str) -> int:
        """Return the number of tokens of a text; common words are one token."""
        return len(self._tokens(text))

    def count_words(self, tokens: Sequence[int]) -> int:
        """Return how many of `tokens` are text."""
        return sum(token < self.end for token in tokens)

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of `tokens`, without special tokens."""
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
                f"this Whisper model does not support {language or name!r}",
                fix="set `language` in [stt] to a code it supports, such as en, or use another model",
            )
        return token


def may_be_echo(mean_log_probability: float) -> bool:
    """Return whether the words of a pass may come from the glossary instead of the speaker.

    Whisper fills audio that it cannot make out, noise above all, with words from the prompt. Such a pass is
    retried without hotwords.
    """
    return mean_log_probability < _ECHO_BELOW


def glossary(words: Iterable[str], language: str = "en") -> str:
    """Return the glossary of these words; empty when there are none.

    In languages other than English it is the bare list, because an English word might make Whisper write
    English.
    """
    listed = ", ".join(words)
    if not listed:
        return ""
    return f"Glossary: {listed}." if language == "en" else f"{listed}."


def fitting(words: Iterable[str], count_tokens: Callable[[str], int]) -> list[str]:
    """Return the first of these words that fit into the glossary, without duplicates.

    Args:
        words: The most important first.
        count_tokens: Returns the number of tokens of a text.
    """
    taken: list[str] = []
    left = MAX_HOTWORD_TOKENS - count_tokens("Glossary:")
    for word in dict.fromkeys(words):
        left -= count_tokens(word) + 1  # the comma
        if left < 0:
            break
        taken.append(word)
    return taken


def _repaired(tokenizer: str) -> str:
    """Return the tokenizer file with the merge of a space and a t, which some models' files lack.

    Without it " the" becomes two tokens, a pair that Whisper has never seen.
    """
    first, second = '"Ġ t"', '"Ġ a"'
    return tokenizer if first in tokenizer else tokenizer.replace(second, f"{first},{second}", 1)
