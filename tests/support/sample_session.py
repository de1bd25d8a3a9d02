"""Events of a session: two speakers, a question, notes, an answer, problems."""

from __future__ import annotations

from bus import messages as m
from tests.support.events import SECOND, final, log, question, request, started

NOTES = [
    m.Passage(
        file="notes/queue.md",
        heading="Incidents > The week the queue grew",
        text="Consumers were idle for 40 % of the time: the broker's prefetch was 1.\nWe set it to 50.",
        score=3.1,
    ),
    m.Passage(
        file="notes/payments_team.md", heading="Numbers", text="p99 went from 4.2 s to 310 ms.", score=1.7
    ),
]
ANSWER = (
    "**The hardest part was finding out that we were waiting for ourselves.**\n\n"
    "- The consumers were idle 40 % of the time, because the broker's prefetch was `1`.\n"
    "- We set it to 50; the p99 went from 4.2 s to 310 ms.\n"
    "- What I would do differently: *measure idle time first*.\n\n"
    "```python\nchannel.basic_qos(prefetch_count=50)\n```\n"
)
STAGES = (
    "hub",
    "capture:call",
    "vad:call",
    "capture:mic",
    "vad:mic",
    "stt",
    "overlay",
    "llm",
    "model-server",
)


def opening(answer: str = "auto") -> list[m.Event]:
    """Every process is ready, and both sources are captured."""
    at_start: list[m.Event] = [
        m.SessionStarted(
            version="0.1.0",
            sources=["call", "mic"],
            names={"call": "Them", "mic": "You"},
            answer=answer,
            started_ns=1,
            providers=["auto", "openai"],
        )  # type: ignore[arg-type]
    ]
    for pid, stage in enumerate(STAGES, 100):
        at_start.append(m.StageStarted(stage=stage, pid=pid, restarts=0))
        sandboxed = stage.startswith(("capture", "vad", "stt"))
        at_start.append(
            m.StageReady(
                stage=stage,
                detail="base int8 on cpu, 2 threads" if stage == "stt" else "",
                sandbox="no internet sockets (seccomp)" if sandboxed else "",
            )
        )
    return [*at_start, started("call", 1_000_000_000), started("mic", 1_000_000_000)]


def talk() -> list[m.Event]:
    """Both speak; the last utterance is in progress."""
    return [
        final(1, "Thanks for making the time today.", "call", 0.2, 1.9),
        final(1, "Of course, happy to be here.", "mic", 2.3, 3.6),
        final(
            2, "You wrote that you ran the payments queue. What was the hardest part of that?", "call", 4, 8.2
        ),
        m.SpeechStarted(
            source="mic", utterance=2, start_sample=9 * SECOND, detected_sample=9 * SECOND + 1_600
        ),
        m.PartialTranscribed(
            source="mic",
            utterance=2,
            text="So the hardest part was that nobody could say",
            stable_words=6,
            stop_sample=11 * SECOND,
        ),
    ]


def asked(number: int = 1, text: str = "What was the hardest part of that?") -> list[m.Event]:
    """A question is found, the notes are searched, and it is sent."""
    return [
        question(number, text),
        m.PassagesRetrieved(question=number, passages=NOTES, search_ms=0.8),
        request(number, left_machine=True, body='{"model":"some-model","messages":[]}'),
    ]


def streamed(number: int = 1, text: str = ANSWER, pieces: int = 12) -> list[m.Event]:
    """The answer grows."""
    size = -(-len(text) // pieces)
    cuts = [text[at : at + size] for at in range(0, len(text), size)]
    return [m.AnswerStreamed(question=number, delta=cut, received_ns=0) for cut in cuts]


def finished(number: int = 1, text: str = ANSWER) -> m.AnswerFinished:
    return m.AnswerFinished(question=number, text=text, model="some-model", stop_reason="stop")


def prepared(number: int = 1) -> m.PassagesRetrieved:
    """The notes hold the user's own answer."""
    own = m.PreparedAnswer(
        file="notes/faq.md",
        question="Why do you want to leave?",
        text="Two reasons.\n\n- The team\n- The work",
        score=0.9,
    )
    return m.PassagesRetrieved(question=number, passages=[], search_ms=0.4, prepared=own)


def held(number: int = 1) -> m.RequestHeld:
    """A request waits for the user."""
    body = '{"model":"some-model","input":"What was the hardest part of that?"}'
    return m.RequestHeld(
        question=number,
        host="api.example.com:443",
        model="some-model",
        body=body,
        body_bytes=len(body),
        left_machine=True,
    )


def provider() -> m.ProviderReady:
    """A remote provider is active."""
    return m.ProviderReady(
        provider="openai",
        host="api.example.com:443",
        model="some-model",
        models=["some-model", "other-model"],
        leaves_machine=True,
    )


def used(
    prompt: int, answer: int, *, cost: float | None = 0.002, session: float = 0.0, day: float = 0.0
) -> m.UsageCounted:
    """An answer was counted."""
    return m.UsageCounted(
        question=1,
        provider="openai",
        model="some-model",
        prompt_tokens=prompt,
        cached_tokens=0,
        answer_tokens=answer,
        estimated=False,
        wasted=False,
        cost=cost,
        session_cost=session,
        day_cost=day,
        session_requests=1,
        day_requests=1,
    )


def trouble() -> list[m.Event]:
    """The transcriber dies, comes back; the local model is given up."""
    return [
        m.StageDied(stage="stt", cause="killed by signal 9"),
        m.StageStarted(stage="stt", pid=200, restarts=1),
        m.StageReady(stage="stt", detail="base int8 on cpu, 2 threads"),
        m.ProblemReported(
            stage="llm",
            problem="api.example.com refused the key (401)",
            kept="the question is kept",
            fix="set another one with `cuecard keys set`",
        ),
        m.StageDied(stage="model-server", cause="ended with code 6"),
        m.StageGivenUp(stage="model-server", cause="died 5 times in 60 s", fix="see `cuecard doctor`"),
    ]


def whole() -> list[m.Logged]:
    """The story so far, numbered."""
    return log(*opening(), *talk(), *asked(), *streamed(), finished(), logged_ns=9_600_000_000)
