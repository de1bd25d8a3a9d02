"""Settings of the llm stage and of the small model's server: the table `[llm]`."""

from __future__ import annotations

from typing import Literal

import msgspec


class LlmSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is answered, by whom, and how long that may take."""

    answer: Literal["auto", "ask", "off"] = "auto"
    """Answer questions at once, on request, or never; "off" still shows what your notes say."""
    provider: str = "auto"
    """"auto" (a server on this machine, else the small model), "local" (the small model), "none", a known
    name ("openai", "groq", "xai", "ollama", "lmstudio", "llamacpp") or the address of an API
    ("http://127.0.0.1:8000/v1"). A host elsewhere is only asked when it is named here."""
    model: str = ""
    """The model to ask for; empty takes the first suitable one that the provider lists."""
    key_variable: str = ""
    """Environment variable with the key; empty means the one the provider's own tools use."""
    notes: list[str] = []
    """Files with your notes (.md, .txt)."""
    listen_to: Literal["other", "everyone"] = "other"
    """Whose questions count: those of everyone but yourself, or all (for practice)."""
    own_source: str = "mic"
    """The source that is you."""
    min_confidence: float = 0.5
    """How sure the detector must be that something is a question, 0 to 1."""
    passages_at_most: int = 3
    """How many passages of the notes go with a question, at most."""
    answer_tokens: int = 400
    """How long an answer may get, in tokens; the small model is held to 160."""
    temperature: float = 0.3
    """How freely the model words its answer; not sent to models that refuse it."""
    connect_timeout_s: float = 5.0
    """How long reaching the provider may take."""
    first_token_timeout_s: float = 8.0
    """How long the first word of an answer may take, retries included."""
    total_timeout_s: float = 60.0
    """How long an answer may take as a whole."""
    environment_proxy: bool = False
    """Whether HTTPS_PROXY and its kin are obeyed; the proxy then sees which host is asked, not what."""
    local_model_path: str = ""
    """The small model's weights (GGUF); found by the command line, empty when they are not there."""
    local_threads: int = 1
    """Threads of the small model's server. One is enough; two that wait for each other on busy cores are
    slower, and take from hearing."""
