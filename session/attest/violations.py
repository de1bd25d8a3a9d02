"""Holds what was seen of a session against the contract, and names what breaks it. Pure."""

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
    """Something that should not be."""

    process: str
    what: str


def judge(evidence: Evidence) -> list[Finding]:
    """Return what breaks the contract, or keeps it from being checked."""
    found = [finding for check in _CHECKS for finding in check(evidence)]
    return list(dict.fromkeys(found))


def _it_was_a_session(evidence: Evidence) -> Iterator[Finding]:
    """A session in which nothing happened proves nothing."""
    if evidence.seen.code != 0:
        yield Finding(_SESSION, f"it did not end as it should (exit code {evidence.seen.code})")
    names = {process.name.partition(":")[0] for process in evidence.processes}
    for kind in _WATCHED_STAGES:
        if kind not in names:
            yield Finding(kind, "it was not there to be watched")
    if not evidence.of(QuestionDetected) or not evidence.seen.request_bodies:
        yield Finding(_SESSION, "no question was asked, so no request could be watched")
    if not evidence.canaries.runs:
        yield Finding(_SESSION, "no canary was transcribed, so none could be looked for")
    if not evidence.seen.packets:
        yield Finding(_SESSION, "no packet was caught, so none could be looked into")


def _files(evidence: Evidence) -> Iterator[Finding]:
    for process in evidence.processes:
        for path, count in process.files.items():
            if not contract.may_write(process.name, path):
                yield Finding(process.name, f"opened {path} for writing ({count} bytes were written)")
        for call, count in process.unseen.items():
            yield Finding(process.name, f"moved bytes that strace does not show ({call}, {count} times)")


def _sockets(evidence: Evidence) -> Iterator[Finding]:
    for process in evidence.processes:
        for (family, outcome), count in process.sockets.items():
            if outcome == "opened" and not contract.may_have(process.name, family):
                yield Finding(process.name, f"opened a socket of {family} ({count})")
        for address, outcome in process.addresses:
            if not contract.may_reach(process.name, address, evidence.seen.provider):
                yield Finding(process.name, f"connected to {address}: {outcome}")


def _written(evidence: Evidence) -> Iterator[Finding]:
    for process in evidence.processes:
        for (_, sink, target), written in process.written.items():
            place = target if sink is Sink.FILE else sink.value
            yield from _content(evidence, process.name, sink, place, bytes(written))


def _content(evidence: Evidence, process: str, sink: Sink, place: str, data: bytes) -> Iterator[Finding]:
    if sink is Sink.NETWORK and process != contract.SENDS:
        yield Finding(process, f"sent {len(data)} bytes to {place}")
    if evidence.sound.is_in(data):
        yield Finding(process, f"wrote sound to {place}")
    if sink in (Sink.FILE, Sink.STANDARD_ERROR) and evidence.words.found_in(data):
        yield Finding(process, f"wrote what was said to {place}")
    if sink is Sink.NETWORK and evidence.canaries.found_in(data):
        yield Finding(process, f"sent what belongs to no question to {place}")
    shows = evidence.shows_key if sink is Sink.NETWORK else evidence.shows_key_at_all
    if shows(data):
        yield Finding(process, f"wrote the key to {place}, outside its one header")


def _names(evidence: Evidence) -> Iterator[Finding]:
    """Names of files, arguments and environments are read by others too."""
    for process in evidence.processes:
        named = "\n".join([*process.arguments, *process.files, *process.refused_files]).encode()
        if evidence.shows_key_at_all(named) or evidence.words.found_in(named):
            yield Finding(process.name, "has the key, or what was said, in an argument or in a file's name")
        if process.name not in (_SESSION, contract.SENDS) and _has_key(evidence, process):
            yield Finding(process.name, "has the key in its environment")


def _has_key(evidence: Evidence, process: Process) -> bool:
    return any(evidence.shows_key_at_all(variable) for variable in process.variables)


def _left_files(evidence: Evidence) -> Iterator[Finding]:
    for path, data in evidence.files.items():
        if evidence.sound.is_in(data):
            yield Finding(_SESSION, f"left sound in {path}")
        if evidence.words.found_in(data):
            yield Finding(_SESSION, f"left what was said in {path}")
        if evidence.shows_key_at_all(data):
            yield Finding(_SESSION, f"left the key in {path}")


def _network(evidence: Evidence) -> Iterator[Finding]:
    for flow in evidence.flows:
        ends = f"{flow.protocol} {flow.source} to {flow.destination}"
        if flow.protocol != "TCP" or evidence.seen.provider not in (flow.source, flow.destination):
            yield Finding(contract.SENDS, f"packets that are not for the provider: {ends}")
        if evidence.sound.is_in(flow.payload):
            yield Finding(contract.SENDS, f"sound left: {ends}")
        if evidence.canaries.found_in(flow.payload):
            yield Finding(contract.SENDS, f"what belongs to no question left: {ends}")
        if evidence.shows_key(flow.payload):
            yield Finding(contract.SENDS, f"the key left outside its one header: {ends}")


def _ledger(evidence: Evidence) -> Iterator[Finding]:
    entered = [sent.body.encode() for sent in evidence.of(RequestSent) if sent.body_bytes]
    if sorted(entered) != sorted(evidence.seen.request_bodies):
        yield Finding(contract.SENDS, "the ledger is not, byte for byte, what the provider was sent")
    for data, place in (
        (evidence.seen.stdout, "the session's log"),
        (evidence.seen.stderr, "its errors"),
    ):
        if evidence.shows_key_at_all(data):
            yield Finding(_SESSION, f"the key is in {place}")
    if evidence.words.found_in(evidence.seen.stderr):
        yield Finding(_SESSION, "what was said is in its errors")


_CHECKS: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    _it_was_a_session, _files, _sockets, _written, _names, _left_files, _network, _ledger,
)  # fmt: skip
