"""File access of a sandboxed process, and the self-test when a part is removed."""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path

import pytest

from bus.sandbox import landlock
from bus.stages.table import STAGE_KINDS
from tests.support.free_port import free_port
from tests.support.sandboxed_program import SANDBOXED, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="enforced on Linux alone")
with_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")

FILES = """
report = sandbox.enforce()
def opens(path, flags):
    try:
        os.close(os.open(path, flags, 0o600))
        return True
    except OSError as error:
        return error.errno

def in_new_thread(path, flags):
    box = []
    thread = threading.Thread(target=lambda: box.append(opens(path, flags))); thread.start(); thread.join()
    return box[0]

made = os.O_WRONLY | os.O_CREAT
for place in sys.argv[3:]:
    new = place + "/new"
    found[place] = [opens(place, os.O_RDONLY), opens(new, made), in_new_thread(new, made)]
found["summary"] = report.summary
print(json.dumps(found))
"""


@with_landlock
def test_a_stage_reads_only_its_own_and_writes_nothing(tmp_path: Path) -> None:
    home, model, notes = (tmp_path / name for name in ("home", "model", "notes"))
    for place in (home, model, notes):
        place.mkdir()
        (place / "file").write_text("words")
    (model / "link").symlink_to(notes / "file")
    tables = json.dumps({"stt": {"model_path": str(model)}, "llm": {"notes": [str(notes)]}})
    places = [str(home), str(model), str(notes), str(notes / "file"), str(tmp_path)]
    found = run(SANDBOXED + FILES, str(tmp_path), tables, *places, stage="stt", HOME=str(home))
    assert "landlock" in found["summary"]
    assert "writes no file" in found["summary"]
    assert found[str(model)] == [True, 13, 13]
    assert found[str(notes / "file")][0] is True, "a model's file may be a link into a store"
    assert found[str(home)] == found[str(notes)] == found[str(tmp_path)] == [13, 13, 13]


@with_landlock
def test_the_connector_reads_a_resolver_file_wherever_it_leads(tmp_path: Path) -> None:
    """It is a link into another program's folder on most systems, on WSL even outside of /run and /etc."""
    folder = tmp_path / "resolver"
    folder.mkdir()
    (folder / "stub.conf").write_text("nameserver 127.0.0.53\n")
    (tmp_path / "resolv.conf").symlink_to(folder / "stub.conf")
    changed = "from bus.sandbox import rights; from pathlib import Path\n"
    changed += f"rights._RESOLVER_FILE = Path({str(tmp_path / 'resolv.conf')!r})\n"
    places = [str(folder / "stub.conf"), str(tmp_path)]
    found = run(changed + SANDBOXED + FILES, str(tmp_path), "{}", *places, stage="connector")
    assert found[places[0]][0] is True
    assert found[places[1]][0] == 13


@with_landlock
def test_settings_kept_as_links_into_a_repository_are_read(tmp_path: Path) -> None:
    dotfiles, secret, pulse = (tmp_path / name for name in ("dotfiles", "secret", ".config/pulse"))
    for folder in (dotfiles, secret, pulse):
        folder.mkdir(parents=True)
        (folder / "file").write_text("default-server = x\n")
    (pulse / "client.conf").symlink_to(dotfiles / "file")
    (pulse / "home").symlink_to(tmp_path)
    places = [str(pulse / "client.conf"), str(dotfiles), str(secret / "file")]
    found = run(SANDBOXED + FILES, str(tmp_path), "{}", *places, stage="capture:mic", HOME=str(tmp_path))
    assert [found[place][0] for place in places] == [True, 13, 13], "a link to the home opens no home"


@with_landlock
def test_capture_creates_its_socket_and_nothing_else(tmp_path: Path) -> None:
    for folder in ("hub", "ring-call"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "taken").touch()
    program = """
place = Path(sys.argv[1])
own = place / "ring-mic" / "ring"
served = socket.socket(socket.AF_UNIX)
served.bind(str(own))
attempts = {
    "file": lambda: (own.parent / "sound.wav").write_bytes(b"RIFF"),
    "beside": lambda: socket.socket(socket.AF_UNIX).bind(str(place / "hub2")),
    "rename": lambda: (place / "hub").rename(place / "elsewhere"),
    "replace": lambda: own.rename(place / "hub" / "taken"),
    "unlink": lambda: (place / "ring-call" / "taken").unlink(),
    "bind": lambda: socket.socket(socket.AF_UNIX).bind(str(place / "ring-call" / "ring")),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    found[name] = "possible"
report = sandbox.enforce()
served.listen()
with socket.socket(socket.AF_UNIX) as client:
    client.connect(str(own))
own.unlink()
print(json.dumps(found))
"""
    assert run(SANDBOXED + program, str(tmp_path), "{}", stage="capture:mic") == {}


