"""The web page has no script, no link and nothing to load."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from session.transcript.formats.web_page import web_page
from session.transcript.saved_session import Passage, Request, SavedSession, Source
from tests.session.transcript.sessions import question, saved, turn

TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "h4", "table", "tr", "th"),
    *(
        "td",
        "p",
        "span",
        "section",
        "div",
        "ul",
        "li",
        "ol",
        "strong",
        "em",
        "code",
        "pre",
        "blockquote",
        "hr",
    ),
    *("br", "details", "summary", "thead", "tbody"),
}
ATTRIBUTES = {"charset", "lang", "http-equiv", "content", "name", "class", "dir", "style", "start"}
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><style>*{display:none}</style>",
    "</section></main></body>\"'><a href=javascript:alert(1)>x</a>",
    "[a bank](https://evil.example) ![p](https://evil.example/p.png) <https://evil.example>",
    "[x]: https://evil.example\n\n[x] ![x]",
    '```"><script>\ncode\n```\n\n# Heading\n\n|a|b|\n|-|-|\n|<b>|c|\n\n&lt;b&gt; &#60;script&#62;',
    "\x1b]52;c;aGk=\x07\u202e",
)


class Page(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str] = {}
        self.shown = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update({name: value or "" for name, value in attrs})
        if tag == "meta" and "content" in dict(attrs):
            self.attributes[f"content of {dict(attrs).get('http-equiv')}"] = dict(attrs)["content"] or ""

    def handle_data(self, data: str) -> None:
        self.shown += data


def session(said: str, answer: str) -> SavedSession:
    request = Request(at_s=1, question=1, host=said, model=said, body=said, body_bytes=1)
    passage = Passage(file=said, heading=said, text=said)
    asked = question(1, 2, text=said, answer=answer, model=said, complete=True, passages=[passage])
    source = Source(name="call", speaker=said[:20], device=said)
    return saved(turn(said, 0, 2, "call"), sources=[source], questions=[asked], left_machine=[request])


@given(st.text(), st.text())
@example("\n".join(HOSTILE), "\n\n".join(HOSTILE))
def test_nothing_said_or_answered_is_more_than_text(said: str, answer: str) -> None:
    page = Page(web_page(session(said, answer)))
    assert set(page.tags) <= TAGS
    assert set(page.attributes) - {"content of Content-Security-Policy", "content of None"} <= ATTRIBUTES
    assert not re.search("url|import", page.attributes.get("style", ""))
    assert page.tags.count("style") == page.tags.count("title") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_shown_whole(text: str) -> None:
    page = Page(web_page(session(text, "")))
    assert "".join(page.shown.split()).count("".join(text.split())) >= 4, "turn, question, passage, request"


def test_target_of_a_link_in_an_answer_is_visible() -> None:
    assert "[a bank](https://evil.example)" in Page(web_page(session("x", HOSTILE[2]))).shown


def test_policy_allows_its_own_style_alone() -> None:
    text = web_page(session("said", "answer"))
    policy = Page(text).attributes["content of Content-Security-Policy"]
    style = re.search("<style>(.*)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "prefers-color-scheme: dark" in style[1]


def test_emphasis_lists_code_and_tables_of_an_answer_are_drawn() -> None:
    answer = "# Say\n\nUse **three**:\n\n- one\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| c | d |"
    tags = Page(web_page(session("said", answer))).tags
    assert {"h4", "strong", "ul", "pre", "code", "table", "td"} <= set(tags)
    assert tags.count("h1") == 1
