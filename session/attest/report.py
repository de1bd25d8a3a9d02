"""Formats the evidence and violations of a session as a Markdown report. Pure."""

from __future__ import annotations

import importlib.metadata
import platform
from collections import Counter
from collections.abc import Iterator, Sequence

from session.attest.checks.evidence import Evidence
from session.attest.checks.violations import Finding
from session.attest.checks.written import Sink
from session.attest.tracing.struck import Struck
from session.attest.tracing.trace import UNTRACED, Process

NOT_CHECKED = (
    "Live devices: the session captured recordings, through the same ring but not through PortAudio.",
    "The window on a real screen (it was drawn off screen), the terminal view, the small model's server, the "
    "key store, notes, `--save`, `--record`.",
    "TLS: requests went to a provider on loopback over plain http, so that they could be read.",
    "Resampled or lossily compressed audio, and encrypted text, would not be recognized; the opened file, "
    "socket or name would be.",
    "What carries no bytes: when, how often and in which order allowed calls are made, how large they are, "
    "and the memory that processes of the session share.",
    "Memory: swap, core dumps, and processes that may read the memory of others; after a strike the kernel's "
    "buffers, the display's pixels and the sound.",
    "A program that notices the tracer, or waits for longer than this session's few seconds.",
)
"""Limits of an attestation."""


def report(evidence: Evidence, struck: Struck | None, findings: Sequence[Finding], duration_s: float) -> str:
    """Return the report."""
    parts = (
        _verdict(findings),
        _marks(evidence, duration_s),
        _calls(evidence),
        _processes(evidence),
        _struck(struck) if struck else (),
        _limits(),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def _verdict(findings: Sequence[Finding]) -> Iterator[str]:
    yield "# What a marked session wrote and sent"
    yield ""
    if not findings:
        yield "**No violations:** every system call is in the table of what is allowed; audio, transcript and"
        yield "key are only where they may be."
    else:
        yield f"**{len(findings)} violations of the contract.**"
        yield ""
        yield from (f"- `{finding.process}` {finding.problem}" for finding in findings)
    yield ""


def _marks(evidence: Evidence, duration_s: float) -> Iterator[str]:
    sent = evidence.seen.request_bodies
    payload = sum(len(flow.payload) for flow in evidence.flows)
    written = sum(len(data) for data in evidence.written.values())
    yield f"Cuecard {importlib.metadata.version('cuecard')}, {platform.platform()}, {duration_s:.0f} s."
    yield ""
    yield "## What was planted, and where it was searched for"
    yield ""
    yield "| planted | searched in |"
    yield "|---|---|"
    everywhere = (
        f"{written} bytes written by {len(evidence.processes)} processes, {payload} bytes in packets, "
        f"{len(evidence.files)} files and folders left, names in all calls"
    )
    yield f"| audio: a noise and two voices | {everywhere} |"
    yield "| the whole transcript | files, standard error, what is left, names, arguments, environments |"
    canaries = ", ".join(f"“{sentence}”" for sentence in evidence.canary_sentences)
    yield f"| canaries: {canaries} | {len(sent)} requests and all packets |"
    yield "| a provider's key | all of the above except the authorization header and `llm`'s environment |"
    yield ""
    yield "Each in plain, in any case, reversed, in base64, base32, base85, hexadecimal and decimal numbers,"
    yield "in UTF-16, with shifted letters, in gzip, zlib, bzip2 and xz; up to three inside each other."
    yield ""
    yield "## What was sent"
    yield ""
    packets = len(evidence.seen.packets)
    yield f"{packets} packets on loopback, the only interface, to and from the provider:"
    yield ""
    for flow in evidence.flows:
        yield f"- {flow.protocol} {flow.source} → {flow.destination}: {len(flow.payload)} bytes"
    yield ""
    for body in sent:
        yield from ("```json", body.decode(errors="replace"), "```", "")


def _calls(evidence: Evidence) -> Iterator[str]:
    counts = Counter(call.name for process in evidence.processes for _, call in process.calls)
    yield "## Which system calls were checked"
    yield ""
    yield f"{counts.total()} calls, each checked against a table that denies what it does not list:"
    yield f"{', '.join(f'{name} ({count})' for name, count in sorted(counts.items()))}."
    yield ""
    untraced = ", ".join(sorted(name.lstrip("?") for name in UNTRACED))
    yield f"Not traced, since they wait, read or change only the caller and take no text: {untraced}."
    yield ""


def _processes(evidence: Evidence) -> Iterator[str]:
    yield "## What each process did"
    yield ""
    for process in evidence.processes:
        if not process.is_stage:
            continue
        yield f"### `{process.name}`"
        yield ""
        yield f"- files written: {_files(evidence, process)}"
        yield f"- sockets: {_sockets(process)}"
        to = {
            sink.value: sum(
                len(data)
                for (name, kind, _), data in evidence.written.items()
                if (name, kind) == (process.name, sink)
            )
            for sink in Sink
        }
        yield f"- wrote: {', '.join(f'{n} bytes to {place}' for place, n in to.items() if n) or 'nothing'}"
        yield ""


def _struck(struck: Struck) -> Iterator[str]:
    size = sum(struck.searched_bytes.values()) // 1_000_000
    yield "## What was struck and muted"
    yield ""
    yield "In a second session the microphone was muted from the start, and the other source was struck"
    yield "(`cuecard strike`) after its question was answered. The words and the answer were searched for in"
    yield f"{size} MB of memory of {len(struck.searched_bytes)} processes, in the log as a late view gets"
    yield "it, in what was printed after the strike, and in the saved file. All stages worked again"
    yield f"after {struck.deaf_s:.1f} s. The receipt:"
    yield ""
    yield f"> {' '.join(struck.receipt.split())}"
    yield ""


def _limits() -> Iterator[str]:
    yield "## Not checked"
    yield ""
    yield from (f"- {line}" for line in NOT_CHECKED)


def _files(evidence: Evidence, process: Process) -> str:
    written = [
        f"{target} ({len(data)} bytes)"
        for (name, sink, target), data in evidence.written.items()
        if name == process.name and sink is Sink.FILE
    ]
    return "; ".join(written) or "none"


def _sockets(process: Process) -> str:
    opened: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for _, call in process.calls:
        if call.name == "socket":
            (refused if call.failed else opened)[call.part(0)] += 1
    some = [family for family in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET") if family in refused]
    tried = (
        f"{len(refused)} families tried in its self-test and refused, {', '.join(some)} among them"
        if some
        else ""
    )
    return "; ".join(filter(None, [*(f"{family} ({n})" for family, n in opened.items()), tried])) or "none"
