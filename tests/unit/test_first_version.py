"""A database of the first version, in every state of every operation, is brought up to date, and each is finished.

`tests/data/first_version_operations.sql` was written by that version's own code: the references of customers and the
invoice references of debits say what each row is in.
"""

from __future__ import annotations

import base64
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.debits.job import CONFIRM_AGAIN, NOT_FOUND
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import Refused
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Customer, Debit, DebitState, Secret
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.connections.token_rotations import Rotation
from dashboard.store.encryption.vault import Vault
from dashboard.store.privacy.erasures import Stage
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_token_rotation import Tokens

ROWS = Path(__file__).parents[1] / "data" / "first_version_operations.sql"
KEY = Secret(base64.urlsafe_b64encode(b"the first version's test key !!!").decode())
LATER = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # three hours after the rows were written


class Migrated(DeskFixture):
    """A desk over the first version's database; the providers are as that version left them."""

    def add_customer(self, name: str, email: str, reference: str) -> Customer:
        ((id,),) = self.store.database.handle.execute("SELECT id FROM customer WHERE reference = ?", [reference])
        found = self.store.customers.get(id)
        assert found is not None
        return found

    def debit(self, reference: str) -> Debit:
        return next(one for one in self.store.debits.recent() if one.invoice_reference == reference)

    def item(self, reference: str) -> str:
        query = "SELECT i.id FROM item i JOIN customer c ON c.id = i.customer_id WHERE c.reference = ?"
        ((id,),) = self.store.database.handle.execute(query, [reference])
        return str(id)

    def job(self, kind: str, subject: str) -> Job:
        found = self.store.jobs.find(kind, subject)
        assert found is not None
        assert (found.ordered_by, found.ordered_from) == (self.actor.name, "192.0.2.1"), "who ordered it, and where"
        return found

    def run_all(self) -> None:
        self.jobs.run_due()
        self.later(timedelta(minutes=3))
        self.later(timedelta(minutes=3))


@pytest.fixture
def desk(tmp_path: Path, settings: Settings) -> Migrated:
    path = tmp_path / "first.db"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(ROWS.read_text())
    vault, clock = Vault([KEY]), FixedClock(LATER)
    desk = Migrated(Store.open(path, vault, clock), clock, vault, settings)
    desk.plaid = plaid = Tokens()
    plaid.dead.add(desk.store.items.access_token(desk.item("rotation-sent-dead")))
    account = desk.store.accounts.get(desk.debit("submitted").bank_account_id)
    assert account is not None
    for number, reference in enumerate(("submitted", "unknown-there", "sending-there"), 1):
        tag = {"ach_desk_debit": desk.debit(reference).id}
        moved = {"id": f"pi_{number}", "status": "processing", "latest_charge": f"py_{number}", "metadata": tag}
        desk.stripe.intents.append({**moved, "customer": account.stripe_customer_id, "created": LATER})
    for row in desk.store.database.handle.query("SELECT DISTINCT stripe_customer_id AS id FROM bank_account"):
        desk.stripe.customers[row["id"]] = {"id": row["id"], "name": "", "email": ""}
    desk.restart()
    return desk


def test_the_file_is_whole_and_its_trail_too(desk: Migrated) -> None:
    assert desk.store.database.check_integrity() == [] and desk.store.trail.verify() == []
    assert list(desk.store.database.handle.execute("PRAGMA foreign_key_check")) == []
    assert desk.store.sealed.are_readable()


def test_tables_have_their_new_names_and_their_rows(desk: Migrated) -> None:
    tables = {row["name"] for row in desk.store.database.handle.query("SELECT name FROM sqlite_master")}
    assert {"handover", "retained_proof", "balance_transaction"} <= tables
    assert not {name for name in tables if re.match("device_lock|kept_proof|settlement", name)}
    query = "SELECT mandate_id FROM retained_proof ORDER BY mandate_id"
    assert [row["mandate_id"] for row in desk.store.database.handle.query(query)][:2] == [
        *("mnd_79ed009b3060450aa59fcc52ee577f25", "mnd_a1803cababc24f4ca27dfb9306607818"),
    ]


def test_an_order_that_was_never_sent_asks_and_is_not_sent(desk: Migrated) -> None:
    debit = desk.debit("created")
    assert debit.state is DebitState.UNSENT and desk.job("debit", debit.id).question == CONFIRM_AGAIN
    desk.run_all()
    assert desk.debit("created").state is DebitState.UNSENT and desk.stripe.calls["create_payment_intent"] == 0
    balance = desk.debits.balance(desk.actor, debit.bank_account_id)
    with pytest.raises(Refused, match="same amount or the same invoice"):
        desk.debits.confirm_again(desk.actor, debit.id, balance)
    seen = desk.debits.preview(
        *(desk.actor, debit.bank_account_id, debit.amount_cents, debit.invoice_reference, balance), without=debit.id
    )
    like = seen.similar
    assert like is not None
    desk.debits.confirm_again(desk.actor, debit.id, balance, similar_to=like.id)
    assert desk.debit("created").state is DebitState.SUBMITTED


