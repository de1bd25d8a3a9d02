"""Checks the evidence of a session against the contract, and lists violations. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bus.messages import QuestionDetected, RequestSent
from bus.stages.table import STAGES
from session.attest.checks import contract, requests
from session.attest.checks.act import Act
from session.attest.checks.calls import is_allowed
from session.attest.checks.encodings import ZSTANDARD, readings
from session.attest.checks.evidence import Evidence, event_in
from session.attest.checks.written import Sink, arguments, names, variables
from session.attest.tracing.recording import is_the_question
from session.attest.tracing.tracer import KEY_VARIABLE
from session.models.catalogue import CATALOGUE

_WATCHED_STAGES = [
    plan.name for plan in STAGES if plan.name not in ("recorder", "model-server", "practice", "caption-page")
]
_SESSION = contract.SESSION
_SHOWN = 3
"""How many calls of one name are listed for each process."""

_COUNTS = re.compile(
    rb'(?:[\s{}:,]|\[\]|"(?:\d{4}-\d\d-\d\d|requests|prompt_tokens|answer_tokens|cost|days|sessions|minutes|'
    rb'questions|crashes)"|\d{1,6}(?:\.\d{1,6})?)*'
)
_VERIFIED = re.compile(
    rb'"([\w.-]+)":\{"size_bytes":\d{1,12},"inode":\d{1,20},"changed_ns":\d{1,20},"sha256":"(\w{64})"\}'
)
"""What the files hold that a session leaves: counts of requests, and a record for each file of weights."""

_COUNTS_BYTES = 300
_KEYS = '{{"{}":"{}"}}'
"""The keys as the supervisor passes them on, in a file in memory."""


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
    kinds = {process.kind for process in evidence.processes if process.is_stage}
    for kind in _WATCHED_STAGES:
        if kind not in kinds:
            yield Finding(kind, "was not traced")
    if not evidence.of(QuestionDetected) or not evidence.seen.request_bodies:
        yield Finding(_SESSION, "detected no question, so no request could be checked")
    for event in evidence.of(QuestionDetected):
        if not is_the_question(event.text):
            yield Finding(contract.REQUESTER, f"took for a question what is none: {event.text!r}")
    if not evidence.canaries.runs:
        yield Finding(_SESSION, "transcribed no canary, so none could be searched for")
    if not evidence.seen.packets:
        yield Finding(_SESSION, "sent no packet that was captured, so none could be checked")


def _check_calls(evidence: Evidence) -> Iterator[Finding]:
    """Check every system call against the table."""
    for process in evidence.processes:
        calls = [call for _, call in process.calls if not is_allowed(Act(process, call, evidence.facts))]
        listed: Counter[str] = Counter()
        for call in calls:
            listed[call.name] += 1
            if listed[call.name] <= _SHOWN:
                yield Finding(process.name, f"called {call}")
        for name, count in listed.items():
            if count > _SHOWN:
                yield Finding(process.name, f"called {name} {count} times outside of the contract")


def _check_writes(evidence: Evidence) -> Iterator[Finding]:
    tokens = evidence.tokens
    for (name, sink, target), data in evidence.written.items():
        place = f"{target} (a file)" if sink is Sink.FILE else sink.value
        if sink is Sink.NETWORK:
            if name != contract.REQUESTER:
                yield Finding(name, f"sent {len(data)} bytes to {place}")
            data = evidence.outside_of_header(data)
        if sink is Sink.INSIDE and tokens:
            data = re.sub(b"|".join(map(re.escape, tokens)), b"", data)  # random, and in every message
        if name == _SESSION and data == _KEYS.format(KEY_VARIABLE, evidence.key).encode():
            continue  # for the process that sends requests
        counts = name == contract.REQUESTER or contract.is_history(target)
        if sink is Sink.FILE and counts and not _COUNTS.fullmatch(data):
            yield Finding(name, f"wrote more than counts to {place}")
        words = sink in (Sink.FILE, Sink.MEMORY, Sink.STANDARD_ERROR)
        yield from _search(
            evidence, name, data, f"wrote {{}} to {place}", words=words, canaries=sink is Sink.NETWORK
        )


def _search(
    evidence: Evidence,
    process: str,
    data: bytes,
    how: str,
    *,
    words: bool,
    canaries: bool = False,
    key: bool = True,
) -> Iterator[Finding]:
    """Search bytes in every encoding.

    Args:
        evidence: What to search for.
        process: Whose bytes they are.
        data: The bytes.
        how: What was done with them, with a place for what was found.
        words: Whether the whole transcript is searched for.
        canaries: Whether the transcript outside of questions is searched for.
    """
    for reading in readings(data):
        if evidence.sound.occurs_in(reading):
            yield Finding(process, how.format("audio"))
        if words and evidence.words.occur_in(reading):
            yield Finding(process, how.format("transcript"))
        if canaries and evidence.canaries.occur_in(reading):
            yield Finding(process, how.format("transcript outside of questions"))
        if evidence.key_search.occurs_in(reading):
            yield Finding(process, how.format("the key"))
    if ZSTANDARD in data and words:
        yield Finding(process, how.format("bytes that cannot be searched (Zstandard)"))


def _check_names(evidence: Evidence) -> Iterator[Finding]:
    """Search all text that a process gave the kernel other than by writing it."""
    for process in evidence.processes:
        named = names(process)
        if any(_search(evidence, process.name, b"\n".join(named.values()), "{}", words=True)):
            for call, text in named.items():
                yield from _search(
                    evidence, process.name, text, f"named {{}} in a call of {call}", words=True
                )
        yield from _search(evidence, process.name, arguments(process), "put {} into arguments", words=True)
        given = b"\n".join(variables(process))
        yield from _search(evidence, process.name, given, "put {} into an environment", words=True)


def _check_public_names(evidence: Evidence) -> Iterator[Finding]:
    """Check the names and arguments of processes that other users could see while it ran."""
    for pid, seen in evidence.seen.public_names.items():
        programs = [process for process in evidence.processes if process.pid == pid]
        copied = [
            process.parent for process in programs if process.parent
        ]  # a child begins as its parent's copy
        known = {" ".join(process.arguments).strip() for process in programs} | {""}
        for text in seen:
            named = (evidence.facts.contract.may_be_named(each.name, text) for each in (*programs, *copied))
            if text not in known and not any(named):
                yield Finding(
                    programs[-1].name if programs else str(pid), f"was shown to other users as {text!r}"
                )


def _check_left(evidence: Evidence) -> Iterator[Finding]:
    for path, data in evidence.files.items():
        counts = len(data) <= _COUNTS_BYTES and _COUNTS.fullmatch(data)
        known = counts or _is_record_of_weights(data)
        if not evidence.facts.contract.may_leave(path) or not known:
            yield Finding(_SESSION, f"left {path} ({len(data)} bytes)")
        yield from _search(
            evidence, _SESSION, path.encode() + b"\n" + data, f"left {{}} in {path}", words=True
        )
    for each in evidence.seen.left_in_memory:
        yield Finding(_SESSION, f"left memory that outlives it ({each})")


def _is_record_of_weights(data: bytes) -> bool:
    """Return whether this is the record of verified weights: names and sums of the catalogue, and numbers."""
    known = {(file.name, file.sha256) for model in CATALOGUE.values() for file in model.files}
    found = [(name.decode(), digest.decode()) for name, digest in _VERIFIED.findall(data)]
    return set(found) <= known and _VERIFIED.sub(b"", data) == b"{" + b"," * (len(found) - 1) + b"}"


def _check_network(evidence: Evidence) -> Iterator[Finding]:
    questions = [event.text for event in evidence.of(QuestionDetected)]
    for flow in evidence.flows:
        ends = f"{flow.protocol} {flow.source} to {flow.destination}"
        if flow.protocol != "TCP" or evidence.seen.provider not in (flow.source, flow.destination):
            yield Finding(contract.REQUESTER, f"sent or received packets of another host: {ends}")
        elif flow.destination == evidence.seen.provider:
            other = requests.unexpected(flow.payload, evidence.seen.provider, evidence.key, questions)
            if other:
                yield Finding(
                    contract.REQUESTER, f"sent a request that differs from its contract: {_begin(other)}"
                )
        data = evidence.outside_of_header(flow.payload)
        yield from _search(
            evidence, contract.REQUESTER, data, f"sent {{}}: {ends}", words=False, canaries=True
        )


def _check_ledger(evidence: Evidence) -> Iterator[Finding]:
    entered = [sent.body.encode() for sent in evidence.of(RequestSent) if sent.body_bytes]
    if sorted(entered) != sorted(evidence.seen.request_bodies):
        yield Finding(contract.REQUESTER, "sent other bytes than the ledger lists")


def _check_output(evidence: Evidence) -> Iterator[Finding]:
    """Check that standard output has events only, and standard error known words."""
    for line in evidence.seen.stdout.splitlines():
        if event_in(line) is None:
            yield Finding(contract.VIEW, f"printed something else than an event: {_begin(line)}")
    for (name, sink, _), data in evidence.written.items():
        if sink is Sink.STANDARD_ERROR and not contract.may_report(name.partition(":")[0], data):
            yield Finding(name, f"wrote {len(data)} unknown bytes to standard error: {_begin(data)}")


def _begin(data: bytes) -> str:
    return repr(data[:200].decode(errors="replace"))


_CHECKS: Iterable[Callable[[Evidence], Iterator[Finding]]] = (
    _check_session, _check_calls, _check_writes, _check_names, _check_public_names, _check_left,
    _check_network, _check_ledger, _check_output,
)  # fmt: skip
