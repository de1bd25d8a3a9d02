from __future__ import annotations

from http import HTTPStatus

import pytest

from session.caption_page.access import Access

SECRET = "5ecre7" * 10
LOCAL = Access(SECRET, "127.0.0.1", 8765)
HOST = {"host": "127.0.0.1:8765"}
PAGE, EVENTS = f"/{SECRET}/", f"/{SECRET}/events"


@pytest.mark.parametrize(
    ("target", "headers", "reply"),
    [
        (PAGE, {}, "page"),
        (f"{PAGE}?transparent=1", {}, "page"),
        (PAGE, {"sec-fetch-site": "cross-site"}, "page"),  # a link that was clicked
        (EVENTS, {}, "events"),
        (EVENTS, {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8765"}, "events"),
        (EVENTS, {"host": "localhost:8765"}, "events"),
    ],
)
def test_the_page_is_answered(target: str, headers: dict[str, str], reply: str) -> None:
    assert LOCAL.decide("GET", target, HOST | headers) == reply


@pytest.mark.parametrize(
    "target",
    [
        *("/", "", "/events", f"/{SECRET}", f"/{SECRET}x/", f"/{SECRET[:-1]}/", f"/{SECRET}/other"),
        *(f"//{SECRET}/", f"/x/{SECRET}/", f"/{SECRET}/events/", "/é/", f"/?/{SECRET}"),
        f"http://127.0.0.1:8765/{SECRET}/",
    ],
)
def test_without_the_secret_path_there_is_nothing(target: str) -> None:
    assert LOCAL.decide("GET", target, HOST) == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8765.evil.example"],
)
def test_another_name_for_this_machine_is_refused(host: str) -> None:
    """As in DNS rebinding: a site's name that resolves to a loopback address."""
    assert LOCAL.decide("GET", PAGE, {"host": host}) == HTTPStatus.MISDIRECTED_REQUEST


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://[127.0.0.1:8765"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://localhost:8765"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_another_origin_gets_no_captions(headers: dict[str, str]) -> None:
    assert LOCAL.decide("GET", EVENTS, HOST | headers) == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "get", ""])
def test_only_get_is_answered(method: str) -> None:
    assert LOCAL.decide(method, PAGE, HOST) == HTTPStatus.METHOD_NOT_ALLOWED


def test_in_the_network_only_the_bound_address_is_a_host() -> None:
    network = Access(SECRET, "192.168.1.5", 8765)
    assert network.decide("GET", PAGE, {"host": "192.168.1.5:8765"}) == "page"
    for host in ("localhost:8765", "127.0.0.1:8765", "laptop.local:8765"):
        assert network.decide("GET", PAGE, {"host": host}) == HTTPStatus.MISDIRECTED_REQUEST
    assert Access(SECRET, "::1", 8765).decide("GET", PAGE, {"host": "[::1]:8765"}) == "page"
