"""Writes a session as one HTML file without scripts, links or anything to load.

Pure. Its content security policy allows its own style sheet alone. Light and dark follow the system.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from overlay.texts.strings import CAVEATS
from overlay.texts.translation import LANGUAGE, clock
from session.transcript import facts
from session.transcript import summary as summaries
from session.transcript.formats.minutes import Paragraph, minutes
from session.transcript.saved_session import Practice, Question, Request, SavedSession, Summary

CARD, CARD_END = '<section class="card">', "</section>"
"""Begin and end of a question."""

STYLE = """
:root { color-scheme: light dark; --ground: #fbfbf9; --raised: #f1f2ef; --line: #d5d8d2; --text: #1d2226;
        --faint: #59626b; --first: #0b5a94; --second: #26683a; --third: #6f3aa0; --fourth: #8a4b08; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171c; --raised: #1d2229; --line: #39424e; --text: #e8eaed; --faint: #9aa4b2;
          --first: #7cc4ff; --second: #9fdfa9; --third: #d7aefb; --fourth: #f6c177; } }
body { background: var(--ground); color: var(--text); font: 17px/1.55 system-ui, sans-serif; margin: 0; }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1.2rem 4rem; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .6rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; color: var(--faint); margin: 0; font-weight: 600; }
h4 { font-size: 1rem; margin: .8rem 0 .2rem; }
table.facts { border-collapse: collapse; }
table.facts th { text-align: left; vertical-align: top; font-weight: 400; color: var(--faint);
                 padding: .1rem 1.2rem .1rem 0; white-space: nowrap; }
p { margin: .2rem 0 .7rem; }
p.who { margin: 1.2rem 0 0; font-weight: 600; }
.time, .note { color: var(--faint); font-weight: 400; font-size: .86rem; }
.first { color: var(--first); } .second { color: var(--second); }
.third { color: var(--third); } .fourth { color: var(--fourth); }
.card { background: var(--raised); border-left: 4px solid var(--first); border-radius: 6px;
        padding: .9rem 1.1rem; margin: 1.2rem 0; }
.asked { font-size: 1.15rem; font-weight: 600; }
.answer table { border-collapse: collapse; }
.answer td, .answer th { border: 1px solid var(--line); padding: .2rem .6rem; }
blockquote { margin: .4rem 0; padding-left: .9rem; border-left: 3px solid var(--line); }
pre { white-space: pre-wrap; background: var(--ground); border: 1px solid var(--line); border-radius: 4px;
      padding: .6rem .8rem; font-size: .86rem; }
details { margin: .4rem 0; } summary { cursor: pointer; }
@media print { .card { break-inside: avoid; } }
"""

COLOURS = ("first", "second", "third", "fourth")
"""Classes of the speakers' names, in the order of the sources."""
_FIRST_SPEAKERS = {"call": 0, "mic": 1}
POLICY = "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
_MOST_NESTED = 100
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": _MOST_NESTED}).enable("table")
_MARKDOWN.disable(["link", "image", "autolink", "reference", "html_block", "html_inline"])


