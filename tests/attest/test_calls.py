"""Table of system calls: what is not listed is not allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bus.process.bootstrap import BEGIN
from session.attest.checks.act import Act
from session.attest.checks.calls import is_allowed
from session.attest.checks.facts import Facts
from session.attest.tracing.call import Call, parse
from session.attest.tracing.places import Places
from session.attest.tracing.trace import Process, fold
from tests.support.strace_text import hexed

FOLDER = "/tmp/cuecard-attest-x"
RUN = f"{FOLDER}/run/cuecard-77-abcdefgh"
PYTHON = "/usr/bin/python"


def started(*arguments: str, at_s: float = 1.0) -> str:
    listed = ", ".join(f'"{hexed(text)}"' for text in (PYTHON, *arguments))
    return f'{at_s} execve("{hexed(PYTHON)}", [{listed}], ["{hexed("LANG=C")}"]) = 0'


def filtered(at_s: float = 2.0) -> str:
    return f"{at_s} seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, {{len=9, filter=0x7f}}) = 0"


def ready(at_s: float = 3.0) -> str:
    event = "".join(f"\\x{byte:02x}" for byte in b"\xa4type\xaaStageReady")
    return f'{at_s} sendto(9<UNIX-STREAM:[5]>, "{event}", 16, 0, NULL, 0) = 16'


def session(*lines: str, module: str = "stt") -> Facts:
    """Return the facts of a session of one stage that makes these calls."""
    made = f'0.6 mkdir("{hexed(RUN)}", 0700) = 0'
    threads = {10: (started("-m", module), *lines), 77: (started("-m", "session", at_s=0.5), made)}
    calls = {pid: [call for line in those if (call := parse(line))] for pid, those in threads.items()}
    place = Places(["/usr", "/models"], ["/dev/null"])
    return facts_of(calls, {"stt": place})


def facts_of(calls: Mapping[int, Sequence[Call]], places: Mapping[str, Places]) -> Facts:
    return Facts(
        processes=fold(calls),
        folder=FOLDER,
        provider="127.0.0.1:4000",
        stdout_pipe="pipe:[1]",
        stderr_pipe="pipe:[2]",
        environment={"LANG": "C"},
        places=places,
        python=PYTHON,
    )


def denied(*lines: str, module: str = "stt") -> list[str]:
    """Return the calls that the table does not allow."""
    facts = session(*lines, module=module)
    made: list[tuple[Process, str]] = []
    for process in facts.processes:
        made += [
            (process, call.name) for _, call in process.calls if not is_allowed(Act(process, call, facts))
        ]
    return [name for _, name in made]


@pytest.mark.parametrize(
    "line",
    [
        f'setxattr("{hexed("/usr")}", "{hexed("user.words")}", "", 0, 0) = 0',
        "shmget(0x77, 65536, IPC_CREAT|0666) = 0",
        "a_call_of_the_future(1) = 0",
        f'prctl(PR_SET_NAME, "{hexed("what was said")}") = 0',
        f'bind(3<UNIX-STREAM:[5]>, {{sa_family=AF_UNIX, sun_path=@"{hexed("said")}"}}, 7) = 0',
        f'connect(3<UNIX-STREAM:[5]>, {{sa_family=AF_UNIX, sun_path="{hexed("/run/dbus/socket")}"}}, 7) = 0',
        "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[7]>",
        f'openat(AT_FDCWD<{hexed("/")}>, "{hexed("/usr/x")}", O_WRONLY|O_CREAT, 0600) = -1 EACCES (Denied)',
        f'openat(AT_FDCWD<{hexed("/")}>, "{hexed("/home/notes")}", O_RDONLY) = 3<{hexed("/home/notes")}>',
        f'write(4<{hexed("/usr/x")}>, "{hexed("oh")}", 2) = 2',
        f'write(4<pipe:[1]>, "{hexed("oh")}", 2) = 2',
        f'write(4<pipe:[99]>, "{hexed("oh")}", 2) = 2',
        f'sendto(4<TCP:[1:1->127.0.0.1:4000]>, "{hexed("GET")}", 3, 0, NULL, 0) = 3',
        f"mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 5<{hexed('/usr/d')}>, 0) = 0x7f",
        "clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f) = 99",
        "clone3({flags=CLONE_VM|CLONE_THREAD|CLONE_UNTRACED, stack=0x7f}, 88) = 11",
        "kill(1, SIGTERM) = 0",
        "prlimit64(0, RLIMIT_NICE, {rlim_cur=7, rlim_max=7}, NULL) = 0",
        "fcntl(4<pipe:[5]>, F_SETLK, {l_type=F_WRLCK}) = 0",
        "exit_group(7) = ?",
    ],
)
def test_a_call_outside_of_the_table_is_denied(line: str) -> None:
    assert denied(f"5.0 {line}") == [line.partition("(")[0]]


def test_own_sockets_and_the_places_of_its_row_are_allowed() -> None:
    path = f'"{hexed("/usr/lib/libm.so")}"'
    assert not denied(
        "2.0 pipe2([3<pipe:[5]>, 4<pipe:[5]>], O_CLOEXEC) = 0",
        f'2.1 write(4<pipe:[5]>, "{hexed("oh")}", 2) = 2',
        f"2.2 openat(AT_FDCWD<{hexed('/')}>, {path}, O_RDONLY) = 3<{hexed('/usr/lib/libm.so')}>",
        f"2.3 newfstatat(AT_FDCWD<{hexed('/')}>, {path}, 0x7f, 0) = -1 ENOENT (No such file)",
        f'2.4 prctl(PR_SET_NAME, "{hexed("cue-stt")}") = 0',
        "2.5 clone3({flags=CLONE_VM|CLONE_THREAD, stack=0x7f}, 88) = -1 EAGAIN (Again)",
        "2.6 socket(AF_UNIX, SOCK_STREAM, 0) = 9<UNIX-STREAM:[5]>",
        ready(3.0),
        "9.0 exit_group(0) = ?",
    )


def test_only_what_was_refused_before_a_stage_was_ready_counts_as_its_self_test() -> None:
    own = "1.5 socket(AF_UNIX, SOCK_STREAM, 0) = 9<UNIX-STREAM:[5]>"
    refused = "shmget(0x77, 1, 0) = -1 EINVAL (Invalid argument)"
    assert denied(own, filtered(2.0), f"2.5 {refused}", ready(3.0)) == []
    assert denied(own, filtered(2.0), "2.5 shmget(0x77, 1, 0) = 0", ready(3.0)) == ["shmget"]
    assert denied(own, f"1.9 {refused}", filtered(2.0), ready(3.0)) == ["shmget"]
    assert denied(own, filtered(2.0), ready(3.0), f"3.5 {refused}") == ["shmget"]
    assert denied(filtered(2.0), f"2.5 {refused}") == ["shmget"]


def test_a_name_that_does_not_exist_may_be_looked_up_only_before_words_are_there() -> None:
    own = "1.5 socket(AF_UNIX, SOCK_STREAM, 0) = 9<UNIX-STREAM:[5]>"
    missing = f'stat("{hexed("/usr/share/said")}", 0x7f) = -1 ENOENT (No such file)'
    assert denied(own, f"2.0 {missing}", ready(3.0)) == []
    assert denied(own, ready(3.0), f"3.5 {missing}") == ["stat"]


def test_a_socket_of_the_run_is_reached_only_if_the_run_serves_it() -> None:
    path = f'{{sa_family=AF_UNIX, sun_path="{hexed(f"{RUN}/hub/hub")}"}}'
    connect = f"2.0 connect(3<UNIX-STREAM:[5]>, {path}, 40) = 0"
    assert denied(connect) == ["connect"]
    assert denied(f"1.9 bind(3<UNIX-STREAM:[6]>, {path}, 40) = 0", connect, module="bus") == []


def test_a_message_to_an_address_and_a_foreign_descriptor_in_it_are_denied() -> None:
    own = "1.5 socket(AF_UNIX, SOCK_DGRAM, 0) = 9<UNIX-DGRAM:[5]>"
    to = f'{{sa_family=AF_UNIX, sun_path="{hexed("/run/log")}"}}'
    passed = f"msg_control=[{{cmsg_type=SCM_RIGHTS, cmsg_data=[7<{hexed('/usr/x')}>]}}]"
    assert denied(own, f'2.0 sendto(9<UNIX-DGRAM:[5]>, "{hexed("a")}", 1, 0, {to}, 10) = 1') == ["sendto"]
    assert denied(own, f"2.0 sendmsg(9<UNIX-DGRAM:[5]>, {{msg_name={to}}}, 0) = 1") == ["sendmsg"]
    assert denied(own, f"2.0 sendmsg(9<UNIX-DGRAM:[5]>, {{msg_name=NULL, {passed}}}, 0) = 1") == ["sendmsg"]


@pytest.mark.parametrize(
    ("module", "arguments", "allowed"),
    [
        ("session", ("-m", BEGIN, "session.supervise.spawner", "5"), True),
        ("session", ("-m", BEGIN, "vad", "call"), False),
        ("session", ("-c", "print()"), False),
        ("session.supervise.spawner", ("-m", BEGIN, "vad", "call"), True),
        ("session.supervise.spawner", ("-m", BEGIN, "vad", "what-was-said"), False),
        ("session.supervise.spawner", ("-m", BEGIN, "session.supervise.spawner", "5"), False),
        ("stt", ("-m", BEGIN, "vad", "call"), False),
        ("llm", ("-PB", "-m", "llm.keys.key_broker"), True),
        ("stt", ("-PB", "-m", "llm.keys.key_broker"), False),
        ("stt", ("-m", "session"), False),
    ],
)
def test_only_the_spawner_starts_stages_and_only_llm_its_broker(
    module: str, arguments: tuple[str, ...], *, allowed: bool
) -> None:
    lines = {
        10: [started("-m", module), "1.5 vfork() = 20"],
        20: [started(*arguments, at_s=1.6)],
    }
    calls = {pid: [call for line in those if (call := parse(line))] for pid, those in lines.items()}
    facts = facts_of(calls, {})
    copy = next(process for process in facts.processes if process.name.endswith("copy"))
    assert is_allowed(Act(copy, copy.calls[0][1], facts)) is allowed
