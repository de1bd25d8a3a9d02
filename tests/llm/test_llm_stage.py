"""The llm process against a provider on a real socket, through a real hub."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path

import pytest

from bus import messages as m
from bus.failures import InputFailure
from llm.commands import NEWER_QUESTION
from llm.conversation import RESTARTED
from tests.llm.conftest import StartLive
from tests.llm.live import Live
from tests.llm.provider_server import (
    DONE,
    END,
    HEAD,
    USAGE,
    Do,
    ProviderServer,
    Step,
    answer,
    chunk,
    delta,
    event,
    json_reply,
    plain_reply,
    split,
)

KEY = "sk-test-0123456789abcdef"
QUESTION = "Why did you choose Postgres?"


def text_of(live: Live, question: int = 1) -> str:
    return "".join(grew.delta for grew in live.all(m.AnswerStreamed) if grew.question == question)


def test_a_question_is_answered_and_the_ledger_holds_what_was_sent(
    live: Live, provider: ProviderServer
) -> None:
    provider.script = [answer("Because ", "it „just“ ", "works 🙂.")]
    live.publish(QUESTION)
    finished = live.wait_for(m.AnswerFinished)
    assert finished.text == "Because it „just“ works 🙂." == text_of(live)
    assert (finished.stop_reason, finished.prompt_tokens, finished.answer_tokens) == ("stop", 11, 3)
    (sent,), (received,) = live.all(m.RequestSent), provider.asked
    assert sent.body.encode() == received.body
    assert sent.body_bytes == len(received.body) == int(received.headers["content-length"])
    assert (sent.url, sent.model, sent.left_machine) == (
        f"{provider.base_url}/chat/completions",
        "test-model",
        False,
    )
    kinds = (m.QuestionDetected, m.PassagesRetrieved, m.RequestSent, m.AnswerStreamed, m.AnswerFinished)
    order = [type(event) for event in live.events if type(event) in kinds]
    assert order[:4] == [m.QuestionDetected, m.PassagesRetrieved, m.RequestSent, m.AnswerStreamed]
    assert order[-1] is m.AnswerFinished


def test_only_the_question_and_its_passages_leave(
    start_live: StartLive, provider: ProviderServer, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("# Databases\nPostgres since 2021.\n\n# Private\ncanary-notes my salary is high.\n")
    provider.script = [answer("Yes.")]
    live = start_live(provider=provider.base_url, notes=[str(notes)])
    live.publish("canary-one I had a bad week.")
    live.publish("canary-two my password is hunter2.", "mic")
    live.publish("canary-three is what we call it. Why did you choose Postgres? canary-four, take your time.")
    live.wait_for(m.AnswerFinished)
    (received,) = provider.asked
    everything = received.body + repr(received.headers).encode() + received.path.encode()
    assert b"canary" not in everything
    assert b"Why did you choose Postgres?" in received.body
    assert b"Postgres since 2021." in received.body
    assert live.all(m.RequestSent)[0].body.encode() == received.body


def test_one_warm_connection_serves_question_after_question(live: Live, provider: ProviderServer) -> None:
    provider.script = [answer("One."), answer("Two.")]
    live.publish(QUESTION)
    live.wait_for(m.AnswerFinished)
    live.publish("What is a mutex?")
    live.wait_for(m.AnswerFinished, 2)
    assert [request.method for request in provider.requests] == ["GET", "POST", "POST"]
    assert {request.connection for request in provider.requests} == {1}


@pytest.mark.parametrize("size", [1, 7])
def test_however_the_bytes_are_cut_the_answer_is_the_same(
    live: Live, provider: ProviderServer, size: int
) -> None:
    provider.script = [split(answer("Größe \u2028 „x“ ", "🙂", "\r\n- a\r\n"), size)]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "Größe \u2028 „x“ 🙂\r\n- a\r\n"


def test_line_ends_comments_and_strange_events_do_not_matter(live: Live, provider: ProviderServer) -> None:
    pieces = [
        b": ping\r\n\r\n",
        b"event: noise\r\ndata: {}\r\n\r\n",
        delta("a").replace(b"\n", b"\r\n"),
        b"data:\n\n",
        delta("b").replace(b"\n", b"\r"),
        event({"choices": []}),
        delta(None, reasoning_content="hm"),
        b"id: 3\n" + delta("c"),
        delta("", finish="stop"),
        DONE,
    ]
    provider.script = [[HEAD, *map(chunk, pieces), END]]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "abc"


def test_a_compressed_answer_is_read(live: Live, provider: ProviderServer) -> None:
    body = gzip.compress(delta("packed") + delta(None, finish="stop") + DONE)
    provider.script = [[plain_reply(body, "text/event-stream", content_encoding="gzip")]]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "packed"


def test_a_provider_that_quotes_the_key_shows_it_to_nobody(
    start_live: StartLive, provider: ProviderServer
) -> None:
    quoting = delta(f"Bearer {KEY}").replace(b"test-model", KEY.encode())
    provider.script = [[HEAD, *map(chunk, (quoting, delta("", finish=KEY))), END]]
    live = start_live({"FAKE_API_KEY": KEY}, provider=provider.base_url, key_variable="FAKE_API_KEY")
    live.publish(QUESTION)
    stopped = live.wait_for(m.AnswerStopped)
    assert stopped.kept == "Bearer (key)"
    assert "finish reason is '(key)'" in stopped.cause
    assert KEY not in repr(live.events)


def test_a_newer_question_wins_at_once(live: Live, provider: ProviderServer) -> None:
    provider.script = [[HEAD, chunk(delta("Because")), Do.WAIT], answer("A lock.")]
    live.publish(QUESTION)
    live.wait_for(m.AnswerStreamed)
    live.publish("What is a mutex?")
    assert live.wait_for(m.AnswerStopped) == m.AnswerStopped(question=1, cause=NEWER_QUESTION, kept="Because")
    assert live.wait_for(m.AnswerFinished).question == 2
    live.wait_until(lambda: provider.hung_up == [1])
    assert text_of(live, 1) == "Because"
    assert text_of(live, 2) == "A lock."


def test_three_questions_at_once_send_nothing_twice(live: Live, provider: ProviderServer) -> None:
    provider.script = [answer("x")]
    for question in (QUESTION, "What is a mutex?", "What is a deadlock?"):
        live.publish(question)
    live.wait_until(lambda: len(live.all(m.AnswerStopped)) + len(live.all(m.AnswerFinished)) == 3)
    assert live.all(m.AnswerFinished)[-1].question == 3
    bodies = [request.body for request in provider.asked]
    assert len(bodies) == len(set(bodies)) == len(live.all(m.RequestSent))


def cut_off(*pieces: bytes, last: Do = Do.CLOSE) -> list[Step]:
    return [HEAD, *map(chunk, (delta("Half an"), *pieces)), last]


def broken(*pieces: bytes) -> list[Step]:
    return [HEAD, *map(chunk, (delta("Half an"), *pieces)), END]


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (cut_off(), "the connection to"),
        (cut_off(last=Do.RESET), "the connection to"),
        (broken(), "stopped in the middle"),
        (broken(event({"error": {"message": "overloaded", "type": "server_error", "code": None}}), DONE),
         "aborted its answer: overloaded"),
        (broken(b"event: error\n" + event({"message": "overloaded", "code": "x"})), "overloaded"),
        (broken(event({"choices": [], "x_groq": {"error": "overloaded"}}), DONE), "overloaded"),
        (broken(event({"code": "internal", "error": "overloaded"})), "overloaded"),
        (broken(b'error: {"code":500,"message":"overloaded"}\n\n', DONE), "overloaded"),
        (broken(b"data: " + b"x" * (1 << 20), b"x" * 9), "far too long"),
    ],
)  # fmt: skip
def test_a_broken_answer_keeps_what_had_come(
    live: Live, provider: ProviderServer, reply: list[Step], cause: str
) -> None:
    provider.script = [reply]
    live.publish(QUESTION)
    stopped = live.wait_for(m.AnswerStopped)
    assert stopped.kept == "Half an" == text_of(live)
    assert cause in stopped.cause
    assert len(provider.asked) == 1
    assert not live.all(m.AnswerFinished)


def error_reply(status: str, message: str, code: str = "", **headers: str) -> list[Step]:
    return [json_reply({"error": {"message": message, "type": code, "code": code}}, status, **headers)]


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (error_reply("401 Unauthorized", f"Incorrect API key provided: {KEY}"), "rejected the API key"),
        ([json_reply({"code": "invalid argument", "error": f"Incorrect API key provided: {KEY}"},
                     "400 Bad Request")], "rejected the API key"),
        (error_reply("429 Too Many Requests", "quota", "insufficient_quota"), "used up"),
        (error_reply("429 Too Many Requests", "slow", "rate_limit", retry_after="60"), "rate limit reached"),
        (error_reply("404 Not Found", f"no model for {KEY}"), "has no model 'test-model'"),
        ([plain_reply(b"<html>Sign in</html>", "text/html")], "a web page"),
        ([json_reply({"error": {"message": "context full", "code": 400}})], "context full"),
        ([plain_reply(b"", "text/plain", "307 Temporary Redirect", location="http://127.0.0.1:9/v1")],
         "redirects are not followed"),
        ([HEAD, *map(chunk, (delta(None, reasoning="hm"), delta(None, finish="length"), DONE)), END],
         "no visible answer"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_clear_line_and_not_repeated(
    start_live: StartLive, provider: ProviderServer, reply: list[Step], cause: str
) -> None:
    provider.script = [reply]
    live = start_live({"FAKE_API_KEY": KEY}, provider=provider.base_url, key_variable="FAKE_API_KEY")
    live.publish(QUESTION)
    stopped = live.wait_for(m.AnswerStopped)
    assert cause in stopped.cause
    assert live.wait_for(m.ProblemReported).problem == stopped.cause
    live.publish("What is a mutex?")
    live.wait_for(m.AnswerStopped, 2)
    live.stop()
    assert len(live.all(m.ProblemReported)) == 1
    assert len(provider.asked) == 2
    assert provider.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(live.events)
    assert live.errors() == ""


@pytest.mark.parametrize(
    "first",
    [
        error_reply("503 Service Unavailable", "busy"),
        error_reply("429 Too Many Requests", "slow", "rate_limit", retry_after="0.1"),
        [HEAD, Do.RESET],
        [HEAD, chunk(event({"error": {"message": "overloaded"}})), END],
    ],
)
def test_what_may_do_better_is_tried_again_before_the_first_word(
    live: Live, provider: ProviderServer, first: list[Step]
) -> None:
    provider.script = [first, answer("There.")]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "There."
    assert len(live.all(m.RequestSent)) == len(provider.asked) == 2
    assert not live.all(m.ProblemReported)


def test_what_a_model_does_not_take_is_left_out_from_then_on(live: Live, provider: ProviderServer) -> None:
    complaint = error_reply("400 Bad Request", "Unsupported parameter: 'temperature' is not supported")
    provider.script = [complaint, answer("There."), answer("Again.")]
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "There."
    live.publish("What is a mutex?")
    assert live.wait_for(m.AnswerFinished, 2).text == "Again."
    assert [b"temperature" in request.body for request in provider.asked] == [True, False, False]
    assert not live.all(m.ProblemReported)


@pytest.mark.parametrize("last", [Do.WAIT, Do.PING])
def test_a_first_word_that_does_not_come_is_given_up(
    start_live: StartLive, provider: ProviderServer, last: Do
) -> None:
    provider.script = [[HEAD, last]]
    live = start_live(provider=provider.base_url, first_token_timeout_s=0.5, local_first_token_timeout_s=0.5)
    live.publish(QUESTION)
    assert "sent no text in time" in live.wait_for(m.AnswerStopped).cause
    live.wait_until(lambda: bool(provider.hung_up))


def test_an_answer_that_never_ends_is_given_up(start_live: StartLive, provider: ProviderServer) -> None:
    provider.script = [[HEAD, chunk(delta("Well")), Do.PING]]
    live = start_live(
        provider=provider.base_url,
        first_token_timeout_s=0.5,
        local_first_token_timeout_s=0.5,
        total_timeout_s=1.0,
    )
    live.publish(QUESTION)
    stopped = live.wait_for(m.AnswerStopped)
    assert ("too long to finish" in stopped.cause, stopped.kept) == (True, "Well")


def test_an_end_that_is_only_implied_is_an_end(live: Live, provider: ProviderServer) -> None:
    provider.script = [[HEAD, *map(chunk, (delta("Done."), delta(None, finish="stop"), USAGE)), Do.WAIT]]
    live.publish(QUESTION)
    finished = live.wait_for(m.AnswerFinished)
    assert (finished.text, finished.answer_tokens) == ("Done.", 3)


def test_the_stage_beats_while_the_provider_hangs(live: Live, provider: ProviderServer) -> None:
    provider.script = [[HEAD, Do.WAIT]]
    live.publish(QUESTION)
    live.wait_for(m.RequestSent)
    live.wait_for_beats(2)
    assert live.stop() == [0]
    stopped = live.wait_for(m.AnswerStopped)
    assert stopped.cause == "the session ended"


def test_no_provider_is_the_users_choice_and_no_problem(start_live: StartLive, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("We chose Postgres because the team knew it.")
    live = start_live(provider="none", notes=[str(notes)])
    live.publish(QUESTION)
    assert (
        live.wait_for(m.PassagesRetrieved).passages[0].text == "We chose Postgres because the team knew it."
    )
    assert live.wait_for(m.AnswerStopped) == m.AnswerStopped(question=1, cause="", kept="")
    live.publish("What is a mutex?")
    live.wait_for(m.AnswerStopped, 2)
    assert not live.all(m.ProblemReported)
    assert not live.all(m.RequestSent)


def test_a_server_that_loads_its_model_first_is_waited_for(
    start_live: StartLive, provider: ProviderServer
) -> None:
    """It answers with the status 503 first, then accepts and is silent; both waits are reported."""
    loading = [json_reply({"error": {"message": "Loading model"}}, "503 Service Unavailable")]
    ready = threading.Event()
    provider.script = [loading, [HEAD, ready, *answer("Loaded.")[1:]]]
    live = start_live(provider=provider.base_url, first_token_timeout_s=0.5)
    live.publish(QUESTION)
    live.wait_for(m.ProblemReported, 2)
    refused, silent = live.all(m.ProblemReported)
    assert "is still loading the model" in refused.problem
    assert "it may still be loading the model" in silent.problem
    assert "the question waits, for up to 120 s" in silent.kept
    ready.set()
    assert live.wait_for(m.AnswerFinished).text == "Loaded."


def test_a_server_that_comes_back_is_found_again(start_live: StartLive, provider: ProviderServer) -> None:
    provider.script = [answer("Back.")]
    provider.list_reply = [json_reply({"error": {"message": "loading model"}}, "503 Service Unavailable")]
    live = start_live(provider=provider.base_url)
    assert "is still loading the model" in live.wait_for(m.ProblemReported).problem
    provider.list_reply = ()
    live.publish(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == "Back."


def test_a_hosted_provider_without_a_key_says_what_to_set(start_live: StartLive) -> None:
    live = start_live({"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
                       "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}, provider="openai")  # fmt: skip
    problem = live.wait_for(m.ProblemReported)
    assert "no key for openai" in problem.problem
    assert "OPENAI_API_KEY" in problem.fix
    live.publish(QUESTION)
    assert "no key for openai" in live.wait_for(m.AnswerStopped).cause
    assert not live.all(m.RequestSent)


def test_on_request_only_nothing_is_sent_before_the_key(
    start_live: StartLive, provider: ProviderServer
) -> None:
    provider.script = [answer("Because.")]
    live = start_live(provider=provider.base_url, answer="ask")
    live.publish(QUESTION)
    live.publish("Take your time.")
    live.request()
    assert live.wait_for(m.QuestionDetected).text == QUESTION
    live.wait_for(m.AnswerFinished)
    assert len(provider.asked) == 1


def test_a_stage_that_was_killed_asks_again_and_not_twice(
    start_live: StartLive, provider: ProviderServer
) -> None:
    go_on = threading.Event()
    provider.script = [answer("A lock."), [HEAD, chunk(delta("Because")), go_on, Do.CLOSE], answer("Sure.")]
    live = start_live(provider=provider.base_url)
    live.publish("What is a mutex?")
    live.wait_for(m.AnswerFinished)
    live.publish(QUESTION)
    live.wait_until(lambda: "Because" in text_of(live, 2))
    live.children[0].kill()
    live.children[0].wait(5)
    live.start()
    assert live.wait_for(m.AnswerFinished, 2).question == 3
    assert live.all(m.AnswerStopped) == [m.AnswerStopped(question=2, cause=RESTARTED, kept="Because")]
    assert [asked.text for asked in live.all(m.QuestionDetected)] == ["What is a mutex?", QUESTION, QUESTION]
    assert len(provider.asked) == 3
    go_on.set()


def test_unreadable_notes_end_the_stage_and_say_why(start_hub: StartLive, tmp_path: Path) -> None:
    live = start_hub(notes=[str(tmp_path / "nothing.md")])
    assert live.spawn().wait(10) == InputFailure.exit_code
    assert "nothing.md cannot be read: No such file" in live.wait_for(m.ProblemReported).problem


def test_notes_that_are_left_out_are_reported_once(start_live: StartLive, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("We chose Postgres.")
    (tmp_path / "notes" / "b.pdf").write_bytes(b"%PDF-1.7")
    live = start_live(provider="none", notes=[str(tmp_path / "notes")])
    problem = live.wait_for(m.ProblemReported)
    assert "b.pdf cannot be read: it is damaged" in problem.problem
    assert problem.kept == "the other notes are read"
    live.children[0].kill()
    live.children[0].wait(5)
    live.start()
    live.publish("Why did you choose Postgres?")
    live.wait_for(m.PassagesRetrieved)
    assert live.all(m.ProblemReported) == [problem]
