"""Tracks the provider, the requests sent and their cost, from the event log. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bus import messages as m
from bus.log.redaction import without_words
from overlay.texts import sentences

MAX_REQUESTS = 50


@dataclass
class EgressTotal:
    """Everything that left the machine since the session began, also requests that are not retained."""

    requests: int = 0
    body_bytes: int = 0
    hosts: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return sentences.left_machine(self.requests, self.body_bytes, self.hosts)


@dataclass
class Egress:
    """Requests, provider and usage, as the views show them."""

    requests: deque[m.RequestSent] = field(default_factory=lambda: deque(maxlen=MAX_REQUESTS))
    """The newest requests, word for word."""
    total: EgressTotal = field(default_factory=EgressTotal)
    provider: m.ProviderReady | None = None
    """The active provider."""
    usage: m.UsageCounted | None = None
    """The newest count."""
    tokens: int = 0
    """Of all requests, in both directions."""

    def apply(self, logged: m.Logged) -> None:
        """Apply one event."""
        match logged.event:
            case m.RequestSent() as request:
                self.requests.append(request)
                if request.left_machine:
                    self.total.requests += 1
                    self.total.body_bytes += request.body_bytes
                    self.total.hosts.add(request.host)
            case m.LogRedacted() as redaction:
                kept = [without_words(redaction, request) for request in self.requests]
                self.requests = deque(kept, maxlen=MAX_REQUESTS)
            case m.ProviderReady() as provider:
                self.provider = provider
            case m.UsageCounted() as usage:
                self.usage = usage
                self.tokens += usage.prompt_tokens + usage.answer_tokens
            case _:
                pass

    @property
    def provider_text(self) -> str:
        """The active provider and model; empty before there is one."""
        return sentences.provider(self.provider) if self.provider else ""

    @property
    def usage_text(self) -> str:
        """Tokens and cost; empty before anything was counted."""
        return sentences.usage(self.tokens, self.usage) if self.usage else ""
