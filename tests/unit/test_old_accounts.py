"""Bank accounts saved on the old rail: known by their charges and by Stripe's word, collected by the customer's act."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.accounts.bank_data import BankData
from dashboard.accounts.undecided import UndecidedHolders
from dashboard.customers import Customers
from dashboard.domain.errors import AccessDenied, FormError, InputError, Refused
from dashboard.domain.jobs import JobState
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor, Role
from dashboard.domain.old_accounts import OldAccountFilter, OldState, WrittenMandate, WrittenState
from dashboard.gateways.plaid_replies import Owner
from dashboard.jobs.worker import InlineWorker
from dashboard.mandates.old_accounts import YEAR
from dashboard.mandates.written import KIND
from dashboard.messages.customer_screens import Language
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost, refused

OPS, AUDITOR = Actor("olga", frozenset({Role.OPS})), Actor("aude", frozenset({Role.AUDITOR}))
SOURCE = {"object": "bank_account", "status": "verified", "bank_name": "CHASE BANK", "last4": "6789", "metadata": {}}


def save(desk: DeskFixture, number: int = 1, **more: Any) -> str:
    """A customer at Stripe with a saved account, as the sync has read them; the account's id."""
    customer = {"id": f"cus_old{number}", "name": f"Olive Old {number}", "email": f"olive{number}@example.com"}
    desk.stripe.customers[customer["id"]] = {**customer, "created": 1}
    source = {**SOURCE, "id": f"ba_old{number}", "fingerprint": f"fp-old{number}", **more}
    desk.stripe.sources[customer["id"]] = [source]
    desk.store.projection.apply("customers", [{**customer, "created": 1}])
    return str(source["id"])


def pay(desk: DeskFixture, number: int = 1, cents: int = 5_000, *, days: int = 30, **more: Any) -> None:
    """A charge of the old rail."""
    charge = {
        "id": f"py_{number}_{cents}_{days}",
        "created": int((desk.clock.now() - timedelta(days=days)).timestamp()),
        "amount": cents,
        "currency": "usd",
        "status": "succeeded",
        "customer": f"cus_old{number}",
        "payment_method": f"ba_old{number}",
        "payment_method_details": {"type": "ach_debit", "ach_debit": {"bank_name": "CHASE BANK", "last4": "6789"}},
    }
    desk.store.projection.apply("charges", [{**charge, **more}])


def own(desk: DeskFixture, id: str) -> None:
    desk.old_accounts.add_customer(OPS, id, "Olive Old", "olive@example.com", "C-77", "individual")


def record(desk: DeskFixture, id: str, **more: Any) -> WrittenMandate:
    today = desk.clock.now().astimezone(desk.settings.timezone).date()
    given = {"signed_on": today, "kept_where": "Folder 12", "language": Language.ENGLISH, "is_word_for_word": True}
    return desk.written_mandates.record(OPS, id, **{**given, **more})


def state_of(desk: DeskFixture, id: str) -> OldState:
    return desk.old_accounts.get(AUDITOR, id).state


def needs(desk: DeskFixture) -> list[str]:
    order = ListOrder(OldAccountFilter(states=(OldState.NEEDS,)), "brought")
    return [one.id for one in desk.old_account_lists.first(AUDITOR, order, 50)]


def test_a_charge_of_the_old_rail_makes_its_account_known_with_what_it_brought_in(given: DeskFixture) -> None:
    id = save(given)
    pay(given, cents=5_000, days=30)
    pay(given, cents=7_000, days=200)
    pay(given, cents=9_000, days=YEAR.days + 1)
    pay(given, cents=1_100, days=20, status="failed", failure_code="account_closed")
    found = given.old_accounts.get(AUDITOR, id)
    assert (found.state, found.brought_cents, found.name, found.last4) == (
        OldState.NEEDS,
        12_000,
        "Olive Old 1",
        "6789",
    )
    assert found.last_debit_at == given.clock.now() - timedelta(days=20), "also one that failed was a debit"


def test_an_old_charge_that_names_only_its_source_is_of_that_account(given: DeskFixture) -> None:
    save(given)
    pay(given, payment_method=None, payment_method_details=None, source={**SOURCE, "id": "ba_old1"})
    assert needs(given) == ["ba_old1"]


def test_what_brought_in_most_is_collected_first_and_a_filter_hides_nothing_silently(given: DeskFixture) -> None:
    for number, cents in ((1, 500), (2, 90_000), (3, 7_000)):
        save(given, number)
        pay(given, number, cents)
    assert needs(given) == ["ba_old2", "ba_old3", "ba_old1"]
    order = ListOrder(OldAccountFilter(text="olive old 3"), "brought")
    assert [one.id for one in given.old_account_lists.first(AUDITOR, order, 5)] == ["ba_old3"]
    assert "containing" in order.wanted.words()


