"""Which of the models that a server lists is meant, or is nearest to what was meant.

Pure. Names are all there is to go by: lists hold speech, image and embedding models too, and what a model can
do is rarely said.
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
_ALIKE_AT_LEAST = 0.5
_OPENS_THOUGHTS = re.compile(
    r"deepseek-?r1|r1-distill|r1-1776|\bqwq\b|qwen3.*thinking|exaone-?deep", re.IGNORECASE
)


def suitable_model(listed: Sequence[str], preferred: Iterable[str] = ()) -> str | None:
    """Return the model to ask for among those a server lists, or None when none can chat.

    Args:
        listed: What the server lists.
        preferred: Names, or patterns of names, in this order; of those that fit one, the newest is taken.
    """
    for wanted in preferred:
        fitting = [
            model for model in listed if fnmatchcase(model, wanted) and (model == wanted or _chats(model))
        ]
        if fitting:
            return max(fitting, key=_newness)
    return next((model for model in listed if _chats(model) and not runs_in_cloud(model)), None)


def chat_models(listed: Iterable[str]) -> list[str]:
    """Return those of the listed models that can answer, as far as their names tell."""
    return [model for model in listed if _chats(model)]


def listed_model(wanted: str, listed: Iterable[str]) -> str | None:
    """Return the listed model that the user means: "llama3.2" means "llama3.2:latest"."""
    return next((model for model in listed if model == wanted or model.startswith(f"{wanted}:")), None)


def is_alias(wanted: str, listed: Iterable[str]) -> bool:
    """Tell whether this names a listed model without its date, or the latest of a line, as no list does."""
    if wanted.endswith("-latest"):
        line = wanted.removesuffix("-latest")
        return any(model.startswith(line) for model in listed)
    return any(_DATE.sub("", model) == wanted for model in listed)


def nearest_model(wanted: str, listed: Sequence[str]) -> str:
    """Return the listed model nearest to a name; empty when none is like it.

    Of the names with the same words ("claude" and "sonnet", whatever the numbers), the one that begins alike
    for longest, then the one most like it, then the newest; names that can chat are preferred.
    """
    names = chat_models(listed) or list(listed)
    family = _family(wanted)
    of_family = [model for model in names if _family(model) == family]
    scored = [
        (_alike_for(wanted, model), _likeness(wanted, model), _newness(model), model)
        for model in of_family or names
    ]
    _, likeness, _, model = max(scored, default=(0, 0.0, (), ""))
    return model if of_family or likeness >= _ALIKE_AT_LEAST else ""


def runs_in_cloud(model: str) -> bool:
    """Tell whether a server on this machine hands this model's work to its makers' own servers."""
    return model.endswith(("-cloud", ":cloud"))  # Ollama


def begins_in_thoughts(model: str) -> bool:
    """Return whether the prompt template of this model is known to end in the tag that opens its thoughts."""
    return bool(_OPENS_THOUGHTS.search(model))


def _chats(model: str) -> bool:
    return not any(word in model.lower() for word in _NOT_FOR_CHAT)


def _family(model: str) -> str:
    """Return the words of a name, without numbers and dates: "claude-sonnet" of "claude-sonnet-4-5"."""
    words = re.split(r"[-_.:/ ]", _DATE.sub("", model.lower()))
    return "-".join(word for word in words if word and not word[0].isdigit() and word != "latest")


def _alike_for(one: str, other: str) -> int:
    """Return how many letters two names have in common at their beginnings."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.lower(), other.lower(), autojunk=False).ratio()


def _newness(model: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", model)[:8])
