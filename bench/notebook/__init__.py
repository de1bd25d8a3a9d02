"""Python interface for notebooks: replay a recording, score it, follow live events.

`demo` or `recordings` makes a timeline, `replay` plays it through a session, `score` compares the result with
the truth. `start` and `follow` iterate over the events of a session while it runs. The frames need pandas
(`pip install 'cuecard[notebook]'`), scores need `cuecard[bench]`. docs/notebook.md describes all of it.
"""

from bench.harness.consumer import Received
from bench.latency.scores import Score
from bench.latency.timeline import Timeline
from bench.notebook.frames import events_frame, latencies_frame, utterances_frame
from bench.notebook.live import RunningSession, follow, start
from bench.notebook.replaying import demo, figures, first_turns, recordings, replay, score

__all__ = [
    "Received",
    "RunningSession",
    "Score",
    "Timeline",
    "demo",
    "events_frame",
    "figures",
    "first_turns",
    "follow",
    "latencies_frame",
    "recordings",
    "replay",
    "score",
    "start",
    "utterances_frame",
]
