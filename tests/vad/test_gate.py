"""Tests of the speech gate: start, pause, resume, end, cut, restart and endpoint waits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.messages import SpeechEnded, SpeechPaused, SpeechResumed, SpeechStarted
from vad.gate import GateEvent, SpeechGate
from vad.settings import VadSettings

WINDOW = 512  # 32 ms
MS = 16
SETTINGS = VadSettings(hangover_ms=500, padding_ms=200)
SPEECH, BETWEEN, QUIET = 0.9, 0.4, 0.1


def _feed(
    gate: SpeechGate, probabilities: Sequence[float], from_sample: int = 0, sounds: Sequence[bool] = ()
) -> list[GateEvent]:
    events: list[GateEvent] = []
    for index, probability in enumerate(probabilities):
        start, is_sound = from_sample + index * WINDOW, index < len(sounds) and sounds[index]
        events += gate.update(start, start + WINDOW, probability, is_sound=is_sound)
    return events


def _feed_text(gate: SpeechGate, windows: str) -> list[GateEvent]:
    """Feed windows: "s" is speech and sound, "#" sound alone, "." quiet."""
    events: list[GateEvent] = []
    for index, window in enumerate(windows):
        start, probability = index * WINDOW, SPEECH if window == "s" else QUIET
        events += gate.update(start, start + WINDOW, probability, is_sound=window != ".")
    return events + gate.finish(len(windows) * WINDOW)


def _ended(events: Sequence[GateEvent]) -> list[SpeechEnded]:
    return [event for event in events if isinstance(event, SpeechEnded)]


def _events(
    probabilities: Sequence[float], settings: VadSettings = SETTINGS, sounds: Sequence[bool] = ()
) -> list[GateEvent]:
    gate = SpeechGate("mic", settings)
    return _feed(gate, probabilities, sounds=sounds) + gate.finish(len(probabilities) * WINDOW)


def test_utterance_from_start_to_end() -> None:
    events = _events([QUIET] * 20 + [SPEECH] * 10 + [QUIET] * 20)
    assert events == [
        SpeechStarted(
            source="mic", utterance=1, start_sample=20 * WINDOW - 300 * MS, detected_sample=23 * WINDOW
        ),
        SpeechPaused(
            source="mic",
            utterance=1,
            start_sample=20 * WINDOW - 300 * MS,
            quiet_sample=30 * WINDOW,
            stop_sample=30 * WINDOW + 32 * MS,
        ),
        SpeechEnded(
            source="mic",
            utterance=1,
            start_sample=20 * WINDOW - 300 * MS,
            quiet_sample=30 * WINDOW,
            stop_sample=30 * WINDOW + 200 * MS,
            decided_sample=46 * WINDOW,
            cause="silence",
            speech_ms=320.0,
        ),
    ]


@pytest.mark.parametrize(("probability", "speech_ms"), [(0.89, 0.0), (0.9, 640.0)])
def test_only_certain_windows_count_as_speech(probability: float, speech_ms: float) -> None:
    *_, ended = _events([probability] * 20 + [QUIET] * 20)
    assert isinstance(ended, SpeechEnded)
    assert ended.speech_ms == speech_ms


def test_cut_divides_the_certain_speech() -> None:
    events = _events([SPEECH] * 100 + [QUIET] * 20, VadSettings(longest_s=2.0))
    shares = [event.speech_ms for event in events if isinstance(event, SpeechEnded)]
    assert len(shares) == 2
    assert 3200 - 32 <= sum(shares) <= 3200


def test_certain_speech_before_a_restart_counts() -> None:
    gate = SpeechGate("mic", SETTINGS)
    (started,) = _feed(gate, [SPEECH] * 5)
    assert isinstance(started, SpeechStarted)
    again = SpeechGate("mic", SETTINGS, next_utterance=2, unfinished=started)
    *_, ended = _feed(again, [SPEECH] * 20 + [QUIET] * 20)
    assert isinstance(ended, SpeechEnded)
    assert ended.speech_ms == 640.0


def test_speech_resumes_after_a_pause() -> None:
    events = _events([SPEECH] * 5 + [QUIET] * 5 + [SPEECH] * 5 + [QUIET] * 20)
    kinds = [type(event) for event in events]
    assert kinds == [SpeechStarted, SpeechPaused, SpeechResumed, SpeechPaused, SpeechEnded]
    assert events[2] == SpeechResumed(source="mic", utterance=1, resumed_sample=10 * WINDOW)


@pytest.mark.parametrize(
    "probabilities",
    [
        [SPEECH] * 2 + [QUIET] * 20,  # a click
        ([SPEECH] * 2 + [QUIET]) * 20,  # a row of clicks
        [BETWEEN] * 50,  # never sure
        [QUIET] * 50,
        [],
    ],
)
def test_clicks_and_doubt_are_not_utterances(probabilities: list[float]) -> None:
    assert _events(probabilities) == []


def test_medium_probability_neither_ends_nor_resumes_speech() -> None:
    kinds = [type(event) for event in _events([SPEECH] * 5 + [BETWEEN] * 50 + [QUIET] * 4 + [BETWEEN] * 20)]
    assert kinds == [SpeechStarted, SpeechPaused, SpeechEnded]


def test_pre_roll_does_not_overlap_the_previous_utterance() -> None:
    events = _events([SPEECH] * 5 + [QUIET] * 17 + [SPEECH] * 5 + [QUIET] * 17)
    first, second = [event for event in events if isinstance(event, SpeechEnded)]
    assert first.stop_sample == 5 * WINDOW + 200 * MS
    assert second.start_sample == max(22 * WINDOW - 300 * MS, first.stop_sample)
    assert second.utterance == 2


@pytest.mark.parametrize(
    ("windows", "start_ms"),
    [
        ("." * 30 + "#" * 12 + "s" * 10, 30 * 32 - 300),
        ("." * 30 + "#" * 5 + "." * 7 + "#" * 5 + "s" * 10, 30 * 32 - 300),
        ("." * 30 + "#" * 5 + "." * 8 + "#" * 5 + "s" * 10, 43 * 32 - 300),  # the gap is too long
        ("#" * 4 + "s" * 10, 0),
    ],
)
def test_utterance_starts_with_the_sound_before_its_speech(windows: str, start_ms: float) -> None:
    (ended,) = _ended(_feed_text(SpeechGate("mic", SETTINGS), windows))
    assert ended.start_sample == start_ms * MS


def test_walk_back_ends_at_the_previous_utterance() -> None:
    windows = "." * 10 + "s" * 10 + "." * 16 + "#" * 3 + "." * 3 + "#" * 3 + "s" * 10
    first, second = _ended(_feed_text(SpeechGate("mic", VadSettings(hangover_ms=400)), windows))
    assert second.start_sample == max(36 * WINDOW - 300 * MS, first.stop_sample)
    windows = "." * 10 + "s" * 10 + ("." * 3 + "#") * 5 + "s" * 10
    first, second = _ended(_feed_text(SpeechGate("mic", VadSettings(hangover_ms=400)), windows))
    assert second.start_sample == first.stop_sample


@pytest.mark.parametrize(("sounding", "utterances"), [(15, 0), (16, 1)])
def test_half_a_second_of_sound_alone_is_an_utterance(sounding: int, utterances: int) -> None:
    events = _feed_text(SpeechGate("mic", SETTINGS), "." * 30 + "#" * sounding + "." * 40)
    assert len(_ended(events)) == utterances
    for ended in _ended(events):
        assert ended.start_sample == 30 * WINDOW - 300 * MS
        assert ended.quiet_sample == (30 + sounding) * WINDOW
        assert ended.speech_ms == 0.0


@pytest.mark.parametrize(("sounding", "quiet_window"), [(7, 40), (8, 48), (30, 70)])
def test_long_sound_after_speech_continues_the_utterance(sounding: int, quiet_window: int) -> None:
    events = _feed_text(SpeechGate("mic", SETTINGS), "." * 30 + "s" * 10 + "#" * sounding + "." * 40)
    (ended,) = _ended(events)
    assert ended.quiet_sample == quiet_window * WINDOW


def test_sound_after_speech_does_not_delay_the_pause() -> None:
    windows = "." * 30 + "s" * 10 + "#" * 4 + "." * 40
    (paused,) = [
        event for event in _feed_text(SpeechGate("mic", SETTINGS), windows) if isinstance(event, SpeechPaused)
    ]
    assert paused.quiet_sample == 40 * WINDOW


def test_sound_that_the_detector_doubts_continues_the_utterance() -> None:
    probabilities = [QUIET] * 30 + [SPEECH] * 10 + [QUIET] * 4 + [BETWEEN] * 20 + [QUIET] * 40
    sounds = [False] * 30 + [True] * 10 + [False] * 4 + [True] * 20
    (ended,) = _ended(_events(probabilities, sounds=sounds))
    assert ended.quiet_sample == 64 * WINDOW


def test_all_sound_counts_once_the_detector_missed_some() -> None:
    windows = "." * 30 + "#" * 16 + "....#...." + "." * 40
    (ended,) = _ended(_feed_text(SpeechGate("mic", SETTINGS), windows))
    assert ended.quiet_sample == 51 * WINDOW


def test_long_speech_is_cut_in_its_longest_pause() -> None:
    limit = round(25_000 / 32)
    speech = [SPEECH] * (limit // 2 + 50) + [QUIET] * 5 + [SPEECH] * 60 + [QUIET] * 3 + [SPEECH] * limit
    events = _events(speech + [QUIET] * 20)
    cut, *_ = [event for event in events if isinstance(event, SpeechEnded)]
    begun = events[events.index(cut) + 1]
    assert cut.cause == "length"
    assert cut.quiet_sample == (limit // 2 + 50) * WINDOW
    assert cut.stop_sample == (limit // 2 + 50) * WINDOW + 5 * WINDOW // 2
    assert isinstance(begun, SpeechStarted)
    assert (begun.utterance, begun.start_sample) == (2, cut.stop_sample)


def test_speech_without_pause_is_cut_at_the_faintest_window() -> None:
    limit = round(25_000 / 32)
    speech = [SPEECH] * (limit - 100) + [0.6] + [SPEECH] * limit
    cut, *_ = [event for event in _events(speech) if isinstance(event, SpeechEnded)]
    assert (cut.cause, cut.stop_sample) == ("length", (limit - 100) * WINDOW + WINDOW // 2)


def test_cut_in_the_current_pause_only_ends_the_utterance() -> None:
    limit = round(25_000 / 32)
    speech = [SPEECH] * (limit - 8) + [QUIET] * 30
    ended = _events(speech)[-1]
    assert isinstance(ended, SpeechEnded)
    assert (ended.cause, ended.quiet_sample) == ("length", (limit - 8) * WINDOW)
    assert ended.utterance == 1


def test_end_of_audio_ends_the_utterance() -> None:
    ended = _events([QUIET] * 20 + [SPEECH] * 10)[-1]
    assert isinstance(ended, SpeechEnded)
    assert (ended.cause, ended.stop_sample, ended.quiet_sample) == ("end of audio", 30 * WINDOW, 30 * WINDOW)


def test_restarted_gate_continues_the_unfinished_utterance() -> None:
    probabilities = [QUIET] * 20 + [SPEECH] * 40 + [QUIET] * 20
    expected = _events(probabilities)
    begun = expected[0]
    assert isinstance(begun, SpeechStarted)
    gate = SpeechGate("mic", SETTINGS, next_utterance=2, unfinished=begun)
    from_window = begun.start_sample // WINDOW
    events = _feed(gate, probabilities[from_window:], from_window * WINDOW)
    assert events == expected[1:]


def test_restarted_gate_continues_numbers() -> None:
    gate = SpeechGate("mic", SETTINGS, next_utterance=7, free_from=9 * WINDOW)
    (begun,) = _feed(gate, [SPEECH] * 3, 10 * WINDOW)
    assert begun == SpeechStarted(
        source="mic", utterance=7, start_sample=9 * WINDOW, detected_sample=13 * WINDOW
    )


def test_utterance_whose_audio_is_lost_still_ends() -> None:
    begun = SpeechStarted(source="mic", utterance=3, start_sample=1_000, detected_sample=5_000)
    (ended,) = SpeechGate("mic", SETTINGS, next_utterance=4, unfinished=begun).finish(1_000)
    assert isinstance(ended, SpeechEnded)
    assert (ended.utterance, ended.start_sample, ended.stop_sample) == (3, 1_000, 5_000)


_PROBABILITIES = st.lists(
    st.tuples(st.sampled_from([0.05, 0.3, 0.4, 0.6, 0.95]), st.integers(1, 60)), max_size=60
).map(lambda runs: [probability for probability, count in runs for _ in range(count)])
_SETTINGS = st.builds(
    VadSettings,
    min_speech_ms=st.sampled_from([0, 64, 96]),
    pre_roll_ms=st.sampled_from([0, 300]),
    pause_ms=st.sampled_from([32, 96, 200]),
    hangover_ms=st.sampled_from([200, 500]),
    padding_ms=st.sampled_from([0, 200, 900]),
    longest_s=st.sampled_from([3.0, 5.0, 25.0]),
)


_SOUNDS = st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=30).map(
    lambda runs: [is_sound for is_sound, count in runs for _ in range(count)]
)


@settings(max_examples=300, deadline=None)
@given(probabilities=_PROBABILITIES, sounds=_SOUNDS, chosen=_SETTINGS)
def test_invariants_hold_for_any_probabilities_and_sounds(
    probabilities: list[float], sounds: list[bool], chosen: VadSettings
) -> None:
    events = _events(probabilities, chosen, sounds)
    end = len(probabilities) * WINDOW
    state, number, free_from, spans = "idle", 0, 0, []
    for event in events:
        match event:
            case SpeechStarted(start_sample=start, detected_sample=detected):
                assert state == "idle"
                state, number = "speaking", number + 1
                assert free_from <= start < detected <= end
                assert detected - start <= chosen.longest_s * 16_000 / 2
            case SpeechPaused(quiet_sample=quiet):
                assert state == "speaking"
                state = "paused"
                assert quiet <= end
            case SpeechResumed(resumed_sample=resumed):
                assert state == "paused"
                state = "speaking"
                assert resumed < end
            case SpeechEnded(start_sample=start, quiet_sample=quiet, stop_sample=stop):
                assert state != "idle"
                assert start < stop <= event.decided_sample <= end
                assert start <= quiet <= stop
                assert stop - start <= chosen.longest_s * 16_000
                state, free_from = "idle", stop
                spans.append((start, stop))
        assert event.utterance == number
    assert state == "idle"
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)
    _assert_speech_is_covered(probabilities, spans)


def _assert_speech_is_covered(probabilities: list[float], spans: list[tuple[int, int]]) -> None:
    run: list[int] = []
    for index, probability in enumerate([*probabilities, 0.0]):
        if probability >= SETTINGS.start_threshold:
            run.append(index)
            continue
        if len(run) > 3:  # longer than any least length of speech
            for window in run:
                middle = window * WINDOW + WINDOW // 2
                assert any(start <= middle < stop for start, stop in spans)
        run = []


class Feed:
    """Feeds a gate window by window."""

    def __init__(self) -> None:
        self.gate = SpeechGate("mic", VadSettings(hangover_ms=960))
        self.at = 0

    def windows(self, probability: float, count: int = 1) -> list[GateEvent]:
        events: list[GateEvent] = []
        for _ in range(count):
            events += self.gate.update(self.at, self.at + WINDOW, probability)
            self.at += WINDOW
        return events

    def pause(self) -> SpeechPaused:
        """Feed speech and quiet, and return the pause."""
        self.windows(SPEECH, 20)
        (paused,) = self.windows(QUIET, 3)
        assert isinstance(paused, SpeechPaused)
        return paused


def quiet_ms(event: GateEvent) -> float:
    assert isinstance(event, SpeechEnded)
    return (event.decided_sample - event.quiet_sample) / 16


def test_pause_ends_utterance_after_the_wait_that_was_set() -> None:
    feed = Feed()
    paused = feed.pause()
    feed.gate.set_wait(paused.utterance, paused.quiet_sample, 352 * 16)
    (ended,) = feed.windows(QUIET, 40)
    assert quiet_ms(ended) == 352


def test_without_a_wait_the_hangover_holds() -> None:
    feed = Feed()
    feed.pause()
    (ended,) = feed.windows(QUIET, 40)
    assert quiet_ms(ended) == 960


def test_wait_is_at_most_the_hangover() -> None:
    feed = Feed()
    paused = feed.pause()
    feed.gate.set_wait(paused.utterance, paused.quiet_sample, 5000 * 16)
    (ended,) = feed.windows(QUIET, 40)
    assert quiet_ms(ended) == 960


def test_late_wait_ends_the_utterance_at_once() -> None:
    feed = Feed()
    paused = feed.pause()
    assert feed.windows(QUIET, 13) == []
    (ended,) = feed.gate.set_wait(paused.utterance, paused.quiet_sample, 320 * 16)
    assert quiet_ms(ended) == 16 * 32


@pytest.mark.parametrize("which", ["the pause before", "another utterance"])
def test_wait_of_another_pause_is_ignored(which: str) -> None:
    feed = Feed()
    before = feed.pause()
    feed.windows(SPEECH, 5)
    (paused,) = feed.windows(QUIET, 3)
    assert isinstance(paused, SpeechPaused)
    if which == "the pause before":
        feed.gate.set_wait(before.utterance, before.quiet_sample, 320 * 16)
    else:
        feed.gate.set_wait(paused.utterance + 1, paused.quiet_sample, 320 * 16)
    (ended,) = feed.windows(QUIET, 40)
    assert quiet_ms(ended) == 960
