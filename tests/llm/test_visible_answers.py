"""The llm process and what models and gateways put among the words of an answer."""

from __future__ import annotations

import pytest

from bus import messages as m
from tests.llm.conftest import StartLive
from tests.llm.live import Live
from tests.llm.provider_server import DONE, END, HEAD, ProviderServer, Step, answer, chunk, delta
from tests.llm.test_llm_stage import QUESTION, text_of

A = "The Brooklyn Bridge opened in 1883."


def stream(*pieces: bytes) -> list[Step]:
    return [HEAD, *map(chunk, pieces), END]


@pytest.mark.parametrize(
    "texts",
    [
        ("<think>\n", "Okay, be brief.", "\n</think>", "\n\n", "The ", A[4:]),
        ("<th", "ink", ">\nhm</", "think", f">\n{A}"),
        ("<|channel|>analysis<|message|>hm", "<|end|><|start|>assistant<|channel|>final<|message|>", A),
        (A, "<|im_end|>", "\n<|im_start|>user\nMore?"),
        (A[:-1], ".</s>"),
    ],
)
def test_thoughts_and_tokens_are_not_published(
    live: Live, provider: ProviderServer, texts: tuple[str]
) -> None:
    provider.script = [answer(*texts)]
    live.say(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == A == text_of(live)


def test_thoughts_may_take_longer_than_the_first_word(
    start_live: StartLive, provider: ProviderServer
) -> None:
    live = start_live(provider=provider.base_url, first_token_timeout_s=0.5, total_timeout_s=1.0)
    provider.script = [[HEAD, chunk(delta("<think>\nI wonder"))]]
    live.say(QUESTION)
    assert "still thinking" in live.wait_for(m.AnswerStopped).cause


def test_unclosed_thoughts_give_no_visible_answer(live: Live, provider: ProviderServer) -> None:
    provider.script = [stream(delta("<think>\n"), delta("more and "), delta("", finish="length"), DONE)]
    live.say(QUESTION)
    stopped = live.wait_for(m.AnswerStopped)
    assert (stopped.kept, text_of(live)) == ("", "")
    assert "used up the answer's length with thinking" in stopped.cause
    assert live.wait_for(m.UsageCounted).answer_tokens > 0


def test_thoughts_without_an_opening_tag_are_replaced(live: Live, provider: ProviderServer) -> None:
    provider.script = [answer("It asks for a year.", "\n</think>\n\n", A)]
    live.say(QUESTION)
    assert live.wait_for(m.AnswerFinished).text == A
    assert [(grew.added, grew.anew) for grew in live.all(m.AnswerGrew)] == [
        ("It asks for a year.", False),
        (A, True),
    ]
    live.say("What is a mutex?")
    assert live.wait_for(m.AnswerFinished, 2).text == A
    assert text_of(live, 2) == A, "the second time the thoughts are held back"