@with_landlock
def test_keeper_can_empty_a_run_but_take_no_place_in_it(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    for name in ("hub/hub", "run.json", "key"):
        (tmp_path / name).write_text("secret")
    program = """
report = sandbox.enforce()
place = Path(sys.argv[1])
attempts = {
    "read the key": lambda: (place / "key").read_text(),
    "bind": lambda: socket.socket(socket.AF_UNIX).bind(str(place / "hub" / "other")),
    "write": lambda: (place / "hub" / "file").write_text("x"),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    found[name] = "possible"
for left in sorted(place.rglob("*"), reverse=True):
    left.rmdir() if left.is_dir() else left.unlink()
print(json.dumps(found))
"""
    assert run(SANDBOXED + program, str(tmp_path), "{}", stage="keeper") == {}
    assert [*tmp_path.iterdir()] == []


@with_landlock
def test_what_is_kept_is_kept_in_its_own_folder_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    places = [str(state / "cuecard"), str(state)]
    found = run(SANDBOXED + FILES, str(tmp_path), "{}", *places, stage="llm", XDG_STATE_HOME=str(state))
    assert found[str(state / "cuecard")] == [True, True, True]
    assert found[str(state)] == [13, 13, 13]
    assert (state / "cuecard").stat().st_mode & 0o777 == 0o700


@with_landlock
def test_landlock_blocks_tcp_before_the_filter() -> None:
    program = """
with socket.socket() as line:
    found["errno"] = line.connect_ex(("127.0.0.1", 9))
print(json.dumps(found))
"""
    refused = 13 if landlock.version() >= 4 else 111
    assert run(SANDBOXED + program) == {"errno": refused}


def test_no_file_grows_in_a_process_that_writes_none() -> None:
    program = """
import resource
report = sandbox.enforce()
found["limit"], found["summary"] = resource.getrlimit(resource.RLIMIT_FSIZE)[0], report.summary
print(json.dumps(found))
"""
    found = run(SANDBOXED + program)
    assert found["limit"] == 0
    assert "no file can grow" in found["summary"]


@with_landlock
@pytest.mark.parametrize(
    ("change", "reported"),
    [
        ("landlock.restrict = lambda rules: 7", "can be read"),
        ("landlock._known_rights = lambda abi: landlock._READ", "a file can be written"),
        ("rights._SYSTEM += ('/',)", "can be read"),
        ("landlock.version = lambda: 0", "this kernel has no Landlock"),
    ],
)
def test_the_self_test_notices_files_that_are_left_open(change: str, reported: str) -> None:
    program = f"""
import json
from pathlib import Path
from bus.run import Run
from bus.sandbox import Sandbox, landlock, rights
from bus.stages.table import rights_of
{change}
report = Sandbox(rights_of(STAGE), Run(Path("/nowhere"), {{}}), STAGE).enforce()
print(json.dumps([report.enforced, report.summary]))
"""
    enforced, summary = run(program)
    assert enforced, "files are the second layer; the first holds"
    assert "files not enforced" in summary
    assert reported in summary


def test_closed_stages_connect_only_within_the_run_from_abi_9_on(tmp_path: Path) -> None:
    """The kernel that runs this test may be older; the numbers are those of Linux 7.1."""
    for stage, plan in STAGE_KINDS.items():
        rules = plan.rights.rules(tmp_path, tmp_path / stage, {})
        closed = stage not in ("capture", "overlay", "connector", "llm", "practice", "review")
        assert landlock._handled(8, rules) & 1 << 16 == 0
        assert bool(landlock._handled(9, rules) & 1 << 16) is closed
        assert rules.connects == ([tmp_path] if closed else None)


@with_landlock
def test_threads_outside_landlock_are_reported() -> None:
    program = """
import json, threading
from pathlib import Path
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages.table import rights_of
threading.Thread(target=threading.Event().wait, daemon=True).start()
print(json.dumps(Sandbox(rights_of(STAGE), Run(Path("/nowhere"), {}), STAGE).enforce().summary))
"""
    assert "files not enforced on older threads (1, " in run(program)


SERVING = """
def serves(port):
    with socket.socket() as server:
        try:
            server.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno
        return 0
wanted = int(sys.argv[3])
found = [serves(wanted), serves(0), serves(wanted + 1)]
def connects():
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", wanted))
found.append(connects())
sandbox.enforce()
try:
    socket.socket().close()
    found.append(0)
except OSError as error:
    found.append(error.errno)
print(json.dumps(found))
"""


@pytest.mark.skipif(landlock.version() < landlock.KNOWS_TCP, reason="this Landlock does not cover TCP")
def test_the_caption_page_listens_on_its_port_alone() -> None:
    port = free_port()
    tables = json.dumps({"session": {"caption_page": port}})
    found = run(SANDBOXED + SERVING, "/nowhere", tables, str(port), stage="caption-page")
    assert found == [0, errno.EACCES, errno.EACCES, errno.EACCES, errno.EINVAL]
