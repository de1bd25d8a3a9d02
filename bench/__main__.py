"""`python -m bench NAME`: one measurement each; a table for people, one JSON line last for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

Corpus = Annotated[
    Path, typer.Option(exists=True, file_okay=False, help="A folder with audio and manifest.jsonl.")
]


@app.command()
def ring(
    seconds: Annotated[float, typer.Option(help="How long the readers race the writer.")] = 60.0,
    speed: Annotated[float, typer.Option(help="How many times faster than real time.")] = 50.0,
) -> None:
    """Cost of a 20 ms read, and three readers against a fast writer: how many torn reads were accepted."""
    from bench.ring import measure

    measure(seconds, speed)


@app.command()
def hub(
    events: Annotated[int, typer.Option(help="How many events to send.")] = 4000,
    rate: Annotated[float, typer.Option(help="Events a second.")] = 200.0,
) -> None:
    """From an event being said to a subscriber in another process having it."""
    from bench.hub import measure

    measure(events, rate)


@app.command()
def live(
    corpus: Corpus,
    clips: Annotated[int, typer.Option(help="How many utterances to play.")] = 24,
    seed: Annotated[int, typer.Option(help="Which ones, and in which order.")] = 1,
    offline: Annotated[
        bool, typer.Option(help="Score faster-whisper's transcribe() on the same clips.")
    ] = True,
) -> None:
    """Clean speech on two sources at real pace: end of speech to final, word errors, utterances lost."""
    from bench.live import measure_speech

    measure_speech(corpus, clips, seed, offline=offline)


@app.command()
def noise(corpus: Corpus) -> None:
    """Noise, music and silence at real pace: words that nobody said."""
    from bench.live import measure_noise

    measure_noise(corpus)


@app.command()
def session(
    seconds: Annotated[float, typer.Option(help="How long to sit in silence.")] = 30.0,
) -> None:
    """Start, idle and stop of a session with two silent sources: time, CPU, memory, leftovers."""
    from bench.session import measure

    measure(seconds)


if __name__ == "__main__":
    app()
