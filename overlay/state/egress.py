"""Who is asked, what was sent and what it cost: a fold over the ledger's events. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bus import messages as m
from bus.counted import counted

REQUESTS_KEPT = 50


@dataclass
class EgressTotal:
    """What left the machine since the session began; the newest requests alone would tell too little."""

    requests: int = 0
    body_bytes: int = 0
    hosts: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        if not self.requests:
            return "nothing left this machine"
        hosts = ", ".join(sorted(self.hosts))
        return f"{counted(self.requests, 'request')}, {self.body_bytes:,} bytes left, to {hosts}"


@dataclass
class Egress:
    """The ledger and the meter, as far as they are shown."""

    requests: deque[m.RequestSent] = field(default_factory=lambda: deque(maxlen=REQUESTS_KEPT))
    """The newest requests, word for word."""
    left: EgressTotal = field(default_factory=EgressTotal)
    provider: m.ProviderReady | None = None
    """Who is asked."""
    spent: m.UsageCounted | None = None
    """The newest count."""
    tokens: int = 0
    """Of all requests, in both directions."""

    def apply(self, event: m.Event) -> None:
        """Take in one event."""
        match event:
            case m.RequestSent():
                self.requests.append(event)
                if event.left_machine:
                    self.left.requests += 1
                    self.left.body_bytes += event.body_bytes
                    self.left.hosts.add(event.host)
            case m.ProviderReady():
                self.provider = event
            case m.UsageCounted():
                self.spent = event
                self.tokens += event.prompt_tokens + event.answer_tokens
            case _:
                pass

    @property
    def asked(self) -> str:
        """Who is asked, and for which model, in words; empty before anybody is."""
        provider = self.provider
        if provider is None:
            return ""
        if provider.provider == "none":
            return "no provider: your notes alone"
        where = "leaves this machine" if provider.leaves_machine else "this machine"
        where += ", unencrypted" if provider.leaves_machine and not provider.encrypted else ""
        proxy = f", through the proxy {provider.proxy}" if provider.proxy else ""
        return f"{provider.provider}, {provider.model} ({where}{proxy})"

    @property
    def meter(self) -> str:
        """What was used and what it cost, in words; empty before anything was."""
        if self.spent is None:
            return ""
        if self.spent.cost == self.spent.day_cost == 0:  # all of it on this machine
            return f"{self.tokens:,} tokens"
        session, day = self.spent.session_cost, self.spent.day_cost
        today = f", {money(day)} today" if day > session else ""
        unpriced = ", its price is not known" if self.spent.cost is None else ""
        return f"{self.tokens:,} tokens, {money(session)}{today}{unpriced}"


def money(dollars: float) -> str:
    """Return an amount in words: cents are too coarse for a single answer."""
    return f"${dollars:.2f}" if dollars >= 1 or not dollars else f"${dollars:.4f}"
