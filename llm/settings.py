"""Settings of the llm stage and of the small model's server: the table `[llm]`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bus.settings import Flag, PathText


class LlmSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is answered, by whom, and how long that may take."""

    answer: Annotated[
        Literal["auto", "ask", "off", "feedback"],
        Flag("--answer", "Answer at once, on request, or never.", values=("auto", "ask", "off")),
    ] = "auto"
    """Answer questions at once, on request, or never; "off" still shows what your notes say. "feedback" is
    what `cuecard practice` sets: the user's own practice answers are looked at, and nothing is answered."""
    provider: Annotated[
        str,
        Flag(
            "--provider",
            "Who answers: auto, local, none, openai, anthropic, gemini, …, or an address.",
            metavar="PROVIDER",
        ),
    ] = "auto"
    """"auto" (a server on this machine, else the small model), "local" (the small model), "none", a known
    name ("openai", "openai-chat", "anthropic", "gemini", "groq", "xai", "ollama", "lmstudio", "llamacpp",
    "vllm"), the address of an API that speaks chat completions ("http://127.0.0.1:8000/v1"), or both, for a
    gateway ("anthropic@https://gateway.example.org/v1"). A host elsewhere is only asked when it is named."""
    model: str = ""
    """The model to ask for; empty takes the first suitable one that the provider lists."""
    key_variable: str = ""
    """Environment variable with the key; empty means the one the provider's own tools use."""
    notes: Annotated[
        list[PathText],
        Flag("--notes", "Your notes (.md, .txt, .pdf, .docx), or a folder of them.", metavar="FILE"),
    ] = []
    """Files with your notes (.md, .txt, .pdf, .docx), or folders of them."""
    listen_to: Annotated[
        Literal["other", "everyone"],
        Flag("--listen-to", "Whose questions are answered: those of everyone but you (mic), or all."),
    ] = "other"
    """Whose questions count: those of everyone but yourself, or all (for practice)."""
    own_source: str = "mic"
    """The source that is you."""
    min_confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    """How sure the detector must be that something is a question, 0 to 1."""
    passages_at_most: Annotated[int, msgspec.Meta(ge=0, le=20)] = 3
    """How many passages of the notes go with a question, at most."""
    answer_length: Literal["short", "medium", "long"] = "medium"
    """How much to answer: a headline and a point or two, three points, or five with their reasons."""
    answer_language: str = ""
    """The language to answer in ("German"); empty means that of the question."""
    tone: str = ""
    """How to sound: "formal", "warm and plain"."""
    system_note: str = ""
    """What else the model is told in this session: "The interview is for a data engineer at Acme"."""
    answer_tokens: Annotated[int, msgspec.Meta(ge=1, le=32_000)] = 400
    """How long an answer may get, in tokens; the small model is held to 160."""
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] = 0.3
    """How freely the model words its answer; not sent to models that refuse it."""
    connect_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=300)] = 5.0
    """How long reaching the provider may take."""
    first_token_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 8.0
    """How long the first word of an answer may take, retries included."""
    local_first_token_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 120.0
    """The same for a server on this machine or in `allow_plain_http`, which may load the model first."""
    allow_plain_http: Annotated[
        list[str],
        Flag(
            "--allow-plain-http",
            "Allow unencrypted http to this server of yours; anyone on the network can read the requests.",
            metavar="HOST",
        ),
    ] = []
    """Hosts other than this machine that may be asked without encryption ("192.168.1.20"): anybody on the way
    can read question, notes and answer. Meant for a server of your own on your own network."""
    total_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 60.0
    """How long an answer may take as a whole."""
    eager: Annotated[
        bool, Flag("--eager", "Send the request at a pause: faster, but some requests are wasted.")
    ] = False
    """Ask as soon as a speaker pauses, before it is sure that the question is over: faster by the wait, and
    dearer by every request whose question went on."""
    confirm: Annotated[
        bool, Flag("--confirm", "Show every request, and send it only after you approve it.")
    ] = False
    """Show every request before it is sent, and wait for the user to let it go."""
    fallback_provider: Annotated[
        str, Flag("--fallback", "The provider to use when the first one fails.", metavar="PROVIDER")
    ] = ""
    """Who answers when the provider cannot be reached or refuses; as `provider`, "" for nobody."""
    session_limit: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 0.0
    """Dollars after which this session asks no more; 0 for no limit."""
    day_limit: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 0.0
    """The same for all sessions of a day."""
    session_requests_limit: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    """Requests after which this session asks no more; 0 for no limit."""
    day_requests_limit: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    """The same for all sessions of a day."""
    environment_proxy: bool = False
    """Whether HTTPS_PROXY and its kin are obeyed; the proxy then sees which host is asked, not what."""
    local_model_path: PathText = ""
    """The small model's weights (GGUF); found by the command line, empty when they are not there."""
    meaning_model_path: PathText = ""
    """The folder of the model that finds passages of the notes by meaning; found by the command line, empty
    when it is not there: then words alone decide."""
    local_threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = 1
    """Threads of the small model's server. One is enough; two that wait for each other on busy cores are
    slower, and take from hearing."""
