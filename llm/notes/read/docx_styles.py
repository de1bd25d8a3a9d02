"""Styles and numbering of a .docx file. Pure, over parsed XML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

_HEADING_NAME = re.compile(r"heading ?([1-9])$", re.IGNORECASE)
_DEEPEST_HEADING = 6
_LONGEST_CHAIN = 20
"""Limit of styles based on each other; some files have cycles."""


def is_on(properties: Element | None, name: str) -> bool | None:
    """Return whether a toggle such as "b" is set; None when it is absent."""
    found = properties.find(name) if properties is not None else None
    return None if found is None else found.get("val", "1").lower() not in ("0", "false", "off", "none")


def value_of(element: Element | None, path: str) -> str:
    """Return the value of a property, or ""."""
    found = element.find(path) if element is not None else None
    return "" if found is None else found.get("val", "")


class Styles:
    """The styles of a document, by id.

    Args:
        parts: The parsed styles parts, usually one.
    """

    def __init__(self, parts: Sequence[Element]) -> None:
        self._styles = {style.get("styleId", ""): style for part in parts for style in part.iter("style")}

    def heading_level(self, paragraph_properties: Element | None) -> int:
        """Return the heading level of a paragraph, 0 for other paragraphs."""
        style_id = value_of(paragraph_properties, "pStyle")
        outline = value_of(paragraph_properties, "outlineLvl")
        named = _HEADING_NAME.match(style_id) if style_id not in self._styles else None
        for style in self._chain(style_id):
            name = value_of(style, "name")
            named = named or _HEADING_NAME.match(name)
            if name.lower() == "title" and not named:
                return 1
            outline = outline or value_of(style, "pPr/outlineLvl")
        if named:
            return min(int(named[1]), _DEEPEST_HEADING)
        # 9 means body text.
        return min(int(outline) + 1, _DEEPEST_HEADING) if outline.isdecimal() and int(outline) < 9 else 0

    def switch(self, style_id: str, name: str) -> bool:
        """Return whether a style sets a toggle such as "b" or "vanish"."""
        for style in self._chain(style_id):
            found = is_on(style.find("rPr"), name)
            if found is not None:
                return found
        return False

    def numbering(self, paragraph_properties: Element | None) -> tuple[str, int]:
        """Return the list of a paragraph, or "", and its level."""
        chain = self._chain(value_of(paragraph_properties, "pStyle"))
        places = [paragraph_properties, *(style.find("pPr") for style in chain)]
        number = next(filter(None, (value_of(place, "numPr/numId") for place in places)), "")
        level = next(filter(None, (value_of(place, "numPr/ilvl") for place in places)), "0")
        return ("" if number == "0" else number), (int(level) if level.isdecimal() and int(level) < 9 else 0)

    def _chain(self, style_id: str) -> Iterator[Element]:
        """Yield a style and the styles that it is based on."""
        for _ in range(_LONGEST_CHAIN):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            style_id = value_of(style, "basedOn")


class Numbering:
    """Counts the entries of a document's lists.

    Args:
        parts: The parsed numbering parts, usually one.
    """

    def __init__(self, parts: Sequence[Element]) -> None:
        kinds = {each.get("abstractNumId", ""): each for part in parts for each in part.iter("abstractNum")}
        self._levels = {
            (number.get("numId", ""), level.get("ilvl", "0")): level
            for part in parts
            for number in part.iter("num")
            for source in (kinds.get(value_of(number, "abstractNumId")), number)
            if source is not None
            for level in source.iter("lvl")
        }
        self._counts: dict[tuple[str, int], int] = {}

    def mark(self, number: str, level: int) -> str:
        """Return the marker of the next entry of a list: "-", "3." or ""."""
        definition = self._levels.get((number, str(level)))
        form = value_of(definition, "numFmt") or "decimal"
        if definition is None or form == "bullet":
            return "-"
        if form == "none":
            return ""
        start = value_of(definition, "start")
        first = int(start) if start.isdecimal() and len(start) < 6 else 1
        count = self._counts.get((number, level), first - 1) + 1
        self._counts[number, level] = count
        for deeper in range(level + 1, 9):
            self._counts.pop((number, deeper), None)
        return f"{count}."