@pytest.mark.parametrize("state", ["unknown", "sending"])
def test_what_was_sent_is_looked_for_and_found_or_asks(desk: Migrated, state: str) -> None:
    there, nowhere = desk.debit(f"{state}-there"), desk.debit(f"{state}-nowhere")
    assert (there.state, nowhere.state) == (DebitState.UNKNOWN, DebitState.UNKNOWN)
    desk.run_all()
    found = desk.debit(f"{state}-there")
    assert (found.state, found.payment_intent_id is not None) == (DebitState.SUBMITTED, True)
    job = desk.job("debit", nowhere.id)
    assert (job.state, job.question) == (JobState.ASKING, NOT_FOUND)
    assert len(desk.stripe.debited) == 3, "and nothing is sent a second time"


def test_what_had_ended_stays_as_it_was(desk: Migrated) -> None:
    states = [desk.store.limits.state(desk.debit(name).id) for name in ("submitted", "refused", "created")]
    assert states == ["posted", "released", "reserved"], "what was debited before there were limits counts too"
    before = desk.debit("submitted"), desk.debit("refused")
    assert [one.state for one in before] == [DebitState.SUBMITTED, DebitState.REFUSED]
    assert before[1].problem is not None and before[1].problem.code == "bank_account_unusable"
    desk.run_all()
    assert (desk.debit("submitted"), desk.debit("refused")) == before
    assert all(desk.store.jobs.find("debit", one.id) is None for one in before)


@pytest.mark.parametrize(
    ("reference", "step"),
    [
        ("removal-plaid", "plaid"),
        ("removal-stripe", "stripe"),
        ("removal-refused", "plaid"),
        ("removal-killed", "plaid"),
    ],
)
def test_a_removal_goes_on_where_it_was(desk: Migrated, reference: str, step: str) -> None:
    item = desk.item(reference)
    job = desk.job("removal", item)
    assert (job.state, job.step) == (JobState.WAITING, step)
    desk.run_all()
    assert desk.job("removal", item).state is JobState.DONE
    removal = desk.store.removals.get(item)
    assert removal is not None and removal.done_at is not None


def test_a_removal_that_was_done_stays_done(desk: Migrated) -> None:
    before = desk.store.removals.get(desk.item("removal-done"))
    assert before is not None and before.done_at is not None
    assert desk.job("removal", before.item_id).state is JobState.DONE
    desk.run_all()
    assert desk.store.removals.get(before.item_id) == before


def test_every_erasure_is_finished(desk: Migrated) -> None:
    rows = list(desk.store.database.handle.query("SELECT id, stage FROM erasure"))
    assert sorted(row["stage"] for row in rows) == ["done", "ordered", "wiped"]
    steps = {row["stage"]: desk.job("erasure", row["id"]) for row in rows}
    assert [steps[stage].step for stage in ("ordered", "wiped")] == ["end", "scrub"]
    assert [steps[stage].state for stage in ("ordered", "wiped", "done")] == [
        JobState.WAITING,
        JobState.WAITING,
        JobState.DONE,
    ]
    desk.run_all()
    for row in rows:
        erasure = desk.store.erasures.get(row["id"])
        assert erasure is not None and erasure.stage is Stage.DONE


@pytest.mark.parametrize(
    ("reference", "before", "after"),
    [
        ("wanted", Rotation.WANTED, Rotation.DONE),
        ("sent-alive", Rotation.SENT, Rotation.DONE),
        ("sent-dead", Rotation.SENT, Rotation.LOST),
        ("done", Rotation.DONE, Rotation.DONE),
        ("refused", Rotation.REFUSED, Rotation.REFUSED),
        ("lost", Rotation.LOST, Rotation.LOST),
    ],
)
def test_every_change_of_a_token_is_finished(desk: Migrated, reference: str, before: Rotation, after: Rotation) -> None:
    item = desk.item(f"rotation-{reference}")
    assert desk.store.token_rotations.get(item) is before
    assert desk.job("token_rotation", item).state.is_ended == (before not in {Rotation.WANTED, Rotation.SENT})
    looks = desk.plaid.calls["item"]
    desk.run_all()
    assert desk.store.token_rotations.get(item) is after
    assert desk.plaid.calls["item"] - looks == 3, "each open one is looked at before it acts"
    assert {found.id for _, found in desk.tokens.lost(desk.actor)} == {
        desk.item("rotation-sent-dead"),
        desk.item("rotation-lost"),
    }
