"""Classifies marks in a model's text: reasoning tags, special tokens of chat templates.

Pure. Knows the templates of Llama, Qwen, Mistral, Gemma, DeepSeek, Phi, Cohere, Granite, Kimi, GLM, Seed and
gpt-oss ("harmony"). `llm.protocols.visible.visible_text` decides what a mark does.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    """Meaning of a mark."""

    TEXT = auto()
    """Text that only resembles a mark."""
    NOISE = auto()
    """A token without effect, which is removed."""
    OPEN = auto()
    """Reasoning begins."""
    CLOSE = auto()
    """Reasoning ends."""
    END = auto()
    """A message ends."""
    TURN = auto()
    """A header begins; a role, a channel, or both follow as words."""
    CHANNEL = auto()
    """The name of a channel follows in a header."""
    HEADER_END = auto()
    """The header is complete; its message follows."""
    ASSISTANT = auto()
    """The assistant's turn begins."""
    OTHER = auto()
    """Another role's turn begins: user, system, tool."""
    WRAP = auto()
    """A tag around the whole answer begins."""
    UNWRAP = auto()
    """A tag around the whole answer ends."""


class Mark(NamedTuple):
    """One mark."""

    text: str
    kind: Kind
    family: str = ""
    """A closing mark matches an opening mark of the same family."""


MAX_MARK_CHARACTERS = 90

_NAME = r"[\w▁:.-]{1,40}"
_TOKEN = re.compile(
    rf"<</?SYS>>|</?[|｜]{{0,1}}/?{_NAME}(?:\s[^<>\n]{{0,40}})?[/|｜]?>|\[/?(?:THINK|INST|\w+_RESULTS|TOOL_CALLS)\]|◁/?think▷"
)
_PARTIAL_TOKEN = re.compile(
    rf"<(?:</?S?Y?S?>?)?|</?[|｜]?/?(?:{_NAME}(?:\s[^<>\n]{{0,40}})?[/|｜]?)?|\[/?[A-Z_]{{0,20}}|◁/?t?h?i?n?k?"
)

_THOUGHT = re.compile(
    r"(?:\w+:)?(?:(think|thinking|thoughts?|ant_?thinking)|(reasoning|reflection|scratchpad|inner_monologue))"
)
_THOUGHT_BEGINS = re.compile(r"start_thinking|(?:begin|start)_of_(?:thought|thinking)")
_THOUGHT_ENDS = re.compile(r"end_thinking|end_of_(?:thought|thinking)")
_WRAPPER = re.compile(r"(?:final_)?answer|final|output|response|solution")
_SPECIAL = (
    (
        Kind.END,
        r"im_end|eot_id|eom_id|eot|endoftext|end_of_(?:text|turn|sentence|message|utterance|solution)|end|return"
        r"|call|eos|eod|end_of_turn_token|turn_end|end_turn|endofturn|end_response|fim_(?:prefix|middle|suffix)",
    ),
    (
        Kind.TURN,
        r"im_start|start|start_header_id|start_of_(?:turn|role|turn_token)|header_start|turn|turn_start",
    ),
    (Kind.HEADER_END, r"end_header_id|message|im_sep|im_middle|end_of_role|header_end"),
    (Kind.ASSISTANT, r"assistant|model|bot|chatbot_token|im_assistant"),
    (
        Kind.OTHER,
        r"user|human|prompter|system|observation|tool|ipython|(?:user|system)_token|im_(?:user|system)",
    ),
    (Kind.CHANNEL, r"channel"),
)
_PLAIN = (
    (Kind.END, r"end_of_turn|im_end|endoftext|end_of_text|eos|eot_id"),
    (Kind.TURN, r"start_of_turn|im_start"),
    (Kind.NOISE, r"bos|pad|unk|begin_of_text"),
)
_SQUARE = {
    "[THINK]": Mark("[THINK]", Kind.OPEN, "think"),
    "[/THINK]": Mark("[/THINK]", Kind.CLOSE, "think"),
    "[INST]": Mark("[INST]", Kind.OTHER),
    "[/INST]": Mark("[/INST]", Kind.ASSISTANT),
    "◁think▷": Mark("◁think▷", Kind.OPEN, "think"),
    "◁/think▷": Mark("◁/think▷", Kind.CLOSE, "think"),
}


def mark_at(text: str, at: int) -> Mark | None:
    """Return the mark at an offset, at least one character of text; None when more text must arrive first."""
    found = _TOKEN.match(text, at)
    if found is not None:
        return _classified(found[0])
    if len(text) - at < MAX_MARK_CHARACTERS and _PARTIAL_TOKEN.fullmatch(text, at):
        return None
    return Mark(text[at], Kind.TEXT)


def is_other_role(word: str) -> bool:
    """Return whether a header with this role does not belong to the assistant."""
    return _lookup(word, _SPECIAL, Kind.NOISE) is Kind.OTHER


def _lookup(name: str, table: tuple[tuple[Kind, str], ...], otherwise: Kind) -> Kind:
    return next((kind for kind, names in table if re.fullmatch(names, name)), otherwise)


def _classified(token: str) -> Mark:
    if token in _SQUARE:
        return _SQUARE[token]
    if token[0] == "[":
        return Mark(token, Kind.TEXT)
    if token.startswith("<<"):
        return Mark(token, Kind.NOISE)
    inner = token[1:-1]
    name = inner.strip("|｜/").partition(" ")[0].lower().replace("▁", "_").replace("-", "_")
    closing = inner.lstrip("|｜").startswith("/")
    left, right = inner.lstrip("/")[0] in "|｜", inner[-1] in "|｜"
    if left or right:
        return Mark(token, *_special(name, closing=closing, left=left, right=right))
    return Mark(token, *_tag(name, inner, closing=closing))


def _special(name: str, *, closing: bool, left: bool, right: bool) -> tuple[Kind, str]:
    """Classify a token with a bar on at least one side."""
    if left != right and name in ("channel", "turn"):  # Gemma: <|channel>thought … <channel|>, <turn|>
        if name == "turn":
            return (Kind.TURN if left else Kind.END), ""
        return (Kind.OPEN if left else Kind.CLOSE), "channel"
    if _THOUGHT_ENDS.fullmatch(name) or (closing and _THOUGHT.fullmatch(name)):
        return Kind.CLOSE, "think"
    if _THOUGHT_BEGINS.fullmatch(name) or _THOUGHT.fullmatch(name):
        return Kind.OPEN, "think"
    return _lookup(name, _SPECIAL, Kind.NOISE), ""


def _tag(name: str, inner: str, *, closing: bool) -> tuple[Kind, str]:
    """Classify a token without bars; most are HTML or code."""
    thought = _THOUGHT.fullmatch(name)
    if thought is not None:
        family = "think" if thought[1] else thought[2]
        return (Kind.NOISE if inner[-1] == "/" else Kind.CLOSE if closing else Kind.OPEN), family
    if name == "s":
        return (Kind.END if closing else Kind.NOISE), "s"
    if _WRAPPER.fullmatch(name):
        return (Kind.UNWRAP if closing else Kind.WRAP), name
    return (Kind.TEXT if closing else _lookup(name, _PLAIN, Kind.TEXT)), ""
