"""Turns a request into complete settings: decodes, checks inputs, finds models."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bus.failures import UsageFailure
from bus.run import SOURCE_NAME
from capture.source import parse_sources
from llm.providers import named_provider
from llm.settings import LlmSettings
from llm.usage import prices
from overlay.keys import global_keys
from session import settings as all_settings
from session.models import catalogue, store
from session.models.choice import find_weights
from session.run.start.named_devices import with_chosen_devices
from session.run.start.notes_reader import read_names
from session.run.start.request import Request
from session.run.start.vocabulary import expected_words, read_vocabulary, tokenizer_of
from session.run.window_memory import with_remembered
from session.settings import AllSettings
from session.store.saving import with_saved_files
from session.trace import trace_file
from session.transcript import save
from stt.settings import SttSettings

_WHISPER_SIZES = re.compile(
    r"(whisper-)?(distil-)?(tiny|base|small|medium|large(-v[123])?|turbo)([.-](en|turbo))?"
)
"""Names of Whisper models in other catalogues."""


def resolve(request: Request) -> AllSettings:
    """Return the settings with sources parsed, models found and files checked.

    Raises:
        Failure: A file, model or provider does not exist, or a value is wrong.
    """
    settings = all_settings.load(request.settings_file, _decode(request))
    if request.default_sources and not settings.capture.sources:
        sources = parse_sources(request.default_sources)
        if request.only_present:
            from session.run.start.present_sources import present  # loads what lists devices

            sources = present(sources)
        settings = dataclasses.replace(settings, capture=replace(settings.capture, sources=sources))
    if settings.capture.sources:
        sources = with_chosen_devices(settings.capture.sources)
        settings = dataclasses.replace(settings, capture=replace(settings.capture, sources=sources))
    settings = with_saved_files(settings, practises=request.practises)
    _check(settings)
    settings = dataclasses.replace(settings, overlay=with_remembered(settings.overlay))
    return _with_models(settings, request.vocabulary_file)


def _decode(request: Request) -> dict[str, dict[str, Any]]:
    """Return the flags with sources parsed and models assigned to their tables."""
    flags = {name: dict(table) for name, table in request.flags.items()}
    for model in request.models:
        _refuse_ambiguous(model)
        table = "stt" if catalogue.transcribes(model) else "llm"
        flags.setdefault(table, {})["model"] = model
    sources = flags.get("capture", {}).get("sources")
    if sources:
        flags["capture"]["sources"] = parse_sources(sources)
    names = flags.get("session", {}).get("names")
    if names:
        flags["session"]["names"] = _parse_names(names)
    return flags


def _parse_names(given: Sequence[str]) -> dict[str, str]:
    """Return the display name of each source.

    Args:
        given: As on the command line: "mic=Ada".

    Raises:
        UsageFailure: One has no source or no name.
    """
    pairs = [text.partition("=") for text in given]
    for source, _, name in pairs:
        if not SOURCE_NAME.fullmatch(source) or not name.strip():
            raise UsageFailure(
                f"{source!r} has no valid name",
                kept="nothing was started",
                fix="write it as --name SOURCE=NAME, as in --name mic=Ada",
            )
    return {source: name.strip() for source, _, name in pairs}


def _refuse_ambiguous(model: str) -> None:
    """Refuse a Whisper size that is not in the catalogue; it is hardly a provider's model.

    Raises:
        UsageFailure: The name is one.
    """
    if catalogue.transcribes(model) or not _WHISPER_SIZES.fullmatch(model):
        return
    known = ", ".join(sorted(name for name in catalogue.CATALOGUE if catalogue.transcribes(name)))
    raise UsageFailure(
        f"the Whisper model {model!r} is not available",
        kept="nothing was started",
        fix=f"choose one of {known}; for a provider's model of that name, set model in [llm]",
    )


def _check(settings: AllSettings) -> None:
    """Check sources, the file to save to, providers and prices before anything is started."""
    if not settings.capture.sources:
        raise UsageFailure(
            "no audio source is given",
            kept="nothing was started",
            fix="add --source mic=default, or --source mic=file:PATH",
        )
    if settings.session.save:
        save.check(Path(settings.session.save))
    if settings.session.trace:
        trace_file.check(Path(settings.session.trace))
    for name in filter(None, (settings.llm.provider, settings.llm.fallback_provider)):
        named_provider(settings.llm, name)
    global_keys(settings.overlay.keys)
    prices.load()


def _with_models(settings: AllSettings, vocabulary_file: Path | None) -> AllSettings:
    """Return the settings with model files, vocabulary and the practice's source filled in."""
    listed = read_vocabulary(vocabulary_file) if vocabulary_file else []
    stt = find_weights(settings.stt)
    stt = replace(stt, vocabulary=expected_words(stt, listed, _names_in_notes(settings.llm.notes, stt)))
    llm = replace(
        settings.llm,
        local_model_path=_local_model(settings.llm),
        meaning_model_path=_meaning_model(settings.llm),
    )
    practice = replace(
        settings.practice,
        source=next(iter(settings.capture.sources)),
        language=settings.practice.language or stt.language,
    )
    return dataclasses.replace(settings, stt=stt, llm=llm, practice=practice)


def _names_in_notes(notes: Sequence[str], stt: SttSettings) -> list[str]:
    """Check that the notes can be read, and return the names in them, in English alone.

    Raises:
        InputFailure: They cannot.
    """
    if not notes:
        return []
    return read_names(notes, tokenizer_of(stt) if stt.language == "en" else None)


def _meaning_model(settings: LlmSettings) -> str:
    """Return the folder of the model that compares notes by meaning; "" without notes or model."""
    return str(store.find("minilm").parent) if settings.notes and store.is_there("minilm") else ""


def _local_model(settings: LlmSettings) -> str:
    """Return the path of the small model; "" where it is not used or, with "auto", not there."""
    if settings.answer == "off" or settings.provider not in ("auto", "local"):
        return ""
    if settings.provider == "auto" and not store.is_there("smollm2"):
        return ""
    return str(store.find("smollm2"))
