"""Formulas of queueing theory that the simulation is tested against. Pure."""

from __future__ import annotations


def md1_wait_s(rate: float, service_s: float) -> float:
    """Return the mean wait in an M/D/1 queue, by Pollaczek and Khinchine.

    Args:
        rate: Arrivals a second, a Poisson process.
        service_s: Every service takes this long.

    Raises:
        ValueError: The load is 1 or more, so the wait has no bound.
    """
    load = rate * service_s
    if load >= 1:
        raise ValueError(f"the load is {load:.2f}, which one server cannot carry")
    return load * service_s / (2 * (1 - load))
