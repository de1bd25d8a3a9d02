"""Question detection in other languages: whose rules apply, and what they find."""

from __future__ import annotations

import pytest

from bench.answers.question_lines import LINES, language_files, read_lines
from llm.questions.detector import detect_question
from llm.questions.languages.identification import RULES, identify
from llm.questions.spoken_text import SpokenText
from tests.support.llm_events import final

FILES = language_files()
SURE = 0.5


def sure(said: str) -> bool:
    question = detect_question(said)
    return question is not None and question.confidence >= SURE


def test_english_lines_get_the_english_rules() -> None:
    english = [line.said for line in read_lines(LINES) if not line.group.startswith("other languages")]
    assert len(english) > 500
    assert [said for said in english if identify(said) not in ("en", "nl")] == []


@pytest.mark.parametrize("code", FILES)
def test_lines_get_the_rules_of_their_language(code: str) -> None:
    lines = read_lines(FILES[code])
    right = sum(identify(line.said) == code for line in lines)
    assert right >= 0.85 * len(lines)  # the others are a few words that neighbouring languages share


@pytest.mark.parametrize("code", FILES)
def test_open_lines_are_judged_right(code: str) -> None:
    lines = [line for line in read_lines(FILES[code]) if line.half == "open"]
    wrong = [line.said for line in lines if sure(line.said) != line.asks]
    assert len(lines) >= 30
    assert len(wrong) <= 0.05 * len(lines), wrong


@pytest.mark.parametrize("code", FILES)
def test_there_are_sixty_lines_of_both_kinds(code: str) -> None:
    lines = read_lines(FILES[code])
    assert len(lines) >= 60
    assert 0.4 <= sum(line.asks for line in lines) / len(lines) <= 0.6


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Okay, gut, und was war Ihre Rolle?", "Was war Ihre Rolle?"),
        ("Das freut mich. Erzählen Sie mir von sich.", "Erzählen Sie mir von sich."),
        ("D'accord. Parlez-moi de vous.", "Parlez-moi de vous."),
        ("Vale, muy bien, ¿cuál fue su función?", "Cuál fue su función?"),
        ("Va bene, mi parli di lei.", "Mi parli di lei."),
        ("Certo, fale-me sobre você.", "Fale-me sobre você."),
    ],
)
def test_only_the_asking_part_is_returned(said: str, asked: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.text == asked


@pytest.mark.parametrize(
    "said",
    [
        "Warum haben wir Go genommen? Weil wir es kannten.",
        "Pourquoi avons-nous choisi Go ? Parce que nous le connaissions.",
        "¿Por qué elegimos Go? Porque lo conocíamos.",
        "Perché abbiamo scelto Go? Perché lo conoscevamo.",
        "Por que escolhemos Go? Porque já o conhecíamos.",
    ],
)
def test_a_question_that_its_speaker_answers_is_none(said: str) -> None:
    assert detect_question(said) is None
    assert sure(said[: said.index("?") + 1])


@pytest.mark.parametrize(
    "said", ["Und wie groß war das Team?", "Et combien de temps ?", "¿Y cuántas personas había?"]
)
def test_a_short_question_that_continues_leans(said: str) -> None:
    question = detect_question(said)
    assert question is not None
    assert question.leans
    alone = detect_question(said.replace("Und w", "W").replace("Et c", "C").replace("Y c", "C"))
    assert alone is not None
    assert not alone.leans


def test_dutch_needs_the_question_mark() -> None:
    question = detect_question("Waarom wil je dit?")
    assert question is not None
    assert question.confidence > 0.8
    assert detect_question("Waarom wil je dit") is None


@pytest.mark.parametrize("text", ["Ja, genau.", "D'accord.", "Vale.", "Va bene.", "Entendi.", "Okay."])
def test_backchannels_of_every_language(text: str) -> None:
    assert SpokenText.of(final(text)).is_backchannel
    assert not SpokenText.of(final(f"{text} Postgres.")).is_backchannel


@pytest.mark.parametrize("code", RULES)
def test_no_pattern_matches_nothing(code: str) -> None:
    """An empty alternative in a table would match every sentence."""
    for marked in (False, True):
        assert RULES[code].classify("xyz", "xyz", "", marked=marked) is None
    assert RULES[code].classify("Xyz xyz xyz xyz.", "Xyz xyz xyz xyz.", "", marked=False) is None


@pytest.mark.parametrize("code", FILES)
def test_the_words_of_a_question_stand_where_its_span_says(code: str) -> None:
    for line in read_lines(FILES[code]):
        said = f"Okay. {line.said}"
        question = detect_question(said)
        if question is not None:
            found = " ".join(" ".join(said[start:stop].split()) for start, stop in question.spans)
            assert found.casefold() == question.text.casefold()
