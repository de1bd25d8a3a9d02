"""Connection to one model of a provider, with the request dialect that it accepts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from llm.client.http.connection import HttpConnection
from llm.prompt import Prompt, SummaryPrompt
from llm.protocols.protocol import Dialect
from llm.providers.provider import Provider
from llm.summary.transcript import SUMMARY_TOKENS

LearnedDialects = dict[tuple[str, str], Dialect]
"""Dialects learned in this session, by base address and model."""


@dataclass
class Connection:
    """An open HTTP connection and the model to request on it."""

    http: HttpConnection
    model: str
    models: tuple[str, ...] = ()
    """Listed models that can answer."""
    dialect: Dialect = field(default_factory=Dialect)
    """Loses the fields that the provider rejects."""
    learned: LearnedDialects = field(default_factory=dict)
    """Shared with the later connections of the session."""

    @property
    def provider(self) -> Provider:
        """The provider at the other end."""
        return self.http.provider

    def body(self, prompt: Prompt) -> bytes:
        """Return the exact request body for a prompt."""
        dialect = self.dialect
        if isinstance(prompt, SummaryPrompt):
            dialect = replace(dialect, max_tokens=dialect.max_tokens + SUMMARY_TOKENS)
        return self.provider.protocol.body(prompt, self.model, dialect)

    def drop_unsupported_fields(self, complaint: str) -> bool:
        """Leave out from now on what the provider's error names; return whether anything changed."""
        simpler = self.dialect.without_unsupported(complaint)
        if simpler is None:
            return False
        self._learn(simpler)
        return True

    def note_reasoning(self, *, starts_in_reasoning: bool) -> None:
        """Remember whether this model's text begins inside a reasoning block without an opening tag."""
        if starts_in_reasoning != self.dialect.starts_in_reasoning:
            self._learn(replace(self.dialect, starts_in_reasoning=starts_in_reasoning))

    def _learn(self, dialect: Dialect) -> None:
        self.dialect = self.learned[self.provider.base_url, self.model] = dialect
