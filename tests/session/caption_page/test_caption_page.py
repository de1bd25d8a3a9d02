"""The caption page's process: its sandbox, what it receives, and what a real browser shows."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import AF_INET
from typing import Any

import psutil
import pytest

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.run import Run
from session.caption_page.feed import Feed
from session.settings import SessionSettings
from session.view.page_address import page_address, page_lines
from session.view.strings import PAGE_ENDED, PAGE_INTERRUPTED
from tests.conftest import StartStage
from tests.support import sample_session as story
from tests.support.chromium import Chromium
from tests.support.events import final, log, partial, question
from tests.support.free_port import free_port
from tests.support.view_process import publish
from tests.support.waiting import wait_until


class Page:
    """A running caption page."""

    def __init__(self, run: Run, start_stage: StartStage) -> None:
        self.run, self.address = run, page_address(run)
        start_stage(run, "bus")
        self.child = start_stage(run, "session.caption_page")
        with HubClient("session", run, kinds=frozenset({m.StageReady})) as listener:
            found: list[m.Event] = []
            wait_until(
                lambda: found.extend(e.event for e in listener.poll(0.1)) or _ready(found), timeout_s=20
            )
            self.ready = next(filter(_is_ready, found))

    def update(self) -> dict[str, Any]:
        """Return the first update that a client gets."""
        host, _, path = self.address.removeprefix("http://").partition("/")
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("GET", f"/{path}events")
        line = connection.getresponse().readline()
        connection.close()
        return dict(json.loads(line.removeprefix(b"data: ")))


def _is_ready(event: m.Event) -> bool:
    return isinstance(event, m.StageReady) and event.stage == "caption-page"


def _ready(found: list[m.Event]) -> bool:
    return any(map(_is_ready, found))


@pytest.fixture
def page(make_run: Callable[..., Run], start_stage: StartStage) -> Page:
    return Page(make_run(session=SessionSettings(caption_page=free_port())), start_stage)


def test_captions_are_merged_and_words_that_may_change_marked() -> None:
    feed = Feed()
    for logged in log(*story.opening(), final(1, "First.", "mic", 0, 1), final(2, "Second.", "mic", 1, 2)):
        feed.apply(logged)
    feed.apply(m.Logged(90, 0, partial(3, "and more", 1)))
    assert json.loads(feed.as_json()) == {
        "paragraphs": [
            {"key": "mic 1000000000", "name": "You", "settled": "First. Second. and", "unsettled": "more"},
        ],
        "ended": False,
    }


def test_it_receives_the_transcript_and_nothing_else() -> None:
    received = {event.__name__ for event in wiring.subscriptions("caption-page")}
    assert {"FinalTranscribed", "PartialTranscribed"} <= received
    assert not any(
        name.startswith(("Answer", "Question", "Passages", "Request", "Provider")) for name in received
    )


def test_the_process_is_sandboxed_and_listens_on_loopback_only(page: Page) -> None:
    assert isinstance(page.ready, m.StageReady)
    assert "no internet sockets, no local ones (seccomp)" in page.ready.sandbox
    assert page.address not in page.ready.detail, "the log does not hold the secret"
    listening = psutil.Process(page.child.pid).net_connections("inet")
    assert [(each.laddr.ip, each.status) for each in listening] == [("127.0.0.1", "LISTEN")]
    publish(page.run, *story.opening(), *story.talk(), question(1, "A secret question?"))
    wait_until(lambda: len(page.update()["paragraphs"]) == 4)
    assert [each["name"] for each in page.update()["paragraphs"]] == ["Them", "You", "Them", "You"]
    assert "secret question" not in str(page.update())


def test_every_view_is_told_that_others_can_read(
    make_run: Callable[..., Run], start_stage: StartStage
) -> None:
    found = [
        each.address for name in psutil.net_if_addrs().values() for each in name if each.family == AF_INET
    ]
    own = next((each for each in found if not each.startswith("127.")), None)
    if own is None:
        pytest.skip("this machine is in no network")
    settings = SessionSettings(caption_page=free_port(), caption_page_bind=own)
    page = Page(make_run(session=settings), start_stage)
    with HubClient("session", page.run, kinds=frozenset({m.ProblemReported})) as listener:
        (told,) = wait_until(lambda: [e.event for e in listener.poll(0.1)])
    assert isinstance(told, m.ProblemReported)
    assert own in told.problem
    assert m.ProblemReported in wiring.subscriptions("overlay") & wiring.subscriptions("view")
    assert page.update() == {"paragraphs": [], "ended": False}


def test_the_address_is_told_and_what_it_means(make_run: Callable[..., Run]) -> None:
    local = make_run(session=SessionSettings(caption_page=8765))
    assert page_address(local) in page_lines(local)[0]
    assert len(page_lines(local)) == 2
    network = make_run(session=SessionSettings(caption_page=8765, caption_page_bind="192.168.1.5"))
    assert page_address(network).startswith("http://192.168.1.5:8765/")
    assert "Others in your network" in page_lines(network)[2]
    assert page_address(network) != page_address(local)[:7] + "192.168.1.5" + page_address(local)[16:]
    assert page_lines(make_run(session=SessionSettings())) == []


# --- in a browser ------------------------------------------------------------------------------------------


def words(browser: Chromium) -> str:
    return browser.evaluate("document.body?.innerText") or ""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chromium]:
    with Chromium(tmp_path / "profile") as chromium:
        yield chromium


@pytest.mark.long
def test_a_browser_shows_captions_live_and_inert(page: Page, browser: Chromium) -> None:
    browser.open(page.address)
    hostile = "<img src=x onerror=\"document.title='owned'\"> std::vector<int> <b>bold</b>"
    publish(page.run, *story.opening(), *story.talk(), final(3, hostile, "call", 12, 13))
    wait_until(lambda: "std::vector<int>" in words(browser), timeout_s=20)
    assert hostile in words(browser)
    assert browser.evaluate("document.images.length") == 0
    assert browser.evaluate("document.title") == "Captions"
    colour = "getComputedStyle([...document.querySelectorAll('{}')].find(e => e.textContent)).color"
    assert browser.evaluate(colour.format("p i")) != browser.evaluate(colour.format("p span"))
    publish(page.run, m.SessionEnding(cause="done"))
    wait_until(lambda: PAGE_ENDED in words(browser))


@pytest.mark.long
def test_the_newest_words_stay_in_sight_in_any_window(page: Page, browser: Chromium) -> None:
    browser.open(page.address)
    publish(page.run, *story.opening())
    publish(
        page.run, *(final(n, f"Sentence {n} of many.", ("mic", "call")[n % 2], n, n + 0.5) for n in range(60))
    )
    newest = "[...document.querySelectorAll('p span')].at(-1)"
    wait_until(lambda: browser.evaluate(f"{newest}?.textContent") == "Sentence 59 of many.", timeout_s=20)
    below = browser.evaluate(f"{newest}.getBoundingClientRect().bottom <= innerHeight")
    assert below is True


@pytest.mark.long
def test_the_background_is_transparent_for_obs(page: Page, browser: Chromium, tmp_path: Path) -> None:
    from PyQt6.QtGui import QImage

    publish(page.run, *story.opening(), *story.talk())
    for query, transparent in (("", False), ("?transparent=1", True)):
        browser.open(page.address + query)
        wait_until(lambda: "nobody could say" in words(browser))
        image = QImage.fromData(browser.picture(tmp_path / "page.png", transparent=True))
        assert (image.pixelColor(3, 3).alpha() == 0) is transparent


@pytest.mark.long
def test_another_site_reads_nothing_even_with_the_address(page: Page, browser: Chromium) -> None:
    browser.open("data:text/html,<title>another site</title>")
    opaque = "then(reply => { if (reply.type !== 'opaque') throw 0; })"
    stream = f"new EventSource('{page.address}events')"
    for attempt in (
        f"fetch('{page.address}events')",
        f"fetch('{page.address}', {{mode: 'no-cors'}}).{opaque}",
        f"new Promise((done, failed) => Object.assign({stream}, {{onmessage: done, onerror: failed}}))",
    ):
        outcome = f"{attempt}.then(() => 'read', () => 'refused')"
        assert browser.evaluate(outcome) == "refused", attempt


@pytest.mark.long
def test_a_lost_connection_is_said(page: Page, browser: Chromium) -> None:
    browser.open(page.address)
    publish(page.run, *story.opening(), *story.talk())
    wait_until(lambda: "nobody could say" in words(browser), timeout_s=20)
    page.child.kill()
    wait_until(lambda: PAGE_INTERRUPTED in words(browser), timeout_s=20)
