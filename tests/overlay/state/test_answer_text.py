from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtGui import QTextDocument
from PyQt6.QtWidgets import QApplication

from overlay.state.answer_text import HEADLINE_CHARACTERS, closed, shallow, split_headline
from overlay.widgets.documents import MARKDOWN

ANSWERS = [
    "**The hardest part was that we were waiting for ourselves.**\n\n"
    "- The consumers were idle 40 % of the time, because the prefetch was `1`.\n"
    "- We set it to **50**; the p99 went from 4.2 s to 310 ms.\n- Next: *measure idle time first*.\n\n"
    "```python\nchannel.basic_qos(prefetch_count=50)\nx = a * b ** c\n```\n\nThen ~~nothing~~ something.",
    "Use a `std::vector<int>`, **not** a list; see [the docs](https://example.com/a_b) and __this__ one.\n\n"
    "| a | b |\n|---|:-:|\n| 1 | **2** |\n| 3 | `x|y` |\n\n1. one\n2. two *and* ***both***\n   - nested\n\n"
    "> quoted **text**\n\n## Heading\n\nsnake_case_name and 2 * 3 * 4 = 24, a*b*c",
    "مرحبا **بكم** في `code`.\n\n- 你好**世界**。\n- emoji 🎉 **bold 🎉**",
]


def rendered(markdown: str) -> str:
    document = QTextDocument()
    document.setMarkdown(markdown, MARKDOWN)
    return re.sub(r"\s+", " ", document.toPlainText()).strip()


@pytest.mark.parametrize("answer", ANSWERS, ids=["list and code", "table and link", "scripts"])
def test_words_that_were_drawn_do_not_change_while_an_answer_streams(
    application: QApplication, answer: str
) -> None:
    whole = rendered(answer)
    for length in range(len(answer) + 1):
        assert whole.startswith(rendered(closed(answer[:length]))), answer[:length][-30:]


@given(st.text(alphabet="ab *_`~[]()|-#>\n.1", max_size=60))
def test_any_text_can_be_closed(text: str) -> None:
    once = closed(text)
    assert len(once) <= len(text) + 40


@pytest.mark.parametrize(
    ("answer", "headline", "rest"),
    [
        ("**Two nodes both lead.** Then", "Two nodes both lead.", "Then"),
        ("**Two nodes** both lead. Then", "Two nodes both lead.", "Then"),
        ("**Two. Nodes** both", "Two.", "**Nodes** both"),
        ("Dr. Smith uses e.g. Kafka. Next", "Dr. Smith uses e.g. Kafka.", "Next"),
        ("Call `a.b. c` first. Then", "Call `a.b. c` first.", "Then"),
        ("3.5 seconds. Then", "3.5 seconds.", "Then"),
        ("你好。然后", "你好。", "然后"),
        ("A line\nand another", "A line", "\nand another"),
        ("- a list", "", "- a list"),
        ("```\ncode\n```", "", "```\ncode\n```"),
        ("", "", ""),
    ],
)
def test_the_first_sentence_is_the_headline(answer: str, headline: str, rest: str) -> None:
    assert split_headline(answer) == (headline, rest)


def test_a_headline_never_shrinks_while_text_comes() -> None:
    answer = "word " * 200
    headlines = [split_headline(answer[:length])[0] for length in range(1, len(answer))]
    assert all(later.startswith(earlier) for earlier, later in pairwise(headlines))
    assert len(headlines[-1]) <= HEADLINE_CHARACTERS


def test_nesting_is_limited_and_no_word_is_lost(application: QApplication) -> None:
    assert shallow("- a\n  - b\n> c") == "- a\n  - b\n> c"
    assert rendered(shallow("1. " * 2_000 + "end")).endswith("end")
