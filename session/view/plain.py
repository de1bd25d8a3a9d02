"""Plain view for pipes and logs: a labelled line for each event."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay.strings import NO_PROVIDER, NOT_UNDERSTOOD, PRICE_UNKNOWN, money
from session.view.practice_lines import practice_lines
from session.view.printable import printable
from session.view.view import View

_LABEL_WIDTH = 9
_PASSAGE_CHARACTERS = 160


class PlainLines(View):
    """Writes readable lines to standard output."""

    def __init__(self) -> None:
        if isinstance(sys.stdout, TextIOWrapper):  # characters that the terminal lacks become "?"
            sys.stdout.reconfigure(errors="replace")
        self._answers: dict[int, str] = {}

    def apply(self, logged: m.Logged) -> None:
        """Write the lines of an event, if it has any."""
        for label, text in self._lines(logged.event):
            print(f"{label:<{_LABEL_WIDTH}} {printable(text)}")

    def refresh(self) -> None:
        """Flush standard output."""
        sys.stdout.flush()

    def _lines(self, event: m.Event) -> list[tuple[str, str]]:
        match event:
            case m.StageReady(stage=stage, detail=detail, sandbox=sandbox):
                return [("ready", ", ".join(part for part in (stage, detail, sandbox) if part))]
            case m.CaptureStarted(source=source, device=device):
                return [("capturing", f"{source}: {device}")]
            case m.FinalTranscribed(
                source=source, text=text, start_sample=start_sample, unconfirmed=unconfirmed
            ):
                return [(source, f"{_clock(start_sample)}  {'[unconfirmed] ' if unconfirmed else ''}{text}")]
            case m.UtteranceDiscarded(source=source, start_sample=start_sample) if event.held_speech:
                return [(source, f"{_clock(start_sample)}  {NOT_UNDERSTOOD}")]
            case m.QuestionDetected(text=text, kind=kind):
                return [("feedback" if kind == "feedback" else "question", text)]
            case m.PassagesRetrieved(passages=passages, prepared=prepared):
                own = [("prepared", prepared.text)] if prepared else []
                return own + [("notes", _passage(passage)) for passage in passages]
            case m.ProviderReady():
                return [("provider", _provider(event))]
            case m.RequestHeld(host=host, body_bytes=size, body=body):
                return [("held", f"{size} bytes for {host} wait, approve with `cuecard ledger`: {body}")]
            case m.UsageCounted():
                return [("used", _usage(event))]
            case m.RequestSent(host=host, body_bytes=size, left_machine=left, encrypted=encrypted):
                where = "" if left and encrypted else ", unencrypted" if left else ", which is this machine"
                return [("sent", f"{size} bytes to {host}{where}")]
            case m.AnswerStreamed(question=question, delta=delta, replaces=replaces):
                return self._answer(question, delta, replaces=replaces)
            case m.AnswerFinished(question=question):
                return self._rest(question)
            case m.AnswerStopped(question=question, cause=cause, fix=fix):
                reason = "; ".join(filter(None, (cause, fix)))
                return [*self._rest(question), *([("answer", f"({reason})")] if reason else [])]
            case _:
                return practice_lines(event) or _problem(event)

    def _answer(self, question: int, delta: str, *, replaces: bool) -> list[tuple[str, str]]:
        """Return the lines of an answer that are complete."""
        before = "" if replaces else self._answers.get(question, "")
        *complete, rest = (before + delta).split("\n")
        self._answers[question] = rest
        thoughts = [("answer", "(the text above was the model's reasoning)")] if replaces else []
        return thoughts + [("answer", line) for line in complete if line.strip()]

    def _rest(self, question: int) -> list[tuple[str, str]]:
        rest = self._answers.pop(question, "")
        return [("answer", rest)] if rest.strip() else []


def _provider(event: m.ProviderReady) -> str:
    if event.provider == "none":
        return NO_PROVIDER
    where = "" if event.leaves_machine else ", which is this machine"
    return f"{event.provider}, {event.model} at {event.host}{where}"


def _usage(event: m.UsageCounted) -> str:
    cost = PRICE_UNKNOWN if event.cost is None else money(event.cost)
    about, wasted = "about " if event.estimated else "", ", wasted" if event.wasted else ""
    return f"{about}{event.prompt_tokens} + {event.answer_tokens} tokens, {cost}{wasted}"


def _problem(event: m.Event) -> list[tuple[str, str]]:
    match event:
        case m.ProblemReported(stage=stage, problem=problem, kept=kept, fix=fix):
            return [("problem", "; ".join(part for part in (f"{stage}: {problem}", kept, fix) if part))]
        case m.StageDied(stage=stage, cause=cause):
            return [("died", f"{stage}: {cause}")]
        case m.StageGivenUp(stage=stage, cause=cause, fix=fix):
            return [("given up", f"{stage}: {cause}; {fix}")]
        case m.AudioLost(source=source, start_sample=start, stop_sample=stop, cause=cause):
            return [("lost", f"{source}: {(stop - start) / SAMPLE_RATE:.2f} s of audio ({cause})")]
        case m.UtteranceLost(source=source, cause=cause, start_sample=start_sample):
            return [("lost", f"{source}: an utterance at {_clock(start_sample)} ({cause})")]
        case m.SessionEnding(cause=cause):
            return [("ending", cause)]
        case _:
            return []


def _passage(passage: m.Passage) -> str:
    text = " ".join(passage.text.split())
    cut = text if len(text) <= _PASSAGE_CHARACTERS else f"{text[:_PASSAGE_CHARACTERS]}…"
    return f"{passage.file}, {passage.heading}: {cut}"


def _clock(sample: int) -> str:
    return f"{sample // SAMPLE_RATE // 60}:{sample // SAMPLE_RATE % 60:02}"
