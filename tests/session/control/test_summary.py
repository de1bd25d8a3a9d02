"""`cuecard summary` with a real hub, llm process and HTTP server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import datetime
from typing import Any

import pytest

from bus import messages as m
from bus.failures import ProviderFailure
from llm.conversation import RESTARTED
from session.transcript.formats.markdown import markdown
from session.transcript.formats.web_page import web_page
from session.transcript.record import Record
from session.transcript.saved_session import decode, encode
from tests.llm.conftest import StartLive, provider, start_hub, start_live  # noqa: F401  (fixtures)
from tests.support.fake_provider import ProviderServer, answer
from tests.support.llm_stage import Live
from tests.support.pseudo_terminal import PseudoTerminal

CLOUD = "big:120b-cloud"
"""A model that a server on this machine passes requests on to."""

SAID = (
    ("call", "Let us begin with the budget for next year."),
    ("mic", "I will send you the new figures by Friday."),
    ("call", "Good. We have decided to move the launch to May."),
)
ACTION = {
    "line": 2,
    "quote": "send you the new figures",
    "text": "Send the figures",
    "who": "mic",
    "when": "by Friday",
}
INVENTED = {"line": 1, "quote": "book the flights to Oslo", "text": "Book flights to Oslo", "who": "call"}
REPLY = {
    "topics": [{"line": 1, "quote": "the budget for next year", "text": "The budget"}],
    "decisions": [{"line": 3, "quote": "decided to move the launch", "text": "The launch is in May"}],
    "open_questions": [],
    "actions": [ACTION, INVENTED],
}


def cuecard(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "session", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def spoken(start_live: StartLive, provider: ProviderServer) -> Live:  # noqa: F811
    provider.script = [answer(json.dumps(REPLY))]
    return said(start_live(provider=provider.base_url, answer="ask"))


def said(live: Live) -> Live:
    live.wait_for(m.ProviderReady)
    for source, text in SAID:
        live.publish(text, source)
    return live


def saved_of(live: Live) -> Any:
    record = Record()
    for at, event in enumerate(live.events, 1):
        record.apply(m.Logged(at, at, event))
    return record.result(started=datetime.now().astimezone())


def test_a_model_on_this_machine_summarizes_without_a_question(
    spoken: Live,
    provider: ProviderServer,  # noqa: F811
) -> None:
    done = cuecard("summary")
    assert done.returncode == 0, done.stderr
    assert "28 words in 3 lines" in done.stderr
    assert "- 0:30: mic: Send the figures, by Friday (“send you the new figures”)" in done.stdout
    assert "1 entry was left out, because the transcript does not bear it out." in done.stdout
    assert "Oslo" not in done.stdout
    spoken.wait_for(m.SummaryFinished)
    (sent,), (received,) = spoken.all(m.RequestSent), provider.asked
    assert sent.body.encode() == received.body, "the ledger has it byte for byte"
    assert all(text in sent.body for _, text in SAID)
    assert not spoken.all(m.RequestHeld)
    assert not spoken.all(m.AnswerFinished), "it is no answer"


def test_the_summary_is_part_of_what_is_saved(spoken: Live) -> None:
    exact = cuecard("summary", "--template", "call", "--json")
    spoken.wait_for(m.SummaryFinished)
    saved = saved_of(spoken)
    assert json.loads(exact.stdout)["actions"] == json.loads(encode(saved))["summary"]["actions"]
    assert decode(encode(saved).encode()) == saved
    for written in (markdown(saved), web_page(saved)):
        assert "Of a call with a customer" in written
        assert written.index("Send the figures") < written.index("Let us begin"), (
            "it comes before the transcript"
        )


def test_a_hosted_model_gets_nothing_before_the_user_allows_it(
    start_live: StartLive,  # noqa: F811
    provider: ProviderServer,  # noqa: F811
) -> None:
    provider.models, provider.script = [CLOUD], [answer(json.dumps(REPLY))]
    live = said(start_live(provider=provider.base_url, answer="ask", model=CLOUD))
    denied = cuecard("summary")
    assert denied.returncode == ProviderFailure.exit_code
    shown = " ".join(denied.stderr.split())
    assert "THE WHOLE TRANSCRIPT" in shown
    assert "28 words in all" in shown
    assert "you did not approve the request" in denied.stderr
    elsewhere = cuecard("summary", "--may-go-to", "api.example.org")
    assert elsewhere.returncode == ProviderFailure.exit_code
    live.wait_for(m.SummaryStopped, 2)
    assert (provider.asked, [each for each in live.all(m.RequestSent) if each.question]) == ([], [])
    host = provider.base_url.removeprefix("http://").partition("/")[0]
    assert cuecard("summary", "--may-go-to", host).returncode == 0
    live.wait_for(m.SummaryFinished)
    sent = [each for each in live.all(m.RequestSent) if each.question]
    held = live.all(m.RequestHeld)[-1]
    (received,) = provider.asked
    assert held.body == sent[0].body == received.body.decode()
    assert sent[0].left_machine


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_every_byte_can_be_read_before_it_is_allowed(
    start_live: StartLive,  # noqa: F811
    provider: ProviderServer,  # noqa: F811
) -> None:
    provider.models, provider.script = [CLOUD], [answer(json.dumps(REPLY))]
    live = said(start_live(provider=provider.base_url, answer="ask", model=CLOUD))
    with PseudoTerminal("-m", "session", "summary", environment={**os.environ}) as terminal:
        terminal.type_at("Send it?", "v")
        held = live.wait_for(m.RequestHeld)
        terminal.wait_to_see("Send it?", count=2)
        assert "THE WHOLE TRANSCRIPT" in terminal.shown
        assert "".join(held.body.split()) in "".join(terminal.shown.split())
        assert provider.asked == []
        terminal.type_at("Send it?", "y")
        terminal.wait_to_see("Action items")


def test_a_long_transcript_goes_in_parts_and_comes_back_as_one(
    start_live: StartLive,  # noqa: F811
    provider: ProviderServer,  # noqa: F811
) -> None:
    def part(*entries: dict[str, object]) -> list[bytes]:
        return list(answer(json.dumps({"topics": entries})))  # type: ignore[arg-type]

    filler = "and so on and so forth " * 60
    provider.script = [
        part({"line": 1, "quote": "chapter one is", "text": "One"}),
        part({"line": 1, "quote": "chapter two is", "text": "Two"}),
    ]
    live = start_live(provider=provider.base_url, answer="ask", context_tokens=1)
    live.wait_for(m.ProviderReady)
    for number in ("one", "two"):
        live.publish(f"chapter {number} is {filler}")
    done = cuecard("summary", "--template", "lecture")
    assert "2 requests" in done.stderr
    finished = live.wait_for(m.SummaryFinished)
    assert [each.text for each in finished.topics] == ["One", "Two"]
    assert [each.utterance for each in finished.topics] == [1, 2]


def test_a_reply_that_is_no_summary_is_not_shown(spoken: Live, provider: ProviderServer) -> None:  # noqa: F811
    provider.script = [answer("The meeting went well and everybody was happy.")]
    done = cuecard("summary")
    assert done.returncode == ProviderFailure.exit_code
    assert "did not write a summary that can be checked" in done.stderr
    assert (done.stdout, spoken.all(m.SummaryFinished)) == ("", [])


def test_a_question_meanwhile_is_answered_and_stops_nothing(
    spoken: Live,
    provider: ProviderServer,  # noqa: F811
) -> None:
    go_on = threading.Event()
    provider.script = [
        [*answer(json.dumps(REPLY))[:1], go_on, *answer(json.dumps(REPLY))[1:]],
        answer("May."),
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "session", "summary"], stdout=subprocess.PIPE, text=True
    ) as command:
        spoken.wait_for(m.RequestSent)
        spoken.publish_as_control(m.QuestionTyped(text="When is the launch?", by="control"))
        assert spoken.wait_for(m.AnswerFinished).text == "May."
        go_on.set()
        assert command.stdout is not None
        assert "Send the figures" in command.stdout.read()
    assert command.returncode == 0


@pytest.mark.long
def test_nothing_said_nothing_sent(start_live: StartLive, provider: ProviderServer) -> None:  # noqa: F811
    live = start_live(provider=provider.base_url, answer="ask")
    live.wait_for(m.ProviderReady)
    done = cuecard("summary")
    assert done.returncode == ProviderFailure.exit_code
    assert "nothing was said yet" in done.stderr
    assert cuecard("use", "none").returncode == 0
    live.publish("Now there is something.")
    assert "no provider answers in this session" in cuecard("summary").stderr
    assert provider.asked == []


def test_a_restarted_process_ends_the_summary_it_was_making(
    start_live: StartLive,  # noqa: F811
    provider: ProviderServer,  # noqa: F811
) -> None:
    provider.models = [CLOUD]
    live = said(start_live(provider=provider.base_url, answer="ask", model=CLOUD))
    live.publish_as_control(m.SummaryRequested(by="control"))
    held = live.wait_for(m.RequestHeld)
    live.children[0].kill()
    live.children[0].wait()
    live.start()
    stopped = live.wait_for(m.SummaryStopped)
    assert (stopped.question, stopped.cause) == (held.question, RESTARTED)
    live.publish_as_control(m.SummaryRequested(by="control"))
    again = live.wait_for(m.RequestHeld, 2)
    assert again.question > held.question, "a decision on the first request cannot release the second"
    assert provider.asked == []
