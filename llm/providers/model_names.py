"""Chooses and compares models by name.

Pure. Lists contain speech, image and embedding models too, and rarely say what a model can do.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

# fmt: off
_NOT_FOR_CHAT = (
    "embed", "whisper", "tts", "dall-e", "image", "moderation", "audio", "realtime", "transcribe", "rerank",
    "guard", "davinci", "babbage", "sora", "speech", "search", "codex", "bge-", "ocr", "imagen", "veo-",
    "lyria", "live", "robotics", "computer-use", "deep-research", "aqa", "translate", "video", "vision",
)
# fmt: on

_DATE = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2})$")
_MIN_SIMILARITY = 0.5
_OPENS_REASONING = re.compile(
    r"deepseek-?r1|r1-distill|r1-1776|\bqwq\b|qwen3.*thinking|exaone-?deep", re.IGNORECASE
)


def suitable_model(listed: Sequence[str], preferred: Iterable[str] = ()) -> str | None:
    """Return the model to request, or None when none can chat.

    Args:
        listed: The models that the server lists.
        preferred: Names or patterns in this order; of several matches the newest is taken.
    """
    for wanted in preferred:
        fitting = [
            model for model in listed if fnmatchcase(model, wanted) and (model == wanted or _chats(model))
        ]
        if fitting:
            return max(fitting, key=_newness)
    return next((model for model in listed if _chats(model) and not runs_in_cloud(model)), None)


def chat_models(listed: Iterable[str]) -> list[str]:
    """Return the listed models that can answer, judging by their names."""
    return [model for model in listed if _chats(model)]


def listed_model(wanted: str, listed: Iterable[str]) -> str | None:
    """Return the listed model that the user means: "llama3.2" means "llama3.2:latest"."""
    return next((model for model in listed if model == wanted or model.startswith(f"{wanted}:")), None)


def is_alias(wanted: str, listed: Iterable[str]) -> bool:
    """Return whether this is an alias: a listed model without its date, or the latest of a family."""
    if wanted.endswith("-latest"):
        family = wanted.removesuffix("-latest")
        return any(model.startswith(family) for model in listed)
    return any(_DATE.sub("", model) == wanted for model in listed)


def nearest_model(wanted: str, listed: Sequence[str]) -> str:
    """Return the listed model nearest to a name; empty when none is similar.

    Prefers chat models, then names with the same words ("claude-sonnet", whatever the numbers), then the
    longest common prefix, similarity and newness.
    """
    names = chat_models(listed) or list(listed)
    family = _family(wanted)
    of_family = [model for model in names if _family(model) == family]
    scored = [
        (_common_prefix(wanted, model), _similarity(wanted, model), _newness(model), model)
        for model in of_family or names
    ]
    _, similarity, _, model = max(scored, default=(0, 0.0, (), ""))
    return model if of_family or similarity >= _MIN_SIMILARITY else ""


def runs_in_cloud(model: str) -> bool:
    """Return whether a server on this machine forwards this model's requests to the cloud."""
    return model.endswith(("-cloud", ":cloud"))  # Ollama


def starts_in_reasoning(model: str) -> bool:
    """Return whether this model's prompt template opens the reasoning block itself."""
    return bool(_OPENS_REASONING.search(model))


def _chats(model: str) -> bool:
    return not any(word in model.lower() for word in _NOT_FOR_CHAT)


def _family(model: str) -> str:
    """Return the words of a name, without numbers and dates: "claude-sonnet" of "claude-sonnet-4-5"."""
    words = re.split(r"[-_.:/ ]", _DATE.sub("", model.lower()))
    return "-".join(word for word in words if word and not word[0].isdigit() and word != "latest")


def _common_prefix(one: str, other: str) -> int:
    """Return the length of the common prefix."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _similarity(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.lower(), other.lower(), autojunk=False).ratio()


def _newness(model: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", model)[:8])