def test_a_mandate_of_a_later_debit_counts_whichever_charge_is_read_first(given: DeskFixture) -> None:
    later = {"type": "us_bank_account", "us_bank_account": {"mandate": "mandate_x", "last4": "6789"}}
    for number in (1, 2):
        save(given, number)
    pay(given, 1)
    pay(given, 1, days=2, payment_method_details=later)
    pay(given, 2, days=2, payment_method_details=later)  # as a backfill reads: the newest first
    pay(given, 2)
    assert needs(given) == ["ba_old2"]
    given.store.projection.finish_backfill()
    assert needs(given) == []


def test_stripe_is_asked_and_the_count_is_what_it_says(given: DeskFixture) -> None:
    """Verified without an active mandate, those that were never debited here among them."""
    save(given, 1)
    save(given, 2, status="errored")
    save(given, 3)
    given.stripe.setup_intents.append(
        {"id": "seti_x", "customer": "cus_old3", "payment_method": "ba_old3", "status": "succeeded", "mandate": "m_3"}
    )
    save(given, 4)
    pay(given, 4)
    given.stripe.sources["cus_old4"] = []
    assert given.old_accounts.ask_stripe(OPS) == 4
    states = {id: state_of(given, id) for id in ("ba_old1", "ba_old2", "ba_old3", "ba_old4")}
    assert states == {
        "ba_old1": OldState.NEEDS,
        "ba_old2": OldState.UNUSABLE,
        "ba_old3": OldState.COLLECTED,
        "ba_old4": OldState.GONE,
    }
    assert given.old_accounts.figures(AUDITOR).needs == 1
    assert given.old_accounts.ask_stripe(OPS) == 0, "each customer is asked about once a month"


def test_a_mandate_that_stripe_ends_is_needed_again(given: DeskFixture) -> None:
    id = save(given)
    pay(given)
    own(given, id)
    record(given, id)
    mandate = given.old_accounts.get(AUDITOR, id).mandate_id
    assert mandate is not None and given.store.sync_state.known_mandates([mandate]) == [mandate]
    given.store.sync_state.set_mandate_status(mandate, "inactive")
    assert state_of(given, id) is OldState.NEEDS


def test_an_account_that_is_linked_at_the_desk_is_collected(given: DeskFixture) -> None:
    """The same bank account at Stripe is found and used: the counter's and the phone's way."""
    id = save(given)
    pay(given)
    own(given, id)
    given.stripe.fingerprint = "fp-old1"
    owner = given.store.customers.by_stripe_id("cus_old1")
    assert owner is not None
    given.customer = owner
    account = given.desk.account(given.actor, str(given.link().bank_account_id))
    assert account.stripe_bank_account_id == id and state_of(given, id) is OldState.COLLECTED
    assert given.old_accounts.figures(AUDITOR).needs == 0


def test_a_signed_paper_becomes_one_mandate_with_its_words_its_day_and_who(given: DeskFixture) -> None:
    id = save(given)
    pay(given)
    own(given, id)
    form = given.written_mandates.form(OPS, id, Language.ENGLISH)
    made = record(given, id)
    (intent,) = given.stripe.setup_intents
    assert (intent["payment_method"], intent["customer"]) == (id, "cus_old1")
    assert intent["mandate_data"]["customer_acceptance"]["type"] == "offline"
    assert made.text in form and "Olive Old" in made.text
    assert (made.state, made.recorded_by, made.kept_where) == (WrittenState.ACTIVE, "olga", "Folder 12")
    assert (made.stripe_mandate_id, state_of(given, id)) == (intent["mandate"], OldState.COLLECTED)
    assert [row.action for row in given.store.trail.read(made.id)] == [
        "written_mandate.recorded",
        "written_mandate.ordered",
    ]
    with pytest.raises(Refused):
        record(given, id)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_makes_no_second_mandate(given: DeskFixture, when: str) -> None:
    id = save(given)
    pay(given)
    own(given, id)
    getattr(given.stripe, when)["create_setup_intent"] = [lost(provider="stripe")]
    made = record(given, id)
    given.later(timedelta(minutes=2))
    assert len(given.stripe.setup_intents) == 1 and state_of(given, id) is OldState.COLLECTED
    assert given.written_mandates.of_account(AUDITOR, id)[0].id == made.id


