"""Tests of the search for passages, by words and topics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.notes.index.passages import cut
from llm.notes.read.note_files import Note
from llm.notes.search import Notes, open_notes

NOTES = """# Acme
## Billing migration
I led five people and moved 40 million invoices from Oracle to Postgres without downtime.

## Conflict
Sales wanted the release early; I disagreed with my manager and proposed a pilot with two customers.

# Skills
Python, Rust, Kubernetes, Terraform.

# Failures
A cache without a limit took the shop down for an hour. I wrote the post-mortem and added load tests.

# About me
Backend engineer from Hamburg, seven years.

# Education
BSc in physics, University of Bonn, 2012.
"""


@pytest.fixture(scope="module")
def notes() -> Notes:
    return Notes(cut([Note("resume.md", NOTES)]))


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("Tell me about a database migration you did.", "Acme > Billing migration"),
        ("How did you migrate the invoices?", "Acme > Billing migration"),
        ("Describe a time you had a conflict with your manager.", "Acme > Conflict"),
        ("Did you ever disagree with a manager?", "Acme > Conflict"),
        ("What is your experience with Kubernetes?", "Skills"),
        ("Tell me about a failure.", "Failures"),
        ("Where did you get your education?", "Education"),
        ("Could you tell me a little about yourself and what you have worked on recently?", "About me"),
        ("What did you study at university?", "Education"),
    ],
)
def test_best_passage_comes_first(notes: Notes, question: str, heading: str) -> None:
    found = notes.best_passages(question)
    assert found
    assert found[0].heading == heading


@pytest.mark.parametrize(
    "question",
    ["What is the capital of France?", "How does garbage collection work in Java?", "What would you do?",
     "Why should we hire you?", "", "???"],
)  # fmt: skip
def test_nothing_comes_up_when_nothing_fits(notes: Notes, question: str) -> None:
    assert notes.best_passages(question) == []


def test_synonyms_find_a_passage(notes: Notes) -> None:
    found = notes.best_passages("Which university did you go to?")
    assert found
    assert found[0].heading == "Education"


def test_common_questions_find_notes_on_their_topics(notes: Notes) -> None:
    found = notes.best_passages("Tell me about a time when you got it badly wrong and failed.")
    assert "Failures" in [passage.heading for passage in found]


def test_page_headings_are_not_words() -> None:
    assert (
        open_notes([Note("a.pdf", "# Page 3\n\nApples and pears.\n")]).best_passages("What is on page 3?")
        == []
    )


def test_prepared_answers_are_found_by_notes() -> None:
    notes = open_notes([Note("faq.md", "## Why do you want to leave?\nI am done here.\n")])
    answer = notes.prepared("So why are you leaving?")
    assert answer is not None
    assert answer.text == "I am done here."
    assert notes.prepared("What is the capital of France?") is None


def test_without_a_model_there_are_no_embeddings(notes: Notes) -> None:
    assert not notes.wait_for_embeddings(0.0)


def test_number_of_passages_is_limited(notes: Notes) -> None:
    assert len(notes.best_passages("migration, conflict, manager, cache, physics, Python", at_most=2)) <= 2


def test_no_notes_have_no_passages() -> None:
    assert Notes([]).best_passages("What is the capital of France?") == []


@given(st.text(max_size=200), st.text(max_size=100))
def test_any_notes_and_question_are_accepted(text: str, question: str) -> None:
    found = Notes(cut([Note("a.md", text)])).best_passages(question)
    assert len(found) <= 3
    assert [passage.score for passage in found] == sorted((p.score for p in found), reverse=True)
