"""A waterfall begins with the last spoken sample, or with the user's request."""

from __future__ import annotations

from bus import messages as m
from overlay.state.waterfall import Waterfalls
from tests.support.events import SECOND, endpoint, final, question, resumed, started

MS = 1_000_000
CLOCK_NS = 5_000 * MS
"""When sample 0 was due; the last word ends one second later."""
STREAMED = m.AnswerStreamed(question=1, delta="Because", received_ns=6_700 * MS)
PAINTED = m.AnswerPainted(question=1, painted_ns=6_730 * MS)
SENT = m.RequestSent(
    question=1,
    host="127.0.0.1:1",
    url="http://127.0.0.1:1/v1",
    model="m",
    body="{}",
    body_bytes=2,
    left_machine=False,
    sent_ns=6_450 * MS,
)


def paused(quiet_s: float = 1.0) -> m.SpeechPaused:
    quiet = round(quiet_s * SECOND)
    return m.SpeechPaused(
        source="mic", utterance=1, start_sample=0, quiet_sample=quiet, stop_sample=quiet + 512
    )


def folded(*events: tuple[int, m.Event], limit: int | None = 20) -> Waterfalls:
    """Return the waterfalls after events that were logged at these milliseconds after sample 0."""
    waterfalls = Waterfalls(limit)
    waterfalls.apply(m.Logged(1, 0, started("mic", CLOCK_NS)))
    for at_ms, event in events:
        waterfalls.apply(m.Logged(1, CLOCK_NS + at_ms * MS, event))
    return waterfalls


SPOKEN: list[tuple[int, m.Event]] = [
    (1_040, paused()),
    (1_300, endpoint(1, "Why?", quiet_s=1.0)),
    (
        1_345,
        m.SpeechEnded(
            source="mic",
            utterance=1,
            start_sample=0,
            quiet_sample=SECOND,
            stop_sample=SECOND,
            decided_sample=SECOND,
            cause="silence",
        ),
    ),
    (1_350, final(1, "Why?")),
    (1_360, question(1, "Why?", source="mic", utterance=1)),
    (1_370, m.PassagesRetrieved(question=1, passages=[], search_ms=3.0)),
    (1_455, SENT),
    (1_710, STREAMED),
    (1_735, PAINTED),
]


def steps(waterfalls: Waterfalls, question: int = 1) -> list[tuple[str, float, float]]:
    return [(step.name, step.start_ms, step.stop_ms) for step in waterfalls.steps(question)]


def test_steps_from_the_last_spoken_sample() -> None:
    assert steps(folded(*SPOKEN)) == [
        ("paused", 0.0, 40.0),
        ("ended", 40.0, 345.0),
        ("final", 345.0, 350.0),
        ("question", 350.0, 360.0),
        ("notes", 360.0, 370.0),
        ("sent", 370.0, 450.0),
        ("answered", 450.0, 700.0),
        ("painted", 700.0, 730.0),
    ]


def test_a_pause_that_was_not_the_end_does_not_count() -> None:
    earlier = [(540, paused(0.5)), (640, endpoint(1, "Why", quiet_s=0.5)), (700, resumed(1, "mic"))]
    assert folded(*earlier, *SPOKEN).questions == folded(*SPOKEN).questions


def test_a_requested_answer_begins_with_the_request() -> None:
    request = m.AnswerRequested(by="view")
    again = question(2, "Why?", source="mic", utterance=1)
    streamed = m.AnswerStreamed(question=2, delta="x", received_ns=CLOCK_NS + 9_300 * MS)
    waterfalls = folded(*SPOKEN, (9_000, request), (9_005, again), (9_310, streamed))
    assert steps(waterfalls, 2) == [("question", 0.0, 5.0), ("answered", 5.0, 300.0)]


def test_a_request_without_effect_is_forgotten() -> None:
    assert steps(folded((100, m.AnswerRequested(by="view")), *SPOKEN)) == steps(folded(*SPOKEN))


def test_an_early_request_precedes_its_question() -> None:
    early = [*SPOKEN[:2], (1_340, SENT), *SPOKEN[2:6], *SPOKEN[7:]]
    waterfalls = folded(*early)
    assert waterfalls.questions[1].at_ns["sent"] == SENT.sent_ns
    assert waterfalls.questions[1].zero_ns == CLOCK_NS + 1_000 * MS


def test_old_waterfalls_are_forgotten() -> None:
    asked = [(number, question(number, "Why?")) for number in range(1, 10)]
    assert list(folded(*asked, limit=3).questions) == [7, 8, 9]
