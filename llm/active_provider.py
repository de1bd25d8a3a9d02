"""Tracks which provider and model are active, from the event log."""

from __future__ import annotations

from bus.messages import Logged, ProviderReady, ProviderRequested
from llm.settings import LlmSettings


class ActiveProvider:
    """The provider and model as the user named them; a requested one counts once it is ready."""

    def __init__(self, settings: LlmSettings) -> None:
        self.provider = settings.provider
        self.model = settings.model
        self._requested: ProviderRequested | None = None

    def apply(self, logged: Logged) -> None:
        """Update the state with one event."""
        requested = self._requested
        match logged.event:
            case ProviderRequested() as event:
                self._requested = event
            case ProviderReady(provider="none") if requested and requested.provider.strip() != "none":
                pass  # from the start of a stage that died before it applied the request
            case ProviderReady() if requested is not None:
                self.provider, self.model = requested.provider, requested.model
                self._requested = None
            case _:
                pass
