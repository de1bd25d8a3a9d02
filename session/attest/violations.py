"""Checks the evidence of a session against the contract, and lists violations. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bus.messages import QuestionDetected, RequestSent
from bus.stages import STAGES
from session.attest import contract
from session.attest.evidence import Evidence
from session.attest.trace import Process, Sink

_WATCHED_STAGES = [plan.name for plan in STAGES if plan.name not in ("model-server", "practice")]
_SESSION = "session"


@dataclass(frozen=True)
class Finding:
    """One violation of the contract."""

    process: str
    problem: str


def find_violations(evidence: Evidence) -> list[Finding]:
    """Return the violations, and what prevented a check."""
    found = [finding for check in _CHECKS for finding in check(evidence)]
    return list(dict.fromkeys(found))


def _check_session(evidence: Evidence) -> Iterator[Finding]:
    """Check that the session was complete; an empty one proves nothing."""
    if evidence.seen.code != 0:
        yield Finding(_SESSION, f"did not end normally (exit code {evidence.seen.code})")
    names = {process.name.partition(":")[0] for process in evidence.processes}
    for kind in _WATCHED_STAGES:
        if kind not in names:
            yield Finding(kind, "was not traced")
    if not evidence.of(QuestionDetected) or not evidence.seen.request_bodies:
        yield Finding(_SESSION, "detected no question, so no request could be checked")
    if not evidence.canaries.runs:
        yield Finding(_SESSION, "transcribed no canary, so none could be searched for")
    if not evidence.seen.packets:
        yield Finding(_SESSION, "sent no packet that was captured, so none could be checked")


def _check_files(evidence: Evidence) -> Iterator[Finding]:
    for process in evidence.processes:
        for path, count in process.files.items():
            if not contract.may_write(process.name, path):
                yield Finding(process.name, f"opened {path} for writing ({count} bytes were written)")
        for call, count in process.hidden.items():
            yield Finding(process.name, f"moved bytes that strace does not show ({call}, {count} times)")


def _check_sockets(evidence: Evidence) -> Iterator[Finding]:
    for process in evidence.processes:
        for (family, outcome), count in process.sockets.items():
            if outcome == "opened" and not contract.may_have(process.name, family):
                yield Finding(process.name, f"opened a socket of {family} ({count})")
        for address, outcome in process.addresses:
            if not contract.may_reach(process.name, address, evidence.seen.provider):
                yield Finding(process.name, f"connected to {address}: {outcome}")


def _check_writes(evidence: Evidence) -> Iterator[Finding]:
    for process in evidence.processes:
        for (_, sink, target), written in process.written.items():
            place = target if sink is Sink.FILE else sink.value
            yield from _check_content(evidence, process.name, sink, place, bytes(written))


def _check_content(
    evidence: Evidence, process: str, sink: Sink, place: str, data: bytes
) -> Iterator[Finding]:
    if sink is Sink.NETWORK and process != contract.REQUESTER:
        yield Finding(process, f"sent {len(data)} bytes to {place}")
    if evidence.sound.occurs_in(data):
        yield Finding(process, f"wrote audio to {place}")
    if sink in (Sink.FILE, Sink.STANDARD_ERROR) and evidence.words.runs_in(data):
        yield Finding(process, f"wrote transcript to {place}")
    if sink is Sink.NETWORK and evidence.canaries.runs_in(data):
        yield Finding(process, f"sent transcript outside of questions to {place}")
    shows = evidence.exposes_key if sink is Sink.NETWORK else evidence.contains_key
    if shows(data):
        yield Finding(process, f"wrote the key to {place}, outside of the authorization header")


def _check_names(evidence: Evidence) -> Iterator[Finding]:
    """Check file names, arguments and environments, which other programs can read."""
    for process in evidence.processes:
        named = "\n".join([*process.arguments, *process.files, *process.refused_files]).encode()
        if evidence.contains_key(named) or evidence.words.runs_in(named):
            yield Finding(process.name, "has the key or transcript in an argument or file name")
        if process.name not in (_SESSION, contract.REQUESTER) and _has_key(evidence, process):
            yield Finding(process.name, "has the key in its environment")


def _has_key(evidence: Evidence, process: Process) -> bool:
    return any(evidence.contains_key(variable) for variable in process.variables)


def _check_left_files(evidence: Evidence) -> Iterator[Finding]:
    for path, data in evidence.files.items():
        if evidence.sound.occurs_in(data):
            yield Finding(_SESSION, f"left audio in {path}")
        if evidence.words.runs_in(data):
            yield Finding(_SESSION, f"left transcript in {path}")
        if evidence.contains_key(data):
            yield Finding(_SESSION, f"left the key in {path}")


def _check_network(evidence: Evidence) -> Iterator[Finding]:
    for flow in evidence.flows:
        ends = f"{flow.protocol} {flow.source} to {flow.destination}"
        if flow.protocol != "TCP" or evidence.seen.provider not in (flow.source, flow.destination):
            yield Finding(contract.REQUESTER, f"sent or received packets of another host: {ends}")
        if evidence.sound.occurs_in(flow.payload):
            yield Finding(contract.REQUESTER, f"sent audio: {ends}")
        if evidence.canaries.runs_in(flow.payload):
            yield Finding(contract.REQUESTER, f"sent transcript outside of questions: {ends}")
        if evidence.exposes_key(flow.payload):
            yield Finding(contract.REQUESTER, f"sent the key outside of the authorization header: {ends}")


def _check_ledger(evidence: Evidence) -> Iterator[Finding]:
    entered = [sent.body.encode() for sent in evidence.of(RequestSent) if sent.body_bytes]
    if sorted(entered) != sorted(evidence.seen.request_bodies):
        yield Finding(contract.REQUESTER, "sent other bytes than the ledger lists")
    for data, place in (
        (evidence.seen.stdout, "the session's log"),
        (evidence.seen.stderr, "its errors"),
    ):
        if evidence.contains_key(data):
            yield Finding(_SESSION, f"wrote the key to {place}")
    if evidence.words.runs_in(evidence.seen.stderr):
        yield Finding(_SESSION, "wrote transcript to its errors")


_CHECKS: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    _check_session, _check_files, _check_sockets, _check_writes,
    _check_names, _check_left_files, _check_network, _check_ledger,
)  # fmt: skip
