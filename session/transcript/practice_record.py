"""A practice as it may be saved: a fold over the log. Pure."""

from __future__ import annotations

from bus.messages import Event, PracticeAnswerMeasured, PracticeEnded


class PracticeReport:
    """What was asked, answered and measured so far."""

    def __init__(self) -> None:
        self.measured: dict[int, PracticeAnswerMeasured] = {}
        self.ended: PracticeEnded | None = None

    def apply(self, event: Event) -> None:
        """Take in one event, in the log's order."""
        if isinstance(event, PracticeAnswerMeasured):
            self.measured[event.number] = event
        elif isinstance(event, PracticeEnded):
            self.ended = event

    def markdown(self) -> list[str]:
        """Return its lines; none when nothing was practised."""
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
