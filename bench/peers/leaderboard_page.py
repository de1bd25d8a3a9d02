"""Report page of the peers' results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.harness.page import Chart, Page, plain_table, write
from bench.latency.pages.charts import cumulative
from bench.peers.leaderboard import HEAD, PeerResult, row


def write_standing_page(
    path: Path,
    found: Sequence[PeerResult],
    notes: Sequence[tuple[str, str]],
    environment: Mapping[str, Any],
) -> None:
    """Write the page."""
    latencies_s = {each.title: [s for rounds in each.latencies_s for s in rounds] for each in found}
    void = [each.title for each in found if each.void]
    write(
        path,
        Page(
            title="Live transcribers on one stream",
            lead="Each heard the same stream at real pace, one after another. Latencies run from the moment "
            "the last sample of an utterance was due to the line with the words that complete it.",
            cards=[(f"{each.end_to_final_s.at['p50']:.2f} s", each.title) for each in found],
            charts=[
                Chart(
                    "From the end of speech to the final words",
                    "The share of utterances that were complete after so long. What never came keeps a line "
                    "from the top.",
                    cumulative(latencies_s),
                )
            ],
            tables=[
                ("Everything", plain_table(HEAD, [row(each) for each in found])),
                ("Notes", plain_table([], notes, "facts")),
            ],
            environment=environment,
            warning=f"The replay was late for {', '.join(void)}: these do not count." if void else "",
        ),
    )
