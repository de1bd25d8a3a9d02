from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.notes import Note
from llm.passages import cut
from llm.search import Notes

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
def test_the_passage_that_matters_comes_first(notes: Notes, question: str, heading: str) -> None:
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


def test_no_more_passages_come_than_are_wanted(notes: Notes) -> None:
    assert len(notes.best_passages("migration, conflict, manager, cache, physics, Python", at_most=2)) <= 2


def test_no_notes_hold_no_passages() -> None:
    assert Notes([]).best_passages("What is the capital of France?") == []


@given(st.text(max_size=200), st.text(max_size=100))
def test_any_notes_and_any_question_are_dealt_with(text: str, question: str) -> None:
    found = Notes(cut([Note("a.md", text)])).best_passages(question)
    assert len(found) <= 3
    assert [passage.score for passage in found] == sorted((p.score for p in found), reverse=True)
