"""Commands that measure single parts: `cuecard bench ring`, `hub`, `session`, …"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bench.commands.options import SeedOption


def ring(
    seconds: Annotated[float, typer.Option(help="Duration of the race.")] = 60.0,
    speed: Annotated[float, typer.Option(help="Speed of the writer, times real time.")] = 50.0,
) -> None:
    """Cost of a 20 ms read; and three readers racing a fast writer: how many torn reads were accepted."""
    from bench.parts.ring import measure

    measure(seconds, speed)


def devices(
    minutes: Annotated[float, typer.Option(min=0.2, help="How long latency and losses are measured.")] = 10.0,
    times: Annotated[int, typer.Option(min=1, help="How often to unplug, and to restart the server.")] = 10,
) -> None:
    """Live capture with a private PulseAudio: latency, losses, recovery after unplugging and restarts."""
    from bench.parts.devices import measure

    measure(minutes, times)


def hub(
    events: Annotated[int, typer.Option(help="Number of events.")] = 4000,
    rate: Annotated[float, typer.Option(help="Events a second.")] = 200.0,
) -> None:
    """Latency of an event from one process to a subscriber in another."""
    from bench.parts.hub import measure

    measure(events, rate)


def session(
    seconds: Annotated[float, typer.Option(help="Duration of silence.")] = 30.0,
) -> None:
    """Start, idle and stop of a session with two silent sources: time, CPU, memory, leftovers."""
    from bench.parts.session import measure

    measure(seconds)


def overlay(
    seconds: Annotated[float, typer.Option(help="How long captions run, and then nothing.")] = 15.0,
    hours: Annotated[float, typer.Option(help="Length of a session that is played fast.")] = 4.0,
) -> None:
    """The window: event to painted frame, CPU, memory, growth in hours, hostile Markdown."""
    from bench.parts.overlay.measure import measure

    measure(seconds, hours)


def echo(
    call: Annotated[
        Path | None, typer.Option(exists=True, help="What the computer plays, 16 kHz; else the demo's call.")
    ] = None,
    mic: Annotated[
        Path | None, typer.Option(exists=True, help="What the user says, 16 kHz; else the demo's.")
    ] = None,
    shift: Annotated[
        float, typer.Option(min=0.0, help="Let the user speak so many seconds earlier, over the call.")
    ] = 0.0,
    seconds: Annotated[float, typer.Option(min=10.0, help="How much is played.")] = 95.0,
) -> None:
    """Loudspeakers in simulated rooms: the call's words that come twice, and the user's that are kept."""
    from bench.parts.echo import measure
    from session.run.start.demo import DEMO

    measure(call or DEMO / "call.flac", mic or DEMO / "mic.flac", shift_s=shift, seconds=seconds)


def endurance(
    minutes: Annotated[float, typer.Option(min=2.0, help="Duration.")] = 30.0,
    stall: Annotated[bool, typer.Option(help="Stop the transcriber for five seconds in the middle.")] = False,
) -> None:
    """A long conversation: does lag grow, does memory grow, is anything lost?"""
    from bench.faults.endurance import measure

    measure(minutes, stall=stall)


def overload(
    load: Annotated[
        Literal["slow", "cpu", "sources"],
        typer.Option(help="The transcriber slowed down, every core busy, or eight sources."),
    ] = "slow",
    seconds: Annotated[float, typer.Option(min=5.0, help="How long.")] = 45.0,
    share: Annotated[
        float, typer.Option(min=0.005, max=1.0, help="Share of its time that a slowed transcriber gets.")
    ] = 0.1,
) -> None:
    """Overload for a while: delays, losses, reports, and time to recover."""
    from bench.faults.overload import measure

    measure(load, seconds, share=share)


def drift(
    hours: Annotated[float, typer.Option(min=0.05, help="Duration on the session's clock.")] = 8.0,
    every: Annotated[float, typer.Option(min=20.0, help="Seconds between two sentences.")] = 120.0,
    real_pace: Annotated[bool, typer.Option("--real-pace", help="Play in real time.")] = False,
) -> None:
    """Hours of a session in minutes: memory, descriptors, threads, and clock drift."""
    from bench.faults.drift import measure

    measure(hours, every_s=every, at_real_pace=real_pace)


def seats(
    target: Annotated[
        float,
        typer.Option(min=1.0, help="Highest p95 in ms from a request to its words: hidden by the wait."),
    ] = 224.0,
    network: Annotated[float, typer.Option(min=0.0, help="Network, there and back, in ms.")] = 5.0,
    pass_ms: Annotated[
        float | None, typer.Option(min=0.1, help="Pass time of your card, as `bench gpu` prints it.")
    ] = None,
    more_ms: Annotated[
        float, typer.Option(min=0.0, help="Time of each further pass in a batch on your card.")
    ] = 0.0,
    seconds: Annotated[float, typer.Option(min=10.0, help="Simulated time.")] = 60.0,
    seed: SeedOption = 1,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the tables of docs/decisions/seats.md.")
    ] = False,
) -> None:
    """Simulate seats that share one machine's transcription: p95 against seats. It is a design only."""
    from bench.seats.measuring import Simulation, measure

    measure(Simulation(target, network, seconds, seed, pass_ms, more_ms), markdown=markdown)
