"""Writes a session as a Word document (.docx) of paragraphs and tables alone.

Pure. It has no field, link, macro, embedded object or outside part: every text is the escaped content of one
kind of element. An answer keeps its emphasis, lists and code.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from markdown_it.token import Token

from overlay.texts.strings import CAVEATS
from overlay.texts.translation import LANGUAGE, clock
from session.transcript import facts
from session.transcript import summary as summaries
from session.transcript.formats import word_parts
from session.transcript.formats.minutes import Paragraph, minutes
from session.transcript.formats.web_page import answer_tokens, colour_of
from session.transcript.saved_session import Practice, Question, SavedSession, Summary

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold."""
_LINK_MARKS = {"softbreak": " ", "hardbreak": "\n"}


@dataclass(frozen=True)
class _Run:
    """A piece of text with one look."""

    text: str
    bold: bool = False
    italic: bool = False
    style: str = ""


def word_document(saved: SavedSession) -> bytes:
    """Return the session as the bytes of a .docx file."""
    body = "".join(_body(saved))
    parts = word_parts.parts(body, title=_escaped(facts.title(saved)), language=LANGUAGE)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # without today's date
    return file.getvalue()


def _body(saved: SavedSession) -> Iterator[str]:
    yield _paragraph("Title", [_Run(facts.title(saved))])
    yield _facts(facts.head(saved))
    if saved.summary:
        yield from _summary(saved.summary)
    yield _paragraph("Heading1", [_Run(facts.TRANSCRIPT)])
    if not (saved.turns or saved.questions):
        yield _paragraph("", [_Run(facts.NOTHING_SAID)])
    for part in minutes(saved):
        yield from _turns(saved, part) if isinstance(part, Paragraph) else _question(saved, part)
    if saved.practice:
        yield from _practice(saved.practice)
    yield _paragraph("Heading1", [_Run(facts.LEFT)])
    yield from _list("List", facts.left_machine(saved))
    yield _paragraph("Heading1", [_Run(facts.LATENCY)])
    yield from _list("List", facts.latencies(saved))


def _summary(summary: Summary) -> Iterator[str]:
    yield _paragraph("Heading1", [_Run(summaries.SUMMARY)])
    yield _paragraph("Note", [_Run(summaries.origin(summary))])
    for heading, rows in summaries.lists(summary):
        yield _paragraph("Heading2", [_Run(heading)])
        yield from _list("List", rows)
    for remark in summaries.remarks(summary):
        yield _paragraph("Note", [_Run(remark)])


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    cells = ((_paragraph("Note", [_Run(label)]), _paragraph("Fact", [_Run(text)])) for label, text in rows)
    return word_parts.table(cells)


def _turns(saved: SavedSession, part: Paragraph) -> Iterator[str]:
    colour = f"Speaker{colour_of(saved, part.source) + 1}"
    speaker = _Run(saved.speaker(part.source), bold=True, style=colour)
    yield _paragraph("Speaker", [speaker, _Run(f"  {clock(part.start_s)}", style="Faint")])
    yield _paragraph("", [_Run(part.text)])


def _question(saved: SavedSession, question: Question) -> Iterator[str]:
    yield _paragraph("CardHead", [_Run(facts.question_head(saved, question))])
    yield _paragraph("CardQuestion", [_Run(question.text)])
    if question.answer:
        yield from _answer(question.answer)
    if remark := facts.answer_remark(question):
        yield _paragraph("CardNote", [_Run(remark)])
    if question.passages:
        yield _paragraph("CardNote", [_Run(f"{facts.FROM_NOTES}:")])
        yield from _list("CardList", (facts.passage(each) for each in question.passages))
    yield _paragraph("CardEnd", [])


def _practice(practice: Practice) -> Iterator[str]:
    for answer in practice.answers:
        heading = facts.PRACTICE_QUESTION.format(number=answer.number, asked=answer.asked)
        yield _paragraph("Heading1", [_Run(heading)])
        yield _paragraph("", [_Run(answer.text or facts.NO_ANSWER, italic=not answer.text)])
        yield from _list("List", answer.remarks)
    if practice.whole is not None:
        yield _paragraph("Heading1", [_Run(facts.PRACTICE_WHOLE)])
        yield from _list("List", practice.whole.remarks)
        yield _paragraph("", [_Run(f"{CAVEATS}:")])
        yield from _list("List", practice.whole.caveats)


