"""Tests of the catalogues: complete, current, and what a user of them sees."""

from __future__ import annotations

import gettext
import os
import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from overlay.texts.translation import CATALOGUES, load, wanted
from tests.overlay.marked_texts import BEGIN, END
from tests.support import sample_session as story

ROOT = Path(__file__).parents[3]
LANGUAGES = sorted(each.name for each in CATALOGUES.iterdir() if (each / "LC_MESSAGES").is_dir())
KEYWORDS = {"_": None, "_N": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
Key = tuple[str | None, str]


def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "cuecard.po").open("rb") as file:
        return read_po(file)


def translations(language: str) -> dict[Key, list[tuple[str, str]]]:
    """Return the texts of each message with their translations; several for singular and plural."""
    found: dict[Key, list[tuple[str, str]]] = {}
    for message in catalogue(language):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if ids[0]:
            found[message.context, ids[0]] = [
                (ids[min(at, len(ids) - 1)], each) for at, each in enumerate(strings)
            ]
    return found


@pytest.fixture(scope="module")
def in_code() -> set[Key]:
    found: set[Key] = set()
    for package in ("overlay", "session"):
        for _, _, message, _, context in extract_from_dir(ROOT / package, keywords=KEYWORDS):
            found.add((context, message if isinstance(message, str) else message[0]))
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_is_a_translation() -> None:
    assert "de" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_code_is_translated(language: str, in_code: set[Key]) -> None:
    translated = translations(language)
    assert in_code == translated.keys(), "run scripts/translate.sh"
    assert [key for key, texts in translated.items() if not all(text for _, text in texts)] == []
    assert not any(message.fuzzy for message in catalogue(language) if message.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_placeholders_of_their_texts(language: str) -> None:
    texts = [each for several in translations(language).values() for each in several]
    assert [text for text, translated in texts if fields(text) != fields(translated)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_current(language: str) -> None:
    with (CATALOGUES / language / "LC_MESSAGES" / "cuecard.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for (context, text), several in translations(language).items():
        if len(several) == 1:
            found = compiled.pgettext(context, text) if context else compiled.gettext(text)
            assert found == several[0][1], "run scripts/translate.sh"


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_their_columns(language: str) -> None:
    labels = [text for (context, _), [(_, text), *_] in translations(language).items() if context == "label"]
    assert [label for label in labels if len(label) > 9] == []


@pytest.mark.parametrize(
    ("environment", "languages"),
    [
        ({}, []),
        ({"LANG": "C.UTF-8"}, []),
        ({"LANG": "de_AT.UTF-8"}, ["de_AT.UTF-8"]),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "en_GB:en:de"}, []),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "pl:de:en"}, ["pl", "de"]),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, []),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, ["de_DE.UTF-8"]),
    ],
)
def test_language_comes_from_the_environment(environment: dict[str, str], languages: list[str]) -> None:
    assert wanted(environment) == languages


def test_a_language_without_a_catalogue_is_english() -> None:
    assert load(["xx_YY.UTF-8"]).gettext("Transcript") == "Transcript"
    assert load(["xx", "de_AT.UTF-8"]).gettext("Transcript") == "Mitschrift"


def speak(language: str, module: str) -> str:
    """Return what a program of the tests prints that runs in this language."""
    environment = {**os.environ, "LANGUAGE": language, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", module]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_english_is_left_in_german() -> None:
    shown = speak("de", "tests.overlay.shown_texts")
    assert "Antworten" in shown
    assert "Gespeichert" in shown
    english = {
        text
        for several in translations("de").values()
        for text, translated in several
        if text != translated and len(text) > 2 and "{" not in text
    }
    several_words = re.compile("|".join(re.escape(text) for text in english if " " in text))
    lines = [line.partition("\t")[0].strip() for line in shown.splitlines()]
    assert [line for line in lines if line in english or several_words.search(line)] == []


@pytest.mark.parametrize("language", ["ar", "he_IL.UTF-8"])
def test_languages_from_right_to_left_mirror_the_layout(language: str) -> None:
    first, *texts = speak(language, "tests.overlay.shown_texts").splitlines()
    assert first == "RightToLeft, menu at the left"
    assert "Menu" in texts


def test_every_text_goes_through_the_catalogue() -> None:
    shown = re.sub("<[^>]*>", "", speak("en", "tests.overlay.marked_texts"))
    while (rest := re.sub(f"{BEGIN}[^{BEGIN}{END}]*{END}", "", shown)) != shown:
        shown = rest
    events = [*story.opening(), *story.talk(), *story.asked(), *story.streamed(), story.finished()]
    known = {*words(repr(events)), *words("Cuecard Ctrl Esc Space Why LeftToRight menu at the right")}
    known |= {*words("Scroll Left Right"), "hub", "llm", "overlay", "model", "server"}  # of Qt, and processes
    whole_lines = [line for line in shown.splitlines() if BEGIN not in line]  # the others are cut
    assert {*words("\n".join(whole_lines))} - known == set()


def words(text: str) -> list[str]:
    return re.findall("[A-Za-z]{2,}", text.replace("\\n", "\n"))
