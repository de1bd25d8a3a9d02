"""Leak test: in every scenario only the prompt is sent and no key is shown.

Real llm processes, one for each provider, run every scenario over real TLS, with private words around every
question.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from bus import messages as m
from tests.llm.conftest import StartLive
from tests.llm.wire.formats import SAMPLES
from tests.llm.wire.samples import WireSamples
from tests.llm.wire.scenarios import KEY, WHOLE, Scenario, scenarios
from tests.support.certificate_authority import Authority
from tests.support.fake_provider import ProviderServer, json_reply
from tests.support.llm_stage import Live

pytestmark = pytest.mark.long

_PLACES = ("Leeds", "the attic", "our old garage", "Room nine", "the lake house", "Oslo", "the cellar")
_THINGS = ("the spare key", "my payslip", "her diagnosis", "the offer letter", "his password", "the will")
CANARIES = [
    f"Canary{number:02d} says {_THINGS[number % len(_THINGS)]} is in {_PLACES[number % len(_PLACES)]}."
    for number in range(50)
]
TOTAL_S = 8.0


@dataclass
class Party:
    """One provider, and a session that uses it."""

    samples: WireSamples
    server: ProviderServer
    live: Live
    finals: int = 0
    wrong: list[str] = field(default_factory=list)

    def go_through(self) -> None:
        """Run every scenario, one question each."""
        for number, scenario in enumerate(scenarios(self.samples), start=1):
            self._chat(number)
            self.server.script = [scenario.reply]
            asked_before = len(self.server.asked)
            self._publish(f"{self._canary()} How did you plan the launch of project number {number}?")
            end = self._end_of(number)
            self._check(scenario, end, len(self.server.asked) - asked_before)
            self._chat(number)

    def _chat(self, number: int) -> None:
        self._publish(self._canary())
        self._publish(self._canary(), "mic")

    def _canary(self) -> str:
        return CANARIES[self.finals % len(CANARIES)]

    def _publish(self, text: str, source: str = "call") -> None:
        self.finals += 1
        self.live.publish(text, source)

    def _end_of(self, number: int) -> m.AnswerFinished | m.AnswerStopped:
        def ends() -> list[m.AnswerFinished | m.AnswerStopped]:
            ended = (m.AnswerFinished, m.AnswerStopped)
            events = (event for event in self.live.events if isinstance(event, ended))
            return [event for event in events if event.question == number]

        self.live.wait_until(lambda: bool(ends()))
        return ends()[0]

    def _check(self, scenario: Scenario, end: m.AnswerFinished | m.AnswerStopped, tries: int) -> None:
        """Record an unexpected outcome."""
        if isinstance(end, m.AnswerFinished):
            expected = not scenario.cause and end.text == WHOLE
        else:
            expected = bool(scenario.cause) and scenario.cause in end.cause and end.kept == scenario.kept
        if not expected or tries not in scenario.tries:
            self.wrong.append(f"{self.samples.provider}, {scenario.name}: {tries} tries, {end}")


@pytest.fixture
def parties(start_hub: StartLive, authority: Authority) -> Iterator[list[Party]]:
    """Return a session for each provider, the llm process started and ready."""
    with ExitStack() as stack:

        def party(samples: WireSamples) -> Party:
            server = stack.enter_context(
                ProviderServer(tls=authority.server if samples.secure else None, path=samples.path)
            )
            server.list_reply = [json_reply(samples.listing)]
            live = start_hub(
                provider=f"{samples.provider}@{server.base_url}",
                model=samples.model,
                key_variable="PLANTED_KEY",
                first_token_timeout_s=2.5,
                local_first_token_timeout_s=2.5,
                total_timeout_s=TOTAL_S,
            )
            live.start("llm", PLANTED_KEY=KEY, SSL_CERT_FILE=str(authority.roots))
            return Party(samples, server, live)

        yield [party(samples) for samples in SAMPLES]


def test_no_scenario_leaks_hangs_or_loses(parties: list[Party]) -> None:
    with ThreadPoolExecutor(len(parties)) as threads:
        for finished in [threads.submit(party.go_through) for party in parties]:
            finished.result()
    _check_processes(parties)
    _check_files()
    for party in parties:
        assert party.live.stop() == [0]
    assert [wrong for party in parties for wrong in party.wrong] == []
    for party in parties:
        _check_requests(party)
        _check_events(party)
    assert sum(len(party.server.asked) for party in parties) >= 200


def _check_requests(party: Party) -> None:
    """Check that requests have no private words, the key in its header, and equal the ledger."""
    for request in party.server.requests:
        everything = repr((request.path, request.headers)).encode() + request.body
        assert b"canary" not in everything.lower()
        assert everything.count(KEY.encode()) == 1
        assert request.headers[party.samples.key_header] == party.samples.key_prefix + KEY
    in_ledger = [sent.body.encode() for sent in party.live.all(m.RequestSent) if sent.body_bytes]
    assert in_ledger == [request.body for request in party.server.asked]


def _check_events(party: Party) -> None:
    """Check that no transcript is lost, no question left open, and no key shown."""
    live, questions = party.live, len(list(scenarios(party.samples)))
    assert len(live.all(m.FinalTranscribed)) == party.finals
    assert len(live.all(m.QuestionDetected)) == questions
    assert len(live.all(m.AnswerFinished)) + len(live.all(m.AnswerStopped)) == questions
    assert KEY not in repr(live.events)
    assert live.errors() == ""


def _check_files() -> None:
    """Check that no file contains a key or a spoken word."""
    places = (Path(os.environ[name]) for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR"))
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    assert files, "there are the settings at least"
    for path in files:
        kept = path.read_bytes()
        assert KEY.encode() not in kept
        assert b"canary" not in kept.lower()
        assert b"project number" not in kept


def _check_processes(parties: list[Party]) -> None:
    """Check that only the llm processes have the key, and none shows it."""
    askers = {party.live.children[0].pid for party in parties}
    others = [child for child in psutil.Process().children(recursive=True) if child.pid not in askers]
    assert others, "there are hubs at least"
    for child in others:
        assert KEY not in repr(child.environ())
    for child in psutil.Process().children(recursive=True):
        assert KEY not in repr(child.cmdline())
