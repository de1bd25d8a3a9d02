"""Simulation of many seats: against theory, its invariants, and the tables of the document."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.seats.experiments import Trials, admit, most_seats, point
from bench.seats.measuring import Simulation, admitted, latencies, seats_at_target
from bench.seats.queueing import md1_wait_s
from bench.seats.server import Server, simulate
from bench.seats.workload import Arrival, arrivals, interview

DOCUMENT = Path(__file__).parents[3] / "docs" / "decisions" / "seats.md"
TRIALS = Trials(interview(), network_s=0.005, seconds=30, seed=1)

requests = st.lists(
    st.tuples(st.floats(0, 2), st.integers(0, 3), st.booleans()).map(lambda each: Arrival(*each)), max_size=30
).map(lambda found: sorted(found, key=lambda each: each.at_s))
servers = st.builds(
    Server, st.floats(0.01, 0.2), st.floats(0, 0.05), st.integers(1, 8), st.floats(0, 0.05), st.integers(1, 3)
)


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_the_wait_is_that_of_the_m_d_1_queue(load: float) -> None:
    service_s = 0.05
    at_s = np.cumsum(np.random.default_rng(3).exponential(service_s / load, 60_000))
    done, _ = simulate([Arrival(float(each), 0) for each in at_s], Server(service_s))
    wait_s = np.mean([each.start_s - each.arrival.at_s for each in done])
    assert wait_s == pytest.approx(md1_wait_s(load / service_s, service_s), rel=0.06)


def test_a_load_of_one_has_no_mean_wait() -> None:
    with pytest.raises(ValueError, match=r"1\.00"):
        md1_wait_s(20, 0.05)


@given(requests, servers)
def test_every_pass_is_computed_once_or_was_a_dropped_partial(found: list[Arrival], server: Server) -> None:
    done, dropped = simulate(found, server)
    assert len(done) + dropped == len(found)
    assert sum(each.arrival.is_final for each in done) == sum(each.is_final for each in found)
    for each in done:
        assert each.start_s >= each.arrival.at_s
        assert each.batch <= server.largest_batch
        assert each.stop_s - each.start_s == pytest.approx(server.service_s(each.batch))
    starts = sorted({(each.start_s, each.stop_s) for each in done})
    for start_s, _ in starts:
        running = sum(begin <= start_s < end for begin, end in starts)
        assert running <= server.executors


def test_a_window_delays_a_lone_pass_and_a_full_batch_does_not_wait() -> None:
    server = Server(0.1, 0.01, largest_batch=2, window_s=0.02)
    (lone,), _ = simulate([Arrival(1.0, 0)], server)
    assert lone.sojourn_s == pytest.approx(0.12)
    full, _ = simulate([Arrival(1.0, 0), Arrival(1.005, 1)], server)
    assert [each.start_s for each in full] == [1.005, 1.005]


def test_a_final_is_computed_before_partials_that_came_earlier() -> None:
    found = [Arrival(0.0, 0), Arrival(0.01, 1, False), Arrival(0.02, 2)]
    done, _ = simulate(found, Server(0.1))
    assert [each.arrival.seat for each in done] == [0, 2, 1]


def test_a_turn_has_partials_while_it_lasts_and_a_final_after_its_end() -> None:
    speech = interview(inner_pauses=0)
    passes = arrivals(speech, 0, 600, np.random.default_rng(1))
    finals = [each.at_s for each in passes if each.is_final]
    turn_s = np.mean(speech.turns_s) + np.mean(speech.gaps_s)
    assert len(finals) == pytest.approx(600 / turn_s, rel=0.1)
    assert passes == sorted(passes, key=lambda each: each.at_s)


def test_batches_carry_more_seats_and_a_lower_target_fewer() -> None:
    alone, batched = Server(0.06), Server(0.06, 0.006, 32)
    assert 0 < most_seats(TRIALS, alone, 224) < most_seats(TRIALS, batched, 224)
    assert most_seats(TRIALS, batched, 120) < most_seats(TRIALS, batched, 224)
    assert most_seats(TRIALS, batched, 60) == 0
    assert point(TRIALS, batched, 4) == point(TRIALS, batched, 4)


def test_admission_stops_near_what_fits() -> None:
    server = Server(0.1, 0.015, 32)
    fit = most_seats(TRIALS, server, 300)
    found = admit(TRIALS, server, 300, 2 * fit, 2.0)
    assert found.admitted + found.refused == 2 * fit
    assert fit / 2 < found.admitted < 2 * fit


@pytest.mark.long
def test_the_document_has_the_tables_that_the_command_prints() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    simulation = Simulation(target_ms=224, network_ms=5, seconds=60, seed=1)
    for table in (latencies(simulation), seats_at_target(simulation), admitted(simulation)):
        for cells in table:
            assert f"| {' | '.join(cells)} |" in text
