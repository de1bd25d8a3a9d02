"""Timeline for Perfetto."""

from __future__ import annotations

from bench.latency.pages.trace import LANES, trace
from bench.latency.timeline import Turn
from bench.latency.utterances import fold
from tests.support.session_lines import started, utterance


def test_every_kind_of_thing_has_its_lane() -> None:
    lines = utterance(1, 0.7, 2.05, "Hello there.", final_s=2.4, partials=[(1.5, "Hello", 1)])
    events = trace([Turn("mic", "hello", "Hello there.", 1.0, 2.0)], fold([started(), *lines]))
    named = {event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert named == set(LANES)
    at = {event["cat"]: event for event in events if "cat" in event}
    assert at["truth"]["ts"] == 1_000_000
    assert round(at["wait"]["dur"]) == 300_000
    assert round(at["passes"]["dur"]) == 200_000
    assert at["partials"]["name"] == "Hello"
    assert (round(at["finals"]["ts"]), at["finals"]["name"]) == (2_401_000, "Hello there.")


def test_spans_have_a_length_and_moments_a_place() -> None:
    lines = [*utterance(1, 0.7, 2.05, "Hello."), *utterance(1, 0.9, 3.0, "", source="call")]
    events = trace([], fold([started("mic"), started("call"), *lines]))
    assert {event["pid"] for event in events} == {1, 2}
    for event in events:
        assert event["ph"] in "MXi"
        assert event["ph"] != "X" or event["dur"] >= 0
        assert event["ph"] == "M" or event["ts"] >= 0
