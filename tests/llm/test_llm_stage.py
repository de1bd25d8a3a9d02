"""The llm process with a real hub, connector and HTTP server."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bus import messages as m
from bus.failures import InputFailure
from llm.commands import NEWER_QUESTION
from llm.conversation import RESTARTED
from tests.llm.conftest import StartLive
from tests.support.fake_provider import HEAD, Do, ProviderServer, answer, chunk, delta
from tests.support.llm_stage import Live

KEY = "sk-test-0123456789abcdef"
QUESTION = "Why did you choose Postgres?"


def text_of(live: Live, question: int = 1) -> str:
    return "".join(grew.delta for grew in live.all(m.AnswerStreamed) if grew.question == question)


def test_answer_and_ledger(live: Live, provider: ProviderServer) -> None:
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


def test_only_question_and_passages_are_sent(
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


def test_one_connection_serves_all_questions(live: Live, provider: ProviderServer) -> None:
    provider.script = [answer("One."), answer("Two.")]
    live.publish(QUESTION)
    live.wait_for(m.AnswerFinished)
    live.publish("What is a mutex?")
    live.wait_for(m.AnswerFinished, 2)
    assert [request.method for request in provider.requests] == ["GET", "POST", "POST"]
    assert {request.connection for request in provider.requests} == {1}


def test_newer_question_wins_at_once(live: Live, provider: ProviderServer) -> None:
    provider.script = [[HEAD, chunk(delta("Because")), Do.WAIT], answer("A lock.")]
    live.publish(QUESTION)
    live.wait_for(m.AnswerStreamed)
    live.publish("What is a mutex?")
    assert live.wait_for(m.AnswerStopped) == m.AnswerStopped(question=1, cause=NEWER_QUESTION, kept="Because")
    assert live.wait_for(m.AnswerFinished).question == 2
    live.wait_until(lambda: provider.closed_connections == [1])
    assert text_of(live, 1) == "Because"
    assert text_of(live, 2) == "A lock."


def test_question_that_grew_cancels_its_first_request(live: Live, provider: ProviderServer) -> None:
    whole = "Why did you choose Postgres instead of MySQL?"
    provider.script = [[HEAD, chunk(delta("Because")), Do.WAIT], answer("It was known.")]
    live.publish(QUESTION)
    live.wait_for(m.AnswerStreamed)
    live.publish(whole, continues=True)
    assert live.wait_for(m.AnswerStopped) == m.AnswerStopped(question=1, cause=NEWER_QUESTION, kept="Because")
    assert live.wait_for(m.AnswerFinished).question == 2
    assert [(each.text, each.replaces) for each in live.all(m.QuestionDetected)] == [
        (QUESTION, 0),
        (whole, 1),
    ]
    live.wait_until(lambda: provider.closed_connections == [1])


def test_heartbeat_while_provider_hangs(live: Live, provider: ProviderServer) -> None:
    provider.script = [[HEAD, Do.WAIT]]
    live.publish(QUESTION)
    live.wait_for(m.RequestSent)
    live.wait_for_heartbeats(2)
    assert live.stop() == [0]
    stopped = live.wait_for(m.AnswerStopped)
    assert stopped.cause == "the session ended"


def test_provider_none_is_not_a_problem(start_live: StartLive, tmp_path: Path) -> None:
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


def test_notes_are_added_while_it_runs(start_live: StartLive, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Databases\nPostgres suits us best.")
    (tmp_path / "b.txt").write_text("# Queues\nThe queue lost messages in May.")
    live = start_live(provider="none", notes=[str(tmp_path / "a.md")])
    live.publish("Why did the queue lose messages?")
    assert "b.txt" not in [each.file for each in live.wait_for(m.PassagesRetrieved).passages]
    added = live.cuecard("note", str(tmp_path / "b.txt"))
    assert (added.returncode, added.stdout) == (0, "Added b.txt: 2 passages of notes in all.\n"), added.stderr
    assert live.wait_for(m.NotesLoaded, 2) == m.NotesLoaded(files=["a.md", "b.txt"], passages=2)
    live.publish("When did the queue lose messages?")
    (found,) = live.wait_for(m.PassagesRetrieved, 2).passages
    assert (found.file, found.text) == ("b.txt", "The queue lost messages in May.")
    (tmp_path / "b.txt").write_text("# Queues\nThe queue lost messages in June.")
    assert live.cuecard("note", str(tmp_path / "b.txt")).returncode == 0
    live.children[0].kill()
    live.children[0].wait(5)
    live.start()
    live.publish("When exactly did the queue lose messages?")
    (found,) = live.wait_for(m.PassagesRetrieved, 3).passages
    assert found.text == "The queue lost messages in June."
    live.wait_until(lambda: live.all(m.NotesLoaded)[-1].files == ["a.md", "b.txt"])


@pytest.mark.long
def test_notes_that_cannot_be_added_are_named(start_live: StartLive, tmp_path: Path) -> None:
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "c.md").write_text("word " * 200_000)
    live = start_live(provider="none")
    for name, problem in (("b.pdf", "it is damaged"), ("c.md", "900 kB"), ("no.md", "No such file")):
        refused = live.cuecard("note", str(tmp_path / name))
        assert refused.returncode == InputFailure.exit_code
        assert problem in refused.stderr
    assert live.all(m.NoteAdded) == []


def test_missing_key_says_what_to_set(start_live: StartLive) -> None:
    live = start_live({"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
                       "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}, provider="openai")  # fmt: skip
    problem = live.wait_for(m.ProblemReported)
    assert "no key for openai" in problem.problem
    assert "OPENAI_API_KEY" in problem.fix
    live.publish(QUESTION)
    assert "no key for openai" in live.wait_for(m.AnswerStopped).cause
    assert not live.all(m.RequestSent)


def test_answer_on_request_only(start_live: StartLive, provider: ProviderServer) -> None:
    provider.script = [answer("Because.")]
    live = start_live(provider=provider.base_url, answer="ask")
    live.publish(QUESTION)
    live.publish("Take your time.")
    assert live.wait_for(m.QuestionDetected).text == QUESTION
    live.wait_for(m.AnswerStopped)
    assert provider.asked == []
    live.request()
    assert live.wait_for(m.QuestionDetected, 2).replaces == 1
    assert live.wait_for(m.AnswerFinished).question == 2
    assert len(provider.asked) == 1


def test_killed_stage_repeats_question_once(start_live: StartLive, provider: ProviderServer) -> None:
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


def test_unreadable_notes_end_the_stage(start_hub: StartLive, tmp_path: Path) -> None:
    live = start_hub(notes=[str(tmp_path / "nothing.md")])
    assert live.spawn().wait(10) == InputFailure.exit_code
    assert "nothing.md cannot be read: No such file" in live.wait_for(m.ProblemReported).problem


def test_skipped_notes_are_reported_once(start_live: StartLive, tmp_path: Path) -> None:
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


def test_eager_sends_before_final(start_live: StartLive, provider: ProviderServer) -> None:
    provider.script = [answer("Because.")]
    live = start_live(provider=provider.base_url, eager=True)
    live.pause(QUESTION)
    live.wait_for(m.RequestSent)
    assert live.all(m.QuestionDetected) == live.all(m.AnswerStreamed) == []
    live.publish(QUESTION)
    finished = live.wait_for(m.AnswerFinished)
    assert (finished.question, finished.text) == (1, "Because.")
    kinds = [type(event) for event in live.events]
    assert kinds.index(m.QuestionDetected) < kinds.index(m.PassagesRetrieved) < kinds.index(m.AnswerStreamed)
    assert len(provider.asked) == 1


def test_changed_words_discard_early_answer(start_live: StartLive, provider: ProviderServer) -> None:
    provider.script = [[HEAD, chunk(delta("Early")), Do.WAIT], answer("Because.")]
    live = start_live(provider=provider.base_url, eager=True)
    live.pause(QUESTION)
    live.wait_for(m.RequestSent)
    live.wait_for_heartbeats(4)  # the hidden answer has begun by then
    live.publish("Why did you choose Postgres and not MySQL?")
    finished = live.wait_for(m.AnswerFinished)
    assert (finished.question, finished.text) == (2, "Because.")
    assert "Early" not in "".join(grew.delta for grew in live.all(m.AnswerStreamed))
    counted = live.wait_for(m.UsageCounted, 2)
    assert {(each.question, each.wasted) for each in live.all(m.UsageCounted)} == {(1, True), (2, False)}
    assert counted.session_requests == 2
    live.wait_until(lambda: len(provider.closed_connections) == 1)


def test_nothing_is_sent_before_approval(start_live: StartLive, provider: ProviderServer) -> None:
    provider.script = [answer("Because.")]
    live = start_live(provider=provider.base_url, confirm=True, first_token_timeout_s=1.0)
    live.publish(QUESTION)
    held = live.wait_for(m.RequestHeld)
    live.wait_for_heartbeats(3)
    assert provider.asked == []
    live.publish_as_control(m.RequestDecided(question=1, allowed=True, by="control"))
    live.wait_for(m.AnswerFinished)
    assert live.all(m.RequestSent)[0].body == held.body == provider.asked[0].body.decode()


def test_switched_provider_survives_restart(start_live: StartLive, provider: ProviderServer) -> None:
    with ProviderServer(models=["other-model"], script=[answer("Two.")]) as other:
        provider.script = [answer("One.")]
        live = start_live(provider=provider.base_url)
        live.wait_for(m.ProviderReady)
        live.publish_as_control(m.ProviderRequested(provider=other.base_url, by="control"))
        live.wait_for(m.ProviderReady, 2)
        live.children[-1].kill()
        live.children[-1].wait(5)
        live.start("llm")
        live.publish(QUESTION)
        assert live.wait_for(m.AnswerFinished).text == "Two."


def test_usage_survives_restart(start_live: StartLive, provider: ProviderServer) -> None:
    provider.script = [answer("One.")]
    live = start_live(provider=provider.base_url, session_requests_limit=1)
    live.publish(QUESTION)
    live.wait_for(m.UsageCounted)
    live.children[-1].kill()
    live.children[-1].wait(5)
    live.start("llm")
    live.publish("What is a mutex?")
    assert "the limit of this session" in live.wait_for(m.AnswerStopped).cause
