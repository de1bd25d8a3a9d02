"""Measures summaries: labelled facts found, and actions never taken on.

Texts of the corpus become transcripts, one sentence a line. The prompts, the cutting into parts and the check
of quotes are the program's; the request goes to an OpenAI-compatible server without the session around it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bench.harness.corpus import Clip, read_manifest
from bench.harness.report import show
from bus.failures import InputFailure, ProviderFailure
from bus.messages.summary import SummaryEntry, Template
from llm.client.summaries import LOCAL_CONTEXT_TOKENS
from llm.prompt import SummaryPrompt, TranscriptLine, render
from llm.summary.reply import Summary
from llm.summary.transcript import SUMMARY_TOKENS, parts

FACTS = Path(__file__).with_name("summary_facts.toml")
_TIMEOUT_S = 600.0
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_WORDS_A_LINE = 40
"""A text without punctuation is cut into lines of so many words."""


class Talk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels of one talk."""

    template: Template
    actions: int
    """Things that a speaker really takes on."""
    facts: list[list[str]]
    """For each fact groups of alternatives, "black | dark"; one entry must have a word of each group."""


@dataclass(frozen=True)
class Score:
    """Result of one talk."""

    found: int
    facts: int
    invented: int
    """Actions beyond the labelled number."""
    dropped: int
    """Entries whose quote was not in the transcript."""


def measure(corpus: Path, base_url: str, model: str, facts: Path) -> None:
    """Summarize each labelled talk of the corpus and print what was found.

    Args:
        corpus: Folder with a manifest that has these talks.
        base_url: Of an OpenAI-compatible server, "http://127.0.0.1:11434/v1".
        model: Name of its model.
        facts: The labels.

    Raises:
        InputFailure: The corpus has none of the talks.
        ProviderFailure: The server cannot be reached.
    """
    talks = read_facts(facts)
    clips = {clip.id: clip for clip in read_manifest(corpus) if clip.id in talks and clip.text}
    if not clips:
        raise InputFailure(f"{corpus} has none of the labelled talks", kept="nothing was sent")
    scores = {}
    for name, clip in clips.items():
        print(f"bench: {name}", file=sys.stderr, flush=True)
        scores[name] = score(talks[name], summarize(clip, talks[name].template, base_url, model))
    found, facts_of_all = (
        sum(getattr(each, name) for each in scores.values()) for name in ("found", "facts")
    )
    figures: dict[str, Any] = {
        "model": model,
        "talks": len(scores),
        "facts": facts_of_all,
        "found": found,
        "found_share": found / facts_of_all,
        "invented_actions": sum(each.invented for each in scores.values()),
        "dropped_entries": sum(each.dropped for each in scores.values()),
    }
    rows = [
        (name, f"{each.found} of {each.facts}, {each.invented} actions invented, {each.dropped} dropped")
        for name, each in scores.items()
    ]
    show("summary", [*rows, ("all", f"{found} of {facts_of_all} ({found / facts_of_all:.0%})")], figures)


def read_facts(file: Path) -> dict[str, Talk]:
    """Return the labels of each talk.

    Raises:
        InputFailure: The file cannot be read.
    """
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), dict[str, Talk])
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputFailure(f"{file} has no labels of talks: {error}", kept="nothing was sent") from error


def summarize(clip: Clip, template: Template, base_url: str, model: str) -> Summary:
    """Return the checked summary of a text.

    Raises:
        ProviderFailure: The server cannot be reached.
    """
    summary = Summary()
    for piece in parts(transcript_lines(clip.text or ""), LOCAL_CONTEXT_TOKENS):
        reply = _asked(SummaryPrompt(lines=piece, template=template), base_url, model)
        if not summary.add(reply, piece):
            print(f"bench: {clip.id}: a reply is no summary that can be checked", file=sys.stderr)
    return summary


def transcript_lines(text: str) -> list[TranscriptLine]:
    """Return a text as the lines of a transcript, one sentence each."""
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence]
    lines: list[TranscriptLine] = []
    for sentence in sentences:
        words = sentence.split()
        for at in range(0, len(words), _WORDS_A_LINE):
            number = len(lines) + 1
            said = " ".join(words[at : at + _WORDS_A_LINE])
            lines.append(TranscriptLine("call", number, number * 16_000, "Them", said))
    return lines


def score(talk: Talk, summary: Summary) -> Score:
    """Count what a summary has of a talk."""
    entries = [entry for found in summary.entries.values() for entry in found]
    return Score(
        found=sum(any(_has(entry, fact) for entry in entries) for fact in talk.facts),
        facts=len(talk.facts),
        invented=max(0, len(summary.entries["actions"]) - talk.actions),
        dropped=summary.dropped,
    )


def _has(entry: SummaryEntry, fact: Sequence[str]) -> bool:
    text = f"{entry.text} {entry.quote}".lower()
    return all(any(word.strip() in text for word in group.split("|")) for group in fact)


def _asked(prompt: SummaryPrompt, base_url: str, model: str) -> str:
    rendered = render(prompt, small=False)
    body = {
        "model": model,
        "temperature": 0,
        "max_tokens": SUMMARY_TOKENS,
        "messages": [
            {"role": "system", "content": rendered.instructions},
            {"role": "user", "content": rendered.text},
        ],
    }
    try:
        reply = httpx.post(f"{base_url.rstrip('/')}/chat/completions", json=body, timeout=_TIMEOUT_S)
        reply.raise_for_status()
        return _content(reply.json())
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        raise ProviderFailure(
            f"{base_url} gave no reply: {error}",
            kept="nothing was summarized",
            fix="start an OpenAI-compatible server, and name a model that it has",
        ) from error


def _content(reply: Mapping[str, Any]) -> str:
    return str(reply["choices"][0]["message"]["content"])
