"""Everything that can happen in a session: past-tense facts, one frozen struct each, one file a domain.

Positions in audio are sample indices of the source's 16 kHz clock; `*_ns` fields are CLOCK_MONOTONIC.
A message's `type` on the wire is its class name. Unknown fields and unknown types are refused, and the
size is checked before decoding. This package knows no stage and no socket; who says and hears each
message is in `bus.wiring`.
"""

from __future__ import annotations

import msgspec

from bus.failures import Rejected
from bus.messages.answers import (
    AnswerFinished,
    AnswerRequested,
    AnswerStopped,
    AnswerStreamed,
    NotesLoaded,
    Passage,
    PassagesRetrieved,
    PreparedAnswer,
    ProviderReady,
    ProviderRequested,
    QuestionDetected,
    QuestionSpan,
    RequestDecided,
    RequestHeld,
    RequestSent,
    UsageCounted,
)
from bus.messages.audio import (
    AudioLost,
    AudioSanitized,
    CaptureEnded,
    CaptureStarted,
    LevelMeasured,
)
from bus.messages.lifecycle import (
    Heartbeat,
    ProblemReported,
    StageDied,
    StageGivenUp,
    StageReady,
    StageStarted,
)
from bus.messages.message import Message
from bus.messages.practice import (
    FeedbackRequested,
    Measures,
    PracticeAnswerMeasured,
    PracticeEnded,
    PracticeQuestionAsked,
    TurnStarted,
)
from bus.messages.session import (
    ConsentGiven,
    ReplayStarted,
    SessionEnding,
    SessionStarted,
)
from bus.messages.speech import (
    DetectionEnded,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)
from bus.messages.transcripts import (
    EndpointPredicted,
    FinalTranscribed,
    PartialTranscribed,
    UtteranceDiscarded,
    UtteranceLost,
)

MAX_MESSAGE_BYTES = 1 << 20
"""Nothing we say comes near a mebibyte; whatever does is not ours."""


Event = (
    SessionStarted
    | ReplayStarted
    | SessionEnding
    | ConsentGiven
    | StageStarted
    | StageReady
    | Heartbeat
    | StageDied
    | StageGivenUp
    | ProblemReported
    | CaptureStarted
    | LevelMeasured
    | AudioLost
    | AudioSanitized
    | CaptureEnded
    | SpeechStarted
    | SpeechPaused
    | SpeechResumed
    | SpeechEnded
    | DetectionEnded
    | EndpointPredicted
    | PartialTranscribed
    | FinalTranscribed
    | UtteranceDiscarded
    | UtteranceLost
    | NotesLoaded
    | AnswerRequested
    | QuestionDetected
    | PassagesRetrieved
    | ProviderRequested
    | ProviderReady
    | RequestHeld
    | RequestDecided
    | RequestSent
    | AnswerStreamed
    | AnswerFinished
    | AnswerStopped
    | UsageCounted
    | PracticeQuestionAsked
    | TurnStarted
    | PracticeAnswerMeasured
    | FeedbackRequested
    | PracticeEnded
)
"""Every fact there is; the decoder knows these and nothing else."""


class Logged(msgspec.Struct, frozen=True):
    """An event as the session's log holds it."""

    seq: int
    """1, 2, 3, … in the order the hub heard; 0 for an event that is not kept."""
    logged_ns: int
    """Monotonic time at which the hub logged it."""
    event: Event

    def as_json(self) -> bytes:
        """Return the event as one flat JSON object, the form `cuecard run --json` prints."""
        fields = msgspec.to_builtins(self.event)
        return msgspec.json.encode({"seq": self.seq, "logged_ns": self.logged_ns, **fields})


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


def encode(event: Event) -> bytes:
    """Return the event's bytes on the wire (MessagePack)."""
    return _encoder.encode(event)


def decode(body: bytes) -> Event:
    """Return the event in `body`.

    Raises:
        Refused: The bytes are too many, are no MessagePack or are none of our events.
    """
    if len(body) > MAX_MESSAGE_BYTES:
        raise Rejected(f"a message of {len(body)} bytes is over the limit of {MAX_MESSAGE_BYTES}")
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"a message is none of ours ({error})") from error