def _list(style: str, rows: Iterable[str]) -> Iterator[str]:
    return (_paragraph(style, [_Run(f"•\t{row}")]) for row in rows)


def _answer(text: str) -> Iterator[str]:
    """Yield an answer's Markdown as paragraphs."""
    marks: list[str] = []
    """The mark of each list around the present paragraph: a bullet, or the next number."""
    mark, is_heading, in_cell = "", False, False
    row: list[_Run] = []
    for token in answer_tokens(text):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                marks.append(str(token.attrs.get("start", 1)) if token.type.startswith("ordered") else "•")
            case "bullet_list_close" | "ordered_list_close":
                marks.pop()
            case "list_item_open":
                mark, marks[-1] = _list_mark(marks[-1])
            case "heading_open" | "heading_close":
                is_heading = token.type == "heading_open"
            case "fence" | "code_block":
                yield _paragraph("CardCode", [_Run(token.content.rstrip("\n"))], one_line=False)
            case "th_open" | "td_open":
                in_cell = True
                row += [_Run("  |  ")] if row else []
            case "th_close" | "td_close":
                in_cell = False
            case "tr_close":
                yield _paragraph("Card", row)
                row = []
            case "inline" if in_cell:
                row += _runs(token.children or [])
            case "inline":
                style = "CardList" if marks else "Card"
                runs = _runs(token.children or [], bold=is_heading)
                indent = "\t" * (len(marks) - 1)
                before = [_Run(f"{indent}{mark}\t")] if marks else []
                yield _paragraph(style, [*before, *runs], one_line=False)
                mark = ""
            case _:
                pass


def _list_mark(mark: str) -> tuple[str, str]:
    """Return the mark to write, and that of the next item."""
    return (mark, mark) if mark == "•" else (f"{mark}.", str(int(mark) + 1))


def _runs(tokens: Sequence[Token], *, bold: bool = False) -> list[_Run]:
    runs: list[_Run] = []
    depth = {"strong": int(bold), "em": 0}
    for token in tokens:
        name, _, side = token.type.partition("_")
        if name in depth and side:
            depth[name] += 1 if side == "open" else -1
            continue
        text = _LINK_MARKS.get(token.type, token.content)
        style = "Code" if token.type == "code_inline" else ""
        runs.append(_Run(text, bold=depth["strong"] > 0, italic=depth["em"] > 0, style=style))
    return runs


def _paragraph(style: str, runs: Sequence[_Run], *, one_line: bool = True) -> str:
    is_rtl = _is_right_to_left("".join(run.text for run in runs))
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    about += "<w:bidi/>" if is_rtl else ""
    written = "".join(_run(run, is_rtl=is_rtl, one_line=one_line) for run in runs)
    return f"<w:p><w:pPr>{about}</w:pPr>{written}</w:p>"


def _run(run: _Run, *, is_rtl: bool, one_line: bool) -> str:
    about = f'<w:rStyle w:val="{run.style}"/>' if run.style else ""
    about += "<w:b/><w:bCs/>" if run.bold else ""
    about += "<w:i/><w:iCs/>" if run.italic else ""
    about += "<w:rtl/>" if is_rtl else ""
    text = run.text.replace("\n", " ") if one_line else run.text
    return f"<w:r><w:rPr>{about}</w:rPr>{''.join(_text(text))}</w:r>"


def _text(text: str) -> Iterator[str]:
    """Yield a text as elements: tabs and line breaks are elements of their own."""
    for piece in re.split("([\t\n])", text):
        if piece in ("\t", "\n"):
            yield "<w:tab/>" if piece == "\t" else "<w:br/>"
        elif piece:
            yield f'<w:t xml:space="preserve">{_escaped(piece)}</w:t>'


def _escaped(text: str) -> str:
    return escape(_FORBIDDEN.sub("�", text))


def _is_right_to_left(text: str) -> bool:
    """Return whether the first letter with a direction is written from right to left."""
    return next(
        (kind != "L" for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), False
    )
