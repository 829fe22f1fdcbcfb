"""An erasure waits for what is in its way, goes on after a death, and is done again where a backup forgot it."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.customers import Customers
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, Refused
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Actor, Role
from dashboard.operations.backup import Backups, restore
from dashboard.privacy.erasure import Erasures
from dashboard.privacy.erasure_job import CONNECTION_WAITS, KIND, WAIT
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.privacy.erasures import Stage
from dashboard.store.privacy.wiping import Wiping
from tests.planted_secrets import find_secrets
from tests.unit.desk_fixture import DeskFixture
from tests.unit.erased_life import ADMIN, REFERENCE, WORDS, erasures, full, job_of, left_in, life, stage_of, tell
from tests.unit.fakes import Killed, lost, refused

__all__ = ["erasures", "full", "life"]  # fixtures


def test_a_provider_that_is_down_holds_it_up_visibly_and_it_goes_on(
    life: DeskFixture, erasures: Erasures, full: Store
) -> None:
    life.plaid.before["remove_item"] = [lost()]
    life.stripe.before["update_customer"] = [lost(provider="stripe")]
    waiting = erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert erasures.unfinished(ADMIN) == [(waiting, job_of(life))]
    assert erasures.job(ADMIN, life.customer.id) == job_of(life)
    assert life.jobs.kinds[KIND].title(job_of(life)) == f"Erasure of {waiting.pseudonym}"
    assert job_of(life).problem == CONNECTION_WAITS and life.jobs.run_due() == 0, "not at once"
    life.later(timedelta(minutes=1))
    life.jobs.run_due()
    assert life.removals.unfinished(ADMIN) == [], "the end of the removal wakes it"
    problem = job_of(life).problem
    assert stage_of(life) is Stage.ORDERED and problem is not None and problem.code == "unreachable"
    life.later(timedelta(minutes=1))
    assert stage_of(life) is Stage.DONE
    assert erasures.unfinished(ADMIN) == [] and left_in(full) == []


def test_it_never_ends_a_connection_itself(life: DeskFixture, erasures: Erasures) -> None:
    life.plaid.before["remove_item"] = [refused("NOT_ALLOWED") for _ in range(99)]
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    calls = life.plaid.calls["remove_item"]
    life.jobs.run(job_of(life).id)
    erasures.try_again(ADMIN, life.customer.id)
    assert life.plaid.calls["remove_item"] == calls == 1 and stage_of(life) is Stage.ORDERED


def test_a_removal_that_ends_while_it_looks_is_not_missed(life: DeskFixture, erasures: Erasures) -> None:
    """The look and the wait are one transaction: what ends after it wakes it."""
    life.plaid.before["remove_item"] = [lost()]
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert job_of(life).next_at == life.clock.real() + WAIT
    life.later(timedelta(minutes=1))
    due = job_of(life).next_at
    assert due is not None and due <= life.clock.real()


def test_a_stripe_customer_that_is_gone_or_somebody_elses_is_no_obstacle(
    life: DeskFixture, erasures: Erasures, full: Store, clock: FixedClock
) -> None:
    other = Customers(full, clock).add(ADMIN, "Ada Twin", "ada@example.com", "T-1")
    with full.database.transaction() as db:  # they share it since an older version
        db.execute("UPDATE customer SET stripe_customer_id = 'cus_1', stripe_shared = 1 WHERE id = ?", [other.id])
    assert "stays theirs" in " ".join(erasures.plan(ADMIN, life.customer.id).effects)
    assert erasures.order(ADMIN, life.customer.id, REFERENCE).stage is Stage.DONE
    assert life.updates.get(other.id) is not None, "and Stripe is told their name"
    assert left_in(full) == [], "also where Stripe still has the erased name"

    gone = Customers(full, clock).add(ADMIN, "Gone Away", "gone@example.com", "G-1")
    full.customers.decide(gone.id, "cus_9", clock.now())
    life.stripe.before["update_customer"] = [refused("resource_missing", provider="stripe")]
    assert erasures.order(ADMIN, gone.id, "g-1").stage is Stage.DONE


def test_stripes_no_is_asked_again_ever_later_and_then_of_a_person(
    life: DeskFixture, erasures: Erasures, full: Store
) -> None:
    life.stripe.before["update_customer"] = [refused("not_allowed", provider="stripe") for _ in range(99)]
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    for _ in range(10):
        assert job_of(life).state is JobState.BLOCKED and stage_of(life) is Stage.ORDERED
        life.later(timedelta(hours=12))
    assert job_of(life).state is JobState.ASKING and life.stripe.calls["update_customer"] == 11
    life.stripe.before["update_customer"] = []
    life.later(timedelta(days=9))
    assert stage_of(life) is Stage.ORDERED, "nothing but a person goes on with it"
    with pytest.raises(AccessDenied):
        erasures.try_again(Actor("olga", frozenset({Role.OPS})), life.customer.id)
    erasures.try_again(ADMIN, life.customer.id)
    assert stage_of(life) is Stage.DONE and left_in(full) == []


def test_what_is_on_its_way_is_waited_for(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    tell(full, "pending")
    plan = erasures.plan(ADMIN, life.customer.id)
    assert plan.blockers == ["1 payment may still fail or be returned."]
    assert plan.effects[0].startswith("1 linked account: ended at Plaid")
    with pytest.raises(Refused, match="cannot be erased now"):
        erasures.order(ADMIN, life.customer.id, REFERENCE)
    life.desk.open(ADMIN, life.customer.id)
    assert "A bank is being linked." in erasures.plan(ADMIN, life.customer.id).blockers


def test_a_reader_of_an_older_page_is_waited_for(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    reader = full.database._open_file()
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM customer").fetchall()
    full.database.handle.execute("PRAGMA busy_timeout = 50")
    assert erasures.order(ADMIN, life.customer.id, REFERENCE).stage is Stage.WIPED
    reader.rollback()
    life.later(timedelta(minutes=1))
    assert stage_of(life) is Stage.DONE
    assert left_in(full) == []


@pytest.mark.parametrize("name", ["remove_item", "detach_source", "update_customer"])
def test_a_process_that_dies_between_leaves_an_erasure_that_goes_on(
    life: DeskFixture, erasures: Erasures, full: Store, name: str
) -> None:
    fake = life.plaid if name == "remove_item" else life.stripe
    fake.after[name] = [Killed()]
    with pytest.raises(Killed):
        erasures.order(ADMIN, life.customer.id, REFERENCE)
    life.restart()
    life.later(timedelta(minutes=4))
    life.jobs.run_due()
    assert stage_of(life) is Stage.DONE and left_in(full) == []


def test_a_worker_whose_lease_was_taken_writes_nothing(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    class Robbed(Wiping):
        def scrub(self) -> bool:
            full.database.handle.execute("UPDATE job SET lease_owner = 'elsewhere/1/x/y' WHERE kind = 'erasure'")
            return True

    full.wiping = Robbed(full.database, full.projection)
    assert erasures.order(ADMIN, life.customer.id, REFERENCE).stage is Stage.WIPED


def test_a_job_that_is_there_already_is_not_ordered_twice(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    first = life.jobs.order(KIND, life.customer.id, ADMIN, step="end")
    assert erasures.order(ADMIN, life.customer.id, REFERENCE).stage is Stage.ORDERED
    assert [job.id for job in full.jobs.open(KIND)] == [first and first.id]
    life.jobs.run_due()
    assert stage_of(life) is Stage.DONE


def test_an_erasure_is_not_taken_back(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    execute = full.database.handle.execute
    with pytest.raises(sqlite3.IntegrityError, match="not taken back"):
        execute("UPDATE erasure SET stage = 'wiped', done_at = NULL")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        execute("INSERT INTO erasure (id, pseudonym, stage) SELECT id, 'x', 'nonsense' FROM customer LIMIT 1")
    erasures.try_again(ADMIN, life.customer.id)
    assert full.trail.read(life.customer.id)[0].action == "customer.erasure_done"


def restored(life: DeskFixture, kept: Path, vault: Vault) -> DeskFixture:
    """The desk over its database after a backup was put in its place."""
    path = life.store.database.path
    life.store.close()
    restore(kept, path, vault, {}, ADMIN, life.clock)
    life.store = Store.open(path, vault, life.clock)
    life.restart()
    return life


def test_a_restored_backup_does_not_bring_an_erased_customer_back(
    life: DeskFixture, erasures: Erasures, full: Store, vault: Vault, clock: FixedClock, tmp_path: Path
) -> None:
    kept = Backups(full.database, full.trail, vault, clock, tmp_path / "kept").make(ADMIN)
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    store = restored(life, kept, vault).store
    assert store.customers.get(life.customer.id) is not None, "the backup knows them"
    assert (job_of(life).ordered_by, job_of(life).ordered_from) == (ADMIN.name, ADMIN.address)
    assert life.jobs.run_due() == 1
    assert store.customers.get(life.customer.id) is None and store.jobs.open(KIND) == []
    files = {path.name: path.read_bytes() for path in tmp_path.glob("desk.db*") if "before" not in path.name}
    assert find_secrets(WORDS, files) == [] and store.trail.verify() == []
    actions = [row.action for row in store.trail.read(life.customer.id)]
    assert "customer.erasure_carried_over" in actions
    store.close()


def test_a_backup_that_knows_of_the_erasure_needs_no_second_one(
    life: DeskFixture, erasures: Erasures, full: Store, vault: Vault, clock: FixedClock, tmp_path: Path
) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    kept = Backups(full.database, full.trail, vault, clock, tmp_path / "kept").make(ADMIN)
    store = restored(life, kept, vault).store
    assert life.jobs.run_due() == 0 and store.jobs.open(KIND) == []
    store.close()


def test_a_file_that_cannot_be_read_is_replaced_all_the_same(
    life: DeskFixture, full: Store, vault: Vault, clock: FixedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Backups(full.database, full.trail, vault, clock, tmp_path / "kept").make(ADMIN)
    full.close()
    full.database.path.write_bytes(b"torn" * 5_000)
    (tmp_path / "desk.db-wal").write_bytes(b"the last hours")
    store = restored(life, kept, vault).store
    assert store.customers.get(life.customer.id) is not None and store.jobs.open(KIND) == []
    assert "what was done since the backup is not known" in caplog.text
    put_aside = {path.name: path.read_bytes()[:14] for path in tmp_path.glob("*.before-restore-1*")}
    assert put_aside["desk.db.before-restore-1"].startswith(b"torn"), "for whoever may still mend it"
    store.close()
