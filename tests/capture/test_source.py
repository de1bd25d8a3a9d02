"""Tests of source specifications."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.failures import UsageFailure
from capture.source import (
    FileSource,
    Live,
    Microphone,
    Monitor,
    NamedDevice,
    StandardInput,
    parse_source,
    parse_sources,
)


@pytest.mark.parametrize(
    ("spec", "source"),
    [
        ("default", Microphone()),
        ("monitor", Monitor()),
        ("device:3", NamedDevice("3")),
        ("device:hw:CARD=PCH,DEV=0", NamedDevice("hw:CARD=PCH,DEV=0")),
        ("device: USB Audio ", NamedDevice("USB Audio")),
        ("file:/a/b:c.wav", FileSource(Path("/a/b:c.wav"))),
        ("file:///a/b%20c%C3%BC.wav", FileSource(Path("/a/b cü.wav"))),
        ("file://localhost/a/b.wav", FileSource(Path("/a/b.wav"))),
        ("file:file:///a/b.wav", FileSource(Path("/a/b.wav"))),
        ("file:/a/100%25 b.wav", FileSource(Path("/a/100%25 b.wav"))),
        ("-", StandardInput()),
    ],
)
def test_each_form_is_parsed(spec: str, source: object) -> None:
    assert parse_source("mic", spec) == source


def test_devices_are_live_and_recordings_are_not() -> None:
    assert isinstance(parse_source("mic", "monitor"), Live)
    assert not isinstance(parse_source("mic", "file:a.wav"), Live)
    assert not isinstance(parse_source("mic", "-"), Live)


@pytest.mark.parametrize(
    ("spec", "fix"),
    [
        ("", "write it as"),
        ("talk.wav", "mic=file:talk.wav"),
        ("./talk", "mic=file:./talk"),
        ("defualt", "did you mean mic=default?"),
        ("divice:3", "did you mean mic=device:DEVICE?"),
        ("device:", "did you mean mic=device:DEVICE?"),
        ("file:", "did you mean mic=file:PATH?"),
        ("monitor:", "did you mean mic=monitor?"),
    ],
)
def test_invalid_source_is_refused_with_the_nearest_form(spec: str, fix: str) -> None:
    with pytest.raises(UsageFailure) as refused:
        parse_source("mic", spec)
    assert fix in refused.value.fix


def test_paths_of_recordings_become_absolute() -> None:
    specs = parse_sources(["call=monitor", "mic=file:talk.wav"])
    assert specs == {"call": "monitor", "mic": f"file:{Path.cwd() / 'talk.wav'}"}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (["mic"], "'mic' is not a valid source"),
        (["=default"], "'' is not a valid source name"),
        (["Mic=default"], "'Mic' is not a valid source name"),
        (["../mic=default"], "is not a valid source name"),
        (["a-name-of-17-chars=default"], "is not a valid source name"),
        (["mic=default", "mic=monitor"], "two sources are named mic"),
        (["mic=-", "call=-"], "two sources use standard input"),
    ],
)
def test_invalid_sources_are_refused(given: list[str], problem: str) -> None:
    with pytest.raises(UsageFailure, match=problem) as refused:
        parse_sources(given)
    assert refused.value.kept == "nothing was started"
    assert refused.value.fix


@given(st.lists(st.text(max_size=30), max_size=4))
def test_any_text_is_parsed_or_refused(given: list[str]) -> None:
    try:
        specs = parse_sources(given)
    except UsageFailure:
        return
    assert all(parse_source(name, spec) for name, spec in specs.items())
