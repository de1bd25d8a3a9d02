from __future__ import annotations

from session.attest.tracing.call import UNKNOWN, Call, parse
from tests.support.strace_text import hexed


def call(line: str) -> Call:
    found = parse(line)
    assert found is not None
    return found


def test_a_write_names_its_file_and_its_bytes() -> None:
    written = call(f'write(5<{hexed("/tmp/a b")}>, "{hexed("hello > ")}", 8) = 8')
    assert (written.name, written.target()) == ("write", "/tmp/a b")
    assert (written.strings, written.number, written.is_complete) == ([b"hello > "], 8, True)


def test_refused_socket_has_its_error() -> None:
    refused = call("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = -1 EINVAL (Invalid argument)")
    assert (refused.failed, refused.error) == (True, "EINVAL")


def test_an_arrow_in_a_connection_is_no_bracket() -> None:
    sent = call(f'sendto(9<TCP:[127.0.0.1:4->127.0.0.1:5]>, "{hexed("GET")}", 3, 0, NULL, 0) = 3')
    assert (sent.target(), sent.strings) == ("TCP:[127.0.0.1:4->127.0.0.1:5]", [b"GET"])


def test_path_of_a_connection_is_not_sent_data() -> None:
    sent = call(f'sendto(9<UNIX-STREAM:[1->2,"{hexed("/run/hub")}"]>, "{hexed("x")}", 1, 0, NULL, 0) = 1')
    assert sent.strings == [b"x"]
    assert sent.target() == 'UNIX-STREAM:[1->2,"/run/hub"]'


def test_every_piece_of_a_message_is_read() -> None:
    pieces = f'[{{iov_base="{hexed("ab")}", iov_len=2}}, {{iov_base="{hexed("cd")}", iov_len=2}}]'
    assert call(f"writev(3<{hexed('/tmp/x')}>, {pieces}, 2) = 4").strings == [b"ab", b"cd"]


def test_strings_cut_by_strace_are_detected() -> None:
    assert not call(f'write(1<{hexed("/tmp/x")}>, "{hexed("a")}"..., 9000) = 9000').is_complete


def test_arguments_are_split_outside_of_brackets() -> None:
    found = call("7.25 connect(3<UNIX-STREAM:[1->2]>, {sa_family=AF_UNIX, x=[4 => 2]}, 8) = -1 EPERM (No)")
    assert found.parts == ["3<UNIX-STREAM:[1->2]>", "{sa_family=AF_UNIX, x=[4 => 2]}", "8"]
    assert (found.at_s, found.error, found.part(3)) == (7.25, "EPERM", "")


def test_a_call_that_never_returned_is_one() -> None:
    assert call("1.5 exit_group(0) = ?").failed


def test_signals_and_exits_are_no_calls() -> None:
    assert parse("1.5 +++ exited with 0 +++") is None
    assert parse("--- SIGTERM {si_signo=SIGTERM} ---") is None


def test_deaths_and_other_lines_are_calls_that_no_table_has() -> None:
    assert str(call("1.5 +++ killed by SIGSEGV (core dumped) +++")) == "killed by(SIGSEGV (core dumped)) = ?"
    assert call("[ Process PID=7 runs in 32 bit mode. ]").name == UNKNOWN
