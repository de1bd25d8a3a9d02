from __future__ import annotations

import datetime
import socket
from pathlib import Path

import pytest

from capture.devices.device import Device
from capture.probe import Found, ProbeReport, Problem
from llm.keys import keychain
from llm.keys.keychain import Outcome
from llm.usage import prices
from session.doctor import checks, report
from session.doctor import display as display_check
from session.doctor import keys as keys_check
from session.doctor import sound as sound_check
from session.doctor.child_process import Result, run_python
from session.doctor.finding import Finding


def test_every_check_has_a_finding_and_failures_a_fix() -> None:
    found = report.examine()
    names = [finding.name for finding in found]
    assert len(names) == len(set(names))
    assert {"Python", "packages", "sound devices", "model base", "sandbox", "keychain", "CUDA"} <= set(names)
    assert all(finding.fix for finding in found if finding.ok is False)


def test_a_check_that_fails_itself_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Finding:
        raise ZeroDivisionError

    monkeypatch.setattr(report, "CHECKS", (broken, checks.python))
    assert [finding.name for finding in report.examine()] == ["broken", "Python"]


def test_missing_weights_are_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUECARD_MODELS_DIR", str(tmp_path))
    base, *others = checks.models()
    assert (base.ok, base.fix) == (False, "cuecard models pull base")
    assert len(others) == 3
    assert all(each.ok is None for each in others), "a session can do without"


def test_a_run_directory_that_cannot_be_written_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    found = checks.run_directory()
    assert found.ok is False
    assert "XDG_RUNTIME_DIR" in found.fix


def test_a_server_that_never_answers_does_not_hang_the_doctor() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        assert not checks._answers(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1")


def test_hanging_or_aborting_check_returns_an_error() -> None:
    assert run_python("-c", "import signal; signal.pause()", limit_s=0.2).error == "no answer within 0.2 s"
    assert run_python("-c", "import os; os.abort()", limit_s=10).error == "it ended with -6"
    assert run_python("-c", "import sys; sys.exit('gone')", limit_s=10).error == "gone"
    assert run_python("-c", "print('there')", limit_s=10) == Result("there", "")


def test_findings_match_the_probe_of_capture() -> None:
    device = Device("usb", 0, "microphone", True, 48_000, 2, "PulseAudio", "Headset")
    report = ProbeReport([Found(device)], microphone=Found(device, -61.0), monitor=Problem("no", "start it"))
    found = {finding.name: finding for finding in sound_check.findings(report)}
    assert (found["microphone"].ok, found["microphone"].detail) == (True, "Headset, -61 dBFS now")
    assert (found["computer's sound"].ok, found["computer's sound"].fix) == (None, "start it")


def test_a_missing_audio_library_is_named_with_its_fix() -> None:
    report = ProbeReport(failed=Problem("the audio library PortAudio is missing", "sudo apt install x"))
    (found,) = sound_check.findings(report)
    assert (found.ok, found.fix) == (False, "sudo apt install x")


def test_qt_is_tested_and_its_error_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display_check.display().ok
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")
    found = display_check.display()
    assert found.ok is None
    assert "apt install" in found.fix


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 6)])
def test_exit_code_is_zero_if_a_session_can_start(
    monkeypatch: pytest.MonkeyPatch, ok: bool, code: int
) -> None:
    monkeypatch.setattr(report, "CHECKS", (lambda: Finding("x", ok, "y", "z"),))
    assert report.show_findings(as_json=True) == code


@pytest.mark.parametrize(
    ("state", "stored", "ok", "says", "keys"),
    [
        ((Outcome.DONE, "SecretService"), ["groq", "a.example:443"], True, "SecretService, open", True),
        (
            (Outcome.LOCKED, "SecretService"),
            [],
            None,
            "SecretService: the system's key store is locked",
            None,
        ),
        ((Outcome.NO_SAFE_STORE, ""), [], None, "no key store that is safe", None),
        ((Outcome.TIMED_OUT, ""), [], None, "did not answer in time", None),
    ],
)
def test_key_store_and_its_keys_are_reported(
    monkeypatch: pytest.MonkeyPatch,
    state: tuple[Outcome, str],
    stored: list[str],
    ok: bool | None,
    says: str,
    keys: bool | None,
) -> None:
    for name in ("OPENAI_API_KEY", "GROQ_API_KEY", "XAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(keychain, "state", lambda: state)
    monkeypatch.setattr(keychain, "names", lambda *_: (Outcome.DONE, stored))
    keychain_found, keys_found = keys_check.keyring()
    assert (keychain_found.ok, says in keychain_found.detail) == (ok, True)
    assert ok or "environment variable" in keychain_found.fix
    assert keys_found.ok is keys
    assert not stored or keys_found.detail == "groq (key store), a.example:443 (key store)"


def test_a_key_in_the_environment_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keychain, "state", lambda: (Outcome.NO_SAFE_STORE, ""))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    found = keys_check.keyring()[1]
    assert "openai (OPENAI_API_KEY)" in found.detail
    assert "sk-planted" not in f"{found}"


def test_the_terms_of_a_hosted_provider_are_said_and_an_old_card_is_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert keys_check.provider_terms() == []
    monkeypatch.setenv("CUECARD_LLM_PROVIDER", "openai")
    monkeypatch.setenv("CUECARD_LLM_FALLBACK_PROVIDER", "ollama")
    (found,) = keys_check.provider_terms()
    assert (found.name, found.ok) == ("openai", True)
    assert "30 days" in found.detail
    monkeypatch.setattr(keys_check, "CARD_LASTS", datetime.timedelta())
    (found,) = keys_check.provider_terms()
    assert found.ok is None
    assert "https://" in found.fix


def test_unknown_provider_in_settings_hides_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keychain, "state", lambda: (Outcome.NO_SAFE_STORE, ""))
    monkeypatch.setenv("CUECARD_LLM_PROVIDER", "nobody-we-know")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    assert "openai (OPENAI_API_KEY)" in keys_check.keyring()[1].detail


@pytest.mark.parametrize(("obeyed", "ok"), [("true", True), ("false", None)])
def test_a_proxy_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, obeyed: str, ok: bool | None
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@proxy.example:3128/")
    monkeypatch.setenv("CUECARD_LLM_ENVIRONMENT_PROXY", obeyed)
    found = keys_check.proxy()
    assert (found.ok, "https: proxy.example:3128" in found.detail) == (ok, True)
    assert "secret" not in f"{found}"


def test_invalid_price_table_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    monkeypatch.setattr(prices, "user_prices", lambda: own)
    assert keys_check.price_table().ok
    own.write_text("[openai")
    found = keys_check.price_table()
    assert (found.ok, str(own) in found.detail) == (None, True)
