"""A batch whose process is killed again and again while it sends: one movement a row, and the sums are equal.

The whole of it is `python -m tests.crash.batch_rows 500 200`; here is a slice.
"""

from __future__ import annotations

from pathlib import Path

from dashboard.domain.batches import BatchState
from tests.crash.batch_rows import run

ROWS, KILLS = 24, 14


def test_a_killed_batch_sends_each_row_once(tmp_path: Path) -> None:
    found = run(tmp_path, ROWS, KILLS, seed=13)
    assert found.kills >= 8, "a life goes through two rows on the average"
    assert found.moving == found.wanted
    assert (found.sent, found.state, found.damage) == (ROWS, BatchState.DONE, 0)
