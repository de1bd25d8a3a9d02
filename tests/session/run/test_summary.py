from __future__ import annotations

from bus.messages import Logged
from session.review.strings import receipt
from session.run.end.statistics import Statistics
from session.run.end.summary import SessionOutcome, lines
from tests.support.events import final, request

ENDING = SessionOutcome("the recordings ended", killed=[])


def summary(statistics: Statistics, ending: SessionOutcome = ENDING) -> str:
    return "\n".join(f"{label}: {text}" for label, text in lines(statistics, ending))


def test_latencies_name_their_starting_point() -> None:
    assert "true end of speech to final: p50 0.50 s" in summary(
        Statistics({"mic": [1.0]}, final_latencies_s=[0.5])
    )
    assert "as detected" in summary(Statistics(final_latencies_s=[0.5]))
    assert "not measured" in summary(Statistics())
    fast = lines(Statistics(final_latencies_s=[-30.0]), ENDING, at_real_pace=False)
    assert ("latency", "end of speech, as detected, to final: not measured at this pace") in fast


def test_summary_names_what_left_the_machine() -> None:
    assert "left the machine: nothing\n" in summary(Statistics())
    local = Statistics(requests=[request(1, left_machine=False)])
    assert "left the machine: nothing; 1 request went to a model on this machine" in summary(local)
    remote = Statistics(requests=[request(1, left_machine=True, body="x" * 120)])
    assert "120 bytes in 1 request to api.example.com:443" in summary(remote)


def test_captions_that_were_served_to_the_network_are_named() -> None:
    rows = dict(lines(Statistics(), SessionOutcome("done", []), served_on="192.168.1.5"))
    assert rows["left the machine"] == "no request; the captions were served on 192.168.1.5"


def test_summary_has_the_receipt_of_the_page() -> None:
    assert f"wiped: {' '.join(receipt([]))}" in summary(Statistics())
    killed = summary(Statistics(), SessionOutcome("x", killed=["stt"]))
    assert "stt did not end and had to be killed" in killed
    assert "overwritten" not in killed, "the memory of a killed process was not"


def test_losses_and_killed_processes_are_not_hidden() -> None:
    text = summary(Statistics(lost_samples=16_000, given_up=["llm"]), SessionOutcome("x", killed=["stt"]))
    assert "1.00 s of audio" in text
    assert "given up: llm" in text
    assert "had to be killed" in text
    fold = Statistics(not_understood=2)
    fold.apply(Logged(1, 0, final(1, unconfirmed=True)))
    text = summary(fold)
    assert "unclear: 1 utterance unconfirmed, 2 not understood" in text
