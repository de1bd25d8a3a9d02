"""Settings of the llm stage and of the small model's server: the table `[llm]`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bus.settings import Flag, PathText


class LlmSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is answered, by which provider, and how long that may take."""

    answer: Annotated[
        Literal["auto", "ask", "off", "feedback"],
        Flag("--answer", "Answer at once, on request, or never.", values=("auto", "ask", "off")),
    ] = "auto"
    """Answer questions at once ("auto"), on request ("ask"), or never ("off", which still shows your notes).
    "feedback" is set by `cuecard practice`: your practice answers get feedback, and nothing is answered."""
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
    gateway ("anthropic@https://gateway.example.org/v1"). A remote host is used only when it is named."""
    model: str = ""
    """The model to request; empty takes the first suitable one that the provider lists."""
    key_variable: str = ""
    """Environment variable with the API key; empty means the one that the provider's own tools use."""
    notes: Annotated[
        list[PathText],
        Flag("--notes", "Your notes (.md, .txt, .pdf, .docx), or a folder of them.", metavar="FILE"),
    ] = []
    """Files with your notes (.md, .txt, .pdf, .docx), or folders of such files."""
    listen_to: Annotated[
        Literal["other", "everyone"],
        Flag("--listen-to", "Whose questions are answered: those of everyone but you (mic), or all."),
    ] = "other"
    """Whose questions count: the other party's, or everyone's (for practice)."""
    own_source: str = "mic"
    """The source with your own voice."""
    min_confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    """Minimum confidence of the question detector, 0 to 1."""
    passages_at_most: Annotated[int, msgspec.Meta(ge=0, le=20)] = 3
    """Maximum number of note passages that are sent with a question."""
    answer_length: Literal["short", "medium", "long"] = "medium"
    """Length of an answer: a headline with one or two points, with three, or with up to five and reasons."""
    answer_language: str = ""
    """Language of the answers ("German"); empty means the language of the question."""
    tone: str = ""
    """Tone of the answers: "formal", "warm and plain"."""
    system_note: str = ""
    """Context for the model in this session: "The interview is for a data engineer at Acme"."""
    answer_tokens: Annotated[int, msgspec.Meta(ge=1, le=32_000)] = 400
    """Maximum tokens of an answer; the small model is limited to 160."""
    context_tokens: Annotated[int, msgspec.Meta(ge=0, le=2_000_000)] = 0
    """Context of the model, for summaries: a longer transcript is sent in parts. 0 takes 4,096 tokens for a
    server on this machine, 64,000 for others."""
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] = 0.3
    """Sampling temperature; not sent to models that reject it."""
    connect_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=300)] = 5.0
    """Limit in seconds for connecting to the provider."""
    first_token_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 8.0
    """Limit in seconds for the first text of an answer, retries included."""
    local_first_token_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 120.0
    """The same for a server on this machine or in `allow_plain_http`, which may have to load the model."""
    allow_plain_http: Annotated[
        list[str],
        Flag(
            "--allow-plain-http",
            "Allow unencrypted http to this server of yours; anyone on the network can read the requests.",
            metavar="HOST",
        ),
    ] = []
    """Other hosts that may be used without encryption ("192.168.1.20"). Anyone on the network can read
    question, notes and answer. Meant for your own server on your own network."""
    allowed_hosts: list[str] = []
    """The only hosts away from this machine that may be asked ("api.openai.com"); any that you choose when
    empty. Meant for a policy (docs/policy.md)."""
    total_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 60.0
    """Limit in seconds for a whole answer."""
    eager: Annotated[
        bool, Flag("--eager", "Send the request at a pause: faster, but some requests are wasted.")
    ] = False
    """Send a request as soon as the speaker pauses, before the question is surely over. Answers come sooner;
    requests whose question continues are wasted and cost extra."""
    confirm: Annotated[
        bool, Flag("--confirm", "Show every request, and send it only after you approve it.")
    ] = False
    """Show every request before it is sent, and wait for your approval."""
    fallback_provider: Annotated[
        str, Flag("--fallback", "The provider to use when the first one fails.", metavar="PROVIDER")
    ] = ""
    """Provider to use when the first cannot be reached or fails; as in `provider`, "" for none."""
    session_limit: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 0.0
    """Dollars after which this session sends no more requests; 0 for no limit."""
    day_limit: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 0.0
    """The same for all sessions of a day."""
    session_requests_limit: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    """Maximum number of requests of this session; 0 for no limit."""
    day_requests_limit: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    """The same for all sessions of a day."""
    environment_proxy: bool = False
    """Use the proxy in HTTPS_PROXY or ALL_PROXY; it sees the host, not the content."""
    local_model_path: PathText = ""
    """The small model's weights (GGUF); set by the command line, empty when missing."""
    meaning_model_path: PathText = ""
    """Folder of the model that searches the notes by meaning; set by the command line, empty when missing:
    then only words are compared."""
    local_threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = 1
    """Threads of the small model's server. One is enough: on busy cores two are slower and delay
    transcription."""
