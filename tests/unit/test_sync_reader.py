"""A sync has one second process at most, however many of its workers want one."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from dashboard.domain.clock import FixedClock
from dashboard.store.encryption.vault import Vault
from dashboard.sync.budget import Budget
from dashboard.sync.reader import RowPage
from dashboard.sync.run import SyncRun
from tests.empty_desks import open_store


class Slow:
    """A reader that takes a while to start, and answers with nothing."""

    made = 0

    def __init__(self) -> None:
        Slow.made += 1
        time.sleep(0.05)

    def ask(self, *_: Any) -> RowPage:
        return RowPage([], False)

    def close(self) -> None:
        """Nothing runs."""


def test_workers_that_come_together_start_one_reader(tmp_path: Path, vault: Vault, clock: FixedClock) -> None:
    store = open_store(tmp_path / "desk.db", vault, clock)
    budget = Budget(per_endpoint=float("inf"), overall=float("inf"))
    run = SyncRun(store, None, clock, budget, start_reader=Slow)  # type: ignore[arg-type]  # nobody asks Stripe
    run.pages_left["charges", 0] = 1_000
    workers = [threading.Thread(target=run.rows, args=("charges", {})) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run.close()
    store.close()
    assert Slow.made == 1
