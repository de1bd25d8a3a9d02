"""Commands that measure answers: `cuecard bench answers`, `questions`, `notes`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.commands.options import SeedOption, ShowOption


def answers(
    questions: Annotated[int, typer.Option(min=1, help="Number of questions, one after the other.")] = 200,
    notes: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Notes to search for each question."),
    ] = None,
) -> None:
    """Latency added between a question and its answer, with a local server; and a burst of questions."""
    from bench.answers.latency import measure

    measure(questions, notes or [])


def questions(
    data: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Other labelled lines.")
    ] = None,
    finals: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A session that --json printed, with its labels."),
    ] = None,
    spoken: Annotated[
        bool, typer.Option("--spoken", help="Play 40 questions with a pause inside through a session.")
    ] = False,
    seed: SeedOption = 1,
    show: ShowOption = False,
) -> None:
    """Accuracy of question detection: on labelled lines, on the finals of sessions, or through a session."""
    from bench.answers import cut_questions, question_finals
    from bench.answers.question_lines import LINES, language_files
    from bench.answers.questions import measure

    if spoken:
        cut_questions.measure(seed, show_errors=show)
    elif finals:
        question_finals.measure(finals, show_errors=show)
    else:
        measure(data or LINES, {} if data else language_files(), show_errors=show)


def notes(
    corpus: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Other documents and questions.")
    ] = None,
    megabytes: Annotated[float, typer.Option(min=0.0, help="Size of the notes to time; 0 to skip.")] = 1.0,
    show: ShowOption = False,
) -> None:
    """Accuracy and speed of retrieval from notes."""
    from bench.answers.notes import CORPUS, measure

    measure(corpus or CORPUS, megabytes=megabytes, show_errors=show)


def summary(
    corpus: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Has the labelled talks.")],
    base_url: Annotated[
        str, typer.Option(help="Of an OpenAI-compatible server.")
    ] = "http://127.0.0.1:11434/v1",
    model: Annotated[str, typer.Option(help="One of its models, of 3B or larger.")] = "llama3.2:3b",
    facts: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Other labels.")] = None,
) -> None:
    """Labelled facts that summaries of talks have, and actions that were never taken on."""
    from bench.answers.summaries import FACTS, measure

    measure(corpus, base_url, model, facts or FACTS)
