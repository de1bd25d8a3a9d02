"""The results of a practice for the saved file, from the event log. Pure."""

from __future__ import annotations

from bus.messages import Logged, PracticeAnswerMeasured, PracticeEnded


class PracticeReport:
    """Questions, answers and measures so far."""

    def __init__(self) -> None:
        self.measured: dict[int, PracticeAnswerMeasured] = {}
        self.ended: PracticeEnded | None = None

    def apply(self, logged: Logged) -> None:
        """Apply one event, in the log's order."""
        match logged.event:
            case PracticeAnswerMeasured() as answer:
                self.measured[answer.number] = answer
            case PracticeEnded() as ended:
                self.ended = ended
            case _:
                pass

    def markdown(self) -> list[str]:
        """Return the report's lines; none when there was no practice."""
        lines: list[str] = []
        for number, answer in self.measured.items():
            lines += ["", f"## Practice {number}: {answer.asked}", "", answer.text or "*(no answer)*", ""]
            lines += [f"- {remark}" for remark in answer.remarks]
        if self.ended is not None:
            lines += ["", "## The whole practice", ""]
            lines += [f"- {remark}" for remark in self.ended.remarks]
            lines += ["", "What this can and cannot judge:", ""]
            lines += [f"- {caveat}" for caveat in self.ended.caveats]
        return lines
