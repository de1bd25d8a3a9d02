"""Stored keys for a llm that opens no socket."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from llm.keys.key_broker import KeyBroker
from llm.keys.keychain import Outcome
from llm.keys.provider_keys import find_key
from llm.providers import named_provider
from llm.settings import LlmSettings
from tests.llm.keys.test_keys import PLANTED, keep, key_store  # noqa: F401 - a fixture
from tests.support.sandboxed_program import SANDBOXED, run
from tests.support.secret_service import SecretService
from tests.support.waiting import wait_until

LOOKUP = """
from llm.keys import keychain
from llm.keys.key_broker import KeyBroker
broker = KeyBroker()
report = sandbox.enforce(); assert report.enforced, report
found["directly"] = keychain.read("openai")[0].name
found["by the broker"] = broker.read("openai")
found["again"] = broker.read("openai")[1]
found["another"] = broker.read("groq\\nopenai")[0].name
broker.__exit__(None, None, None)
print(json.dumps(found))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="enforced on Linux alone")
def test_a_sandboxed_llm_gets_stored_keys(key_store: SecretService, tmp_path: Path) -> None:  # noqa: F811
    assert keep("openai") == 0
    found = run(SANDBOXED + LOOKUP, stage="llm", XDG_STATE_HOME=str(tmp_path), PYTHONPATH=str(Path.cwd()))
    assert found["directly"] != "DONE", "the llm itself reaches no key store"
    assert found["by the broker"] == [0, PLANTED]
    assert found["again"] == PLANTED
    assert found["another"] == "NOTHING_STORED"


def test_a_broker_that_died_is_a_failure_of_the_key_store() -> None:
    with KeyBroker() as broker:
        psutil.Process(broker._process.pid).kill()
        assert broker.read("openai") == (Outcome.FAILED, "")
        openai = named_provider(LlmSettings(provider="openai"))
        assert openai
        with pytest.raises(Exception, match="the system's key store failed"):
            find_key(openai, {}, broker.read)


def test_a_broker_ends_with_a_killed_llm() -> None:
    program = (
        "from llm.keys.key_broker import KeyBroker; print(KeyBroker()._process.pid, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert psutil.pid_exists(pid)
        parent.kill()
        wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie", 20)
