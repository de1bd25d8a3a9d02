"""A child process of the supervisor: spawned, never forked."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence

import psutil

from bus.process.bootstrap import BEGIN, SUPERVISOR_VARIABLE
from bus.process.environment import inherited
from bus.process.private_memory import WIPING
from bus.run import RUN_VARIABLE, TOKENS_VARIABLE, Run
from bus.stages.plan import StagePlan
from llm.providers import KNOWN, OWN_KEY_VARIABLE

_QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
"""Keeps libraries from starting extra threads, and from spinning while they wait."""

_SAFE = {"PYTHONSAFEPATH": "1", "ORT_DISABLE_TELEMETRY": "1"}
"""A file called httpx.py in the working directory must not be imported. onnxruntime must not write or send
telemetry."""

_KEY_WORDS = ("API_KEY", "APIKEY", "_TOKEN", "_SECRET", "PASSWORD")
"""Parts of names that no pattern may let through."""


class Child:
    """A running stage. Spawn it from the main thread: on Linux the end of that thread kills the child.

    Args:
        plan: The stage to run.
        run: The run it joins.
    """

    def __init__(self, plan: StagePlan, run: Run) -> None:
        self.plan = plan
        bootstrap = () if plan.outlives_supervisor else (BEGIN,)
        self._process = subprocess.Popen(
            [sys.executable, "-m", *bootstrap, plan.module, *plan.arguments],
            env={**_environment(plan, run), **dict(plan.variables), **numbers_of(plan.descriptors)},
            pass_fds=[number for _, numbers in plan.descriptors for number in numbers],
            stdin=None if plan.inherits_stdin else subprocess.DEVNULL,
            stdout=None if plan.inherits_stdout else subprocess.DEVNULL,
            # A reader of standard error must not wait for a process that outlives the supervisor.
            stderr=subprocess.DEVNULL if plan.outlives_supervisor else None,
            # Ctrl-C is for the supervisor. A view stays in the terminal's group so that it can read keys.
            process_group=None if plan.inherits_stdout else 0,
        )
        with contextlib.suppress(psutil.Error):  # it may have exited already; `code` shows that
            _place(psutil.Process(self.pid), plan)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def terminate(self) -> None:
        """Ask it to stop."""
        self._process.terminate()

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()

    def wait(self, timeout_s: float) -> int | None:
        """Wait for its end for at most this long; return its exit code, or None."""
        try:
            return self._process.wait(max(timeout_s, 0.0))
        except subprocess.TimeoutExpired:
            return None


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what looks like a key by its name."""
    return {
        name: each
        for name, each in environment.items()
        if not any(word in name.upper() for word in _KEY_WORDS)
    }


def numbers_of(descriptors: Iterable[tuple[str, Sequence[int]]]) -> dict[str, str]:
    """Return the environment variables that tell a process the numbers of its descriptors."""
    return {name: ",".join(map(str, numbers)) for name, numbers in descriptors}


def _place(process: psutil.Process, plan: StagePlan) -> None:
    """Set cores and priority of a process before it starts further threads."""
    if plan.cores and hasattr(process, "cpu_affinity"):  # macOS pins nothing
        process.cpu_affinity(list(plan.cores))
    if plan.niceness and sys.platform == "win32":
        process.nice(
            psutil.IDLE_PRIORITY_CLASS if plan.niceness >= 10 else psutil.BELOW_NORMAL_PRIORITY_CLASS
        )
    elif plan.niceness:
        process.nice(plan.niceness)


def _environment(plan: StagePlan, run: Run) -> dict[str, str]:
    """Return the child's environment: what its kind needs, the run's address, and keys if it holds them."""
    harmless = without_keys(inherited(os.environ, plan.environment))
    if plan.holds_keys:
        harmless |= {name: os.environ[name] for name in _key_variables(run) if name in os.environ}
    address = {RUN_VARIABLE: str(run.directory)}
    if not plan.outlives_supervisor:
        address[SUPERVISOR_VARIABLE] = str(os.getpid())
    if plan.joins_hub:  # the hub itself checks all tokens, so it reads the run's key instead
        tokens = (run.token(name).decode() for name in (plan.name, *plan.shared_tokens))
        address[TOKENS_VARIABLE] = ",".join(tokens)
    wiping = WIPING if plan.wipes_freed_memory else {}
    return {**_QUIET, **harmless, **wiping, **_SAFE, **address}


def _key_variables(run: Run) -> set[str]:
    """Return the variables that may hold the key of a provider."""
    known = {name for provider in KNOWN.values() for name in provider.key_variables}
    return {*known, OWN_KEY_VARIABLE, run.tables.get("llm", {}).get("key_variable") or OWN_KEY_VARIABLE}
