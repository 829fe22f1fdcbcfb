"""A customer who is erased: nothing of them is left in the file, their money history adds up, their proof is kept."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.accounts.eligibility import Eligibility
from dashboard.customers import Customers
from dashboard.customers.merging import Merging
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Actor, DebitOrder, ItemState, Purpose, Role
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.mandates import KEPT_AFTER_REVOCATION, Mandates
from dashboard.messages.customer_screens import Language
from dashboard.operations.audit import ERASED, Audit
from dashboard.operations.backup import Backups, restore
from dashboard.payments.saved_views import SavedViews
from dashboard.privacy.erasure import Erasures, write_pseudonym
from dashboard.privacy.erasure_job import CONNECTION_WAITS, KIND, WAIT
from dashboard.settings import Settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.audit_trail import TrailFilter
from dashboard.store.encryption.vault import Vault
from dashboard.store.privacy.erasures import Stage
from dashboard.store.privacy.wiping import Wiping
from tests.planted_secrets import find_secrets
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost, refused

ADMIN = demo_actor("192.0.2.9")
NAME, EMAIL, REFERENCE = "Zyanya Quetzalcoatl", "zyanya.quetzal@example.com", "ZQ-7781-REF"
AGENT, NOTE = "Mozilla/5.0 (Zyanya's tablet)", "Zyanya calls back on Friday"
WORDS = {NAME: "name", "Quetzalcoatl": "part of the name", EMAIL: "e-mail", REFERENCE: "reference", AGENT: "browser"}
WORDS |= {NOTE: "note", "198.51.100.77": "address", "quetzalcoatl": "word of the search index"}


@pytest.fixture
def full(tmp_path: Path, vault: Vault, clock: FixedClock) -> Store:
    return Store.open(tmp_path / "desk.db", vault, clock)


@pytest.fixture
def life(full: Store, clock: FixedClock, vault: Vault, settings: Settings) -> DeskFixture:
    """A customer with everything that one can have: a linked bank, a debit, notes, an edit, a view that finds them."""
    given = DeskFixture(full, clock, vault, settings)
    customers = Customers(full, clock)
    given.customer = customers.add(ADMIN, "Zyanya Quetzal", EMAIL, REFERENCE)
    given.customer = customers.edit(ADMIN, given.customer.id, name=NAME)
    accepted = given.desk.accept(
        ADMIN, given.customer.id, "online", {"ip_address": "198.51.100.77", "user_agent": AGENT}, Language.ENGLISH
    )
    opening = given.desk.open(ADMIN, given.customer.id, accepted=accepted)
    facts = {"ip_address": "198.51.100.77", "user_agent": AGENT}
    attempt = given.desk.report(ADMIN, opening.attempt_id, given.outcome(), facts)
    account = str(given.get(attempt).bank_account_id)
    order = DebitOrder(
        given.debits.ticket(), account, 2_500, "INV-1", Purpose.GOODS, given.debits.balance(ADMIN, account)
    )
    given.debits.submit(ADMIN, order)
    customers.add_note(ADMIN, given.customer.id, NOTE)
    views = SavedViews(full, clock)
    views.save(ADMIN, "Hers", PaymentFilter(text="quetzalcoatl"))
    views.save(ADMIN, "Failed", PaymentFilter(rail="ach_debit"))
    tell(full, "succeeded")
    return given


def tell(store: Store, status: str) -> None:
    """What a sync reads of her at Stripe."""
    tag = {"ach_desk_debit": store.debits.recent()[0].id}
    charge = {"id": "py_1", "amount": 2_500, "currency": "usd", "created": 1_795_000_000, "status": status}
    charge |= {"metadata": tag, "payment_method_types": ["us_bank_account"]}
    charge["payment_method_details"] = {"type": "us_bank_account"}
    who = {"id": "cus_1", "created": 1_790_000_000, "name": NAME, "email": EMAIL}
    store.projection.apply("customers", [who])
    store.projection.apply("charges", [{**charge, "customer": "cus_1", "payment_intent": "pi_1"}])
    store.projection.apply("payment_intents", [{**charge, "id": "pi_1", "customer": "cus_1", "status": status}])


@pytest.fixture
def erasures(life: DeskFixture) -> Erasures:
    return life.erasures


def job_of(given: DeskFixture) -> Job:
    job = given.store.jobs.find(KIND, given.customer.id)
    assert job is not None
    return job


def stage_of(given: DeskFixture) -> Stage | None:
    found = given.store.erasures.get(given.customer.id)
    return found.stage if found else None


def left_in(store: Store) -> list[str]:
    files = {path.name: path.read_bytes() for path in store.database.path.parent.glob("desk.db*")}
    assert "desk.db-wal" in files
    return find_secrets(WORDS, files)


def test_not_a_byte_is_left_in_the_file_or_its_log(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    assert {"name in desk.db-wal", "e-mail in desk.db-wal", "note in desk.db-wal"} <= set(left_in(full))
    done = erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert (done.stage, job_of(life).problem) == (Stage.DONE, None)
    assert left_in(full) == []
    assert full.database.check_integrity() == []
    assert erasures.find(ADMIN, life.customer.id) == done
    assert [view.name for view in SavedViews(full, life.clock).list(ADMIN)] == ["Failed"], "others' words stay"


def held_of(store: Store) -> set[str]:
    """Every word of a customer that the payments in memory hold, also of no row any more."""
    store.columns.refresh()
    words = store.columns._columns.words
    return {word for name in ("customer", "email") for word in words[name].values.to_pylist() if word}


def test_the_payments_in_memory_hold_nothing_of_them_either(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    assert {"zyanya quetzalcoatl", EMAIL} <= held_of(full)
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert held_of(full) == {write_pseudonym(life.customer.id).lower()}


def test_money_history_stays_under_a_pseudonym_and_adds_up(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    before = full.payments.sums(PaymentFilter(), life.clock.now().date())
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert full.payments.sums(PaymentFilter(), life.clock.now().date()) == before
    rows = list(full.database.handle.query("SELECT id, customer, email, amount, reference FROM payment"))
    pseudonym = write_pseudonym(life.customer.id)
    assert rows == [{"id": "py_1", "customer": pseudonym, "email": "", "amount": 2_500, "reference": ""}]
    found = full.payments.sums(PaymentFilter(text=pseudonym), life.clock.now().date())
    assert found.count == 1, "and is found by it"
    assert [debit.invoice_reference for debit in full.debits.recent()] == ["INV-1"]


def test_the_connection_ends_at_both_providers_and_stripe_forgets_the_name(
    life: DeskFixture, erasures: Erasures
) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert len(life.plaid.removed) == 1 and life.stripe.detached == ["ba_1"]
    assert (life.stripe.customers["cus_1"]["name"], life.stripe.customers["cus_1"]["email"]) == (
        write_pseudonym(life.customer.id),
        "",
    )
    item = life.store.items.list(life.customer.id)[0]
    assert item.state is ItemState.REMOVED
    with pytest.raises(Refused):
        life.store.items.access_token(item.id)


def test_a_later_sync_brings_nothing_back(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    tell(full, "failed")
    rows = list(full.database.handle.query("SELECT customer, state FROM payment"))
    assert rows == [{"customer": write_pseudonym(life.customer.id), "state": "failed"}]
    assert full.database.fold() and left_in(full) == []


def test_the_trail_still_proves_itself_and_says_nothing_personal(
    life: DeskFixture, erasures: Erasures, full: Store, clock: FixedClock, settings: Settings
) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert full.trail.verify() == []
    audit = Audit(full, clock, settings.timezone)
    edited = full.trail.search(TrailFilter(action="customer.edited"))[0]
    assert audit.get(ADMIN, edited.seq).facts == {"personal data": ERASED}
    about = [row.action for row in full.trail.read(life.customer.id)]
    steps = ["customer.erasure_done", "customer.erased", "customer.renamed_at_stripe", "customer.erasure_ordered"]
    assert about[:4] == steps
    told = [row for row in full.trail.read(life.customer.id) if row.action in steps]
    assert {(row.actor, row.address) for row in told} == {(ADMIN.name, ADMIN.address)}, "also from where"
    assert job_of(life).ordered_from == ADMIN.address


def test_the_customer_is_nobody_any_more(life: DeskFixture, erasures: Erasures, full: Store, clock: FixedClock) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    customers = Customers(full, clock)
    assert [one.name for one in customers.find(ADMIN)] == ["Jenny Rosen"]
    for act in (
        lambda: customers.get(ADMIN, life.customer.id),
        lambda: customers.edit(ADMIN, life.customer.id, name="Back"),
        lambda: customers.add_note(ADMIN, life.customer.id, "x"),
        lambda: life.desk.open(ADMIN, life.customer.id),
        lambda: erasures.plan(ADMIN, life.customer.id),
    ):
        with pytest.raises(InputError):
            act()
    assert erasures.order(ADMIN, life.customer.id, "anything").stage is Stage.DONE, "once is enough"
    again = customers.add(ADMIN, NAME, EMAIL, REFERENCE)
    assert again.id != life.customer.id, "they may come back, as somebody new"


def test_nothing_is_debited_from_the_order_on(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    life.plaid.before["remove_item"] = [lost()]
    account = full.accounts.list(life.customer.id)[0]
    order = erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert order.stage is Stage.ORDERED and job_of(life).problem == CONNECTION_WAITS
    with pytest.raises(Refused):
        Eligibility(full, life.clock, life.settings.timezone).require(full.accounts.list(account.customer_id)[0])


def test_the_proof_is_kept_sealed_until_the_rules_do_not_ask_for_it(
    life: DeskFixture, erasures: Erasures, full: Store
) -> None:
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    ((mandate, until),) = erasures.proofs(ADMIN, life.customer.id).items()
    assert until == life.clock.now() + KEPT_AFTER_REVOCATION
    proof = erasures.open_proof(ADMIN, mandate)
    assert NAME in proof["text"] and proof["evidence"]["user_agent"] == AGENT and proof["customer"] == NAME
    assert full.trail.read(life.customer.id)[0].action == "proof.viewed"
    with pytest.raises(InputError):
        erasures.open_proof(ADMIN, "mnd_0")


def test_an_authorization_that_ended_long_ago_leaves_no_proof(
    life: DeskFixture, erasures: Erasures, full: Store, settings: Settings
) -> None:
    account = full.accounts.list(life.customer.id)[0]
    Mandates(full, life.clock, settings).revoke(ADMIN, account.id, "by phone")
    life.clock.move(KEPT_AFTER_REVOCATION)
    erasures.order(ADMIN, life.customer.id, REFERENCE)
    assert erasures.proofs(ADMIN, life.customer.id) == {}


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


def test_whoever_was_merged_into_them_goes_with_them(
    life: DeskFixture, erasures: Erasures, full: Store, clock: FixedClock
) -> None:
    duplicate = Customers(full, clock).add(ADMIN, "Zyanya Quetzalcoatl Twin", f"duplicate.{EMAIL}", f"{REFERENCE}-2")
    Merging(full, clock, life.updates).merge(ADMIN, life.customer.id, duplicate.id)
    assert erasures.order(ADMIN, life.customer.id, REFERENCE).stage is Stage.DONE
    assert left_in(full) == []


def test_what_is_on_its_way_is_waited_for(life: DeskFixture, erasures: Erasures, full: Store) -> None:
    tell(full, "pending")
    plan = erasures.plan(ADMIN, life.customer.id)
    assert plan.blockers == ["1 payment may still fail or be returned."]
    assert plan.effects[0].startswith("1 linked account: ended at Plaid")
    with pytest.raises(Refused, match="cannot be erased now"):
        erasures.order(ADMIN, life.customer.id, REFERENCE)
    life.desk.open(ADMIN, life.customer.id)
    assert "A bank is being linked." in erasures.plan(ADMIN, life.customer.id).blockers


@pytest.mark.parametrize("typed", ["", "ZQ", NAME])
def test_the_reference_has_to_be_written_once_more(
    life: DeskFixture, erasures: Erasures, full: Store, typed: str
) -> None:
    with pytest.raises(InputError, match="not the customer's reference"):
        erasures.order(ADMIN, life.customer.id, typed)
    assert full.erasures.get(life.customer.id) is None


def test_only_an_administrator_who_has_just_proved_it_erases(life: DeskFixture, erasures: Erasures) -> None:
    unproved = replace(ADMIN, proved_until=None)
    for act in (
        lambda: erasures.order(unproved, life.customer.id, REFERENCE),
        lambda: erasures.open_proof(unproved, "mnd_1"),
        lambda: erasures.order(Actor("olga", frozenset({Role.OPS})), life.customer.id, REFERENCE),
    ):
        with pytest.raises(AccessDenied):
            act()


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
