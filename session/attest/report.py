"""What was seen of a session, for a person to read: Markdown. Pure."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator, Sequence

from session.attest import contract
from session.attest.evidence import Evidence
from session.attest.trace import Process, Sink
from session.attest.violations import Finding

NOT_CHECKED = (
    "Live devices: the session heard recordings, through the same ring but not through PortAudio.",
    "The window on a real screen (it was drawn off screen), the terminal view, the small model's own server, "
    "the key store, `--save`.",
    "TLS: the provider stood on loopback and was spoken to in plain http, so that requests could be read.",
    "Sound that is resampled or compressed, and words that are compressed or encrypted, would not be "
    "recognized; that a file was opened or a socket made would be seen all the same.",
    "Bytes in memory: swap, core dumps, and what a process with the right to do so reads from another.",
    "Anything that happens after more than this session's few seconds.",
)
"""What an attestation says nothing about."""


def report(evidence: Evidence, findings: Sequence[Finding], took_s: float) -> str:
    """Return the report."""
    return "\n".join([*_verdict(findings), *_marks(evidence, took_s), *_processes(evidence)]) + "\n"


def _verdict(findings: Sequence[Finding]) -> Iterator[str]:
    yield "# What a marked session wrote and sent"
    yield ""
    if not findings:
        yield "**Nothing that should not be:** no file with content, no socket outside the contract, and the"
        yield "sound, the words and the key nowhere but where they belong."
    else:
        yield f"**{len(findings)} findings: the promises do not hold here.**"
        yield ""
        yield from (f"- `{finding.process}` {finding.what}" for finding in findings)
    yield ""


def _marks(evidence: Evidence, took_s: float) -> Iterator[str]:
    sent = evidence.seen.request_bodies
    payload = sum(len(flow.payload) for flow in evidence.flows)
    written = sum(len(data) for process in evidence.processes for data in process.written.values())
    yield f"Cuecard {importlib.metadata.version('cuecard')}, {platform.platform()}, {took_s:.0f} s."
    yield ""
    yield "## What was planted, and where it was looked for"
    yield ""
    yield "| planted | looked for in |"
    yield "|---|---|"
    everywhere = (
        f"{written} bytes written by {len(evidence.processes)} processes, {len(evidence.files)} files"
    )
    yield f"| the sound: a noise and two voices | {everywhere}, {payload} bytes in packets |"
    yield f"| the words of all that was said | every file, its name, standard error ({everywhere}) |"
    canaries = ", ".join(f"“{sentence}”" for sentence in evidence.canary_sentences)
    yield f"| canaries: {canaries} | {len(sent)} requests, {payload} bytes in packets |"
    yield "| a provider's key | everything above, arguments and environments; it may be in one header |"
    yield ""
    yield "## What left"
    yield ""
    packets = len(evidence.seen.packets)
    yield f"{packets} packets, on a network that was nothing but loopback, where the provider stood:"
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
        parts.append(f"{len(process.files) - len(own)} of Python's compiled programs")
    if process.refused_files:
        parts.append(f"refused by the kernel: {', '.join(sorted(_refused(process))) or 'compiled programs'}")
    return "; ".join(parts) or "none"


def _refused(process: Process) -> list[str]:
    return [path for path in process.refused_files if not contract.is_code(path.partition(" (")[0])]


def _sockets(process: Process) -> str:
    opened = [f"{family} ({n})" for (family, outcome), n in process.sockets.items() if outcome == "opened"]
    refused = {family for family, outcome in process.sockets if outcome != "opened"}
    some = [family for family in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET") if family in refused]
    tried = f"refused by the kernel: {len(refused)} families, {', '.join(some)} among them" if some else ""
    return "; ".join(filter(None, [", ".join(opened), tried])) or "none"
