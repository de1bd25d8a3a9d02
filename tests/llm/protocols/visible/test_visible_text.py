"""Reasoning and special tokens in streamed text, for every split of the text."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llm.protocols.visible.visible_text import VisibleText

A = "The Brooklyn Bridge opened in 1883."


def shown(pieces: list[str], *, cut_off: bool = False, starts_in_reasoning: bool = False) -> str:
    """Return the visible text at the end."""
    visible, text = VisibleText(starts_in_reasoning=starts_in_reasoning), ""
    for added in (*map(visible.feed, pieces), visible.finish(cut_off=cut_off)):
        text = added.text if added.replaces else text + added.text
    return text


def split(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


THOUGHTS = [
    f"<think>\nhm\n</think>\n\n{A}",
    f"  <THINK foo='a'>x</Think>{A}",
    f"<thinking>x<reflection>y</reflection></thinking><output>{A}</output>",
    f"<thought>x</thought>\n{A}",
    f"<reasoning>\nx\n</reasoning>\n<answer>\n{A}</answer>",
    f"<seed:think>x</seed:think>{A}",
    f"<think></think>{A}",
    f"<think/>{A}",
    f"<think>a `</think>` b</think>{A}",
    f'<think>He said "x"</think>{A}',
    f"</think>\n\n{A}",
    f"[THINK]x[/THINK]{A}",
    f"◁think▷x◁/think▷{A}",
    f"<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>{A}<|END_RESPONSE|>",
    f"<|begin_of_thought|>x<|end_of_thought|>\n<|begin_of_solution|>{A}<|end_of_solution|>",
    f"<|channel>thought\nhm<channel|>{A}<turn|>",
    f"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>{A}<|return|>",
    f"<|channel|>commentary<|message|>a<|end|><|start|>assistant<|channel|>final <|constrain|>x<|message|>"
    f"{A}",
    f"analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>{A}",
    f"analysisThe user asks.assistantfinal{A}",
    f"I should be brief.\n</think>\n\n{A}",
    f"Okay, so the user asks. Let me think</think>{A}",
]
"""Only A is visible."""

TOKENS = [
    f"{A}<|im_end|>",
    f"{A}<|im_end|>\n<|im_start|>user\nMore?<|im_end|>",
    f"{A}</s>",
    f"<s>{A}</s> [INST] more [/INST] and more",
    f"{A}<end_of_turn>\n<start_of_turn>user\nMore?",
    f"{A}<｜end▁of▁sentence｜>",
    f"<｜Assistant｜>{A}<｜User｜>and",
    f"<|im_start|>assistant\n{A}<|im_end|>",
    f"<|start_header_id|>assistant<|end_header_id|>\n\n{A}<|eot_id|>",
    f"<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n{A}<|im_end|>",
    f"<|user|>q<|assistant|>{A}<|user|>z",
    f"[INST] q [/INST] {A}",
    f"<|begin_of_text|>{A}<|endoftext|>",
    f"<|im_start|>assistant<|im_sep|>{A}<|im_end|>",
    f"<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>{A}<|END_OF_TURN_TOKEN|>",
    f"<|start_of_role|>assistant<|end_of_role|>{A}<|end_of_text|>",
    f"assistant\n\n{A}",
    f"assistantfinal{A}",
    f"{A}<|eot_id|><|start_header_id|>user<|end_header_id|>\nnext",
]
"""The same for special tokens."""

LITERAL = [
    "Use `<think>` and `</think>` tags.",
    "In HTML write <think> and </think> so.",
    'The tag "<think>" opens (</think> closes) thoughts.',
    "```\n<think>\nx\n</think>\n```\nok",
    "```html\n<s>x</s>\n```\nstruck",
    "```python\nTOKENS = ['<|im_end|>', '</s>']\n```\nThat is all.",
    "The token <|im_end|> ends a message; <|im_start|> begins one.",
    "- <think>: opens\n- </think>: closes",
    "1. <think> opens\n2. </think> closes",
    "a <s>b</s> c",
    "Models write </s> to end.",
    "x <| y |> z <b>bold</b> std::vector<int> a < b, c <- d, f <|> g",
    "xs |> List.map f <| y",
    "if a<b and c>d: x[i] = y[THE_KEY]",
    "a [link](x) [A] [INFO] b",
    "<unused94>x",
    "Okay, so I would say yes.",
    "We need to talk about indexes.",
    "Hmm",
    "analysis of it",
    "assistants help",
    "<div>one</div>\n<answer-box>",
    f"{A}<|",
    "Line one.\n<think> is a tag that models write.",
    "Größe „ü“ 🙂 \u2028",
    "",
]
"""All of it is the answer."""

TABLE = [*((text, A) for text in THOUGHTS + TOKENS), *((text, text) for text in LITERAL), *[
    ("<think>never", ""),
    ("<think>x<|im_end|>", ""),
    ("<|channel|>commentary to=x<|message|>hm<|call|>", ""),
    (f"Sure!\n<think>hm</think>\n{A}", f"Sure!\n\n{A}"),
    ("```py\nx\n```<|im_end|>", "```py\nx\n```"),
    ("```py\nx<|im_end|>\n", "```py\nx"),
    ("```py\nx<|im_end|>\n<|im_start|>user\nmore", "```py\nx"),
    (f"{A}<|im_e", A),
    ("ok \ud83d\ude00 fine", "ok \U0001f600 fine"),
    ("ok \ud83d fine \ude00.", "ok \ufffd fine \ufffd."),
    ("ok \ud83d", "ok \ufffd"),
]]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize(("text", "visible"), TABLE)
def test_only_the_answer_is_visible(text: str, visible: str, size: int) -> None:
    assert shown(split(text, size)) == visible


@pytest.mark.parametrize(("text", "visible"), TABLE)
def test_retracted_start_is_remembered(text: str, visible: str) -> None:
    first = VisibleText()
    first.feed(text)
    if first.starts_in_reasoning:
        second = VisibleText(starts_in_reasoning=True)
        assert not any(second.feed(piece).text for piece in split(text.partition("</think>")[0], 3))


def test_text_starting_in_reasoning_is_held() -> None:
    visible = VisibleText(starts_in_reasoning=True)
    assert visible.feed("I wonder.\n</thi") == ("", False)
    assert visible.feed("nk>\nYes") == ("Yes", False)
    assert shown(["plain"], starts_in_reasoning=True) == "plain"
    assert shown(["I wonder"], starts_in_reasoning=True, cut_off=True) == ""


def test_separated_reasoning_releases_text() -> None:
    visible = VisibleText(starts_in_reasoning=True)
    assert visible.feed("Because ") == ("", False)
    assert visible.release() == ("Because ", False)
    assert visible.feed("it works.").text == "it works."


@pytest.mark.parametrize("text", ["Because ", "- one", "**Yes.** ", "I chose "])
def test_ordinary_words_are_not_held(text: str) -> None:
    assert VisibleText().feed(text).text == text


PIECES = st.sampled_from([
    "<think>", "</think>", "<|im_end|>", "<|im_start|>", "assistant", "user", "\n", " ", "`", "```", "<", ">",
    "<|channel|>", "analysis", "final", "<|message|>", "</s>", "<s>", "[INST]", "[/THINK]", "word",
    "\ud83d", "\ude00", "🙂", '"', "(", "<answer>", "</answer>", "<|user|>", "<|end|>", "<｜x｜>", "◁think▷",
    "Okay, so ", "1. ", ".", "|", "[",
])  # fmt: skip


@given(
    st.lists(PIECES, max_size=14).map("".join),
    st.lists(st.integers(0, 90), max_size=8),
    st.booleans(),
    st.booleans(),
)
@example("<think>a</think>b", [3, 9], False, False)
def test_result_does_not_depend_on_split(
    text: str, cuts: list[int], cut_off: bool, starts_in_reasoning: bool
) -> None:
    bounds = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:stop] for start, stop in itertools.pairwise(bounds)]
    whole = shown([text], cut_off=cut_off, starts_in_reasoning=starts_in_reasoning)
    assert shown(pieces, cut_off=cut_off, starts_in_reasoning=starts_in_reasoning) == whole
    assert shown(list(text), cut_off=cut_off, starts_in_reasoning=starts_in_reasoning) == whole
    whole.encode()  # no half of a surrogate pair is left


@given(st.text(st.characters(exclude_characters="<[◁", exclude_categories=["Cs"]), max_size=60))
def test_text_without_marks_stays(text: str) -> None:
    if not text.lstrip().startswith(("assistant", "analysis")):
        assert shown([text]) == text.lstrip()
