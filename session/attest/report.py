"""Formats the evidence and violations of a session as a Markdown report. Pure."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator, Sequence

from session.attest import contract
from session.attest.evidence import Evidence
from session.attest.trace import Process, Sink
from session.attest.violations import Finding

NOT_CHECKED = (
    "Live devices: the session captured recordings, through the same ring but not through PortAudio.",
    "The window on a real screen (it was drawn off screen), the terminal view, the small model's server, the "
    "key store, `--save`.",
    "TLS: requests went to a provider on loopback over plain http, so that they could be read.",
    "Resampled or compressed audio, and compressed or encrypted text, would not be recognized; the opened "
    "file or socket would be.",
    "Memory: swap, core dumps, and processes that may read the memory of others.",
    "Longer sessions: this one lasts a few seconds.",
)
"""Limits of an attestation."""


def report(evidence: Evidence, findings: Sequence[Finding], duration_s: float) -> str:
    """Return the report."""
    return "\n".join([*_verdict(findings), *_marks(evidence, duration_s), *_processes(evidence)]) + "\n"


def _verdict(findings: Sequence[Finding]) -> Iterator[str]:
    yield "# What a marked session wrote and sent"
    yield ""
    if not findings:
        yield "**No violations:** no file with content, no socket outside of the contract; audio, transcript"
        yield "and key only where they may be."
    else:
        yield f"**{len(findings)} violations of the contract.**"
        yield ""
        yield from (f"- `{finding.process}` {finding.problem}" for finding in findings)
    yield ""


def _marks(evidence: Evidence, duration_s: float) -> Iterator[str]:
    sent = evidence.seen.request_bodies
    payload = sum(len(flow.payload) for flow in evidence.flows)
    written = sum(len(data) for process in evidence.processes for data in process.written.values())
    yield f"Cuecard {importlib.metadata.version('cuecard')}, {platform.platform()}, {duration_s:.0f} s."
    yield ""
    yield "## What was planted, and where it was searched for"
    yield ""
    yield "| planted | searched in |"
    yield "|---|---|"
    everywhere = (
        f"{written} bytes written by {len(evidence.processes)} processes, {len(evidence.files)} files"
    )
    yield f"| audio: a noise and two voices | {everywhere}, {payload} bytes in packets |"
    yield f"| the whole transcript | every file, its name, standard error ({everywhere}) |"
    canaries = ", ".join(f"“{sentence}”" for sentence in evidence.canary_sentences)
    yield f"| canaries: {canaries} | {len(sent)} requests, {payload} bytes in packets |"
    yield "| a provider's key | all of the above except the authorization header, arguments, environments |"
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


def _processes(evidence: Evidence) -> Iterator[str]:
    yield "## What each process did"
    yield ""
    for process in evidence.processes:
        yield f"### `{process.name}`"
        yield ""
        yield f"- files opened for writing: {_files(process)}"
        yield f"- sockets: {_sockets(process)}"
        if process.addresses:
            yield f"- connected to: {'; '.join(f'{where}, {how}' for where, how in process.addresses)}"
        to = {sink.value: process.bytes_to(sink) for sink in Sink if process.bytes_to(sink)}
        yield f"- wrote: {', '.join(f'{count} bytes to {place}' for place, count in to.items()) or 'nothing'}"
        yield ""
    yield "## Not checked"
    yield ""
    yield from (f"- {line}" for line in NOT_CHECKED)


def _files(process: Process) -> str:
    own = {path: count for path, count in process.files.items() if not contract.is_code(path)}
    parts = [f"{path} ({count} bytes)" for path, count in sorted(own.items())]
    if len(own) < len(process.files):
        parts.append(f"{len(process.files) - len(own)} files of Python's bytecode cache")
    if process.refused_files:
        parts.append(f"refused by the kernel: {', '.join(sorted(_refused(process))) or 'bytecode cache'}")
    return "; ".join(parts) or "none"


def _refused(process: Process) -> list[str]:
    return [path for path in process.refused_files if not contract.is_code(path.partition(" (")[0])]


def _sockets(process: Process) -> str:
    opened = [f"{family} ({n})" for (family, outcome), n in process.sockets.items() if outcome == "opened"]
    refused = {family for family, outcome in process.sockets if outcome != "opened"}
    some = [family for family in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET") if family in refused]
    tried = f"refused by the kernel: {len(refused)} families, {', '.join(some)} among them" if some else ""
    return "; ".join(filter(None, [", ".join(opened), tried])) or "none"
