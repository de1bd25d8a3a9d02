"""Translates the texts that users read, with gettext, into the language of the environment.

The language is read once, at import, before a process enters its sandbox. Without a catalogue for it, texts
stay English and no file is read.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Mapping
from pathlib import Path

CATALOGUES = Path(__file__).parent.with_name("locale")
_DOMAIN = "cuecard"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set counts, as for every program that uses gettext."""
_ENGLISH = ("en", "C", "POSIX")
_RIGHT_TO_LEFT = ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi")


def wanted(environment: Mapping[str, str]) -> list[str]:
    """Return the user's languages, such as "de_AT.UTF-8", best first; empty for English."""
    value = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    languages = [each for each in value.split(":") if each]
    english = [at for at, each in enumerate(languages) if _code(each) in _ENGLISH]
    return languages[: min(english, default=len(languages))]  # English itself has no catalogue


def load(languages: list[str]) -> gettext.NullTranslations:
    """Return the catalogue of the first language that has one; otherwise one that translates nothing."""
    return gettext.translation(_DOMAIN, CATALOGUES, languages, fallback=True)


def _code(language: str) -> str:
    return re.split("[_.@-]", language)[0]


_LANGUAGES = wanted(os.environ)
_CATALOGUE = load(_LANGUAGES)

_ = _CATALOGUE.gettext
ngettext = _CATALOGUE.ngettext
pgettext = _CATALOGUE.pgettext

LANGUAGE = _CATALOGUE.info().get("language", "en")
"""Code of the language in which the texts are."""

RIGHT_TO_LEFT = bool(_LANGUAGES) and _code(_LANGUAGES[0]) in _RIGHT_TO_LEFT
"""Whether the user's language is written from right to left, whether or not it has a catalogue."""

_SEPARATORS = str.maketrans(",.", pgettext("separators of thousands and of decimals", ",."))


def number(value: float, decimals: int = 0) -> str:
    """Return a number as the language writes it: "1,234.5"."""
    return f"{value:,.{decimals}f}".translate(_SEPARATORS)


def clock(seconds: float) -> str:
    """Return a time as "7:05" or "1:07:05"."""
    whole = int(seconds)
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    return f"{hours}{whole // 60 % 60:{'02' if hours else ''}}:{whole % 60:02}"


def percent(share: float) -> str:
    """Return a share of 1 as the language writes it: "40%"."""
    return pgettext("percentage", "{count}%").format(count=number(share * 100))