def web_page(saved: SavedSession) -> str:
    """Return the session as an HTML document."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    head = (
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(digest=digest)}">',
        '<meta name="viewport" content="width=device-width">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(facts.title(saved))}</title>",
        f"<style>{STYLE}</style>",
    )
    body = (f"<h1>{escape(facts.title(saved))}</h1>", *session_body(saved), *_left_machine(saved))
    lines = (
        "<!doctype html>",
        f'<html lang="{LANGUAGE}">',
        "<head>",
        *head,
        "</head>",
        "<body>",
        "<main>",
        *body,
    )
    return "\n".join((*lines, "</main>", "</body>", "</html>")) + "\n"


def session_body(saved: SavedSession) -> Iterator[str]:
    """Yield what was said, asked and answered, and how fast, as HTML without the requests."""
    rows = (f"<tr><th>{label}</th><td>{inline(text)}</td></tr>" for label, text in facts.head(saved))
    yield f'<table class="facts">{"".join(rows)}</table>'
    if saved.summary:
        yield from _summary(saved.summary)
    yield f"<h2>{facts.TRANSCRIPT}</h2>"
    if not (saved.turns or saved.questions):
        yield f"<p>{facts.NOTHING_SAID}</p>"
    for part in minutes(saved):
        yield from _paragraph(saved, part) if isinstance(part, Paragraph) else _question(saved, part)
    if saved.practice:
        yield from _practice(saved.practice)
    yield f"<h2>{facts.LATENCY}</h2>"
    yield _list(facts.latencies(saved))


def _summary(summary: Summary) -> Iterator[str]:
    yield f"<h2>{summaries.SUMMARY}</h2>"
    yield f'<p class="note">{inline(summaries.origin(summary))}</p>'
    for heading, rows in summaries.lists(summary):
        yield f"<h3>{heading}</h3>"
        yield _list(rows)
    for remark in summaries.remarks(summary):
        yield f'<p class="note">{inline(remark)}</p>'


def request_body(request: Request) -> str:
    """Return exactly what a request sent, as HTML."""
    return f'<pre dir="auto">{escape(request.body)}</pre>'


def answer_tokens(text: str) -> list[Token]:
    """Return an answer's Markdown, parsed; links, images and HTML stay text."""
    return _MARKDOWN.parse(text)


def answer_html(text: str) -> str:
    """Return an answer's Markdown as HTML; links and images stay as written, headings become small."""
    tokens = answer_tokens(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h4"
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _left_machine(saved: SavedSession) -> Iterator[str]:
    yield f"<h2>{facts.LEFT}</h2>"
    rows = facts.left_machine(saved)
    requests = saved.left_machine
    for row, request in zip(rows, requests, strict=False):
        yield f"<details><summary>{inline(row)}</summary>{request_body(request)}</details>"
    for row in rows[len(requests) :]:
        yield f"<p>{inline(row)}</p>"


def _paragraph(saved: SavedSession, paragraph: Paragraph) -> Iterator[str]:
    colour = COLOURS[colour_of(saved, paragraph.source)]
    speaker = f'<span class="{colour}">{inline(saved.speaker(paragraph.source))}</span>'
    yield f'<p class="who">{speaker} <span class="time">{clock(paragraph.start_s)}</span></p>'
    yield f'<p dir="auto">{inline(paragraph.text)}</p>'


def colour_of(saved: SavedSession, source: str) -> int:
    """Return the colour of a speaker, the same for `call` and `mic` in every session, as in the overlay."""
    others = [each.name for each in saved.sources if each.name not in _FIRST_SPEAKERS]
    at = _FIRST_SPEAKERS.get(source, 2 + others.index(source) if source in others else 0)
    return at % len(COLOURS)


def _question(saved: SavedSession, question: Question) -> Iterator[str]:
    yield CARD
    yield f"<h3>{inline(facts.question_head(saved, question))}</h3>"
    yield f'<p class="asked" dir="auto">{inline(question.text)}</p>'
    if question.answer:
        yield f'<div class="answer" dir="auto">{answer_html(question.answer)}</div>'
    if remark := facts.answer_remark(question):
        yield f'<p class="note">{inline(remark)}</p>'
    if question.passages:
        yield f'<p class="note">{facts.FROM_NOTES}</p>'
        yield _list(facts.passage(each) for each in question.passages)
    yield CARD_END


def _practice(practice: Practice) -> Iterator[str]:
    for answer in practice.answers:
        heading = facts.PRACTICE_QUESTION.format(number=answer.number, asked=inline(answer.asked))
        yield f"<h2>{heading}</h2>"
        yield f'<blockquote dir="auto">{inline(answer.text or facts.NO_ANSWER)}</blockquote>'
        yield _list(answer.remarks)
    if practice.whole is not None:
        yield f"<h2>{facts.PRACTICE_WHOLE}</h2>"
        yield _list(practice.whole.remarks)
        yield f"<p>{CAVEATS}:</p>"
        yield _list(practice.whole.caveats)


def _list(rows: Iterable[str]) -> str:
    items = "".join(f'<li dir="auto">{inline(row)}</li>' for row in rows)
    return f"<ul>{items}</ul>"


def inline(text: str) -> str:
    """Return a text as one line of HTML."""
    return escape(" ".join(text.split()))
