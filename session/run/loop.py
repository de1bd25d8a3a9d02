"""One live session from start to end: the supervisor's loop, and what is learnt on the way."""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Mapping, Sequence

from bus import wiring
from bus.client import HubClient
from bus.messages import ConsentGiven, Logged, ReplayStarted, SessionEnding, SessionStarted, StageGivenUp
from bus.run import Run
from llm.providers import KNOWN, MODES
from session.run.progress import Progress
from session.run.resumed_log import Past
from session.run.statistics import Tally
from session.run.summary import Ending
from session.settings import AllSettings
from session.supervise.interrupts import Interrupts
from session.supervise.process_table import LISTENING, StagePlan
from session.supervise.supervisor import Supervisor
from session.transcript.record import Record
from stt.utterances import OpenUtterances

_TURN_S = 0.1
_FINISH_WORDS_S = 0.8
_ANSWERS_READY_S = 20.0
_REPLAY_LEAD_NS = 100_000_000
_LAST_EVENTS_S = 0.3
"""When nothing has arrived for so long, everything that the stages published before they ended has."""


class LiveSession:
    """A session that is set up and can be run once.

    Args:
        settings: All settings, resolved.
        plans: The stages.
        consented: The user said that the others know.
        true_ends_s: True ends of speech by source, where known.
        past: The session that is taken up again, if one is.
    """

    def __init__(
        self,
        settings: AllSettings,
        plans: Sequence[StagePlan],
        *,
        consented: bool = False,
        true_ends_s: Mapping[str, Sequence[float]] | None = None,
        past: Past | None = None,
    ) -> None:
        self._settings = settings
        self._plans = plans
        self._consented = consented
        self._past = past
        self.tally = Tally(true_ends_s or {})
        self.record = Record()
        names = {plan.name for plan in plans}
        self._progress = Progress(
            settings.capture.sources, answers="llm" in names, practises="practice" in names
        )
        self._lingers = {"practice", "overlay"} <= names
        """A window stays until the user has read what became of the practice, and closes it."""
        self._replay_started = past is not None and past.replay_started
        self._utterances = OpenUtterances()
        self._transcriber_gone = False
        self._unheard: set[str] = set()
        """Sources whose listener was given up."""

    def run(self) -> Ending:
        """Run the session to its end.

        Raises:
            Failure: It could not be started, or the hub died.
        """
        with Interrupts() as interrupts:
            run = Run.create(self._settings.tables())
            supervisor = Supervisor(run, self._plans)
            try:
                with supervisor:
                    line = supervisor.start(wiring.subscriptions("session"))
                    self._take(supervisor, supervisor.heard_first)
                    self._announce(line)
                    cause = self._loop(supervisor, line, interrupts)
                    decided_s = time.monotonic()
                    line.publish(SessionEnding(cause=cause))
                    self._finish_words(supervisor, line, interrupts)
                    killed = supervisor.stop_work()
                    self._close_utterances(supervisor, line)
                    killed += supervisor.stop()
                    if self._past is not None:
                        self._past.in_good_hands()
            finally:
                for outcome in self._utterances.close("the session broke off"):  # a hub that died takes none
                    self._note(Logged(0, 0, outcome))
                if not supervisor.keeps_log:
                    run.remove()
        return Ending(cause, killed, time.monotonic() - decided_s)

    def _announce(self, line: HubClient) -> None:
        if self._past is not None:
            line.publish(self._past.taken_up())
            return
        line.publish(
            SessionStarted(
                version=importlib.metadata.version("cuecard"),
                sources=list(self._settings.capture.sources),
                answer=self._settings.llm.answer,
                started_ns=time.monotonic_ns(),
                providers=[*MODES, *KNOWN],
            )
        )
        if self._consented:
            line.publish(ConsentGiven())

    def _loop(self, supervisor: Supervisor, line: HubClient, interrupts: Interrupts) -> str:
        """Turn until there is a reason to end, and return it."""
        started_s = time.monotonic()
        while not interrupts.count:
            self._turn(supervisor, line)
            if supervisor.closed_by:
                return f"the {supervisor.closed_by} was closed"
            waited_enough = time.monotonic() - started_s > _ANSWERS_READY_S
            if not self._replay_started and (
                supervisor.ready() or (waited_enough and supervisor.ready(LISTENING))
            ):
                line.publish(ReplayStarted(start_ns=time.monotonic_ns() + _REPLAY_LEAD_NS))
                self._replay_started = True
            if self._progress.complete and not self._lingers:
                return self._why_complete()
        return "stopped by the user"

    def _why_complete(self) -> str:
        if self._progress.practised:
            return "the practice is over"
        return "the recordings ended" if self._replay_started else "the sources ended"

    def _finish_words(self, supervisor: Supervisor, line: HubClient, interrupts: Interrupts) -> None:
        """Let what was being said get its final words, for a moment."""
        give_up = time.monotonic() + _FINISH_WORDS_S
        while not self._progress.transcribed and time.monotonic() < give_up and interrupts.count < 2:
            self._turn(supervisor, line)

    def _close_utterances(self, supervisor: Supervisor, line: HubClient) -> None:
        """Give every utterance that is still open its outcome, when nobody is left to transcribe it."""
        while self._utterances and (events := line.poll(_LAST_EVENTS_S)):
            self._take(supervisor, events)
        for outcome in self._utterances.close("the session ended before it was transcribed"):
            line.publish(outcome)
            self._note(Logged(0, 0, outcome))

    def _turn(self, supervisor: Supervisor, line: HubClient) -> None:
        self._take(supervisor, line.poll(_TURN_S))
        if self._transcriber_gone:
            for outcome in self._utterances.close("transcription has stopped", ended=True):
                line.publish(outcome)
        for source in self._unheard:
            for outcome in self._utterances.close("its listener has stopped", source=source, ended=False):
                line.publish(outcome)
        supervisor.tend()

    def _take(self, supervisor: Supervisor, events: Sequence[Logged]) -> None:
        """Take in what happened; the stages of a session that is taken up again are not those of then."""
        for logged in events:
            self._note(logged)
            self._progress.apply(logged)
            self._utterances.apply(logged.event)
            if self._past is not None:
                if self._past.holds(logged):
                    continue
                self._past.apply(logged.event)
            supervisor.apply(logged.event)
            if isinstance(logged.event, StageGivenUp):
                self._stage_given_up(logged.event.stage)

    def _note(self, logged: Logged) -> None:
        self.tally.apply(logged)
        self.record.apply(logged)

    def _stage_given_up(self, stage: str) -> None:
        self._progress.stage_given_up(stage)
        part, _, source = stage.partition(":")
        if part == "stt":
            self._transcriber_gone = True
        elif part == "vad":
            self._unheard.add(source)
