"""Who says what and who hears it: the event plane as a table.

A stage's part is the name before the colon ("vad:mic" is a "vad"). A stage follows exactly the events
it hears; the hub refuses what a stage is not supposed to say. Events `OF_THE_MOMENT` are delivered to
whoever follows at the moment and are not numbered, logged or replayed.
"""

from __future__ import annotations

from bus import messages as m

SCREENS = ("overlay", "view")
"""The stages that show the session to the user."""

CONTROL = "control"
"""A command of the user's beside a running session: `cuecard answer`, `use`, `ledger`."""

_TABLE: dict[type[m.Message], tuple[tuple[str, ...], tuple[str, ...]]] = {
    # event: (said by, heard by)
    m.SessionStarted: (("session",), ("llm", *SCREENS)),
    m.ReplayStarted: (("session",), ("capture", "practice", *SCREENS)),
    m.SessionEnding: (("session",), ("capture", "llm", *SCREENS)),
    m.ConsentGiven: (("session",), SCREENS),
    m.StageStarted: (("session",), SCREENS),
    m.StageReady: (
        ("hub", "capture", "vad", "stt", "llm", "dialer", "model-server", "practice", "keeper", *SCREENS),
        ("session", "llm", *SCREENS),
    ),
    m.Beat: (
        ("capture", "vad", "stt", "llm", "dialer", "model-server", "practice", "keeper", *SCREENS),
        ("session", "capture"),
    ),
    m.StageDied: (("session",), ("session", "llm", *SCREENS)),
    m.StageGivenUp: (("session",), ("session", "capture", "llm", "practice", *SCREENS)),
    m.ProblemMet: (
        (
            *("session", "hub", "capture", "vad", "stt", "llm", "dialer"),
            *("model-server", "practice", "keeper", *SCREENS),
        ),
        ("session", "llm", CONTROL, *SCREENS),
    ),
    m.CaptureStarted: (("capture",), ("session", "capture", "vad", "stt", "practice", *SCREENS)),
    m.LevelMeasured: (("capture",), SCREENS),
    m.AudioLost: (("capture", "vad"), ("session", *SCREENS)),
    m.AudioMended: (("capture",), ("session", *SCREENS)),
    m.CaptureEnded: (("capture",), ("session", "vad", "stt", "practice", *SCREENS)),
    m.SpeechStarted: (("vad",), ("session", "vad", "stt", "capture", "practice", *SCREENS)),
    m.SpeechPaused: (("vad",), ("stt", "practice", *SCREENS)),
    m.SpeechResumed: (("vad",), ("stt", "llm", "practice", *SCREENS)),
    m.SpeechEnded: (("vad",), ("session", "vad", "stt", "capture", *SCREENS)),
    m.ListeningEnded: (("vad",), ("session", "stt", *SCREENS)),
    m.PauseJudged: (("stt",), ("session", "vad", "stt", "llm", *SCREENS)),
    m.TranscriptGrew: (("stt",), ("session", "stt", *SCREENS)),
    m.TranscriptFinished: (("stt", "session"), ("session", "stt", "llm", "capture", "practice", *SCREENS)),
    m.UtteranceDiscarded: (("stt",), ("session", "stt", "llm", "capture", "practice", *SCREENS)),
    m.WordsLost: (("stt", "session"), ("session", "stt", "llm", "capture", "practice", *SCREENS)),
    m.NotesRead: (("llm",), ("session", *SCREENS)),
    m.AnswerRequested: (("session", CONTROL, *SCREENS), ("llm", "practice")),
    m.QuestionAsked: (("llm",), ("session", "llm", "practice", *SCREENS)),
    m.PassagesFound: (("llm",), ("session", *SCREENS)),
    m.ProviderWanted: ((CONTROL, "overlay"), ("llm", "dialer")),
    m.ProviderReady: (("llm",), ("session", "llm", CONTROL, *SCREENS)),
    m.RequestHeld: (("llm",), (CONTROL, *SCREENS)),
    m.RequestJudged: ((CONTROL, *SCREENS), ("llm",)),
    m.RequestSent: (("llm",), ("session", "llm", CONTROL, *SCREENS)),
    m.AnswerGrew: (("llm",), ("session", "llm", *SCREENS)),
    m.AnswerFinished: (("llm",), ("session", "llm", "practice", *SCREENS)),
    m.AnswerStopped: (("llm",), ("session", "llm", "practice", *SCREENS)),
    m.UsageCounted: (("llm",), ("session", "llm", CONTROL, *SCREENS)),
    m.PracticeAsked: (("practice",), ("session", "practice", *SCREENS)),
    m.TurnGiven: (("practice",), ("practice", *SCREENS)),
    m.PracticeMeasured: (("practice",), ("session", "practice", *SCREENS)),
    m.FeedbackWanted: (("practice",), ("llm", "practice")),
    m.PracticeEnded: (("practice",), ("session", "practice", *SCREENS)),
}

OF_THE_MOMENT: frozenset[type[m.Message]] = frozenset({m.Beat, m.LevelMeasured})
"""Events that nobody asks for later; the log does not keep them."""

KEPT = frozenset(_TABLE) - OF_THE_MOMENT
"""Events that the log keeps."""

PASSING = frozenset({m.SpeechPaused, m.SpeechResumed, m.PauseJudged, m.TranscriptGrew, m.AnswerGrew})
"""Events on the way to an end that says it all; the log lets them fade when that end is known."""

ENDS = frozenset({m.TranscriptFinished, m.UtteranceDiscarded, m.WordsLost, m.AnswerFinished, m.AnswerStopped})
"""The outcomes of utterances and of answers."""

PARTS = frozenset(part for said_by, heard_by in _TABLE.values() for part in (*said_by, *heard_by))
"""Every kind of stage there is."""


def part(stage: str) -> str:
    """Return what kind of stage "vad:mic" is: "vad"."""
    return stage.partition(":")[0]


def may_say(stage: str, event: type[m.Message]) -> bool:
    """Tell whether the table lets this stage say this event."""
    return part(stage) in _TABLE[event][0]


def hears(stage: str) -> frozenset[type[m.Message]]:
    """Return the events that this stage follows."""
    return frozenset(event for event, (_, heard_by) in _TABLE.items() if part(stage) in heard_by)


def said_by(event: type[m.Message]) -> tuple[str, ...]:
    """Return the kinds of stage that say this event."""
    return _TABLE[event][0]


def heard_by(event: type[m.Message]) -> tuple[str, ...]:
    """Return the kinds of stage that hear this event."""
    return _TABLE[event][1]
