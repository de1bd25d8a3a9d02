from __future__ import annotations

from collections.abc import Sequence

import pytest

from session.attest.call import parse
from session.attest.trace import Process, Sink, fold
from tests.support.strace_text import hexed


def started(*arguments: str) -> str:
    listed = ", ".join(f'"{hexed(text)}"' for text in arguments)
    return f'execve("{hexed(arguments[0])}", [{listed}], ["{hexed("HOME=/root")}"]) = 0'


def folded(lines: dict[int, Sequence[str]]) -> dict[str, Process]:
    calls = {thread: [call for line in those if (call := parse(line))] for thread, those in lines.items()}
    return {process.name: process for process in fold(calls)}


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
    assert found["vad:call"].files == {"/tmp/x": 3}
    assert found["vad:call"].variables == [b"HOME=/root"]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(("bus",), "hub"), (("session.resume", "77"), "keeper"), (("session.view",), "view")],
)
def test_process_is_named_like_its_stage(arguments: tuple[str, ...], name: str) -> None:
    assert list(folded({10: [started("python", "-m", *arguments)]})) == [name]


def test_child_process_is_named_after_its_parent() -> None:
    found = folded(
        {
            10: [started("python", "-m", "stt"), "vfork() = 20", "vfork() = 30"],
            20: [started("/usr/bin/ls", "-l")],
            30: ["socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[7]>"],
        }
    )
    assert list(found) == ["stt", "stt, its ls -l", "stt, its fork"]
    assert found["stt, its fork"].sockets == {("AF_INET", "opened"): 1}


def test_sinks_are_distinguished() -> None:
    found = folded(
        {
            10: [
                started("python", "-m", "bus"),
                f'write(2<pipe:[9]>, "{hexed("oh")}", 2) = 2',
                f'write(6<{hexed("anon_inode:[eventfd]")}>, "{hexed("1")}", 1) = 1',
                f'sendto(7<TCP:[1:1->2:2]>, "{hexed("ask")}", 3, 0, NULL, 0) = 3',
                f'write(8<{hexed("/memfd:cuecard-ring")}>(deleted), "{hexed("four")}", 4) = 4',
                f'write(9<{hexed("/dev/null")}<char 1:3>>, "{hexed("none")}", 4) = 4',
            ]
        }
    )["hub"]
    assert found.bytes_to(Sink.STANDARD_ERROR) == 2
    assert found.bytes_to(Sink.NETWORK) == 3
    assert found.bytes_to(Sink.INSIDE) == 4
    assert not found.files


def test_a_file_counts_from_being_opened_or_mapped_for_writing() -> None:
    found = folded(
        {
            10: [
                f'openat(AT_FDCWD<{hexed("/")}>, "{hexed("a")}", O_WRONLY|O_CREAT, 0600) = 3<{hexed("/a")}>',
                f'openat(AT_FDCWD<{hexed("/")}>, "{hexed("b")}", O_RDONLY) = 4<{hexed("/b")}>',
                f'openat(AT_FDCWD<{hexed("/")}>, "{hexed("/c")}", O_RDWR) = -1 EACCES (Permission denied)',
                f"mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 5<{hexed('/d')}>, 0) = 0x7f",
                f"mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE, 5<{hexed('/e')}>, 0) = 0x7f",
                "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x7f",
            ]
        }
    )[""]
    assert sorted(found.files) == ["/a", "/d"]
    assert list(found.refused_files) == ["/c (EACCES)"]


def test_bytes_that_strace_hides_are_marked_hidden() -> None:
    found = folded({10: ["sendfile(3<TCP:[1]>, 4, NULL, 99) = 99", "write(5<pipe:[1]>, 0x7f00, 99) = 99"]})[
        ""
    ]
    assert sorted(found.hidden) == ["sendfile", "write, cut short by strace"]
