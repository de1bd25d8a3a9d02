"""Machines whose seats are simulated, each with the source of its pass times."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.seats.server import Server

BATCH = 32
"""Largest batch of a card; more passes do not fit a pass time worth waiting for."""

WINDOWS_MS = (0, 10, 20)
"""How long a batch waits for more passes; 0 takes those that came while the one before was computed."""


@dataclass(frozen=True)
class Profile:
    """A machine, computing one batch at a time on each executor."""

    name: str
    source: str
    """Where its pass times are from; starts with "measured" or "assumed"."""
    server: Server

    def one_at_a_time(self) -> Server:
        """Return it without batches."""
        return replace(self.server, largest_batch=1, window_s=0.0)

    def with_window(self, window_ms: float) -> Server:
        """Return it with batches that wait so long for more passes."""
        return replace(self.server, window_s=window_ms / 1000)


TWO_CORES = Profile(
    "two cores, Whisper base int8",
    "measured: 48 ms encode and 146 ms decode a pass, 8 s window, 20 tokens (bench/LOG.md)",
    Server(pass_s=0.194, executors=2),
)


def card(name: str, pass_ms: float, more_ms: float, source: str) -> Profile:
    """Return a graphics card with these pass times."""
    return Profile(name, source, Server(pass_ms / 1000, more_ms / 1000, BATCH))


ASSUMED = (
    card("card, quick", 30, 2, "assumed: 30 ms a pass, 2 ms for each further of its batch"),
    card("card, middle", 60, 6, "assumed: 60 ms a pass, 6 ms for each further of its batch"),
    card("card, slow", 100, 15, "assumed: 100 ms a pass, 15 ms for each further of its batch"),
)
"""Whisper large-v3-turbo on a graphics card. None was measured here."""
