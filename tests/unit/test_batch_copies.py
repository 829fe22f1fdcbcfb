"""A batch in two copies of a file: whoever sends it, and whenever, each row moves money once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.domain.batches import Batch, BatchState, RowState
from dashboard.domain.clock import FixedClock
from dashboard.settings import Settings
from dashboard.store.encryption.vault import Vault
from dashboard.store.restores import Unknown
from tests.empty_desks import open_store
from tests.unit.batch_scenes import approve, equal_rows, linked, now, rows, run, submitted
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed
from tests.unit.test_debit_copies import copy_file, open_copy


@pytest.fixture
def desk(tmp_path: Path, vault: Vault, clock: FixedClock, settings: Settings) -> DeskFixture:
    given = DeskFixture(open_store(tmp_path / "desk.db", vault, clock), clock, vault, settings)
    given.plaid.available = 100_000_000
    return given


def approved_and_dead(desk: DeskFixture, count: int, after: int) -> Batch:
    """A batch of which so many rows were sent when the process died."""
    batch = submitted(desk, equal_rows(linked(desk, count)))
    seen = iter(range(100))

    def die() -> None:
        desk.plaid.meanwhile["balance"] = die
        if next(seen) == after:
            desk.plaid.meanwhile.clear()
            raise Killed

    desk.plaid.meanwhile["balance"] = die
    with pytest.raises(Killed):
        approve(desk, batch)
    desk.store.database.handle.execute("UPDATE job SET lease_owner = NULL, lease_until = NULL")
    return batch


def moved(desk: DeskFixture) -> list[str]:
    return sorted(one["metadata"]["invoice_reference"] for one in desk.stripe.debited)


@pytest.mark.parametrize("later", [timedelta(seconds=5), timedelta(hours=30), timedelta(days=40)])
def test_a_copy_that_sends_the_same_rows_finds_what_was_sent(desk: DeskFixture, later: timedelta) -> None:
    batch = approved_and_dead(desk, 4, after=1)
    copy = copy_file(desk)
    desk.restart()
    assert run(desk, batch).state is BatchState.DONE
    desk.later(later)
    open_copy(desk, copy)
    assert run(desk, batch).state is BatchState.DONE
    assert moved(desk) == ["INV-1", "INV-2", "INV-3", "INV-4"]


def test_two_copies_that_send_a_row_at_one_instant_make_one_payment(desk: DeskFixture) -> None:
    """Both have looked and found nothing; then both ask Stripe, under one key."""
    batch = approved_and_dead(desk, 1, after=0)
    copy, store = copy_file(desk), desk.store

    def other() -> None:
        open_copy(desk, copy)
        assert run(desk, batch).state is BatchState.DONE
        desk.store = store

    desk.restart()
    desk.stripe.meanwhile["create_payment_intent"] = other
    run(desk, batch)
    assert moved(desk) == ["INV-1"] and len(desk.stripe.intents) == 1


def test_after_a_restore_nothing_is_sent_before_somebody_has_looked(desk: DeskFixture) -> None:
    batch = approved_and_dead(desk, 3, after=1)
    desk.restart()
    desk.store.restores.add(desk.clock.now(), desk.clock.now(), Unknown.INCOMPLETE)
    desk.later(timedelta(hours=1))
    assert len(moved(desk)) == 1 and now(desk, batch).state is BatchState.SENDING
    assert [one.row.state for one in rows(desk, batch)].count(RowState.QUEUED) == 2
