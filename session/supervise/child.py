"""One child process: spawned, never forked; asked to stop, then made to."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import psutil

from bus.bootstrap import BEGIN, SUPERVISOR_VARIABLE
from bus.run import CONNECTOR_VARIABLE, RUN_VARIABLE, Run
from bus.stages import StagePlan

_QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
"""No library shall keep threads that nobody asked for, or have them spin while they wait."""

_SAFE = {"PYTHONSAFEPATH": "1", "ORT_DISABLE_TELEMETRY": "1"}
"""A file called httpx.py where the user happens to be is not the library. onnxruntime keeps no database of
its uses, and sends its maker nothing."""

_KEY_WORDS = ("API_KEY", "APIKEY", "_TOKEN", "_SECRET", "PASSWORD")


class Child:
    """A running stage. Spawn from the main thread only: its end would end the child too (Linux).

    Args:
        plan: What to run.
        run: The run it joins.
    """

    def __init__(self, plan: StagePlan, run: Run) -> None:
        self.plan = plan
        begun = () if plan.outlives_supervisor else (BEGIN,)
        self._process = subprocess.Popen(
            [sys.executable, "-m", *begun, plan.module, *plan.arguments],
            env={**_environment(plan, run), **dict(plan.variables)},
            pass_fds=plan.descriptors,
            stdin=None if plan.inherits_stdin else subprocess.DEVNULL,
            stdout=None if plan.inherits_stdout else subprocess.DEVNULL,
            # Whoever reads our complaints to their end shall not wait for a process that outlives us.
            stderr=subprocess.DEVNULL if plan.outlives_supervisor else None,
            # Ctrl-C is for the supervisor. A view stays in the terminal's group, or it could not read keys.
            process_group=None if plan.inherits_stdout else 0,
        )
        with contextlib.suppress(psutil.Error):  # it may be gone already; its exit is seen by `code`
            _place(psutil.Process(self.pid), plan)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def terminate(self) -> None:
        """Ask it to stop."""
        self._process.terminate()

    def kill(self) -> None:
        """Make it stop."""
        self._process.kill()

    def wait(self, timeout_s: float) -> int | None:
        """Wait for its end, at most so long; return its exit code, or None."""
        try:
            return self._process.wait(max(timeout_s, 0.0))
        except subprocess.TimeoutExpired:
            return None


def _place(process: psutil.Process, plan: StagePlan) -> None:
    """Give a process its cores and its priority, before it has any thread but the first."""
    if plan.cores and hasattr(process, "cpu_affinity"):  # macOS pins nothing
        process.cpu_affinity(list(plan.cores))
    if plan.niceness and sys.platform == "win32":
        process.nice(
            psutil.IDLE_PRIORITY_CLASS if plan.niceness >= 10 else psutil.BELOW_NORMAL_PRIORITY_CLASS
        )
    elif plan.niceness:
        process.nice(plan.niceness)


def _environment(plan: StagePlan, run: Run) -> dict[str, str]:
    """Return the child's environment: the run's address, and no keys unless it needs them."""
    named = run.tables.get("llm", {}).get("key_variable")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if plan.holds_keys or not (name == named or any(word in name.upper() for word in _KEY_WORDS))
    }
    address = {RUN_VARIABLE: str(run.directory)}
    if not plan.outlives_supervisor:
        address[SUPERVISOR_VARIABLE] = str(os.getpid())
    if plan.connects:
        address[CONNECTOR_VARIABLE] = run.connector_secret
    return {**_QUIET, **inherited, **_SAFE, **address}
