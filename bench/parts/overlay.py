"""Measures the window: time from an event to the painted frame, CPU, memory, start."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import Xlib.display
from Xlib import X, error

import session
from bench.harness.report import show
from bus import messages as m
from bus import wiring
from bus.bootstrap import SUPERVISOR_VARIABLE
from bus.client import HubClient
from bus.failures import MachineFailure
from bus.run import RUN_VARIABLE, Run
from overlay import strings
from overlay.settings import OverlaySettings
from session.run.end.statistics import percentile

_ANSWER_BYTES = 10_000
_RATE = 20
_WORDS = ("consumer", "prefetch", "queue", "**measured**", "`latency`", "the", "a", "we", "half", "broker")
_SETTLE_S = 2.0
_STARTS = 5


def measure(seconds: float, hours: float) -> None:
    """Measure and print, on the present display or one of our own."""
    with _display() as display:
        painted_ms, streaming, memory_mb = _measure_streaming(display)
        captions, idle = _measure_cpu(display, seconds)
        grown_mb, events = _measure_hours(display, hours)
        starts_s = _measure_starts(display)
    hostile_ms = _measure_hostile()
    rows = [
        (
            "event to painted frame",
            f"p50 {percentile(painted_ms, 0.5):.1f}, p95 {percentile(painted_ms, 0.95):.1f} ms",
        ),
        ("", f"{len(painted_ms)} updates, {_RATE} a second, of an answer of {_ANSWER_BYTES} bytes"),
        (
            "start to window",
            f"{statistics.median(starts_s):.2f} s, of {', '.join(f'{s:.2f}' for s in starts_s)}",
        ),
        ("CPU while it streams", f"{streaming * 100:.1f} % of a core"),
        ("CPU while captions run", f"{captions * 100:.1f} %"),
        ("CPU idle", f"{idle * 100:.1f} %"),
        ("memory", f"{memory_mb:.0f} MB resident"),
        (f"{hours:g} h of session", f"{grown_mb:+.1f} MB after {events} events"),
        ("100 kB of hostile Markdown", f"{hostile_ms:.0f} ms, the worst of several"),
    ]
    figures = {
        "painted_p50_ms": percentile(painted_ms, 0.5),
        "painted_p95_ms": percentile(painted_ms, 0.95),
        "streaming_core_share": streaming,
        "captions_core_share": captions,
        "idle_core_share": idle,
        "rss_mb": memory_mb,
        "grown_mb": grown_mb,
        "starts_s": starts_s,
        "hostile_ms": hostile_ms,
    }
    show("overlay", rows, figures)


class _Window:
    """A window on a hub of its own, and the clients of the stages that publish to it."""

    def __init__(self, display: str) -> None:
        self.run = Run.create({"overlay": msgspec.to_builtins(OverlaySettings(global_keys=False))})
        environment = {
            **os.environ,
            RUN_VARIABLE: str(self.run.directory),
            SUPERVISOR_VARIABLE: str(os.getpid()),
            "DISPLAY": display,
        }
        self._hub = subprocess.Popen([sys.executable, "-m", "bus"], env=environment)
        window = [sys.executable, "-m", "bench.parts.overlay_process"]
        self.process = subprocess.Popen(window, env=environment, stdout=subprocess.PIPE)
        self.clients: dict[str, HubClient] = {}
        with HubClient("session", self.run, kinds=wiring.LOGGED) as listener:
            give_up_s = time.monotonic() + 30
            while not any(isinstance(each.event, m.StageReady) for each in listener.poll(0.2)):
                if time.monotonic() > give_up_s:
                    raise MachineFailure("the window did not start", fix="run `cuecard doctor`")

    def publish(self, event: m.Event, stage: str) -> None:
        if stage not in self.clients:
            self.clients[stage] = HubClient(stage, self.run, kinds=frozenset())
        self.clients[stage].publish(event)

    def open(self) -> None:
        """Publish the start of a session."""
        names = {"mic": "You", "call": "Them"}
        sources = ["call", "mic"]
        started = m.SessionStarted(version="", sources=sources, names=names, answer="auto", started_ns=1)
        self.publish(started, "session")

    def close(self) -> list[tuple[int, int]]:
        """End it, and return when each batch of events was logged and painted."""
        for client in self.clients.values():
            client.close()
        self.process.terminate()
        content, _ = self.process.communicate(timeout=15)
        self._hub.terminate()
        self._hub.wait(15)
        self.run.remove()
        return msgspec.json.decode(content or b"[]", type=list[tuple[int, int]])


@contextlib.contextmanager
def _window(display: str) -> Iterator[_Window]:
    window = _Window(display)
    try:
        window.open()
        yield window
    finally:
        if window.process.poll() is None:
            window.close()


def _measure_streaming(display: str) -> tuple[list[float], float, float]:
    """Return times from event to painted frame in ms, the share of a core, and resident memory in MB."""
    with _window(display) as window:
        process = psutil.Process(window.process.pid)
        question = m.QuestionDetected(
            question=1,
            source="call",
            utterance=1,
            text="What was the hardest part?",
            confidence=1,
            kind="question",
        )
        window.publish(question, "llm")
        time.sleep(_SETTLE_S)
        updates = _ANSWER_BYTES // 50
        began_s, cpu_s = time.monotonic(), _cpu_s(process)
        for number in range(updates):
            _wait_until(began_s + number / _RATE)
            delta = _words(50) + ("\n\n- " if number % 12 == 11 else " ")
            window.publish(m.AnswerStreamed(question=1, delta=delta, received_ns=time.monotonic_ns()), "llm")
        share = (_cpu_s(process) - cpu_s) / (time.monotonic() - began_s)
        time.sleep(0.5)
        memory_mb = process.memory_info().rss / 1e6
        times = window.close()
    return [(painted - logged) / 1e6 for logged, painted in times[-updates + 5 :]], share, memory_mb


def _measure_cpu(display: str, seconds: float) -> tuple[float, float]:
    """Return the share of a core while captions run, and while nothing happens."""
    with _window(display) as window:
        process = psutil.Process(window.process.pid)
        time.sleep(_SETTLE_S)
        began_s, cpu_s, number = time.monotonic(), _cpu_s(process), 0
        while time.monotonic() < began_s + seconds:
            _wait_until(began_s + number / 10)
            for event, stage in _conversation(number):
                window.publish(event, stage)
            number += 1
        captions = (_cpu_s(process) - cpu_s) / (time.monotonic() - began_s)
        time.sleep(_SETTLE_S)
        began_s, cpu_s = time.monotonic(), _cpu_s(process)
        time.sleep(seconds)
        return captions, (_cpu_s(process) - cpu_s) / (time.monotonic() - began_s)


def _measure_hours(display: str, hours: float) -> tuple[float, int]:
    """Return how much memory grows in the second half of a session of many hours, played fast."""
    with _window(display) as window:
        process = psutil.Process(window.process.pid)
        tenths, events, half_mb = round(hours * 36_000), 0, 0.0
        for number in range(tenths):
            for event, stage in _conversation(number, levels=False):
                window.publish(event, stage)
                events += 1
            if number % 200 == 199:
                time.sleep(0.02)
            if number == tenths // 2:
                time.sleep(_SETTLE_S)
                half_mb = process.memory_info().rss / 1e6
        time.sleep(_SETTLE_S)
        return process.memory_info().rss / 1e6 - half_mb, events


def _measure_starts(display: str) -> list[float]:
    """Return the times from the start of `cuecard run` to its mapped window, in seconds."""
    recording = Path(session.__file__).parent / "demo/call.flac"
    command = [sys.executable, "-m", "session", "run", "--json", "--view", "overlay"]
    command += ["--source", f"call=file:{recording}"]
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": ""}
    times: list[float] = []
    for _ in range(_STARTS):
        began_s = time.monotonic()
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not _is_window_mapped(display):
            if time.monotonic() > began_s + 30:
                raise MachineFailure("the window did not open", fix="run `cuecard doctor`")
            time.sleep(0.005)
        times.append(time.monotonic() - began_s)
        process.send_signal(signal.SIGINT)
        process.wait(30)
    return times


def _is_window_mapped(display: str) -> bool:
    connection = Xlib.display.Display(display)
    try:
        return any(
            window.get_wm_name() == strings.TITLE and window.get_attributes().map_state == X.IsViewable
            for window in connection.screen().root.query_tree().children
        )
    except error.BadWindow:  # it was destroyed meanwhile
        return False
    finally:
        connection.close()


def _conversation(tenth: int, *, levels: bool = True) -> Iterator[tuple[m.Event, str]]:
    """Yield the events of a tenth of a second in which two people speak in turn, 5 s each."""
    utterance, at = divmod(tenth, 50)
    source = ("call", "mic")[utterance % 2]
    sample = tenth * 1_600
    if levels:
        for each in ("call", "mic"):
            level = random.Random(tenth).uniform(-40, -20)
            measured = m.LevelMeasured(source=each, rms_dbfs=level, peak_dbfs=level + 6, stop_sample=sample)
            yield measured, f"capture:{each}"
    words = " ".join(_WORDS[(utterance + word) % len(_WORDS)] for word in range(1 + at // 4))
    if at == 0:
        started = m.SpeechStarted(
            source=source, utterance=utterance + 1, start_sample=sample, detected_sample=sample
        )
        yield started, f"vad:{source}"
    elif at % 4 == 0:
        partial = m.PartialTranscribed(
            source=source, utterance=utterance + 1, text=words, stable_words=at // 6, stop_sample=sample
        )
        yield partial, "stt"
    elif at == 49:
        yield _final(source, utterance + 1, words, sample), "stt"


def _final(source: str, utterance: int, text: str, sample: int) -> m.FinalTranscribed:
    return m.FinalTranscribed(
        source=source,
        utterance=utterance,
        text=text,
        start_sample=sample - 70_000,
        quiet_sample=sample,
        stop_sample=sample,
        mean_log_probability=-0.1,
        no_speech_probability=0.0,
        window_s=5.0,
        retried=False,
        speculative=False,
        queue_ms=0.0,
        compute_ms=100.0,
    )


def _measure_hostile() -> float:
    """Return the longest time in ms in which the window draws 100 kB of hostile Markdown as an answer."""
    texts = ["[" * 100_000, "> " * 50_000, "**a" * 33_000, "|" * 100_000, "`" * 100_000, "<b>" * 33_000]
    texts += ["*a " * 33_000, "1. " * 33_000, "- " * 50_000, "1. - > " * 14_000]
    code = (
        "from bench.parts.overlay_process import hostile_ms; import sys; print(hostile_ms(sys.stdin.read()))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    times = [
        float(subprocess.run([sys.executable, "-c", code], input=text, env=environment, text=True,
                             check=True, capture_output=True).stdout)
        for text in texts
    ]  # fmt: skip
    return max(times)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _words(characters: int) -> str:
    chosen = random.Random(characters)
    text = ""
    while len(text) < characters:
        text += f"{chosen.choice(_WORDS)} "
    return text.strip()


def _wait_until(at_s: float) -> None:
    time.sleep(max(at_s - time.monotonic(), 0.0))


@contextlib.contextmanager
def _display() -> Iterator[str]:
    """Yield the present display, or one without a screen."""
    if named := os.environ.get("DISPLAY"):
        yield named
        return
    if shutil.which("Xvfb") is None:
        raise MachineFailure("there is no display", fix="install xvfb, or run it on a desktop")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)