def test_a_killed_process_goes_on_with_the_paper(given: DeskFixture) -> None:
    id = save(given)
    pay(given)
    own(given, id)
    given.stripe.after["create_setup_intent"] = [Killed()]
    with pytest.raises(Killed):
        record(given, id)
    given.restart()
    given.later(timedelta(minutes=10))
    assert len(given.stripe.setup_intents) == 1 and state_of(given, id) is OldState.COLLECTED


def test_a_paper_that_stripe_refuses_leaves_the_account_to_be_collected(given: DeskFixture) -> None:
    id = save(given)
    pay(given)
    own(given, id)
    given.stripe.before["create_setup_intent"] = [refused("bank_account_unverified", provider="stripe")]
    made = record(given, id)
    assert (made.state, state_of(given, id)) == (WrittenState.REFUSED, OldState.NEEDS)
    job = given.store.jobs.find(KIND, made.id)
    assert job is not None and job.state is JobState.FAILED
    assert record(given, id).state is WrittenState.ACTIVE


def test_nothing_is_recorded_without_the_customers_own_act(given: DeskFixture) -> None:
    id = save(given)
    pay(given)
    with pytest.raises(Refused):
        record(given, id)
    own(given, id)
    today = given.clock.now().astimezone(given.settings.timezone).date()
    for wrong in (
        {"is_word_for_word": False},
        {"kept_where": "  "},
        {"signed_on": today + timedelta(days=1)},
        {"signed_on": today - timedelta(days=400)},
    ):
        with pytest.raises(InputError):
            record(given, id, **wrong)
    with pytest.raises(AccessDenied):
        given.written_mandates.form(AUDITOR, id, Language.ENGLISH)
    assert given.stripe.setup_intents == [] and state_of(given, id) is OldState.NEEDS


def test_an_account_is_put_aside_with_a_reason_and_taken_back(given: DeskFixture) -> None:
    id = save(given)
    pay(given)
    with pytest.raises(InputError):
        given.old_accounts.put_aside(OPS, id, " ")
    given.old_accounts.put_aside(OPS, id, "Left in May")
    found = given.old_accounts.get(AUDITOR, id)
    assert (found.state, found.aside_by, found.aside_reason) == (OldState.ASIDE, "olga", "Left in May")
    given.old_accounts.take_back(OPS, id)
    assert needs(given) == [id]


def test_the_customer_is_added_once_under_their_own_stripe_customer(given: DeskFixture) -> None:
    id = save(given)
    pay(given)
    with pytest.raises(FormError):
        given.old_accounts.add_customer(OPS, id, "", "no address", "C-1", "individual")
    own(given, id)
    own(given, id)
    (owner,) = given.store.customers.with_stripe_id("cus_old1")
    assert owner.reference == "C-77" and given.old_accounts.get(AUDITOR, id).customer_id == owner.id


# Account holders to decide about.


def test_names_to_decide_about_are_found_and_go_when_somebody_has_decided(given: DeskFixture) -> None:
    settings = replace(given.settings, plaid_products=("auth", "identity"))
    data = BankData(given.store, given.plaid, given.clock, settings, InlineWorker())
    holders, account = UndecidedHolders(given.store), str(given.link().bank_account_id)
    plaid_id = given.desk.account(given.actor, account).plaid_account_id
    given.plaid.owners = {plaid_id: [Owner(("Somebody Else",))]}
    data.read_holder(given.actor, account)
    (one,) = holders.list(OPS)
    assert (one.account.id, one.holder.names) == (account, ("Somebody Else",))
    data.decide_holder(OPS, account, same=True)
    assert holders.list(OPS) == []
    Customers(given.store, given.clock).edit(given.actor, given.customer.id, name="Jenny Renamed")
    assert holders.list(OPS) == [] and holders.catch_up() == 1
    assert [found.account.id for found in holders.list(OPS)] == [account], "about another name nobody has decided"
    with pytest.raises(AccessDenied):
        holders.list(AUDITOR)


def test_the_inbox_adds_up_what_it_shows_and_no_more(given: DeskFixture) -> None:
    """It asks every few seconds: of 5,000 accounts with 60,000 payments the list's order takes a fifth of a second."""
    for number in range(1, 6):
        save(given, number)
        pay(given, number, number * 1_000)
    statements = list[str]()
    given.store.database.handle.conn.set_trace_callback(statements.append)
    first, count = given.old_accounts.worklist(OPS, 2)
    given.store.database.handle.conn.set_trace_callback(None)
    assert ([one.brought_cents for one in first], count) == ([1_000, 2_000], 5)
    adding = [one for one in statements if "sum(m.amount" in one]
    assert len(adding) == 1 and "json_each" in adding[0], "only the rows that are shown"
