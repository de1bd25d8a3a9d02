"""Environment of the stages: each gets what its kind needs, and no unknown secrets."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from bus.run import Run
from bus.stages.table import STAGE_KINDS
from llm.settings import LlmSettings
from session.supervise.child import Child

EVERYBODY = frozenset(STAGE_KINDS)
RULES = [
    ("HOME PATH LC_MESSAGES XDG_STATE_HOME CUECARD_MODELS_DIR", EVERYBODY),
    ("PYTHONPATH LD_LIBRARY_PATH MALLOC_PERTURB_ OMP_NUM_THREADS", EVERYBODY),
    ("PGPASS DATABASE_URL OPENAI_KEY AWS_ACCESS_KEY_ID SSH_AUTH_SOCK GPG_AGENT_INFO", set[str]()),
    ("XDG_ACTIVATION_TOKEN PYTHON_API_KEY", set[str]()),
    ("OPENAI_API_KEY GOOGLE_API_KEY CUECARD_API_KEY MY_ODD_NAME", {"llm"}),
    ("HTTPS_PROXY no_proxy", {"llm", "connector"}),
    ("PULSE_SERVER PIPEWIRE_REMOTE", {"capture", "practice"}),
    ("DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY", {"overlay", "llm", "review"}),
    ("QT_QPA_PLATFORM", {"overlay", "review"}),
    ("CUDA_VISIBLE_DEVICES", {"stt"}),
    ("TERM", {"view"}),
]
GIVEN_TO = {name: kinds for names, kinds in RULES for name in names.split()}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has one case for all names")
def test_each_stage_gets_only_what_it_needs(
    make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in GIVEN_TO:
        if name not in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "HOME", "MALLOC_PERTURB_"):
            monkeypatch.setenv(name, "/planted")
    for name in ("LD_LIBRARY_PATH", "MALLOC_PERTURB_"):
        monkeypatch.setenv(name, "0")
    run = make_run(llm=LlmSettings(key_variable="MY_ODD_NAME"))
    seen: dict[str, set[str]] = {name: set() for name in GIVEN_TO}
    for kind, plan in STAGE_KINDS.items():
        printer = replace(plan, module="tests.support.print_environment", arguments=(), inherits_stdout=True)
        assert Child(printer, run).wait(20) == 0
        environment = json.loads(capfd.readouterr().out)
        for name in seen.keys() & environment.keys():
            seen[name].add(kind)
    assert seen == GIVEN_TO
