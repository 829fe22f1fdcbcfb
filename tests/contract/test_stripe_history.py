"""The sandbox's seeded past, and the shape of everything it answers, held against the client's own classes."""

from __future__ import annotations

import time
import typing
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.sandboxes import Sandbox


def missing_fields(document: dict[str, Any], resource: Any, path: str = "") -> list[str]:
    """The fields that the client's class calls required (or whose value is not among its literals), nested too."""
    problems = []
    for name, annotation in resource.__annotations__.items():
        if name == "OBJECT_NAME" or name.startswith("_"):
            continue
        choices = typing.get_args(annotation) if typing.get_origin(annotation) is typing.Union else (annotation,)
        here = f"{path}.{name}" if path else name
        if name not in document:
            if type(None) not in choices:
                problems.append(f"{here} is missing")
            continue
        value = document[name]
        if value is None:
            if type(None) not in choices:
                problems.append(f"{here} is null")
            continue
        literals = [choice for choice in choices if typing.get_origin(choice) is typing.Literal]
        if literals and isinstance(value, str):
            known = {text for literal in literals for text in typing.get_args(literal)}
            if value not in known:
                problems.append(f"{here} is {value!r}")
        for choice in choices:
            inner = typing.get_args(choice)[0] if typing.get_origin(choice) is list else choice
            if isinstance(inner, type) and issubclass(inner, stripe.StripeObject) and inner.__annotations__:
                for item in value if isinstance(value, list) else [value]:
                    if isinstance(item, dict):
                        problems += missing_fields(item, inner, here)
    return problems


RESOURCES = {
    "charges": stripe.Charge,
    "payment_intents": stripe.PaymentIntent,
    "customers": stripe.Customer,
    "refunds": stripe.Refund,
    "disputes": stripe.Dispute,
    "payouts": stripe.Payout,
    "balance_transactions": stripe.BalanceTransaction,
    "events": stripe.Event,
    "balance": stripe.Balance,
    "account": stripe.Account,
}


