"""A restore brings over what was done since the backup; where it cannot, it says so and no debit is made."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.customers import Customers
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError, ProviderDenied, Refused
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Actor, Assessment, BankAccount, DebitState, Ended, ItemState, RiskResult, Role
from dashboard.domain.notices import Channel, NoticeState
from dashboard.linking import DuplicateAnswer
from dashboard.mandates import Mandates
from dashboard.notices.sending import GATHERED, Sender
from dashboard.operations.backup import Backups, restore
from dashboard.operations.restore_reviews import RestoreReviews
from dashboard.settings import Settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.restores import Unknown
from tests.empty_desks import open_store
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost
from tests.unit.notice_channels import CarrierDouble
from tests.unit.test_debits import order_for, submit
from tests.unit.test_relinking import change_number
from tests.unit.test_token_rotation import Tokens

ADMIN = demo_actor("192.0.2.9")


class Restorable(DeskFixture):
    """A desk over a file, whose backups can be put back in its place."""

    folder: Path

    def linked(self, reference: str) -> BankAccount:
        self.customer = self.add_customer(reference.title(), f"{reference}@example.com", reference)
        return self.desk.account(self.actor, str(self.link(token=f"public-sandbox-{reference}").bank_account_id))

    def backup(self) -> Path:
        return Backups(self.store.database, self.store.trail, self.vault, self.clock, self.folder / "kept").make(ADMIN)

    def put_back(self, kept: Path) -> None:
        path = self.store.database.path
        self.store.close()
        restore(kept, path, self.vault, {}, ADMIN, self.clock)
        self.store = Store.open(path, self.vault, self.clock)
        self.restart()
        self.reviews = RestoreReviews(self.store, self.clock)

    def account(self, account: BankAccount) -> BankAccount:
        return self.desk.account(self.actor, account.id)


@pytest.fixture
def desk(tmp_path: Path, vault: Vault, clock: FixedClock, settings: Settings) -> Restorable:
    Restorable.folder = tmp_path
    desk = Restorable(open_store(tmp_path / "desk.db", vault, clock), clock, vault, settings)
    desk.plaid = Tokens()
    desk.restart()
    return desk


def test_a_revocation_made_since_stays_in_force(desk: Restorable) -> None:
    account = desk.linked("ana")
    kept = desk.backup()
    Mandates(desk.store, desk.clock, desk.settings).revoke(ADMIN, account.id, "By phone")
    desk.put_back(kept)
    assert desk.account(account).mandate_status == "inactive"
    with pytest.raises(Refused, match="revoked the authorization"):
        submit(desk, account)
    assert desk.reviews.open(ADMIN) is None, "what was done since is known"


@pytest.mark.parametrize("is_done", [True, False], ids=["done", "under way"])
def test_a_removal_made_since_is_not_undone(desk: Restorable, is_done: bool) -> None:
    account = desk.linked("ana")
    kept = desk.backup()
    if not is_done:
        desk.stripe.before["detach_source"] = [lost(provider="stripe")]
    desk.removals.remove(ADMIN, account.item_id, "Closed")
    desk.put_back(kept)
    assert desk.account(account).ended is Ended.REMOVED
    assert len(desk.removals.unfinished(ADMIN)) == (0 if is_done else 1)
    desk.later(timedelta(minutes=4))
    assert desk.removals.unfinished(ADMIN) == []
    item = desk.store.items.get(account.item_id)
    assert item is not None and item.state is ItemState.REMOVED
    with pytest.raises(Refused):
        desk.store.items.access_token(account.item_id)
    assert len(desk.plaid.removed) == 1 and desk.stripe.detached == ["ba_1"], "and nothing is done twice"


def test_an_account_that_was_replaced_since_stays_replaced_by_the_newer_one(desk: Restorable) -> None:
    old = desk.linked("ana")
    kept = desk.backup()
    change_number(desk)
    second = desk.link(token="public-sandbox-again")
    desk.desk.answer_duplicate(ADMIN, second.id, DuplicateAnswer.REPLACE)
    new = str(desk.get(second).bank_account_id)
    token = desk.store.items.access_token(desk.desk.account(ADMIN, new).item_id)
    desk.put_back(kept)
    assert (desk.account(old).ended, desk.account(old).replaced_by) == (Ended.REPLACED, new)
    found = desk.desk.account(ADMIN, new)
    assert found.is_ready and desk.store.items.access_token(found.item_id) == token, "no token is lost"
    assert desk.store.database.check_integrity() == [] and desk.store.trail.verify() == []


def test_a_debit_made_since_is_there_with_its_ticket_and_is_not_made_twice(desk: Restorable) -> None:
    account = desk.linked("ana")
    kept = desk.backup()
    order = order_for(desk, account)
    debit = desk.debits.submit(ADMIN, order)
    later = desk.linked("bea")
    other = submit(desk, later)
    desk.put_back(kept)
    assert desk.debits.submit(ADMIN, order) == debit, "the same form is the same debit"
    assert desk.debits.get(ADMIN, other.id) == other, "also of somebody who was linked since"
    assert desk.jobs.run_due() == 0
    assert len(desk.stripe.debited) == 2
    (row,) = [row for row in desk.store.trail.read() if row.action == "backup.carried_over"]
    assert (row.facts["debits"], row.facts["connections"], row.facts["failed"]) == (2, 1, 0)


@pytest.mark.parametrize("call", ["create_payment_intent", "confirm_payment_intent"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_order_that_was_open_is_looked_for_before_it_is_sent(desk: Restorable, call: str, when: str) -> None:
    account = desk.linked("ana")
    kept = desk.backup()
    getattr(desk.stripe, when)[call] = [Killed()]
    with pytest.raises(Killed):
        submit(desk, account)
    desk.put_back(kept)
    (debit,) = desk.debits.recent(ADMIN)
    job = desk.store.jobs.find("debit", debit.id)
    assert job is not None
    (last,) = desk.store.jobs.tries(job.id, job.step)
    assert last.is_doubtful and desk.store.jobs.call(job.id, "create") is not None, "with what it had sent"
    desk.later(timedelta(minutes=4))
    assert desk.debits.get(ADMIN, debit.id).state is DebitState.SUBMITTED
    assert len(desk.stripe.debited) == len(desk.stripe.intents) == 1


def test_an_order_that_was_decided_since_stays_decided(desk: Restorable) -> None:
    """The backup has it open; the file that is replaced knows how it ended."""
    account = desk.linked("ana")
    denied = ProviderDenied("No.", provider="stripe", code="invalid_api_key")
    desk.stripe.before["create_payment_intent"] = [denied for _ in range(99)]
    debit = submit(desk, account)
    kept = desk.backup()
    desk.later(timedelta(hours=1))
    desk.stripe.before.clear()
    desk.debits.cancel(ADMIN, debit.id)
    desk.put_back(kept)
    assert desk.debits.get(ADMIN, debit.id).state is DebitState.CANCELED
    job = desk.store.jobs.find("debit", debit.id)
    assert job is not None and job.state is JobState.CANCELED
    assert desk.jobs.run_due() == 0


def test_a_token_that_was_changed_since_is_the_one_that_works(desk: Restorable) -> None:
    account = desk.linked("ana")
    kept = desk.backup()
    desk.tokens.rotate(ADMIN)
    new = desk.store.items.access_token(account.item_id)
    desk.put_back(kept)
    assert desk.store.items.access_token(account.item_id) == new
    assert desk.tokens.status(ADMIN).done == 1


def test_a_backup_of_now_needs_nothing(desk: Restorable) -> None:
    desk.linked("ana")
    submit(desk, desk.store.accounts.list()[0])
    desk.put_back(desk.backup())
    assert "backup.carried_over" not in [row.action for row in desk.store.trail.read()]
    assert desk.reviews.open(ADMIN) is None


def test_a_row_that_does_not_fit_stops_debits(desk: Restorable) -> None:
    account = desk.linked("ana")
    kept = desk.backup()
    later = desk.linked("bea")
    submit(desk, later)
    customers = Customers(desk.store, desk.clock)
    customers.edit(ADMIN, account.customer_id, reference="ana-1")
    customers.edit(ADMIN, later.customer_id, reference="ana")  # which the backup knows as somebody else's
    desk.put_back(kept)
    review = desk.reviews.open(ADMIN)
    assert review is not None and review.why is Unknown.INCOMPLETE
    with pytest.raises(Refused):
        submit(desk, account)


@pytest.mark.parametrize("why", [Unknown.MISSING, Unknown.UNREADABLE])
def test_where_it_cannot_be_known_no_debit_is_made_until_an_administrator_has_looked(
    desk: Restorable, why: Unknown
) -> None:
    account = desk.linked("ana")
    desk.stripe.before["create_payment_intent"] = [
        ProviderDenied("No.", provider="stripe", code="invalid_api_key") for _ in range(99)
    ]
    open_order = submit(desk, account)
    desk.later(timedelta(hours=1))
    desk.stripe.before["create_payment_intent"] = []
    taken_at = desk.clock.now()
    kept = desk.backup()
    desk.clock.move(timedelta(hours=3))
    path = desk.store.database.path
    desk.store.close()
    for file in path.parent.glob("desk.db*"):
        file.unlink()
    if why is Unknown.UNREADABLE:
        path.write_bytes(b"torn" * 5_000)
    desk.put_back(kept)
    review = desk.reviews.open(ADMIN)
    assert review is not None
    assert (review.why, review.backup_at, review.restored_at) == (why, taken_at, desk.clock.now())
    balance = desk.debits.balance(ADMIN, account.id)
    with pytest.raises(Refused, match="cannot be known"):
        submit(desk, account)
    with pytest.raises(Refused, match="cannot be known"):
        desk.debits.confirm_again(ADMIN, open_order.id, balance)
    assert desk.debits.blocker(ADMIN, account) is not None
    assert desk.stripe.intents == []

    for nobody in (replace(ADMIN, proved_until=None), Actor("fay", frozenset({Role.FINANCE}))):
        with pytest.raises(AccessDenied):
            desk.reviews.confirm(nobody, review.id)
    desk.reviews.confirm(ADMIN, review.id)
    with pytest.raises(InputError):
        desk.reviews.confirm(ADMIN, review.id)
    row = desk.store.trail.read("database")[0]
    assert (row.action, row.actor, row.address) == ("restore.reviewed", ADMIN.name, ADMIN.address)
    assert desk.debits.blocker(ADMIN, account) is None
    assert submit(desk, account).state is DebitState.SUBMITTED
    with pytest.raises(sqlite3.IntegrityError):
        desk.store.restores.confirm(review.id, ADMIN, desk.clock.now())


def test_what_signal_said_of_a_debit_since_the_backup_is_kept_so_that_its_return_is_reported(desk: Restorable) -> None:
    account = desk.linked("risk")
    kept = desk.backup()
    debit = submit(desk, account)
    asked = Assessment("sig_1", account.id, debit.amount_cents, None, None, "ada", desk.clock.now())
    desk.store.risk.add(asked)
    desk.store.risk.answer(asked.id, RiskResult.ACCEPT, None)
    desk.store.risk.attach(asked.id, debit.id, None)
    desk.put_back(kept)
    found = desk.store.risk.of_debit(debit.id)
    assert found is not None and (found.id, found.result) == ("sig_1", RiskResult.ACCEPT)


def test_what_was_told_since_is_not_told_again(desk: Restorable) -> None:
    def fail(id: str) -> None:
        at = int(desk.clock.now().timestamp())
        made = {"id": id, "created": at, "arrival_date": at, "amount": 100, "currency": "usd", "status": "failed"}
        desk.store.projection.apply("payouts", [made])
        desk.clock.move(GATHERED)

    fail("po_before")
    kept = desk.backup()
    mail = CarrierDouble(Channel.MAIL)
    assert Sender(desk.store, desk.clock, desk.settings, [mail]).send_due() == 1
    fail("po_since")
    assert Sender(desk.store, desk.clock, desk.settings, [mail]).send_due() == 1
    fail("po_waits")
    desk.put_back(kept)
    fail("po_since")  # the sync reads it again
    again = Sender(desk.store, desk.clock, desk.settings, [mail])
    assert [again.send_due(), again.send_due()] == [1, 0] and len(mail.arrived) == 3
    facts = {one.fact.subject: one.state for one in desk.store.outbox.newest(9)}
    assert facts == dict.fromkeys(("po_before", "po_since", "po_waits"), NoticeState.SENT)
    assert desk.store.database.check_integrity() == []


def test_a_batch_that_was_stopped_since_stays_stopped_and_what_it_ordered_is_ordered(desk: Restorable) -> None:
    account = desk.linked("ana")
    desk.plaid.available = 9_000_000
    rows = "\n".join(f"{account.customer_id},1.0{place},INV-{place}" for place in range(4))
    file = f"customer,amount,reference\n{rows}\n".encode()
    kept_nothing = desk.backup()
    desk.later()  # a backup is named by its second
    desk.batches.open(ADMIN, file, "run.csv")
    kept_draft = desk.backup()
    desk.later()
    batch = desk.batches.submit(ADMIN, desk.batches.open(ADMIN, file, "run.csv").id)
    newest = desk.store.approvals.newest("batch", batch.id)
    assert newest is not None
    kept_review = desk.backup()
    checker = replace(ADMIN, name="checker", subject="s-checker")
    newest = desk.approvals.leave_out(checker, newest.id, {4: "They closed it"})
    desk.stripe.meanwhile["confirm_payment_intent"] = lambda: desk.batches.stop(ADMIN, batch.id)
    desk.approvals.approve(checker, newest.id, desk.approvals.question(checker, newest.id).digest)
    before = [(one.row, one.debit_state) for one in desk.batches.rows(ADMIN, batch.id)]
    assert [row.state.value for row, _ in before] == ["ordered", *["canceled"] * 3]
    for kept in (kept_review, kept_draft, kept_nothing):
        desk.put_back(kept)
        desk.later(timedelta(hours=1))
        found = desk.batches.open(ADMIN, file, "run.csv")
        assert (found.id, found.state.value) == (batch.id, "stopped")
        assert [(one.row, one.debit_state) for one in desk.batches.rows(ADMIN, batch.id)] == before
        assert desk.approvals.question(ADMIN, newest.id).bodies["rows"] == 3
        assert len(desk.stripe.debited) == 1
    desk.later()
    desk.put_back(desk.backup())
    assert desk.batches.get(ADMIN, batch.id).state.value == "stopped", "a backup of now needs nothing"


def test_a_batch_that_was_being_sent_goes_on_where_the_old_file_had_come_to(desk: Restorable) -> None:
    account = desk.linked("ana")
    desk.plaid.available = 9_000_000
    rows = "\n".join(f"{account.customer_id},1.0{place},INV-{place}" for place in range(4))
    batch = desk.batches.open(ADMIN, f"customer,amount,reference\n{rows}\n".encode(), "run.csv")
    batch = desk.batches.submit(ADMIN, batch.id)
    newest = desk.store.approvals.newest("batch", batch.id)
    assert newest is not None
    kept, checker = desk.backup(), replace(ADMIN, name="checker", subject="s-checker")
    desk.stripe.before["create_payment_intent"] = [Killed()]
    with pytest.raises(Killed):
        desk.approvals.approve(checker, newest.id, desk.approvals.question(checker, newest.id).digest)
    desk.put_back(kept)
    for _ in range(4):
        desk.later()
    assert desk.batches.get(ADMIN, batch.id).state.value == "done" and len(desk.stripe.debited) == 4
