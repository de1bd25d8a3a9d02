"""The model-server stage: serves SmolLM2-135M with llama.cpp (xllamacpp) on loopback.

Clients need the key that both sides derive from the run's token. Once it listens, the process can open no
further sockets. It runs at low priority, because transcription comes first.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from bus.failures import MachineFailure, ModelFailure
from bus.stage import HEARTBEAT_INTERVAL_S, Stage
from bus.stages.table import SMALL_MODEL
from llm.keys.provider_keys import small_model_key
from llm.settings import LlmSettings

NAME = "SmolLM2-135M-Instruct"
CONTEXT_TOKENS = 2048
_NICENESS = 10
_POLL_S = HEARTBEAT_INTERVAL_S / 2


def main() -> None:
    """Run the stage."""
    with Stage("model-server") as stage:
        settings = stage.run.settings("llm", LlmSettings)
        _lower_priority()
        server = serve(
            Path(settings.local_model_path),
            small_model_key(stage.run.token(SMALL_MODEL)),
            settings.local_threads,
        )
        stage.enter_sandbox()
        stage.ready(
            f"{NAME} on cpu, {settings.local_threads} threads", address=f"{server.listening_address}/v1"
        )
        while not stage.stopping():
            stage.poll(timeout_s=_POLL_S)
            stage.heartbeat()
    os._exit(0)  # a normal exit would wait for the answer in progress, sometimes for seconds


def serve(model: Path, key: str, threads: int) -> Any:
    """Load the model and serve it on a free loopback port; the returned server runs while it is referenced.

    Raises:
        ModelFailure: The weights are missing or invalid.
        MachineFailure: It cannot listen.
    """
    if not model.is_file():
        raise ModelFailure(
            f"the small model's weights are not at {model}",
            kept="the transcript continues, and your notes are shown",
            fix="run `cuecard models pull smollm2`",
        )
    import xllamacpp

    try:
        server = xllamacpp.Server(_parameters(xllamacpp, model, key, threads))
    except (RuntimeError, ValueError) as error:
        raise ModelFailure(
            f"the small model cannot be loaded ({error})",
            kept="the transcript continues, and your notes are shown",
            fix="run `cuecard models verify`",
        ) from error
    if not server.listening_address.startswith("http://127.0.0.1:"):
        raise MachineFailure(
            "the small model's server cannot listen on this machine's loopback", fix="try `cuecard doctor`"
        )
    return server


def _parameters(xllamacpp: Any, model: Path, key: str, threads: int) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.model_alias = {NAME}
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    parameters.api_keys = [key]
    parameters.offline = True
    parameters.ui = False
    parameters.endpoint_slots = parameters.endpoint_props = False
    parameters.verbosity = 0
    parameters.n_gpu_layers = 0
    parameters.n_ctx, parameters.n_parallel = CONTEXT_TOKENS, 1
    parameters.n_batch, parameters.n_ubatch = 512, 256
    parameters.cache_ram_mib = 0
    parameters.n_threads_http = 2
    parameters.fit_params = False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    return parameters


def _lower_priority() -> None:
    """Lower the priority, unless the supervisor did."""
    if hasattr(os, "getpriority") and os.getpriority(os.PRIO_PROCESS, 0) < _NICENESS:
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)


if __name__ == "__main__":
    main()
