"""The small model: real weights and server process, with the real llm stage."""

from __future__ import annotations

from pathlib import Path

import httpx
import psutil
import pytest

from bus import messages as m
from bus.failures import ModelFailure
from llm.model_server import NAME
from tests.llm.conftest import StartLive
from tests.support.llm_stage import Live


@pytest.fixture
def weights(models_dir: Path) -> str:
    return str(models_dir / "smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf")


@pytest.fixture
def served(start_live: StartLive, weights: str) -> Live:
    live = start_live(provider="local", local_model_path=weights)
    live.start("llm.model_server")
    return live


def address(live: Live) -> str:
    return [ready.address for ready in live.all(m.StageReady) if ready.stage == "model-server"][-1]


def test_question_is_answered_on_this_machine(served: Live) -> None:
    served.publish("What is the capital of France?")
    finished = served.wait_for(m.AnswerFinished, timeout_s=60)
    assert "Paris" in finished.text
    assert finished.model == NAME
    assert finished.prompt_tokens > 0
    assert 0 < finished.answer_tokens <= 160
    (sent,) = served.all(m.RequestSent)
    assert not sent.left_machine
    assert served.stop() == [0, 0]
    assert served.errors() == ""


def test_server_stops_during_answer(served: Live) -> None:
    served.publish("Tell me about a time you had a conflict with a colleague.")
    served.wait_for(m.AnswerStreamed, timeout_s=60)
    assert served.stop() == [0, 0]


def test_server_accepts_only_this_run(served: Live) -> None:
    body = {"messages": [{"role": "user", "content": "Hello"}]}
    for headers in ({}, {"authorization": "Bearer guess"}):
        answer = httpx.post(
            f"{address(served)}/chat/completions", json=body, headers=headers, trust_env=False
        )
        assert answer.status_code == 401
    listening = psutil.Process(served.children[-1].pid).net_connections("inet")
    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}


def test_restarted_server_is_found(served: Live, weights: str) -> None:
    server = served.children[-1]
    server.kill()
    server.wait(5)
    served.publish_as_session(m.StageDied(stage="model-server", cause="ended by signal 9"))
    served.wait_for(m.StageDied)
    served.publish("What is the capital of France?")
    served.start("llm.model_server")
    assert "Paris" in served.wait_for(m.AnswerFinished, timeout_s=60).text


def test_given_up_server_is_reported_at_once(start_live: StartLive, weights: str) -> None:
    live = start_live(provider="local", local_model_path=weights)
    live.publish_as_session(m.StageGivenUp(stage="model-server", cause="died too often", fix=""))
    assert "did not start" in live.wait_for(m.ProblemReported).problem
    live.publish("What is the capital of France?")
    assert "did not start" in live.wait_for(m.AnswerStopped).cause


@pytest.mark.parametrize("content", [b"", b"GGUF but no model", None])
def test_invalid_weights_end_the_stage(start_hub: StartLive, tmp_path: Path, content: bytes | None) -> None:
    weights = tmp_path / "weights.gguf"
    if content is not None:
        weights.write_bytes(content)
    live = start_hub(local_model_path=str(weights))
    assert live.spawn("llm.model_server").wait(30) == ModelFailure.exit_code
    problem = live.wait_for(m.ProblemReported)
    assert "cuecard models" in problem.fix
