"""Names of the files in the store are its index, without content."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.failures import UsageFailure
from session.store.entry import Entry, file_path, last_day, read_entry, stored_path
from tests.session.transcript.sessions import saved, turn

SESSION = saved(turn("We will buy Zanzibar.", 0, 2))
DAY = datetime.date(2026, 11, 28)


@pytest.mark.parametrize(
    ("reserved", "expire", "name"),
    [
        ("x.json", "", "2026-11-28-174500.65s.json"),
        ("x.json", "30d", "2026-11-28-174500.65s.until-2026-12-28.json"),
        ("x.json.age", "1d", "2026-11-28-174500.65s.until-2026-11-29.json.age"),
    ],
)
def test_a_name_has_date_length_and_expiry_alone(reserved: str, expire: str, name: str) -> None:
    path = stored_path(Path(reserved), SESSION, expire)
    assert path == Path(name)
    entry = read_entry(path)
    assert (entry.name, entry.length_s, entry.format) == ("2026-11-28-174500", 65, "json")
    assert entry.is_encrypted is (".age" in reserved)
    assert entry.until == last_day(expire, DAY)


def test_a_second_file_of_the_same_second_keeps_its_own_name() -> None:
    entry = read_entry(Path("2026-11-28-174500.65s.until-2026-12-28-2.json.age"))
    assert (entry.name, entry.until) == ("2026-11-28-174500-2", datetime.date(2026, 12, 28))
    assert entry.path_until(None) == Path("2026-11-28-174500.65s-2.json.age")


def test_a_session_expires_after_its_last_day() -> None:
    entry = Entry(Path("x"), until=DAY)
    assert [entry.has_expired(DAY + datetime.timedelta(days=days)) for days in (-1, 0, 1)] == [
        False,
        False,
        True,
    ]
    assert not Entry(Path("x")).has_expired(DAY)


@pytest.mark.parametrize(
    "name", ["talk.md", "2026-13-45-999999.json", "2026-11-28-174500.until-2026-99-99.json"]
)
def test_a_file_with_a_name_of_the_users_never_expires(name: str) -> None:
    entry = read_entry(Path(name))
    assert (entry.name, entry.started, entry.until) == (name, None, None)
    with pytest.raises(UsageFailure, match="was not named by Cuecard"):
        entry.path_until(DAY)


@pytest.mark.parametrize("expire", ["30", "-1d", "d", "soon", "9999999d"])
def test_other_times_are_refused(expire: str) -> None:
    with pytest.raises(UsageFailure, match="is no number of days"):
        last_day(expire, DAY)


@given(
    st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2200, 1, 1)),
    st.none() | st.integers(0, 9_999_999),
    st.none() | st.dates(),
    st.sampled_from(["session", "measures"]),
    st.sampled_from([".json", ".json.age"]),
)
def test_every_name_is_read_back(started, length_s, until, kind, suffix) -> None:  # type: ignore[no-untyped-def]
    entry = Entry(Path("x"), started.replace(microsecond=0), length_s, until, kind)
    path = file_path(entry, suffix)
    assert read_entry(path) == Entry(path, entry.started, length_s, until, kind)
