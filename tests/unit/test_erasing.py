"""A customer who is erased: nothing of them is left in the file, their money history adds up, their proof is kept."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.access import demo_actor
from dashboard.audit import ERASED, Audit
from dashboard.backup import Backups, restore
from dashboard.clock import FixedClock
from dashboard.customer_merging import Merging
from dashboard.customer_words import Language
from dashboard.customers import Customers
from dashboard.erasing import CONNECTION_WAITS, Erasing, write_pseudonym
from dashboard.errors import AccessDenied, InputError, Refused
from dashboard.filters import PaymentFilter
from dashboard.mandates import KEPT_AFTER_REVOCATION, Mandates
from dashboard.models import Actor, DebitOrder, ItemState, Purpose, Role
from dashboard.removals import RemovalSteps
from dashboard.saved_views import SavedViews
from dashboard.settings import Settings
from dashboard.standing import Standings
from dashboard.store import Store
from dashboard.store.database import Database
from dashboard.store.erasures import Stage, carry_over
from dashboard.store.trail import TrailFilter
from dashboard.store.vault import Vault
from dashboard.store.wiping import Wiping
from dashboard.worker import InlineWorker
from tests.planted import find_secrets
from tests.unit.fakes import lost, refused
from tests.unit.worlds import World

ADMIN = demo_actor("192.0.2.9")
NAME, EMAIL, REFERENCE = "Zyanya Quetzalcoatl", "zyanya.quetzal@example.com", "ZQ-7781-REF"
AGENT, NOTE = "Mozilla/5.0 (Zyanya's tablet)", "Zyanya calls back on Friday"
WORDS = {NAME: "name", "Quetzalcoatl": "part of the name", EMAIL: "e-mail", REFERENCE: "reference", AGENT: "browser"}
WORDS |= {NOTE: "note", "198.51.100.77": "address", "quetzalcoatl": "word of the search index"}


@pytest.fixture
def full(tmp_path: Path, vault: Vault, clock: FixedClock) -> Store:
    return Store.open(tmp_path / "desk.db", vault, clock)


@pytest.fixture
def life(full: Store, clock: FixedClock, vault: Vault, settings: Settings) -> World:
    """A customer with everything that one can have: a linked bank, a debit, notes, an edit, a view that finds them."""
    world = World(full, clock, vault, settings)
    customers = Customers(full, clock)
    world.customer = customers.add(ADMIN, "Zyanya Quetzal", EMAIL, REFERENCE)
    world.customer = customers.edit(ADMIN, world.customer.id, name=NAME)
    accepted = world.desk.accept(
        ADMIN, world.customer.id, "online", {"ip_address": "198.51.100.77", "user_agent": AGENT}, Language.ENGLISH
    )
    opening = world.desk.open(ADMIN, world.customer.id, accepted=accepted)
    facts = {"ip_address": "198.51.100.77", "user_agent": AGENT}
    attempt = world.desk.report(ADMIN, opening.attempt_id, world.outcome(), facts)
    account = str(world.get(attempt).bank_account_id)
    order = DebitOrder(
        world.debits.ticket(), account, 2_500, "INV-1", Purpose.GOODS, world.debits.balance(ADMIN, account)
    )
    world.debits.submit(ADMIN, order)
    customers.add_note(ADMIN, world.customer.id, NOTE)
    views = SavedViews(full, clock)
    views.save(ADMIN, "Hers", PaymentFilter(text="quetzalcoatl"))
    views.save(ADMIN, "Failed", PaymentFilter(rail="ach_debit"))
    tell(full, "succeeded")
    return world


def tell(store: Store, status: str) -> None:
    """What a sync reads of her at Stripe."""
    charge = {"id": "py_1", "amount": 2_500, "currency": "usd", "created": 1_795_000_000, "status": status}
    who = {"id": "cus_1", "created": 1_790_000_000, "name": NAME, "email": EMAIL}
    store.ledger.apply("customers", [who])
    store.ledger.apply("charges", [{**charge, "customer": "cus_1", "payment_intent": "pi_1"}])
    store.ledger.apply("payment_intents", [{**charge, "id": "pi_1", "customer": "cus_1", "status": status}])
    while store.ledger.index_search():
        pass


@pytest.fixture
def erasing(life: World, full: Store, clock: FixedClock) -> Erasing:
    return Erasing(full, life.stripe, life.removal_steps, clock, InlineWorker())  # type: ignore[arg-type]  # the fake


def left_in(store: Store) -> list[str]:
    files = {path.name: path.read_bytes() for path in store.database.path.parent.glob("desk.db*")}
    assert "desk.db-wal" in files
    return find_secrets(WORDS, files)


def test_not_a_byte_is_left_in_the_file_or_its_log(life: World, erasing: Erasing, full: Store) -> None:
    assert {"name in desk.db-wal", "e-mail in desk.db-wal", "note in desk.db-wal"} <= set(left_in(full))
    done = erasing.order(ADMIN, life.customer.id, REFERENCE)
    assert (done.stage, done.problem) == (Stage.DONE, None)
    assert left_in(full) == []
    assert full.database.check_integrity() == []
    assert erasing.find(ADMIN, life.customer.id) == done
    assert [view.name for view in SavedViews(full, life.clock).list(ADMIN)] == ["Failed"], "others' words stay"


def test_money_history_stays_under_a_pseudonym_and_adds_up(life: World, erasing: Erasing, full: Store) -> None:
    before = full.payments.sums(PaymentFilter(), life.clock.now().date())
    erasing.order(ADMIN, life.customer.id, REFERENCE)
    assert full.payments.sums(PaymentFilter(), life.clock.now().date()) == before
    rows = list(full.database.handle.query("SELECT id, customer, email, amount, reference FROM payment"))
    pseudonym = write_pseudonym(life.customer.id)
    assert rows == [{"id": "py_1", "customer": pseudonym, "email": "", "amount": 2_500, "reference": ""}]
    while full.ledger.index_search():
        pass
    found = full.database.handle.query("SELECT rowid FROM payment_search WHERE payment_search MATCH ?", [pseudonym])
    assert len(list(found)) == 1, "and is found by it"
    assert [debit.invoice_reference for debit in full.debits.recent()] == ["INV-1"]


def test_the_connection_ends_at_both_providers_and_stripe_forgets_the_name(life: World, erasing: Erasing) -> None:
    erasing.order(ADMIN, life.customer.id, REFERENCE)
    assert len(life.plaid.removed) == 1 and life.stripe.detached == ["ba_1"]
    assert (life.stripe.customers["cus_1"]["name"], life.stripe.customers["cus_1"]["email"]) == (
        write_pseudonym(life.customer.id),
        "",
    )
    item = life.store.items.list(life.customer.id)[0]
    assert item.state is ItemState.REMOVED
    with pytest.raises(Refused):
        life.store.items.access_token(item.id)


def test_a_later_sync_brings_nothing_back(life: World, erasing: Erasing, full: Store) -> None:
    erasing.order(ADMIN, life.customer.id, REFERENCE)
    tell(full, "failed")
    rows = list(full.database.handle.query("SELECT customer, state FROM payment"))
    assert rows == [{"customer": write_pseudonym(life.customer.id), "state": "failed"}]
    assert full.database.fold() and left_in(full) == []


def test_the_trail_still_proves_itself_and_says_nothing_personal(
    life: World, erasing: Erasing, full: Store, clock: FixedClock, settings: Settings
) -> None:
    erasing.order(ADMIN, life.customer.id, REFERENCE)
    assert full.trail.verify() == []
    audit = Audit(full, clock, settings.timezone)
    edited = full.trail.search(TrailFilter(action="customer.edited"))[0]
    assert audit.get(ADMIN, edited.seq).facts == {"personal data": ERASED}
    about = [row.action for row in full.trail.read(life.customer.id)]
    assert about[:3] == ["customer.erasure_done", "customer.erased", "customer.erasure_ordered"]


def test_the_customer_is_nobody_any_more(life: World, erasing: Erasing, full: Store, clock: FixedClock) -> None:
    erasing.order(ADMIN, life.customer.id, REFERENCE)
    customers = Customers(full, clock)
    assert [one.name for one in customers.find(ADMIN)] == ["Jenny Rosen"]
    for act in (
        lambda: customers.get(ADMIN, life.customer.id),
        lambda: customers.edit(ADMIN, life.customer.id, name="Back"),
        lambda: customers.add_note(ADMIN, life.customer.id, "x"),
        lambda: life.desk.open(ADMIN, life.customer.id),
        lambda: erasing.plan(ADMIN, life.customer.id),
    ):
        with pytest.raises(InputError):
            act()
    assert erasing.order(ADMIN, life.customer.id, "anything").stage is Stage.DONE, "once is enough"
    again = customers.add(ADMIN, NAME, EMAIL, REFERENCE)
    assert again.id != life.customer.id, "they may come back, as somebody new"


def test_nothing_is_debited_from_the_order_on(life: World, erasing: Erasing, full: Store) -> None:
    life.plaid.before["remove_item"] = [lost()]
    account = full.accounts.list(life.customer.id)[0]
    order = erasing.order(ADMIN, life.customer.id, REFERENCE)
    assert order.stage is Stage.ORDERED and order.problem is not None
    with pytest.raises(Refused):
        Standings(full, life.clock).refuse(full.accounts.list(account.customer_id)[0])


def test_the_proof_is_kept_sealed_until_the_rules_do_not_ask_for_it(life: World, erasing: Erasing, full: Store) -> None:
    erasing.order(ADMIN, life.customer.id, REFERENCE)
    ((mandate, until),) = erasing.proofs(ADMIN, life.customer.id).items()
    assert until == life.clock.now() + KEPT_AFTER_REVOCATION
    proof = erasing.open_proof(ADMIN, mandate)
    assert NAME in proof["text"] and proof["evidence"]["user_agent"] == AGENT and proof["customer"] == NAME
    assert full.trail.read(life.customer.id)[0].action == "proof.viewed"
    with pytest.raises(InputError):
        erasing.open_proof(ADMIN, "mnd_0")


def test_an_authorization_that_ended_long_ago_leaves_no_proof(
    life: World, erasing: Erasing, full: Store, settings: Settings
) -> None:
    account = full.accounts.list(life.customer.id)[0]
    Mandates(full, life.clock, settings).revoke(ADMIN, account.id, "by phone")
    life.clock.move(KEPT_AFTER_REVOCATION)
    erasing.order(ADMIN, life.customer.id, REFERENCE)
    assert erasing.proofs(ADMIN, life.customer.id) == {}


def test_a_provider_that_is_down_holds_it_up_visibly_and_it_goes_on(life: World, erasing: Erasing, full: Store) -> None:
    life.plaid.before["remove_item"] = [lost()]
    life.stripe.before["update_customer"] = [lost(provider="stripe")]
    waiting = erasing.order(ADMIN, life.customer.id, REFERENCE)
    assert waiting.problem is not None and erasing.unfinished(ADMIN) == [waiting]
    assert erasing.carry_on() == 0, "not at once"
    for _ in range(2):
        life.clock.move(timedelta(minutes=2))
        erasing.carry_on()
    assert full.erasures.get(life.customer.id).stage is Stage.DONE  # type: ignore[union-attr]  # it is there
    assert erasing.unfinished(ADMIN) == [] and left_in(full) == []


def test_a_stripe_customer_that_is_gone_or_somebody_elses_is_no_obstacle(
    life: World, erasing: Erasing, full: Store, clock: FixedClock
) -> None:
    other = Customers(full, clock).add(ADMIN, "Ada Twin", "ada@example.com", "T-1")
    full.customers.decide(other.id, "cus_1", clock.now())
    assert "stays theirs" in " ".join(erasing.plan(ADMIN, life.customer.id).effects)
    assert erasing.order(ADMIN, life.customer.id, REFERENCE).stage is Stage.DONE
    assert full.tellings.get(other.id) is not None, "and Stripe is told their name"
    assert left_in(full) == [], "also where Stripe still has the erased name"

    gone = Customers(full, clock).add(ADMIN, "Gone Away", "gone@example.com", "G-1")
    full.customers.decide(gone.id, "cus_9", clock.now())
    life.stripe.before["update_customer"] = [refused("resource_missing", provider="stripe")]
    assert erasing.order(ADMIN, gone.id, "g-1").stage is Stage.DONE


def test_stripes_no_is_kept_and_tried_again(life: World, erasing: Erasing, full: Store) -> None:
    life.stripe.before["update_customer"] = [refused("api_key_expired", provider="stripe")]
    order = erasing.order(ADMIN, life.customer.id, REFERENCE)
    assert order.stage is Stage.ORDERED and order.problem and order.problem.code == "api_key_expired"


def test_whoever_was_merged_into_them_goes_with_them(
    life: World, erasing: Erasing, full: Store, clock: FixedClock
) -> None:
    twin = Customers(full, clock).add(ADMIN, "Zyanya Quetzalcoatl Twin", f"twin.{EMAIL}", f"{REFERENCE}-2")
    Merging(full, clock, lambda id: None).merge(ADMIN, life.customer.id, twin.id)
    assert erasing.order(ADMIN, life.customer.id, REFERENCE).stage is Stage.DONE
    assert left_in(full) == []


def test_what_is_on_its_way_is_waited_for(life: World, erasing: Erasing, full: Store) -> None:
    tell(full, "pending")
    plan = erasing.plan(ADMIN, life.customer.id)
    assert plan.obstacles == ["1 payment may still fail or be returned."]
    assert plan.effects[0].startswith("1 linked account: ended at Plaid")
    with pytest.raises(Refused, match="cannot be erased now"):
        erasing.order(ADMIN, life.customer.id, REFERENCE)
    life.desk.open(ADMIN, life.customer.id)
    assert "A bank is being linked." in erasing.plan(ADMIN, life.customer.id).obstacles


@pytest.mark.parametrize("typed", ["", "ZQ", NAME])
def test_the_reference_has_to_be_written_once_more(life: World, erasing: Erasing, full: Store, typed: str) -> None:
    with pytest.raises(InputError, match="not the customer's reference"):
        erasing.order(ADMIN, life.customer.id, typed)
    assert full.erasures.get(life.customer.id) is None


def test_only_an_administrator_who_has_just_proved_it_erases(life: World, erasing: Erasing) -> None:
    unproved = replace(ADMIN, proved_until=None)
    for act in (
        lambda: erasing.order(unproved, life.customer.id, REFERENCE),
        lambda: erasing.open_proof(unproved, "mnd_1"),
        lambda: erasing.order(Actor("olga", frozenset({Role.OPS})), life.customer.id, REFERENCE),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_a_reader_of_an_older_page_is_waited_for(life: World, erasing: Erasing, full: Store) -> None:
    reader = full.database._open_file()
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM customer").fetchall()
    full.database.handle.execute("PRAGMA busy_timeout = 50")
    assert erasing.order(ADMIN, life.customer.id, REFERENCE).stage is Stage.WIPED
    reader.rollback()
    life.clock.move(timedelta(minutes=1))
    erasing.carry_on()
    assert full.erasures.get(life.customer.id).stage is Stage.DONE  # type: ignore[union-attr]  # it is there
    assert left_in(full) == []


def test_one_worker_at_a_time_carries_it_out(life: World, erasing: Erasing, full: Store, clock: FixedClock) -> None:
    later: list[Callable[[], object]] = []

    class Later(InlineWorker):
        def submit(self, fn: Callable[..., object], *args: object) -> None:
            later.append(lambda: fn(*args))

    patient = Erasing(full, life.stripe, life.removal_steps, clock, Later())  # type: ignore[arg-type]  # the fake
    patient.order(ADMIN, life.customer.id, REFERENCE)
    dead = "elsewhere/1/x/y"
    assert full.erasures.take(life.customer.id, dead, clock.now(), clock.now() + timedelta(minutes=3))
    later.pop()()
    assert full.erasures.get(life.customer.id).stage is Stage.ORDERED  # type: ignore[union-attr]  # somebody has it
    assert patient.resume_all() == 1, "of another machine nothing is known: its lease runs out"
    clock.move(timedelta(minutes=4))
    gone = f"{socket.gethostname()}/{2**22 + 1}/x/y"  # no process has this number
    assert full.erasures.take(life.customer.id, gone, clock.now(), clock.now() + timedelta(minutes=3))
    patient.resume_all()
    assert full.erasures.get(life.customer.id).stage is Stage.DONE  # type: ignore[union-attr]  # it is there


def test_a_worker_whose_lease_was_taken_writes_nothing(life: World, erasing: Erasing, full: Store) -> None:
    class Robbed(Wiping):
        def scrub(self) -> bool:
            full.erasures.drop(life.customer.id, str(full.erasures.get(life.customer.id).lease_owner))  # type: ignore[union-attr]
            return True

    full.wiping = Robbed(full.database, full.ledger)
    assert erasing.order(ADMIN, life.customer.id, REFERENCE).stage is Stage.WIPED


def test_a_connection_that_another_worker_ends_is_waited_for(life: World, erasing: Erasing, full: Store) -> None:
    item, now = full.items.list(life.customer.id)[0], life.clock.now()
    life.plaid.before["remove_item"] = [lost()]
    erasing.order(ADMIN, life.customer.id, REFERENCE)
    full.removals.hurry(item.id, now)
    life.clock.move(timedelta(minutes=2))
    full.database.handle.execute("UPDATE item_removal SET problem = NULL")
    full.removals.take(item.id, "elsewhere/1/x/y", life.clock.now(), life.clock.now() + timedelta(minutes=3))
    erasing.carry_on()
    waiting = full.erasures.get(life.customer.id)
    assert waiting is not None and waiting.problem == CONNECTION_WAITS


def restored(life: World, full: Store, kept: Path, vault: Vault, clock: FixedClock) -> tuple[Store, Erasing]:
    path = full.database.path
    full.close()
    restore(kept, path, vault, {}, ADMIN, clock)
    store = Store.open(path, vault, clock)
    steps = RemovalSteps(store, life.plaid, life.stripe, clock, InlineWorker())  # type: ignore[arg-type]  # the fake
    return store, Erasing(store, life.stripe, steps, clock, InlineWorker())  # type: ignore[arg-type]  # the fake


def test_a_restored_backup_does_not_bring_an_erased_customer_back(
    life: World, erasing: Erasing, full: Store, vault: Vault, clock: FixedClock, tmp_path: Path
) -> None:
    kept = Backups(full.database, full.trail, vault, clock, tmp_path / "kept").make(ADMIN)
    erasing.order(ADMIN, life.customer.id, REFERENCE)
    store, again = restored(life, full, kept, vault, clock)
    assert store.customers.get(life.customer.id) is not None, "the backup knows them"
    assert again.carry_on() == 1
    assert store.customers.get(life.customer.id) is None and store.erasures.open() == []
    files = {path.name: path.read_bytes() for path in tmp_path.glob("desk.db*") if "before" not in path.name}
    assert find_secrets(WORDS, files) == [] and store.trail.verify() == []
    actions = [row.action for row in store.trail.read(life.customer.id)]
    assert "customer.erasure_carried_over" in actions
    store.close()


def test_a_backup_that_knows_of_the_erasure_needs_no_second_one(
    life: World, erasing: Erasing, full: Store, vault: Vault, clock: FixedClock, tmp_path: Path
) -> None:
    erasing.order(ADMIN, life.customer.id, REFERENCE)
    kept = Backups(full.database, full.trail, vault, clock, tmp_path / "kept").make(ADMIN)
    store, again = restored(life, full, kept, vault, clock)
    assert again.carry_on() == 0 and store.erasures.open() == []
    store.close()


def test_a_file_that_cannot_be_read_is_replaced_all_the_same(
    life: World, full: Store, vault: Vault, clock: FixedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Backups(full.database, full.trail, vault, clock, tmp_path / "kept").make(ADMIN)
    full.close()
    full.database.path.write_bytes(b"torn" * 5_000)
    (tmp_path / "desk.db-wal").write_bytes(b"the last hours")
    store, again = restored(life, full, kept, vault, clock)
    assert store.customers.get(life.customer.id) is not None and again.carry_on() == 0
    assert "customers who were erased since the backup are back" in caplog.text
    put_aside = {path.name: path.read_bytes()[:14] for path in tmp_path.glob("*.before-restore-1*")}
    assert put_aside["desk.db.before-restore-1"].startswith(b"torn"), "for whoever may still mend it"
    store.close()


def test_a_database_from_before_there_were_erasures_has_none_to_carry(tmp_path: Path, full: Store) -> None:
    old = Database(tmp_path / "old.db")
    assert carry_over(old, full.database) == []
    old.close()
