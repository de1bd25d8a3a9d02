"""Formats of a saved session, by suffix: Markdown, captions (SRT, WebVTT) and JSON. Pure."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from session.transcript.markdown import markdown
from session.transcript.record import Line, Record


def srt(record: Record) -> str:
    """Return the transcript as SubRip captions, which have no way to escape markup."""
    blocks = (
        f"{number}\n{_cue(line, ',')}\n{_without_markup(f'{line.speaker}: {_one_line(line)}')}\n"
        for number, line in enumerate(record.lines(), 1)
    )
    return "\n".join(blocks)


def vtt(record: Record) -> str:
    """Return the transcript as WebVTT captions."""
    cues = (
        f"{_cue(line, '.')}\n<v {_escaped(line.speaker)}>{_escaped(_one_line(line))}\n"
        for line in record.lines()
    )
    return "\n".join(["WEBVTT\n", *cues])


def json(record: Record) -> str:
    """Return everything as JSON."""
    exchanges = {str(number): msgspec.to_builtins(each) for number, each in record.exchanges.items()}
    practice = record.practice
    document = {"lines": record.lines(), "questions": exchanges}
    if practice.measured:
        document["practice"] = {"answers": list(practice.measured.values()), "whole": practice.ended}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


FORMATS: dict[str, Callable[[Record], str]] = {".md": markdown, ".srt": srt, ".vtt": vtt, ".json": json}


def _one_line(line: Line) -> str:
    return " ".join(line.marked_text.split())


def _without_markup(text: str) -> str:
    """Return a text whose characters no player takes for tags (<b>) or overrides ({\\an8})."""
    return text.translate({ord("<"): "‹", ord(">"): "›"}).replace("{\\", "(\\")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cue(line: Line, point: str) -> str:
    return f"{_stamp(line.start_s, point)} --> {_stamp(line.stop_s, point)}"


def _stamp(seconds: float, point: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"
