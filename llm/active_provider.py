"""Who is asked, as a fold over the session's log: what the user chose last, if that worked. Pure."""

from __future__ import annotations

from bus.messages import Event, ProviderReady, ProviderRequested
from llm.settings import LlmSettings


class ActiveProvider:
    """The provider and the model, in the words in which the user named them.

    Args:
        settings: Whom a session begins with.
    """

    def __init__(self, settings: LlmSettings) -> None:
        self.provider = settings.provider
        self.model = settings.model
        self._wanted: ProviderRequested | None = None

    def apply(self, event: Event) -> None:
        """Take in one event: a wish counts once somebody is ready."""
        match event:
            case ProviderRequested():
                self._wanted = event
            case ProviderReady(provider="none") if self._wanted and self._wanted.provider.strip() != "none":
                pass  # said at the start of a stage that was chosen away from before it died
            case ProviderReady() if self._wanted is not None:
                self.provider, self.model = self._wanted.provider, self._wanted.model
                self._wanted = None
            case _:
                pass
