"""The loop of one live session, from its first process to its last event."""

from __future__ import annotations

import importlib.metadata
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bus import wiring
from bus.client import HubClient
from bus.failures import MachineFailure
from bus.messages import (
    ConsentGiven,
    EndRequested,
    Logged,
    ProblemReported,
    ReplayStarted,
    SessionEnding,
    SessionStarted,
    StageGivenUp,
    StageReady,
)
from bus.run import Run
from bus.stages.plan import LISTENING, StagePlan
from capture.source import is_live
from llm.providers import KNOWN, MODES, cards
from overlay.texts import sentences, strings
from session.run import isolation
from session.run.end.result import saved_session, start_time
from session.run.end.statistics import Statistics
from session.run.end.summary import SessionOutcome
from session.run.history import SessionHistory
from session.run.outcomes import Outcomes
from session.run.progress import Progress
from session.run.resumed_log import ResumedLog
from session.run.window_memory import WindowMemory
from session.settings import AllSettings
from session.store.saving import SaveFiles
from session.supervise.interrupts import Interrupts
from session.supervise.starter import Starter
from session.supervise.supervisor import Supervisor
from session.trace.trace_file import TraceFile
from session.transcript.record import Record
from session.transcript.save import kept_in_memory
from session.transcript.saved_session import SavedSession
from session.view.page_address import page_lines

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
        consent: What the user confirmed about those who take part; None if none is needed.
        true_ends_s: True ends of speech by source, where known.
        resumed: The log of the session to resume, if any.
    """

    def __init__(
        self,
        settings: AllSettings,
        plans: Sequence[StagePlan],
        starter: Starter,
        *,
        consent: ConsentGiven | None = None,
        true_ends_s: Mapping[str, Sequence[float]] | None = None,
        resumed: ResumedLog | None = None,
    ) -> None:
        self._settings = settings
        self._plans = plans
        self._starter = starter
        self._consent = consent
        self._resumed = resumed
        self.statistics = Statistics(true_ends_s or {})
        self.record = Record()
        self.uses_terminal = any(plan.arguments == ("terminal",) for plan in plans)
        """Whether a view has the terminal."""
        self._started = start_time(None)
        names = {plan.name for plan in plans}
        self._progress = Progress(
            settings.capture.sources,
            live=[name for name, spec in settings.capture.sources.items() if is_live(name, spec)],
            answers="llm" in names,
            practises="practice" in names,
        )
        self._waits_for_close = {"practice", "overlay"} <= names
        """The session continues until the user has read the result of the practice and ends it."""
        self.trace: TraceFile | None = None
        """Where its timings are written, if they are."""
        self.end_requested: EndRequested | None = None
        """How the user ended the session, if not with Ctrl-C."""
        self.window_is_lost = False
        """Whether the overlay has no display any more."""
        self._replay_started = resumed is not None and resumed.replay_started
        self._outcomes = Outcomes()
        self._window_memory = WindowMemory(active="overlay" in names and settings.overlay.remember)
        self._history = SessionHistory(active=settings.session.history)
        self._save_files: SaveFiles | None = None
        self._disk_is_full = False
        self.saved_to: list[Path] = []
        """Where it was saved."""

    @property
    def plans(self) -> Sequence[StagePlan]:
        """Its stages."""
        return self._plans

    @property
    def starter(self) -> Starter:
        """What starts them; its user closes it."""
        return self._starter

    def run(
        self, interrupts: Interrupts, save_files: SaveFiles, on_ending: Callable[[Run], None]
    ) -> SessionOutcome:
        """Run the session to its end, and save it.

        Args:
            interrupts: The first signal ends it.
            save_files: The files to save it to.
            on_ending: Called when it begins to end.

        Raises:
            Failure: It could not be started or saved, or the hub died.
        """
        self._save_files = save_files
        run = Run.create(self._settings.tables())
        for line in page_lines(run):
            print(line, file=sys.stderr)
        supervisor = Supervisor(run, self._plans, self._starter)
        try:
            with supervisor:
                client = supervisor.start(wiring.subscriptions("session"), isolation.sandboxed(run))
                self._apply(supervisor, supervisor.first_events)
                self._announce(client)
                self._started = start_time(self.record.started_ns)
                cause = self._loop(supervisor, client, interrupts)
                client.publish(ending := SessionEnding(cause=cause))
                self.record.apply(Logged(0, 0, ending))
                on_ending(run)
                self._finish_transcripts(supervisor, client, interrupts)
                killed = supervisor.stop_work()
                self._close_utterances(supervisor, client)
                self._save(keeper_holds_log=supervisor.has_keeper)
                killed += supervisor.stop()
                if self._resumed is not None:
                    self._resumed.on_handed_over()
        finally:
            for outcome in self._outcomes.close("the session broke off"):  # the hub may be dead
                self._note(Logged(0, 0, outcome))
            self._window_memory.close()
            self._history.close()
            if not supervisor.keeps_log:
                run.remove()
        return SessionOutcome(cause, killed)

    def saved(self) -> SavedSession:
        """Return what may be saved of it, so far."""
        at_real_pace = self._settings.capture.pace == "realtime"
        return saved_session(self.record, self.statistics, self._started, at_real_pace=at_real_pace)

    def forget(self) -> None:
        """Drop what was said."""
        self.record, self.statistics = Record(), Statistics()

    def _announce(self, client: HubClient) -> None:
        if self._resumed is not None:
            for event in self._resumed.resumed_events():
                client.publish(event)
            return
        client.publish(
            SessionStarted(
                version=importlib.metadata.version("cuecard"),
                sources=list(self._settings.capture.sources),
                names=self._settings.display_names(),
                answer=self._settings.llm.answer,
                started_ns=time.monotonic_ns(),
                providers=[*MODES, *KNOWN],
                provider_cards=cards(),
            )
        )
        if self._consent is not None:
            client.publish(self._consent)

    def _loop(self, supervisor: Supervisor, client: HubClient, interrupts: Interrupts) -> str:
        """Run until there is a cause to end, and return it."""
        started_s = time.monotonic()
        while not interrupts.count:
            self._step(supervisor, client)
            if self.end_requested:
                break
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
        while self._outcomes and (events := client.poll(_LAST_EVENTS_S)):
            self._apply(supervisor, events)
        for outcome in self._outcomes.close("the session ended before it was transcribed"):
            client.publish(outcome)
            self._note(Logged(0, 0, outcome))

    def _save(self, *, keeper_holds_log: bool) -> None:
        if not self._save_files:
            return
        try:
            self.saved_to = self._save_files.write(self.saved())
        except MachineFailure as failure:
            raise kept_in_memory(failure) if keeper_holds_log else failure from failure

    def _reserve_space(self, client: HubClient) -> None:
        """Reserve space for what was said so far; report once that there is none."""
        if not self._save_files or self._disk_is_full:
            return
        try:
            self._save_files.reserve(self.record.size_bytes)
        except MachineFailure as failure:
            self._disk_is_full = True
            client.publish(
                ProblemReported(
                    stage="session",
                    problem=failure.problem,
                    kept="space for the session so far, and its log in memory",
                    fix=failure.fix,
                )
            )

    def _step(self, supervisor: Supervisor, client: HubClient) -> None:
        self._apply(supervisor, client.poll(_POLL_S))
        self._reserve_space(client)
        if client.caught_up:
            for outcome in self._outcomes.due():
                client.publish(outcome)
        supervisor.check_stages()

    def _apply(self, supervisor: Supervisor, events: Sequence[Logged]) -> None:
        """Apply events; those from before a resume say nothing about today's stages."""
        for logged in events:
            self._note(logged)
            self._progress.apply(logged)
            self._window_memory.apply(logged.event)
            self._outcomes.apply(logged)
            if self._resumed is not None:
                if self._resumed.contains(logged):
                    supervisor.apply_choice(logged)
                    continue
                self._resumed.apply(logged)
            supervisor.apply(logged)
            self._history.apply(logged.event)
            self._apply_live(logged)

    def _apply_live(self, logged: Logged) -> None:
        """Apply what is new: a request to end, and a window without a display, which no view shows."""
        match logged.event:
            case EndRequested() as request:
                self.end_requested = self.end_requested or request
            case StageGivenUp(stage="overlay", cause=cause):
                self.window_is_lost = True
                print(sentences.window_lost(cause), file=sys.stderr)
            case StageReady(stage="overlay") if self.window_is_lost:
                self.window_is_lost = False
                print(strings.WINDOW_IS_BACK, file=sys.stderr)
            case _:
                pass

    def _note(self, logged: Logged) -> None:
        self.statistics.apply(logged)
        self.record.apply(logged)
        if self.trace is not None:
            self.trace.apply(logged)
