"""`python -m tests.crash.batch_rows ROWS KILLS SEED`: one batch whose process is killed again and again while it sends.

Each life of the process ends by SIGKILL at a seeded point, a write or either side of a call, and the next one goes on
with what it finds; nobody decides anything. In the end there is exactly one PaymentIntent a row.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.domain.batches import BatchState, RowState
from dashboard.domain.models import DebitState
from tests.crash.approvals import approve_waiting
from tests.crash.crash_fixture import CrashFixture, CrashSandbox
from tests.crash.deaths import run_in_child
from tests.crash.flow import common
from tests.crash.linking import linked

LIFE = (5, 260)  # points between two kills; a row has some sixty
TURNS = 400  # of the completer in one life: more than any batch needs


@dataclass(frozen=True)
class Outcome:
    """How many processes were killed, and what is there in the end; cents."""

    kills: int
    moving: list[tuple[str, int]]
    wanted: list[tuple[str, int]]
    sent: int
    state: BatchState
    damage: int


def run(folder: Path, rows: int, kills: int, seed: int) -> Outcome:
    """Make the batch, have it approved, and kill whoever sends it `kills` times."""
    chance = random.Random(seed)
    sandbox = CrashSandbox(folder / "sandbox")
    try:
        crash = CrashFixture(sandbox, folder / "desk")
        crash.folder.mkdir(parents=True)
        wanted = [(f"ROW-{number}", 50 + chance.randrange(100)) for number in range(rows)]
        run_in_child(lambda: _prepare(crash, wanted))
        killed = 0
        while killed < kills:
            ending = run_in_child(lambda: _go_on(crash), kill_at=chance.randint(*LIFE))
            if not ending.killed:
                break
            killed += 1
        run_in_child(lambda: _go_on(crash))
        return _look(crash, killed, wanted)
    finally:
        sandbox.stop()


def _prepare(crash: CrashFixture, wanted: list[tuple[str, int]]) -> None:
    desk = crash.open()
    made = linked(crash, desk)
    account = desk.linking.account(crash.actor, made["account"])
    balance = {"account_id": account.plaid_account_id, "available": 1_000_000}
    crash.sandbox.post("/_sandbox/plaid", {"available_balance": balance})
    lines = [f"{account.customer_id},{cents // 100}.{cents % 100:02},{name}" for name, cents in wanted]
    file = "\n".join(["customer,amount,reference", *lines, ""]).encode()
    desk.batches.submit(crash.actor, desk.batches.open(crash.actor, file, "rows.csv").id)
    desk.close()


def _go_on(crash: CrashFixture) -> None:
    """What a start does, what is due is gone on with until the batch has ended; a colleague approves once."""
    desk = crash.open()
    approve_waiting(desk)
    (batch,) = desk.batches.recent(crash.actor)
    for _ in range(TURNS):
        desk.jobs.run_due()
        if desk.batches.resume(crash.actor, batch.id).state is not BatchState.SENDING:
            break
    desk.close()


def _look(crash: CrashFixture, kills: int, wanted: list[tuple[str, int]]) -> Outcome:
    desk = crash.open()
    found = common(desk)
    (batch,) = desk.batches.recent(crash.actor)
    outcomes = desk.batches.rows(crash.actor, batch.id)
    good = [one for one in outcomes if (one.row.state, one.debit_state) == (RowState.ORDERED, DebitState.SUBMITTED)]
    intents = crash.sandbox.list_all("payment_intents")
    moving = sorted((one["metadata"]["invoice_reference"], one["amount"]) for one in intents if _moves(one))
    desk.close()
    damage = found["integrity_failures"] + found["audit_breaks"]
    return Outcome(kills, moving, sorted(wanted), len(good), batch.state, damage)


def _moves(intent: dict[str, Any]) -> bool:
    return intent["status"] in {"processing", "succeeded"} and "invoice_reference" in intent["metadata"]


def main() -> int:
    """Run it once and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=500)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), asked.rows, asked.kills, asked.seed)
    equal = found.moving == found.wanted
    cents = sum(one for _, one in found.moving)
    print(
        f"{asked.rows} rows, {found.kills} kills: {len(found.moving)} movements, {cents} cents, equal: {equal};"
        f" {found.sent} rows say sent, batch {found.state.value}, damage {found.damage};"
        f" {time.monotonic() - began:.0f} s"
    )
    return 0 if equal and found.sent == asked.rows and not found.damage else 1


if __name__ == "__main__":
    sys.exit(main())
