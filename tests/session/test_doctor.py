from __future__ import annotations

import socket
from pathlib import Path

import pytest

from session.doctor import checks, report
from session.doctor.finding import Finding


def test_every_check_comes_to_a_finding_and_what_is_missing_has_a_way_out() -> None:
    found = report.examine()
    names = [finding.name for finding in found]
    assert len(names) == len(set(names))
    assert {"Python", "packages", "PortAudio", "model base", "sandbox", "CUDA"} <= set(names)
    assert all(finding.mend for finding in found if finding.ok is False)


def test_a_check_that_fails_itself_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Finding:
        raise ZeroDivisionError

    monkeypatch.setattr(report, "CHECKS", (broken, checks.python))
    assert [finding.name for finding in report.examine()] == ["broken", "Python"]


def test_missing_weights_are_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUECARD_MODELS_DIR", str(tmp_path))
    base, small = checks.models()
    assert (base.ok, base.mend) == (False, "cuecard models pull base")
    assert small.ok is None, "a session can do without"


def test_a_run_directory_that_cannot_be_written_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    found = checks.run_directory()
    assert found.ok is False
    assert "XDG_RUNTIME_DIR" in found.mend


def test_a_server_that_never_answers_does_not_hang_the_doctor() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        assert not checks._answers(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1")


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 6)])
def test_the_exit_code_tells_whether_a_session_can_start(
    monkeypatch: pytest.MonkeyPatch, ok: bool, code: int
) -> None:
    monkeypatch.setattr(report, "CHECKS", (lambda: Finding("x", ok, "y", "z"),))
    assert report.show_findings(as_json=True) == code