def read(sandbox: Sandbox, path: str, **params: Any) -> dict[str, Any]:
    answer = sandbox.http.get(
        f"{sandbox.url}/v1/{path}", params=params, auth=(sandbox.keys["stripe"]["secret_key"], ""), timeout=30
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("name", RESOURCES)
def test_every_object_has_what_the_clients_class_requires(lived: Sandbox, name: str) -> None:
    answer = read(lived, name, **({} if name in ("balance", "account") else {"limit": 100}))
    documents = answer.get("data", [answer])
    assert documents
    assert [problem for document in documents for problem in missing_fields(document, RESOURCES[name])] == []


def test_accounts_mandates_and_setups_have_it_too(sandbox: Sandbox) -> None:
    customer, account = sandbox.link()
    setup = read(sandbox, "setup_intents", customer=customer)["data"][0]
    for document, resource in (
        (setup, stripe.SetupIntent),
        (read(sandbox, f"mandates/{setup['mandate']}"), stripe.Mandate),
        (read(sandbox, f"payment_methods/{account}"), stripe.PaymentMethod),
        (read(sandbox, f"customers/{customer}/sources/{account}"), stripe.BankAccount),
        (read(sandbox, f"tokens/{sandbox.token()}"), stripe.Token),
    ):
        assert missing_fields(document, resource) == []


def everything(sandbox: Sandbox, name: str) -> list[Any]:
    return list(getattr(sandbox.client.v1, name).list({"limit": 100}).auto_paging_iter())


def test_the_past_has_both_rails_failures_refunds_a_dispute_and_debits_that_are_pending_now(lived: Sandbox) -> None:
    charges = everything(lived, "charges")
    assert 350 <= len(charges) <= 450
    assert len(everything(lived, "customers")) == 60
    rails = Counter(charge.payment_method_details.type for charge in charges)
    assert rails["ach_debit"] > 50
    assert rails["us_bank_account"] > 150
    statuses = Counter(charge.status for charge in charges)
    assert set(statuses) == {"pending", "succeeded", "failed"}
    assert min(statuses.values()) >= 2
    assert any(charge.disputed for charge in charges)
    assert everything(lived, "refunds")
    assert everything(lived, "disputes")
    old = [charge for charge in charges if charge.payment_method_details.type == "ach_debit"]
    for charge in old:
        assert charge.payment_intent is None
        assert charge.source.object == "bank_account"
        assert charge.id.startswith("py_")
    oldest_new = min(each.created for each in charges if each.payment_method_details.type == "us_bank_account")
    assert sum(charge.created for charge in old) / len(old) < oldest_new + 21 * 86400


def test_nothing_is_refunded_that_nobody_ordered_and_a_debit_of_today_is_paid_out(tmp_path: Path) -> None:
    lived = Sandbox(tmp_path, history=True)
    try:
        customer, account = lived.link()
        debit = lived.debit(customer, account, 1700)
        refunds = {refund.id for refund in everything(lived, "refunds")}
        for _ in range(6):
            lived.advance()
        assert {refund.id for refund in everything(lived, "refunds")} == refunds
        newest = lived.client.v1.payouts.list({"limit": 4, "status": "paid"}).data
        paid = [row.source for payout in newest for row in read_payout(lived, payout.id)]
        assert lived.client.v1.payment_intents.retrieve(debit.id).latest_charge in paid
    finally:
        lived.stop()


def read_payout(sandbox: Sandbox, id: str) -> list[Any]:
    return list(sandbox.client.v1.balance_transactions.list({"payout": id, "limit": 100}).auto_paging_iter())


def test_every_cent_of_the_past_is_paid_out_or_in_the_balance(lived: Sandbox) -> None:
    rows = everything(lived, "balance_transactions")
    balance = lived.client.v1.balance.retrieve()
    held = balance.available[0].amount + balance.pending[0].amount
    assert sum(row.net for row in rows) == held
    payouts = everything(lived, "payouts")
    assert {payout.source_type for payout in payouts} == {"card", "bank_account"}
    for payout in payouts:
        if payout.reconciliation_status == "completed":
            parts = lived.client.v1.balance_transactions.list({"payout": payout.id, "limit": 100}).data
            assert sum(part.net for part in parts if part.type != "payout") == payout.amount
    for row in rows:
        assert row.net == row.amount - row.fee
        assert row.fee == sum(part.amount for part in row.fee_details)


def test_events_are_those_of_thirty_days_and_filter_by_type(lived: Sandbox) -> None:
    events = everything(lived, "events")
    now = lived.state.clock.timestamp()
    assert events
    assert min(event.created for event in events) >= now - 30 * 86400
    assert [event.created for event in events] == sorted((event.created for event in events), reverse=True)
    listing = lived.client.v1.events.list
    wild = listing({"type": "charge.dispute.*", "limit": 100}).data
    assert {event.type.rsplit(".", 1)[0] for event in wild} <= {"charge.dispute"}
    some = listing({"types": ["payout.paid", "payout.created"], "limit": 100}).data
    assert {event.type for event in some} == {"payout.paid", "payout.created"}
    with pytest.raises(stripe.InvalidRequestError, match="up to 20"):
        listing({"types": ["charge.failed"] * 21})
    assert lived.client.v1.events.retrieve(events[0].id).type == events[0].type


def test_a_payouts_list_filters_by_status_and_arrival(lived: Sandbox) -> None:
    paid = lived.client.v1.payouts.list({"status": "paid", "limit": 100}).data
    assert paid
    assert {payout.status for payout in paid} == {"paid"}
    arrival = paid[0].arrival_date
    late = lived.client.v1.payouts.list({"arrival_date": {"gte": arrival}, "limit": 100}).data
    assert {payout.arrival_date >= arrival for payout in late} == {True}


def test_a_sandbox_with_its_history_starts_within_two_seconds(tmp_path: Any) -> None:
    before = time.process_time()
    running = Sandbox(tmp_path, history=True)
    running.stop()
    assert time.process_time() - before < 2


def test_the_same_seed_gives_the_same_past(tmp_path: Any) -> None:
    from dashboard.sandbox.state import State
    from dashboard.sandbox.stripe import history

    found = []
    for name in ("a.db", "b.db"):
        state = State(tmp_path / name)
        history.fill(state, payments=300, seed=7)
        with state.reading() as db:
            sums = db.execute("SELECT amount, status, code FROM charges WHERE status != 'pending' LIMIT 250").fetchall()
        found.append([tuple(row) for row in sums])
        state.close()
    assert found[0] == found[1]
