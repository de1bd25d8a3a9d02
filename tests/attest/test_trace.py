"""Processes of a trace: who they are, whose children, and when they were ready."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from session.attest.tracing.call import parse
from session.attest.tracing.trace import Process, fold
from tests.support.strace_text import hexed


def started(*arguments: str) -> str:
    listed = ", ".join(f'"{hexed(text)}"' for text in arguments)
    return f'execve("{hexed(arguments[0])}", [{listed}], ["{hexed("HOME=/root")}"]) = 0'


def folded(lines: dict[int, Sequence[str]]) -> dict[str, Process]:
    calls = {thread: [call for line in those if (call := parse(line))] for thread, those in lines.items()}
    return {process.name: process for process in fold(calls)}


def names_of_calls(process: Process) -> list[str]:
    return [call.name for _, call in process.calls]


def test_calls_of_a_thread_belong_to_its_process() -> None:
    found = folded(
        {
            10: [
                started("/usr/bin/python", "-m", "vad", "call"),
                "clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 11",
            ],
            11: [f'write(5<{hexed("/tmp/x")}>, "{hexed("abc")}", 3) = 3'],
        }
    )
    assert list(found) == ["vad:call"]
    assert [(thread, call.name) for thread, call in found["vad:call"].calls] == [
        (10, "clone3"),
        (11, "write"),
    ]
    assert found["vad:call"].variables == [b"HOME=/root"]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(("bus",), "hub"), (("session.resume", "77"), "keeper"), (("session.view",), "view")],
)
def test_process_is_named_like_its_stage(arguments: tuple[str, ...], name: str) -> None:
    (process,) = folded({10: [started("python", "-m", *arguments)]}).values()
    assert (process.name, process.kind, process.is_stage) == (name, name, True)


def test_child_process_is_named_after_its_parent_and_begins_as_its_copy() -> None:
    found = folded(
        {
            10: [started("python", "-m", "stt"), "vfork() = 20", "vfork() = 30"],
            20: ["close_range(3, 9, 0) = 0", started("/usr/bin/ls", "-l"), "exit_group(0) = ?"],
            30: ["socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[7]>"],
        }
    )
    assert list(found) == ["stt", "stt, its copy", "stt, its ls -l"]
    assert {process.kind for process in found.values()} == {"stt"}
    assert [process.is_stage for process in found.values()] == [True, False, False]
    assert names_of_calls(found["stt, its ls -l"]) == ["exit_group"]


def test_a_copy_that_becomes_a_stage_is_that_stage() -> None:
    found = folded(
        {
            10: [started("python", "-m", "session", "run"), "vfork() = 20"],
            20: ["setpgid(0, 0) = 0", started("python", "-m", "bus.process.bootstrap", "capture", "mic")],
        }
    )
    assert list(found) == ["session", "session, its copy", "capture:mic"]
    assert names_of_calls(found["session, its copy"]) == ["setpgid", "execve"]
