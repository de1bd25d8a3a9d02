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
        ("hub", "capture", "vad", "stt", "llm", "connector", "model-server", "practice", "keeper", *SCREENS),
        ("session", "llm", *SCREENS),
    ),
    m.Heartbeat: (
        ("capture", "vad", "stt", "llm", "connector", "model-server", "practice", "keeper", *SCREENS),
        ("session", "capture"),
    ),
    m.StageDied: (("session",), ("session", "llm", *SCREENS)),
    m.StageGivenUp: (("session",), ("session", "capture", "llm", "practice", *SCREENS)),
    m.ProblemReported: (
        (
            *("session", "hub", "capture", "vad", "stt", "llm", "connector"),
            *("model-server", "practice", "keeper", *SCREENS),
        ),
        ("session", "llm", CONTROL, *SCREENS),
    ),
    m.CaptureStarted: (("capture",), ("session", "capture", "vad", "stt", "practice", *SCREENS)),
    m.LevelMeasured: (("capture",), SCREENS),
    m.AudioLost: (("capture", "vad"), ("session", *SCREENS)),
    m.AudioSanitized: (("capture",), ("session", *SCREENS)),
    m.CaptureEnded: (("capture",), ("session", "vad", "stt", "practice", *SCREENS)),
    m.SpeechStarted: (("vad",), ("session", "vad", "stt", "capture", "practice", *SCREENS)),
    m.SpeechPaused: (("vad",), ("stt", "practice", *SCREENS)),
    m.SpeechResumed: (("vad",), ("stt", "llm", "practice", *SCREENS)),
    m.SpeechEnded: (("vad",), ("session", "vad", "stt", "capture", *SCREENS)),
    m.DetectionEnded: (("vad",), ("session", "stt", *SCREENS)),
    m.EndpointPredicted: (("stt",), ("session", "vad", "stt", "llm", *SCREENS)),
    m.PartialTranscribed: (("stt",), ("session", "stt", *SCREENS)),
    m.FinalTranscribed: (("stt", "session"), ("session", "stt", "llm", "capture", "practice", *SCREENS)),
    m.UtteranceDiscarded: (("stt",), ("session", "stt", "llm", "capture", "practice", *SCREENS)),
    m.UtteranceLost: (("stt", "session"), ("session", "stt", "llm", "capture", "practice", *SCREENS)),
    m.NotesLoaded: (("llm",), ("session", *SCREENS)),
    m.AnswerRequested: (("session", CONTROL, *SCREENS), ("llm", "practice")),
    m.QuestionDetected: (("llm",), ("session", "llm", "practice", *SCREENS)),
    m.PassagesRetrieved: (("llm",), ("session", *SCREENS)),
    m.ProviderRequested: ((CONTROL, "overlay"), ("llm", "connector")),
    m.ProviderReady: (("llm",), ("session", "llm", CONTROL, *SCREENS)),
    m.RequestHeld: (("llm",), (CONTROL, *SCREENS)),
    m.RequestDecided: ((CONTROL, *SCREENS), ("llm",)),
    m.RequestSent: (("llm",), ("session", "llm", CONTROL, *SCREENS)),
    m.AnswerStreamed: (("llm",), ("session", "llm", *SCREENS)),
    m.AnswerFinished: (("llm",), ("session", "llm", "practice", *SCREENS)),
    m.AnswerStopped: (("llm",), ("session", "llm", "practice", *SCREENS)),
    m.UsageCounted: (("llm",), ("session", "llm", CONTROL, *SCREENS)),
    m.PracticeQuestionAsked: (("practice",), ("session", "practice", *SCREENS)),
    m.TurnStarted: (("practice",), ("practice", *SCREENS)),
    m.PracticeAnswerMeasured: (("practice",), ("session", "practice", *SCREENS)),
    m.FeedbackRequested: (("practice",), ("llm", "practice")),
    m.PracticeEnded: (("practice",), ("session", "practice", *SCREENS)),
}

TRANSIENT: frozenset[type[m.Message]] = frozenset({m.Heartbeat, m.LevelMeasured})
"""Events that nobody asks for later; the log does not keep them."""

KEPT = frozenset(_TABLE) - TRANSIENT
"""Events that the log keeps."""

SUPERSEDED = frozenset(
    {m.SpeechPaused, m.SpeechResumed, m.EndpointPredicted, m.PartialTranscribed, m.AnswerStreamed}
)
"""Events on the way to an end that says it all; the log lets them fade when that end is known."""

ENDS = frozenset(
    {m.FinalTranscribed, m.UtteranceDiscarded, m.UtteranceLost, m.AnswerFinished, m.AnswerStopped}
)
"""The outcomes of utterances and of answers."""

PARTS = frozenset(part for publishers, subscribers in _TABLE.values() for part in (*publishers, *subscribers))
"""Every kind of stage there is."""


def part(stage: str) -> str:
    """Return what kind of stage "vad:mic" is: "vad"."""
    return stage.partition(":")[0]


def may_publish(stage: str, event: type[m.Message]) -> bool:
    """Tell whether the table lets this stage say this event."""
    return part(stage) in _TABLE[event][0]


def subscriptions(stage: str) -> frozenset[type[m.Message]]:
    """Return the events that this stage follows."""
    return frozenset(event for event, (_, subscribers) in _TABLE.items() if part(stage) in subscribers)


def publishers(event: type[m.Message]) -> tuple[str, ...]:
    """Return the kinds of stage that say this event."""
    return _TABLE[event][0]


def subscribers(event: type[m.Message]) -> tuple[str, ...]:
    """Return the kinds of stage that hear this event."""
    return _TABLE[event][1]
