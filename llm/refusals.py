"""What it means when a provider does not answer, in one line for a person; and whether to try again.

Pure. Providers disagree about status codes and words; the key never stands in what is said here, and a
provider's own words are left out where they may quote it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from bus.failures import ProviderFailure
from llm.chat_completions import ProviderError
from llm.providers import Provider

RETRIES_AT_MOST = 2
BACKOFF_S = 0.4
_KEPT = "the transcript goes on, and your notes are shown"

_KEY_WORDS = re.compile(
    r"api[ _-]?key|invalid[ _]auth|unauthor|authentication|API_KEY_INVALID", re.IGNORECASE
)
_SPENT = re.compile(
    r"insufficient_quota|credit_balance|spend_limit|billing|exceeded your current quota|payment",
    re.IGNORECASE,
)
_BUSY = frozenset({408, 409, 425, 429, 498, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})


class Refusal(ProviderFailure):
    """A provider did not answer.

    Args:
        what: What happened.
        todo: What to do next.
        may_retry: Whether the same request may do better in a moment.
        retry_after_s: How long the provider asks us to wait before that.
        unreachable: Nobody answered at all, so the server may have to be looked for anew.
    """

    def __init__(
        self,
        what: str,
        *,
        todo: str = "",
        may_retry: bool = False,
        retry_after_s: float = 0.0,
        unreachable: bool = False,
    ) -> None:
        super().__init__(what, kept=_KEPT, todo=todo)
        self.may_retry = may_retry
        self.retry_after_s = retry_after_s
        self.unreachable = unreachable


def refused(provider: Provider, status: int, headers: Mapping[str, str], error: ProviderError) -> Refusal:
    """Return what a status other than 200 means."""
    name, said = provider.name, f": {error.message}" if error.message else ""
    evidence = f"{error.code} {error.message}"
    if status == 401 or (status in (400, 403) and _KEY_WORDS.search(evidence)):
        return Refusal(f"{name} does not accept the key", todo=_mend_key(provider))
    if status == 402 or _SPENT.search(evidence):
        return Refusal(
            f"{name} says that the account has nothing left to spend",
            todo="top it up, or use another provider",
        )
    if 300 <= status < 400:
        return Refusal(
            f"{name} sends us elsewhere (HTTP {status}), and redirects are not followed",
            todo="give the address of the API itself",
        )
    if status == 403:
        return Refusal(f"{name} forbids this{said}", todo="check what the key and the account may do")
    if status == 404:
        return Refusal(
            f"{name} does not know this address or model{said}", todo="check --model and --provider"
        )
    if status == 413:
        return Refusal(f"{name} finds the request too large", todo="use shorter notes, or fewer passages")
    if status in _BUSY:
        return _busy(provider, status, headers, said)
    return Refusal(f"{name} refused the request (HTTP {status}){said}", todo="check --model and --provider")


def broke_off(provider: Provider, error: ProviderError) -> Refusal:
    """Return what an error in the middle of a stream means."""
    if _SPENT.search(f"{error.code} {error.message}"):
        return Refusal(f"{provider.name} says that the account has nothing left to spend")
    said = f": {error.message}" if error.message else ""
    return Refusal(f"{provider.name} broke off its answer{said}", todo="ask again", may_retry=True)


def no_stream(provider: Provider, content_type: str, error: ProviderError) -> Refusal:
    """Return what it means that something else than a stream came with status 200."""
    if "html" in content_type:
        return Refusal(
            f"{provider.name} answered with a web page",
            todo="check the address; on a guest network, sign in with a browser first",
        )
    said = f": {error.message}" if error.message else f" ({content_type or 'without a type'})"
    return Refusal(
        f"{provider.name} answered with something that is no stream{said}", todo="check --provider"
    )


def wait_before_retry_s(refusal: Refusal, retries: int, remaining_s: float) -> float | None:
    """Return how long to wait before trying again, or None to give up.

    Args:
        refusal: Why the last attempt failed.
        retries: How many retries there were already.
        remaining_s: How long the user may still be kept waiting for a first word.
    """
    wait_s = max(refusal.retry_after_s, BACKOFF_S * float(2**retries))
    if not refusal.may_retry or retries >= RETRIES_AT_MOST or wait_s >= remaining_s:
        return None
    return wait_s


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float:
    """Return how long a provider asks us to wait; 0 when it does not say or cannot be understood.

    Args:
        headers: The response's headers, names in lower case.
        now_s: Wall-clock time, for a header that names a date.
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


def _busy(provider: Provider, status: int, headers: Mapping[str, str], said: str) -> Refusal:
    wait_s = retry_after_s(headers, time.time())
    what = "asks us to slow down" if status == 429 else f"is busy or broken (HTTP {status})"
    todo = f"wait {wait_s:.0f} s and ask again" if wait_s > 1 else "ask again in a moment"
    return Refusal(
        f"{provider.name} {what}{said}",
        todo=todo,
        may_retry=headers.get("x-should-retry") != "false",
        retry_after_s=wait_s,
    )


def _mend_key(provider: Provider) -> str:
    if provider.key_variables:
        return f"check {' or '.join(provider.key_variables)}, and start again"
    return "name the variable that holds its key: key_variable in [llm]"
