"""Decides when a failed request is retried, and how long an answer may take.

Pure: the caller passes the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from llm.settings import LlmSettings

MAX_RETRIES = 2
BACKOFF_S = 0.4
LOADING_RETRY_S = 1.0
"""Interval at which a server that loads its model is asked again, until the first text is due."""


@dataclass(frozen=True)
class TimeLimits:
    """Deadlines of one attempt, as times of the event loop's clock."""

    first_token_s: float
    total_s: float


def first_token_timeout_s(settings: LlmSettings, *, may_load: bool) -> float:
    """Return how long the first text may take; a server of the user's own may load its model first."""
    usual_s = settings.first_token_timeout_s
    return max(usual_s, settings.local_first_token_timeout_s) if may_load else usual_s


def time_limits(settings: LlmSettings, *, may_load: bool, now_s: float) -> TimeLimits:
    """Return the deadlines of an attempt that begins now."""
    first_s = first_token_timeout_s(settings, may_load=may_load)
    return TimeLimits(
        now_s + first_s, now_s + settings.total_timeout_s + first_s - settings.first_token_timeout_s
    )


def backoff_s(
    retries: int, remaining_s: float, *, may_retry: bool, loading: bool = False, retry_after_s: float = 0.0
) -> float | None:
    """Return how long to wait before the next retry, or None to give up.

    Args:
        retries: How many retries there were already.
        remaining_s: How long the first text may still take.
        may_retry: Whether the same request may succeed in a moment.
        loading: The server is loading its model.
        retry_after_s: How long the provider asks the client to wait.
    """
    if loading:
        return LOADING_RETRY_S if remaining_s > LOADING_RETRY_S else None
    wait_s = max(retry_after_s, BACKOFF_S * float(2**retries))
    if not may_retry or retries >= MAX_RETRIES or wait_s >= remaining_s:
        return None
    return wait_s


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float:
    """Return how long a response asks the client to wait; 0 when it does not say or is malformed.

    Args:
        headers: The response's headers, names in lower case.
        now_s: Wall-clock time, for a header with a date.
    """
    try:
        if "retry-after-ms" in headers:
            return max(float(headers["retry-after-ms"]) / 1000, 0.0)
        after = headers.get("retry-after", "0")
        if after.replace(".", "", 1).strip().isdigit():
            return float(after)
        return max(parsedate_to_datetime(after).timestamp() - now_s, 0.0)
    except (ValueError, OverflowError):
        return 0.0
