"""The connector beside a sandboxed llm: allowed and refused hosts, and recovery after its death."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from bus import messages as m
from bus.client import HubClient
from bus.local_socket import PASSES_SOCKETS
from bus.run import Run
from llm.client.http.sockets import ConnectFailed, ConnectorSockets
from llm.connector.line import ConnectorLine
from llm.settings import LlmSettings
from tests.conftest import StartStage
from tests.llm.connector.test_server import end
from tests.support.certificate_authority import Authority
from tests.support.fake_provider import DONE, HEAD, ProviderServer, answer, chunk, delta, stream
from tests.support.llm_stage import Live

pytestmark = pytest.mark.skipif(not PASSES_SOCKETS, reason="no sockets are passed on this system")

QUESTION = "Why did you choose Postgres?"
SECOND = "What is a mutex?"


class Stages:
    """A run with a hub, and a connector to start and kill."""

    def __init__(self, run: Run, start_stage: StartStage) -> None:
        self.run = run
        self.line = ConnectorLine()
        self._start = start_stage
        self.connector: subprocess.Popen[bytes] | None = None

    def start_connector(self) -> None:
        """Start the connector; clients wait for it."""
        self.connector = self._start(self.run, "llm.connector", descriptors=self.line.of_connector)

    def kill_connector(self) -> None:
        """Kill the connector."""
        assert self.connector
        self.connector.kill()
        self.connector.wait(10)

    def connect(self, host: str, port: int) -> None:
        """Have a connection opened."""
        with end(self.line.of_llm) as own:
            asyncio.run(ConnectorSockets(own).receive_socket(host, port, 5.0)).close()


@pytest.fixture
def begin(
    make_run: Callable[..., Run], start_stage: StartStage, tmp_path: Path
) -> Iterator[Callable[..., tuple[Live, Stages]]]:
    """Return a function that starts a hub and returns handles for llm and connector."""
    with ExitStack() as stack:

        def start(**settings: Any) -> tuple[Live, Stages]:
            run = make_run(llm=LlmSettings(**settings))
            start_stage(run, "bus")
            with HubClient("session", run) as client:
                assert client.poll(timeout_s=10), "the hub did not start"
            stages = Stages(run, start_stage)
            stack.callback(stages.line.close)
            return stack.enter_context(Live(run, tmp_path / "stderr", stages.line)), stages

        yield start


Begun = Callable[..., tuple[Live, Stages]]


def elsewhere(server: ProviderServer) -> str:
    """Return an address of the server that does not look like loopback, though it is."""
    return server.base_url.replace("localhost", "0.0.0.0")


def port_of(server: ProviderServer) -> int:
    return int(server.base_url.rpartition(":")[2].partition("/")[0])


def test_sandboxed_llm_answers_over_tls(begin: Begun, provider: ProviderServer, authority: Authority) -> None:
    provider.tls = authority.server
    provider.script = [answer("Because.")]
    live, stages = begin(provider=elsewhere(provider))
    stages.start_connector()
    llm = live.start("llm", SSL_CERT_FILE=str(authority.roots))
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "Because."
    (ready,) = live.all(m.StageReady)
    if sys.platform == "linux":
        assert ready.sandbox.startswith("no internet sockets but those it receives")
    assert live.all(m.RequestSent)[-1].left_machine
    peers = [each.raddr.port for each in psutil.Process(llm.pid).net_connections("inet")]
    assert peers == [port_of(provider)], "its connection came from the connector"
    assert stages.connector
    assert psutil.Process(stages.connector.pid).net_connections("inet") == [], "the connector holds none"
    assert live.stop() == [0]
    assert live.errors() == ""


def test_certificate_is_checked_behind_connector(
    begin: Begun, provider: ProviderServer, authority: Authority
) -> None:
    provider.tls = authority.elsewhere
    live, stages = begin(provider=elsewhere(provider))
    stages.start_connector()
    live.start("llm", SSL_CERT_FILE=str(authority.roots))
    assert "TLS certificate check failed" in live.wait_for(m.ProblemReported).problem
    assert provider.requests == []


def test_blocked_host_is_reported_once(begin: Begun, provider: ProviderServer) -> None:
    live, stages = begin(provider="none")
    stages.start_connector()
    stages.connect("127.0.0.1", port_of(provider))
    for _ in range(2):
        with pytest.raises(ConnectFailed, match="not chosen"):
            stages.connect("0.0.0.0", port_of(provider))
    with pytest.raises(ConnectFailed, match="not chosen"):
        stages.connect("api.openai.com", 443)
    live.wait_for(m.ProblemReported, 2)
    reported = [(problem.stage, problem.problem) for problem in live.all(m.ProblemReported)]
    assert reported == [
        (
            "connector",
            f"blocked a connection to 0.0.0.0 port {port_of(provider)}, which is not a chosen provider",
        ),
        ("connector", "blocked a connection to api.openai.com port 443, which is not a chosen provider"),
    ]


def test_chosen_provider_survives_connector_restart(
    begin: Begun, provider: ProviderServer, authority: Authority
) -> None:
    provider.tls = authority.server
    last = stream(delta("Because."), delta(None, finish="stop"), DONE, connection="close")
    provider.script = [last, answer("A lock.")]
    live, stages = begin(provider="none")
    stages.start_connector()
    live.start("llm", SSL_CERT_FILE=str(authority.roots))
    assert live.wait_for(m.ProviderReady).provider == "none"
    stages.line.choose(elsewhere(provider))
    live.publish_as_control(m.ProviderRequested(provider=elsewhere(provider), model="", by="control"))
    assert live.wait_for(m.ProviderReady, 2).leaves_machine
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "Because."
    stages.kill_connector()
    live.publish(SECOND)
    stages.start_connector()
    assert live.wait_for(m.AnswerFinished, 2).text == "A lock."
    assert len({request.connection for request in provider.asked}) == 2
    assert not live.all(m.ProblemReported)


def test_open_connection_outlives_connector(begin: Begun, provider: ProviderServer) -> None:
    go_on = threading.Event()
    provider.script = [[HEAD, chunk(delta("Because ")), go_on, *answer("it works.")[1:]], answer("A lock.")]
    live, stages = begin(provider=provider.base_url)
    stages.start_connector()
    live.start("llm")
    live.publish(QUESTION)
    live.wait_for(m.AnswerStreamed)
    stages.kill_connector()
    go_on.set()
    assert live.wait_for(m.AnswerFinished).text == "Because it works."
    live.publish(SECOND)
    assert live.wait_for(m.AnswerFinished, 2).text == "A lock."
    assert {request.connection for request in provider.requests} == {1}


@pytest.mark.long
@pytest.mark.parametrize("named", [True, False])
def test_llm_reports_missing_connector(begin: Begun, provider: ProviderServer, named: bool) -> None:
    live, _ = begin(provider=provider.base_url if named else "auto")
    live.start("llm")
    problem = live.wait_for(m.ProblemReported)
    asked = f"{provider.base_url[7:-3]} cannot be reached" if named else "no provider can be reached"
    assert problem.problem == f"{asked}: the connector, which opens every connection, is not running"
    assert "start it again" in problem.fix
    assert provider.requests == []


def test_connector_imports_no_http() -> None:
    program = "import sys, llm.connector.__main__; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"httpx", "httpcore", "anyio", "numpy", "idna", "http", "llm.client.http.connection"}
    assert heavy & set(loaded.stdout.split()) == set()


def test_an_event_alone_does_not_choose_a_host(
    begin: Begun, provider: ProviderServer, authority: Authority
) -> None:
    """Whatever reaches the log, the connector hears of a choice from the supervisor only."""
    provider.tls = authority.server
    live, stages = begin(provider="none")
    stages.start_connector()
    live.start("llm")
    assert live.wait_for(m.ProviderReady).provider == "none"
    live.publish_as_control(m.ProviderRequested(provider=elsewhere(provider), model="", by="control"))
    unchosen = "does not know that you chose it"  # llm's own words; the connector reports what it blocked
    live.wait_until(lambda: any(unchosen in each.problem for each in live.all(m.ProblemReported)))
    assert provider.requests == []


def test_no_path_leads_to_the_connector(begin: Begun, provider: ProviderServer) -> None:
    live, stages = begin(provider=provider.base_url)
    stages.start_connector()
    live.start("llm")
    sockets = [path for path in stages.run.directory.rglob("*") if path.is_socket()]
    assert sockets == [stages.run.directory / "hub" / "hub"]


def test_a_connector_without_a_line_does_not_start(
    make_run: Callable[..., Run], start_stage: StartStage
) -> None:
    run = make_run(llm=LlmSettings())
    start_stage(run, "bus")
    assert start_stage(run, "llm.connector").wait(20) == 7
