"""The counts of each day on disk: how many requests, tokens and dollars; never what was in them.

One small file, readable by the user alone, kept for 31 days. Sessions that run at once add to it one after
another. A file that is damaged or cannot be written is reported once; the session goes on counting in memory.
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
from llm.usage.totals import Count, Spending

KEPT_DAYS = 31

_LOCK_LIMIT_S = 0.5
_LOCK_RETRY_S = 0.005
_LARGEST_BYTES = 1 << 16

_decoder = msgspec.json.Decoder(dict[datetime.date, Count])


class DailyCounts:
    """The file.

    Args:
        path: Where it is, or is to be.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def day(self, day: datetime.date) -> Count:
        """Return what a day has come to.

        Raises:
            MachineFailure: The file cannot be read, or is damaged.
        """
        with self._failures():
            return self._read().get(day, Count())

    def add(self, day: datetime.date, count: Count) -> Count:
        """Add to a day, and return what it has come to.

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
                return _decoder.decode(file.read(_LARGEST_BYTES))
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
        kept = "what is spent is counted for this session only; limits of the day do not see other sessions"
        try:
            yield
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise MachineFailure(
                f"the counts in {self._path} are damaged",
                kept=kept,
                fix="remove that file to count anew",
            ) from error
        except OSError as error:
            raise MachineFailure(
                f"the counts in {self._path} cannot be kept ({error.strerror or error})",
                kept=kept,
                fix="see that the folder is yours and not full",
            ) from error


class Budget:
    """What is spent, by this session and by the day, on disk as long as that works.

    Args:
        report: Is told once when the file fails.
        path: The file, in the place of the user's own.
        today: Tells the day; the user's, by the clock on the wall.
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
        self.spending = Spending()
        """As far as is known; other sessions are seen with every `add` and `limit_reached`."""
        self._refresh()

    def add(self, *, cost: float | None, prompt_tokens: int, answer_tokens: int) -> None:
        """Count a request; one whose price is not known counts with its tokens alone."""
        count = Count(requests=1, prompt_tokens=prompt_tokens, answer_tokens=answer_tokens, cost=cost or 0.0)
        self._turn_page()
        self.spending = self.spending.add(count)
        if self._file is not None:
            self._take_day(lambda file: file.add(self._date, count))

    def recall(self, *, cost: float | None, prompt_tokens: int, answer_tokens: int) -> None:
        """Count again for the session what an earlier life of this process counted for session and day."""
        count = Count(requests=1, prompt_tokens=prompt_tokens, answer_tokens=answer_tokens, cost=cost or 0.0)
        self.spending = Spending(session=self.spending.session + count, day=self.spending.day)

    def limit_reached(self, settings: LlmSettings) -> str:
        """Return which limit keeps the next request from being sent and what to do, or an empty text."""
        if settings.day_limit or settings.day_requests_limit:
            self._refresh()
        return self.spending.limit_reached(settings)

    def _refresh(self) -> None:
        self._turn_page()
        if self._file is not None:
            self._take_day(lambda file: file.day(self._date))

    def _turn_page(self) -> None:
        if self._today() != self._date:
            self._date = self._today()
            self.spending = Spending(session=self.spending.session)

    def _take_day(self, ask: Callable[[DailyCounts], Count]) -> None:
        assert self._file is not None
        try:
            self.spending = Spending(session=self.spending.session, day=ask(self._file))
        except MachineFailure as failure:
            self._file = None
            self._report(failure)


def user_counts() -> Path:
    """Return where the counts are kept."""
    return Path(platformdirs.user_state_dir("cuecard", appauthor=False)) / "spending.json"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Be the only one who writes; wait for others, but not for one that hangs.

    Raises:
        OSError: Another process did not let go.
    """
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        give_up = time.monotonic() + _LOCK_LIMIT_S
        while not _try_lock(file.fileno()):
            if time.monotonic() > give_up:
                raise OSError("another session does not let go of them")
            time.sleep(_LOCK_RETRY_S)
        yield  # closing the file lets go of it


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
