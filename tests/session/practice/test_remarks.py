from __future__ import annotations

from bus.messages import Measures
from session.practice.measures import combine, measure
from session.practice.remarks import CAVEATS, FEEDBACK_CAVEAT, clock, overall, remarks
from session.settings.practice import PracticeSettings
from tests.support.practice_utterances import utterance

SETTINGS = PracticeSettings()
GOOD = (
    "The hardest part was the data. For example, in my last job every part read the same tables. "
    "As a result we went from 900 ms to 240 ms. That's why I start with the data."
)


def remarks_on(text: str, *spoken_s: tuple[float, float], from_s: float = 0.0) -> str:
    measures = measure([utterance(text, *spoken_s)], round(from_s * 16_000), english=True)
    return "\n".join(remarks(measures, SETTINGS, english=True))


def test_remarks_name_all_measures() -> None:
    lines = remarks_on(GOOD, (1.0, 12.0), (13.5, 24.0))
    assert "36 words in 0:23, 0:22 of it speech." in lines
    assert "1 pause of half a second or more, 7% of the answer, the longest 1.5 s." in lines
    assert "100 words a minute of speech. Slow" in lines
    assert "No fillers in the transcript." in lines
    assert "The first sentence has 6 words" in lines
    for found in ("“For example”", "900 ms, 240 ms", "“As a result”", "“That's why”"):
        assert found in lines


def test_only_unusual_measures_get_extra_remarks() -> None:
    short = remarks_on("Yes, I did that.", (6.0, 9.5))
    assert "Short: 0:20 to 2:30 suits most questions." in short
    assert "First word after 6.0 s." in short
    assert "No phrase points to: an example, figures, a result, a closing." in short
    long = remarks_on("Word " * 400, (0.5, 160.0))
    assert "Long:" in long
    assert "Fast" not in long
    assert "Fast" in remarks_on("Word " * 100, (0.5, 30.0))
    assert "which is long" in remarks_on("word " * 40 + ".", (0.5, 30.0))
    assert "One of them is long." in remarks_on("Well. Yes.", (1.0, 2.0), (5.0, 6.0))


def test_fillers_and_repetitions_are_named_with_their_counts() -> None:
    lines = remarks_on("Um, the queue, um, the the queue, you know, the queue is, um, a queue.", (1.0, 8.0))
    assert "4 fillers (“um” 3, “you know” 1)" in lines
    assert "1 time something was repeated at once." in lines
    assert "“queue” 4" in lines


def test_other_languages_get_no_english_remarks() -> None:
    measures = measure([utterance("Ja, ähm, genau so war es.", (1.0, 30.0))], 0, english=False)
    lines = "\n".join(remarks(measures, SETTINGS, english=False))
    assert "iller" not in lines
    assert "sentence" not in lines
    assert "Slow" not in lines


def test_no_answer_is_no_fault() -> None:
    nothing = measure([], 0, english=True)
    assert remarks(nothing, SETTINGS, english=True) == ["No words were transcribed."]
    assert overall(nothing, 0, 3, english=True) == ["None of 3 questions was answered."]


def test_overall_remarks_are_sums_and_means() -> None:
    answers: list[Measures] = [
        measure([utterance(GOOD, (2.0, 22.0))], 0, english=True),
        measure([utterance(f"Um. {GOOD}", (4.0, 24.0))], 0, english=True),
    ]
    lines = overall(combine(answers), 2, 5, english=True)
    assert lines[0] == "2 of 5 questions answered, 0:40 in all, 0:20 each."
    assert lines[1] == "First words after 3.0 s on average."
    assert "1 filler (“um” 1)" in lines[-1]


def test_caveats_name_the_limits() -> None:
    words = " ".join((*CAVEATS, FEEDBACK_CAVEAT))
    for named in ("accents", "ordinary speech", "Whisper", "favor some ways of speaking", "not a fault"):
        assert named in words


def test_lengths_are_minutes_and_seconds() -> None:
    assert [clock(0.4), clock(59.6), clock(125)] == ["0:00", "1:00", "2:05"]
