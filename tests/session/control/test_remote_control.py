"""Commands for a running session, run as separate processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bus import messages as m
from bus.failures import MachineFailure, ProviderFailure
from tests.llm.conftest import StartLive, provider, start_hub, start_live  # noqa: F401  (fixtures)
from tests.support.fake_provider import ProviderServer, answer
from tests.support.llm_stage import Live

QUESTION = "Why did you choose Postgres?"


def cuecard(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command; it finds the session by itself, as it would for a user."""
    return subprocess.run(
        [sys.executable, "-m", "session", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def live(start_live: StartLive, provider: ProviderServer) -> Iterator[Live]:  # noqa: F811
    provider.script = [answer("Because.")]
    started = start_live(provider=provider.base_url, answer="ask")
    started.wait_for(m.ProviderReady)
    return started


@pytest.mark.parametrize("command", [["answer"], ["use", "none"], ["ledger"]])
def test_missing_session_is_reported(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))
    done = cuecard(*command)
    assert done.returncode == MachineFailure.exit_code
    assert done.stderr == "cuecard: no session is running; start one with `cuecard run`\n"


def test_answer_command_requests_an_answer(live: Live) -> None:
    live.publish(QUESTION)
    assert cuecard("answer").returncode == 0
    assert live.wait_for(m.AnswerFinished).text == "Because."
    assert live.all(m.QuestionDetected)[0].text == QUESTION


def test_a_typed_question_is_answered(live: Live) -> None:
    done = cuecard("ask", "What  is\nRaft?")
    assert done.returncode == 0, done.stderr
    question = live.wait_for(m.QuestionDetected)
    assert (question.text, question.source, question.kind) == ("What is Raft?", "typed", "typed")
    assert live.wait_for(m.AnswerFinished).question == question.question
    for text in (" ", "x" * 2_001):
        assert cuecard("ask", text).returncode == 2
    assert len(live.all(m.QuestionDetected)) == 1


def test_copy_prints_the_newest_answer(live: Live, provider: ProviderServer) -> None:  # noqa: F811
    missing = cuecard("copy")
    assert missing.returncode == MachineFailure.exit_code
    assert "there is no answer yet" in missing.stderr
    provider.script = [answer("Because."), answer("Known \x1b[31m", "since 2021.")]
    live.publish(QUESTION)
    cuecard("answer")
    live.wait_for(m.AnswerFinished)
    assert cuecard("copy").stdout == "Because.\n"
    cuecard("again")
    live.wait_for(m.AnswerFinished, 2)
    assert cuecard("copy").stdout.endswith("since 2021.\n")
    assert "\x1b" not in cuecard("copy").stdout


def test_use_switches_the_provider_and_prints_it(live: Live) -> None:
    with ProviderServer(models=["one", "other"], script=[answer("Two.")]) as other:
        done = cuecard("use", other.base_url, "--model", "other")
        assert done.stdout == f"switched to {other.base_url}, other (this machine)\n"
        live.publish(QUESTION)
        cuecard("answer")
        assert live.wait_for(m.AnswerFinished).text == "Two."


def test_use_of_an_unreachable_provider_keeps_the_old_one(live: Live) -> None:
    done = cuecard("use", "http://127.0.0.1:9/v1")
    assert done.returncode == ProviderFailure.exit_code
    assert "127.0.0.1:9 cannot be reached" in done.stderr
    assert "the provider used before stays active" in done.stderr


def test_use_of_an_unlisted_model_names_the_nearest(live: Live, provider: ProviderServer) -> None:  # noqa: F811
    done = cuecard("use", provider.base_url, "--model", "test-modle")
    assert done.returncode == ProviderFailure.exit_code
    assert "test-modle" in done.stderr
    assert "nearest is 'test-model'" in done.stderr
    assert len(live.all(m.ProviderReady)) == 1


def test_ledger_prints_every_request_word_for_word(live: Live, provider: ProviderServer) -> None:  # noqa: F811
    assert "no request was sent yet" in cuecard("ledger", "--no-follow").stdout
    live.publish(QUESTION)
    cuecard("answer")
    live.wait_for(m.UsageCounted)
    shown = cuecard("ledger", "--no-follow").stdout
    assert provider.asked[0].body.decode() in shown
    assert "11 + 3 tokens, $0.00" in shown
    lines = [json.loads(line) for line in cuecard("ledger", "--no-follow", "--json").stdout.splitlines()]
    (sent,) = [line for line in lines if line["type"] == "RequestSent"]
    assert sent["body"].encode() == provider.asked[0].body


def test_use_none_stops_answers_and_use_starts_them_again(live: Live, provider: ProviderServer) -> None:  # noqa: F811
    done = cuecard("use", "none")
    assert (done.returncode, done.stdout) == (0, "switched to no provider: your notes alone\n")
    live.publish(QUESTION)
    cuecard("answer")
    assert live.wait_for(m.AnswerStopped) == m.AnswerStopped(question=1, cause="", kept="")
    assert provider.asked == []
    assert cuecard("use", provider.base_url).returncode == 0
    cuecard("answer")
    assert live.wait_for(m.AnswerFinished).text == "Because."
    assert not live.all(m.ProblemReported)
