"""The loop of one live session, from its first process to its last event."""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Mapping, Sequence

from bus import wiring
from bus.client import HubClient
from bus.messages import ConsentGiven, Logged, ReplayStarted, SessionEnding, SessionStarted, StageGivenUp
from bus.run import Run
from bus.stages import LISTENING, StagePlan
from llm.providers import KNOWN, MODES
from session.run import isolation
from session.run.progress import Progress
from session.run.resumed_log import ResumedLog
from session.run.statistics import Statistics
from session.run.summary import SessionOutcome
from session.settings import AllSettings
from session.supervise.interrupts import Interrupts
from session.supervise.starter import Starter
from session.supervise.supervisor import Supervisor
from session.transcript.record import Record
from stt.open_utterances import OpenUtterances

_POLL_S = 0.1
_FINISH_TRANSCRIPTS_S = 0.8
_ANSWERS_READY_S = 20.0
_REPLAY_LEAD_NS = 100_000_000
_LAST_EVENTS_S = 0.3
"""When nothing has arrived for this long, all events that the stages published have been received."""


class LiveSession:
    """A session that is set up and can be run once.

    Args:
        settings: All settings, resolved.
        plans: The stages.
        starter: Starts them.
        consented: The user confirmed that the other party knows.
        true_ends_s: True ends of speech by source, where known.
        resumed: The log of the session to resume, if any.
    """

    def __init__(
        self,
        settings: AllSettings,
        plans: Sequence[StagePlan],
        starter: Starter,
        *,
        consented: bool = False,
        true_ends_s: Mapping[str, Sequence[float]] | None = None,
        resumed: ResumedLog | None = None,
    ) -> None:
        self._settings = settings
        self._plans = plans
        self._starter = starter
        self._consented = consented
        self._resumed = resumed
        self.statistics = Statistics(true_ends_s or {})
        self.record = Record()
        names = {plan.name for plan in plans}
        self._progress = Progress(
            settings.capture.sources, answers="llm" in names, practises="practice" in names
        )
        self._waits_for_close = {"practice", "overlay"} <= names
        """The window stays open until the user has read the result of the practice and closes it."""
        self._replay_started = resumed is not None and resumed.replay_started
        self._utterances = OpenUtterances()
        self._has_transcriber = True
        self._sources_without_vad: set[str] = set()

    def run(self) -> SessionOutcome:
        """Run the session to its end.

        Raises:
            Failure: It could not be started, or the hub died.
        """
        with Interrupts() as interrupts:
            run = Run.create(self._settings.tables())
            supervisor = Supervisor(run, self._plans, self._starter)
            try:
                with supervisor:
                    client = supervisor.start(wiring.subscriptions("session"), isolation.sandboxed(run))
                    self._apply(supervisor, supervisor.first_events)
                    self._announce(client)
                    cause = self._loop(supervisor, client, interrupts)
                    decided_s = time.monotonic()
                    client.publish(SessionEnding(cause=cause))
                    self._finish_transcripts(supervisor, client, interrupts)
                    killed = supervisor.stop_work()
                    self._close_utterances(supervisor, client)
                    killed += supervisor.stop()
                    if self._resumed is not None:
                        self._resumed.on_handed_over()
            finally:
                for outcome in self._utterances.close("the session broke off"):  # the hub may be dead
                    self._note(Logged(0, 0, outcome))
                self._starter.close()
                if not supervisor.keeps_log:
                    run.remove()
        return SessionOutcome(cause, killed, time.monotonic() - decided_s)

    def _announce(self, client: HubClient) -> None:
        if self._resumed is not None:
            client.publish(self._resumed.resumed_event())
            return
        client.publish(
            SessionStarted(
                version=importlib.metadata.version("cuecard"),
                sources=list(self._settings.capture.sources),
                answer=self._settings.llm.answer,
                started_ns=time.monotonic_ns(),
                providers=[*MODES, *KNOWN],
            )
        )
        if self._consented:
            client.publish(ConsentGiven())

    def _loop(self, supervisor: Supervisor, client: HubClient, interrupts: Interrupts) -> str:
        """Run until there is a cause to end, and return it."""
        started_s = time.monotonic()
        while not interrupts.count:
            self._step(supervisor, client)
            if supervisor.closed_by:
                return f"the {supervisor.closed_by} was closed"
            is_late = time.monotonic() - started_s > _ANSWERS_READY_S
            if not self._replay_started and (supervisor.ready() or (is_late and supervisor.ready(LISTENING))):
                client.publish(ReplayStarted(start_ns=time.monotonic_ns() + _REPLAY_LEAD_NS))
                self._replay_started = True
            if self._progress.complete and not self._waits_for_close:
                return self._completion_cause()
        return "stopped by the user"

    def _completion_cause(self) -> str:
        if self._progress.practised:
            return "the practice is over"
        return "the recordings ended" if self._replay_started else "the sources ended"

    def _finish_transcripts(self, supervisor: Supervisor, client: HubClient, interrupts: Interrupts) -> None:
        """Give utterances in progress a moment to get their final transcript."""
        deadline_s = time.monotonic() + _FINISH_TRANSCRIPTS_S
        while not self._progress.transcribed and time.monotonic() < deadline_s and interrupts.count < 2:
            self._step(supervisor, client)

    def _close_utterances(self, supervisor: Supervisor, client: HubClient) -> None:
        """Publish an outcome for every utterance that is still open after all stages have stopped."""
        while self._utterances and (events := client.poll(_LAST_EVENTS_S)):
            self._apply(supervisor, events)
        for outcome in self._utterances.close("the session ended before it was transcribed"):
            client.publish(outcome)
            self._note(Logged(0, 0, outcome))

    def _step(self, supervisor: Supervisor, client: HubClient) -> None:
        self._apply(supervisor, client.poll(_POLL_S))
        if not self._has_transcriber:
            for outcome in self._utterances.close("transcription has stopped", ended=True):
                client.publish(outcome)
        for source in self._sources_without_vad:
            for outcome in self._utterances.close("its vad has stopped", source=source, ended=False):
                client.publish(outcome)
        supervisor.check_stages()

    def _apply(self, supervisor: Supervisor, events: Sequence[Logged]) -> None:
        """Apply events; those from before a resume say nothing about today's stages."""
        for logged in events:
            self._note(logged)
            self._progress.apply(logged)
            self._utterances.apply(logged)
            if self._resumed is not None:
                if self._resumed.contains(logged):
                    supervisor.apply_choice(logged)
                    continue
                self._resumed.apply(logged)
            supervisor.apply(logged)
            if isinstance(logged.event, StageGivenUp):
                self._on_given_up(logged.event.stage)

    def _note(self, logged: Logged) -> None:
        self.statistics.apply(logged)
        self.record.apply(logged)

    def _on_given_up(self, stage: str) -> None:
        self._progress.stage_given_up(stage)
        kind, _, source = stage.partition(":")
        if kind == "stt":
            self._has_transcriber = False
        elif kind == "vad":
            self._sources_without_vad.add(source)
