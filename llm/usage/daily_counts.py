"""Daily counts of requests, tokens and dollars on disk, without any content.

One small file, readable by the user alone, with 31 days; concurrent sessions lock it. When it is damaged or
cannot be written, that is reported once and the session counts in memory.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import platformdirs

from bus.failures import Failure, MachineFailure
from llm.settings import LlmSettings
from llm.usage.totals import Count, Totals

KEPT_DAYS = 31

_LOCK_TIMEOUT_S = 0.5
_LOCK_RETRY_S = 0.005
_MAX_BYTES = 1 << 16

_decoder = msgspec.json.Decoder(dict[datetime.date, Count])


class DailyCounts:
    """The file, at this path."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def day(self, day: datetime.date) -> Count:
        """Return the count of a day.

        Raises:
            MachineFailure: The file cannot be read, or is damaged.
        """
        with self._failures():
            return self._read().get(day, Count())

    def add(self, day: datetime.date, count: Count) -> Count:
        """Add to a day and return its count.

        Raises:
            MachineFailure: The file cannot be written, or is damaged.
        """
        with self._failures():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self._path.with_suffix(".lock")):
                days = self._read()
                days[day] = days.get(day, Count()) + count
                oldest = day - datetime.timedelta(days=KEPT_DAYS - 1)
                self._write({each: days[each] for each in sorted(days) if each >= oldest})
                return days[day]

    def _read(self) -> dict[datetime.date, Count]:
        try:
            with self._path.open("rb") as file:
                return _decoder.decode(file.read(_MAX_BYTES))
        except FileNotFoundError:
            return {}

    def _write(self, days: dict[datetime.date, Count]) -> None:
        new = self._path.with_suffix(f".{os.getpid()}")
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(days)) + b"\n")
            new.replace(self._path)
        except OSError:
            new.unlink(missing_ok=True)
            raise

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        kept = "usage is counted for this session only; daily limits do not include other sessions"
        try:
            yield
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise MachineFailure(
                f"the counts in {self._path} are damaged",
                kept=kept,
                fix="remove that file to start counting from zero",
            ) from error
        except OSError as error:
            raise MachineFailure(
                f"the counts in {self._path} cannot be saved ({error.strerror or error})",
                kept=kept,
                fix="check that you own the folder and that the disk is not full",
            ) from error


class Budget:
    """Usage of this session and of the day, saved on disk as long as that works.

    Args:
        report: Called once when the file fails.
        path: Another file than the user's own, for tests.
        today: Returns the local date.
    """

    def __init__(
        self,
        report: Callable[[Failure], None],
        path: Path | None = None,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        self._report = report
        self._today = today
        self._file: DailyCounts | None = DailyCounts(path or user_counts())
        self._date = today()
        self.totals = Totals()
        """Includes other sessions as of the last `add` or `limit_reached`."""
        self._refresh()

    def add(self, *, cost: float | None, prompt_tokens: int, answer_tokens: int) -> None:
        """Count a request; without a price only its tokens."""
        count = Count(requests=1, prompt_tokens=prompt_tokens, answer_tokens=answer_tokens, cost=cost or 0.0)
        self._roll_over()
        self.totals = self.totals.add(count)
        if self._file is not None:
            self._update_day(lambda file: file.add(self._date, count))

    def restore(self, *, cost: float | None, prompt_tokens: int, answer_tokens: int) -> None:
        """Add to the session what this process counted before a restart; the day includes it already."""
        count = Count(requests=1, prompt_tokens=prompt_tokens, answer_tokens=answer_tokens, cost=cost or 0.0)
        self.totals = Totals(session=self.totals.session + count, day=self.totals.day)

    def limit_reached(self, settings: LlmSettings) -> str:
        """Return which limit forbids the next request and what to do; empty when none does."""
        if settings.day_limit or settings.day_requests_limit:
            self._refresh()
        return self.totals.limit_reached(settings)

    def _refresh(self) -> None:
        self._roll_over()
        if self._file is not None:
            self._update_day(lambda file: file.day(self._date))

    def _roll_over(self) -> None:
        if self._today() != self._date:
            self._date = self._today()
            self.totals = Totals(session=self.totals.session)

    def _update_day(self, count: Callable[[DailyCounts], Count]) -> None:
        assert self._file is not None
        try:
            self.totals = Totals(session=self.totals.session, day=count(self._file))
        except MachineFailure as failure:
            self._file = None
            self._report(failure)


def user_counts() -> Path:
    """Return the path of the user's counts."""
    return Path(platformdirs.user_state_dir("cuecard", appauthor=False)) / "spending.json"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock.

    Raises:
        OSError: Another process held it for too long.
    """
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        deadline_s = time.monotonic() + _LOCK_TIMEOUT_S
        while not _try_lock(file.fileno()):
            if time.monotonic() > deadline_s:
                raise OSError("another session holds the lock")
            time.sleep(_LOCK_RETRY_S)
        yield  # closing the file releases the lock


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
