"""Crossed settings and their files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.latency.variations import name_of, settings_text, variations
from bus.failures import UsageFailure
from session.settings import SCHEMA, load


def test_every_combination_is_made() -> None:
    assert variations(["stt.beam=1,5", "stt.model=base,tiny.en"], SCHEMA) == [
        {"stt.beam": 1, "stt.model": "base"},
        {"stt.beam": 1, "stt.model": "tiny.en"},
        {"stt.beam": 5, "stt.model": "base"},
        {"stt.beam": 5, "stt.model": "tiny.en"},
    ]


def test_tables_vary_too() -> None:
    assert variations(["session.cores={stt=[0]},{stt=[0,1]}"], SCHEMA) == [
        {"session.cores": {"stt": [0]}},
        {"session.cores": {"stt": [0, 1]}},
    ]


@pytest.mark.parametrize(
    "asked", ["stt.nothing=1", "nothing.model=1", "stt.model", "stt.model=", "model=base", ""]
)
def test_what_is_no_setting_is_refused(asked: str) -> None:
    with pytest.raises(UsageFailure):
        variations([asked], SCHEMA)


def test_a_variation_reaches_the_settings_of_a_session(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    base = {"stt": {"model": "tiny.en", "beam": 3}, "session": {"cores": {"vad:mic": [1]}}}
    file.write_text(settings_text(base, {"stt.beam": 1, "vad.padding_ms": 200}))
    settings = load(file, {})
    assert (settings.stt.model, settings.stt.beam) == ("tiny.en", 1)
    assert settings.vad.padding_ms == 200
    assert settings.session.cores == {"vad:mic": [1]}


def test_a_variation_in_words() -> None:
    assert name_of({"stt.beam": 1, "stt.model": "base"}) == "beam 1, model base"


scalars = (
    st.integers(-(2**50), 2**50) | st.booleans() | st.floats(-1e6, 1e6) | st.text("aé\"\\\n #=]'", max_size=9)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('a:é "', max_size=4), inner, max_size=3)
    ),
)


@given(st.dictionaries(st.sampled_from(["one", "two"]), st.dictionaries(st.sampled_from("xyz"), values)))
def test_what_is_written_is_read_back(tables: dict[str, dict[str, Any]]) -> None:
    assert tomllib.loads(settings_text(tables, {})) == tables
