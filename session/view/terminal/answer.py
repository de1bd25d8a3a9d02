"""Draws a question, its answer, its passages and remarks. Pure."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from bus.messages import Passage
from overlay.state.answer_text import closed, split_headline
from overlay.state.captions import Captions
from overlay.state.exchange import Exchange
from overlay.texts import sentences
from overlay.texts import strings as shared
from session.view import strings
from session.view.printable import drawable
from session.view.terminal.markdown import LiteralMarkdown

_INDENT = (0, 0, 0, 2)
_UNDER_WAY = {"waiting": shared.REQUESTING, "streaming": shared.STREAMING, "held": ""}


def question_of(captions: Captions, exchange: Exchange | None) -> list[RenderableType]:
    """Return the question, or the practice's with its state; nothing before the first."""
    practice = captions.practice
    if practice.heading:
        heading = Text(drawable(practice.heading), style="bold")
        return [heading, *([Text(practice.state, style="cyan")] if practice.state else [])]
    if exchange is None:
        return []
    text, count = Text(style="bold"), len(captions.exchanges)
    if count > 1:
        number = 1 + [*captions.exchanges].index(exchange)
        text.append(f"{strings.OLDER_QUESTION.format(number=number, count=count)}  ", style="not bold dim")
    return [text.append(f"? {drawable(' '.join(exchange.text.split()))}")]


def answer_parts(
    captions: Captions, exchange: Exchange | None, budget: int, *, has_keys: bool
) -> tuple[list[RenderableType], list[RenderableType]]:
    """Return the first sentence and the rest, as far as about so many characters go.

    Args:
        captions: State of the session.
        exchange: The question that is shown.
        budget: Characters of the answer that are enough.
        has_keys: Whether key presses are read.
    """
    remarks = _practice_remarks(captions)
    if exchange is None:
        return [], remarks
    if exchange.held is not None:
        template = strings.HELD_KEYS if has_keys else strings.HELD_ELSEWHERE
        held = template.format(held=sentences.held_request(exchange.held))
        body = Text(drawable(exchange.held.body[:budget]), style="dim")
        return [Text(drawable(held), style="yellow")], [body]
    own, answer = exchange.prepared, exchange.answer[:budget]
    headline, rest = split_headline(closed(drawable(own.text[:budget] if own else answer)))
    first = [LiteralMarkdown(headline, style="bold")] if headline else []
    further = [LiteralMarkdown(closed(drawable(answer)))] if own and answer else []
    return [*first], [LiteralMarkdown(rest), *further, *remarks]


def passages_of(exchange: Exchange | None) -> list[RenderableType]:
    """Return where the user's own answer stands, and the passages of the notes."""
    if exchange is None:
        return []
    own = exchange.prepared
    named = [strings.PREPARED.format(file=drawable(_file_name(own.file)))] if own else []
    texts = [*named, *map(_passage, exchange.passages)]
    return [Padding(Text(text, style="dim"), _INDENT) for text in texts]


def remark_on(captions: Captions, exchange: Exchange | None) -> str:
    """Return what is to be known of an answer: that it is awaited, general, stopped; else nothing."""
    if exchange is None:
        return ""
    if exchange.state in _UNDER_WAY and captions.answer_mode != "off":
        return _UNDER_WAY[exchange.state]
    if exchange.state == "stopped" and exchange.remark:
        return drawable(sentences.sentences(exchange.remark, exchange.fix))
    if exchange.state != "finished":
        is_offered = exchange.state == "stopped" and captions.answer_mode == "ask"
        return shared.PRESS_FOR_ANSWER if is_offered else shared.ONLY_NOTES
    return shared.GENERAL_KNOWLEDGE if exchange.general and exchange.answer else ""


def exchange_text(captions: Captions, exchange: Exchange) -> RenderableType:
    """Return a question with everything that belongs to it, for the scrollback."""
    question = Text(f"? {drawable(exchange.text)}", style="bold")
    own = [Text(drawable(exchange.prepared.text))] if exchange.prepared else []
    answer = LiteralMarkdown(drawable(closed(exchange.answer)))
    remark = Text(remark_on(captions, exchange), style="dim italic")
    return Group(question, *passages_of(exchange), *own, answer, remark)


def _practice_remarks(captions: Captions) -> list[RenderableType]:
    remarks: list[RenderableType] = []
    for title, lines in captions.practice.sections:
        remarks.append(Text(title, style="bold"))
        remarks += [Padding(Text(f"· {drawable(line)}"), _INDENT) for line in lines]
    return remarks


def _passage(passage: Passage) -> str:
    words = " ".join(passage.text.split())
    return drawable(f"{_file_name(passage.file)} · {passage.heading}: {words}")


def _file_name(file: str) -> str:
    return file.rpartition("/")[2]
