"""A payout is the sum of what is in it, to the cent, or the page says why that cannot be said."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import stripe

from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.models import Actor, Role
from dashboard.payouts import Finding, Group, PayoutItem, PayoutLine, Payouts, name_of
from dashboard.store import Store

FRED = Actor("fred", frozenset({Role.FINANCE}))
DAY = 86_400
ARRIVES = 1_795_478_400  # 2026-11-24


def payout(id: str = "po_1", amount: int = 2_990, **more: Any) -> dict[str, Any]:
    kept = {"id": id, "object": "payout", "created": ARRIVES - 2 * DAY, "arrival_date": ARRIVES, "amount": amount}
    kept |= {"currency": "usd", "status": "paid", "automatic": True, "reconciliation_status": "completed"}
    return {**kept, **more}


def part(id: str, type: str, amount: int, fee: int = 0, source: str | None = None) -> dict[str, Any]:
    kept = {"id": id, "object": "balance_transaction", "created": ARRIVES - 6 * DAY, "available_on": ARRIVES - 2 * DAY}
    kept |= {"amount": amount, "fee": fee, "net": amount - fee, "currency": "usd", "type": type, "status": "available"}
    return {**kept, "source": source}


PARTS = [
    part("txn_1", "payment", 5_000, 40, "py_1"),
    part("txn_2", "payment", 1_000, 20, "py_2"),
    part("txn_3", "payment_refund", -2_000, 0, "re_1"),
    part("txn_4", "adjustment", -1_000, -50, "du_1"),
]


def keep(store: Store, one: dict[str, Any], parts: list[dict[str, Any]], *, itemized: bool = True) -> None:
    store.projection.apply("payouts", [one])
    store.projection.apply("balance_transactions", parts, payout_id=one["id"])
    if itemized:
        store.projection.mark_itemized(one["id"])


def finding(store: Store) -> Finding:
    return Payouts(store).get(FRED, "po_1").finding


def test_a_payout_ties_where_its_parts_add_up_to_the_cent(store: Store) -> None:
    keep(store, payout(amount=2_990), PARTS)
    line = Payouts(store).get(FRED, "po_1")
    assert (line.finding, line.parts, line.net, line.difference) == (Finding.TIES, 4, 2_990, 0)
    assert line.arrival.isoformat() == "2026-11-24"


@pytest.mark.parametrize("cent", [-1, 1])
def test_a_single_cent_is_a_difference(store: Store, cent: int) -> None:
    keep(store, payout(amount=2_990 + cent), PARTS)
    line = Payouts(store).get(FRED, "po_1")
    assert (line.finding, line.difference) == (Finding.DIFFERS, cent)


@pytest.mark.parametrize(
    ("more", "itemized", "expected"),
    [
        ({"automatic": False, "reconciliation_status": "not_applicable"}, False, Finding.BY_HAND),
        ({"status": "failed"}, True, Finding.RETURNED),
        ({"status": "canceled"}, True, Finding.RETURNED),
        ({"reconciliation_status": "in_progress"}, False, Finding.NOT_ITEMIZED),
        ({}, False, Finding.UNREAD),
    ],
)
def test_where_it_cannot_tie_it_is_said_why(
    store: Store, more: dict[str, Any], itemized: bool, expected: Finding
) -> None:
    keep(store, payout(amount=1, **more), PARTS, itemized=itemized)
    line = Payouts(store).get(FRED, "po_1")
    assert (line.finding, line.ties, line.difference) == (expected, False, 0)


def test_the_kinds_add_up_to_the_payout(store: Store) -> None:
    keep(store, payout(), [*PARTS, part("txn_5", "something_new", -10), part("txn_6", "payout", -2_980)])
    sums = Payouts(store).sums(FRED, "po_1")
    assert [(one.group, one.parts, one.net) for one in sums] == [
        (Group.PAYMENTS, 2, 5_940),
        (Group.REFUNDS, 1, -2_000),
        (Group.FAILED, 1, -950),
        (Group.OTHER, 1, -10),
    ]
    assert sum(one.net for one in sums) == Payouts(store).get(FRED, "po_1").net == 2_980


def test_pages_show_each_part_once(store: Store) -> None:
    payouts = Payouts(store)
    keep(store, payout("po_9"), PARTS)
    shares = [payouts.items(FRED, "po_9", number, size=3) for number in range(2)]
    assert [one.id for parts, _ in shares for one in parts] == ["txn_1", "txn_2", "txn_3", "txn_4"]
    assert [more for _, more in shares] == [True, False]


def test_a_refund_and_a_return_name_the_payment_that_they_are_of(store: Store) -> None:
    charge = {"id": "py_1", "object": "charge", "created": ARRIVES - 6 * DAY, "amount": 5_000, "currency": "usd"}
    charge |= {"payment_method_details": {"type": "us_bank_account"}}
    charge |= {"status": "succeeded", "amount_refunded": 2_000, "description": "INV-7"}
    store.projection.apply("charges", [charge])
    store.projection.apply(
        "refunds",
        [
            {
                "id": "re_1",
                "object": "refund",
                "created": ARRIVES - 5 * DAY,
                "amount": 2_000,
                "currency": "usd",
                "status": "succeeded",
                "charge": "py_1",
            }
        ],
    )
    keep(store, payout(), PARTS)
    parts, _ = Payouts(store).items(FRED, "po_1")
    assert {one.id: one.payment_id for one in parts} == {
        "txn_1": "py_1",
        "txn_2": None,
        "txn_3": "py_1",
        "txn_4": None,
    }


# Stripe, balance transaction types: what each is to a controller, spelled out beside the product's own list.
KNOWN_TYPES = {
    "Payments": "charge payment",
    "Refunds": "refund payment_refund refund_failure",
    "Failures, returns, adjustments": "payment_failure_refund payment_reversal payment_unreconciled adjustment",
    "Stripe fees": "stripe_fee stripe_fx_fee tax_fee tax_fund fee_credit_funding stripe_balance_payment_debit"
    " stripe_balance_payment_debit_reversal",
    "Payouts that came back": "payout payout_cancel payout_failure",
    "Reserves and holds": "reserve_transaction reserve_hold reserve_release reserved_funds"
    " payment_network_reserve_hold payment_network_reserve_release payout_minimum_balance_hold"
    " payout_minimum_balance_release",
    "Transfers and top-ups": "transfer transfer_cancel transfer_failure transfer_refund topup topup_reversal"
    " inbound_transfer inbound_transfer_reversal obligation_outbound obligation_reversal_inbound",
    "Platform fees and collections": "application_fee application_fee_refund connect_collection_transfer",
    "Card issuing": "issuing_authorization_hold issuing_authorization_release issuing_transaction issuing_dispute"
    " issuing_dispute_provisional_credit issuing_dispute_provisional_credit_reversal",
    "Financing by Stripe Capital": "advance advance_funding anticipation_repayment",
    "Climate contributions": "climate_order_purchase climate_order_refund contribution",
}
NAME_OF = {type: name for name, types in KNOWN_TYPES.items() for type in types.split()}
ALL_TYPES = re.findall(r"[\"'](\w+)[\"']", str(stripe.BalanceTransaction.__annotations__["type"]))


def test_every_type_that_the_client_knows_has_its_group_and_its_own_sums(store: Store) -> None:
    """Each type comes twice, with amounts and fees that no other has, so that any mix-up changes a sum."""
    assert set(NAME_OF) == set(ALL_TYPES) and len(ALL_TYPES) == 52
    assert {type: name_of(type) for type in ALL_TYPES} == NAME_OF
    parts, expected = list[dict[str, Any]](), dict[str, list[int]]()
    for number, type in enumerate(one for one in ALL_TYPES if one != "payout"):
        for amount, fee in (((number + 2) ** 4, 3 * number + 1), (-7, 2)):
            parts.append(part(f"txn_{len(parts):03}", type, amount, fee))
            sums = expected.setdefault(NAME_OF[type], [0, 0, 0, 0])
            for place, value in enumerate((1, amount, fee, amount - fee)):
                sums[place] += value
    keep(store, payout(), [*parts, part("txn_payout", "payout", -1_000)])
    found = Payouts(store).sums(FRED, "po_1")
    assert [one.name for one in found] == [*KNOWN_TYPES], "in this order"
    assert {one.name: [one.parts, one.amount, one.fee, one.net] for one in found} == expected
    shown, more = Payouts(store).items(FRED, "po_1", size=len(parts))
    assert not more and {one.type: one.name for one in shown} == {one["type"]: NAME_OF[one["type"]] for one in parts}


@pytest.mark.parametrize(
    ("type", "rail", "group"),
    [
        ("payment", "us_bank_account", Group.PAYMENTS),
        ("charge", "ach_debit", Group.PAYMENTS),
        ("charge", None, Group.PAYMENTS),
        ("charge", "card", Group.OTHER_MEANS),
        ("payment", "sepa_debit", Group.OTHER_MEANS),
        ("refund", "card", Group.REFUNDS),
        ("stripe_fee", "card", Group.FEES),
        ("something_new", "card", Group.OTHER),
    ],
)
def test_a_payment_by_other_means_is_in_a_group_of_its_own_and_only_a_payment(
    store: Store, type: str, rail: str | None, group: Group
) -> None:
    if rail is not None:
        charge = {"id": "ch_1", "object": "charge", "created": ARRIVES - 6 * DAY, "amount": 100, "currency": "usd"}
        charge |= {"payment_method_details": {"type": rail}, "status": "succeeded"}
        store.projection.apply("charges", [charge])
    keep(store, payout(), [part("txn_1", type, 100, 3, "ch_1")])
    (item,), _ = Payouts(store).items(FRED, "po_1")
    (sums,) = Payouts(store).sums(FRED, "po_1")
    assert (item.group, sums.group) == (group, group)


def test_types_that_nobody_knows_yet_are_shown_by_their_own_names(store: Store) -> None:
    keep(store, payout(), [part("txn_2", "another", 8), part("txn_3", "another", 9), part("txn_4", "a_new_thing", 7)])
    found = Payouts(store).sums(FRED, "po_1")
    assert [(one.group, one.name, one.net) for one in found] == [
        (Group.OTHER, "A new thing", 7),
        (Group.OTHER, "Another", 17),
    ]
    shown, _ = Payouts(store).items(FRED, "po_1")
    assert [one.name for one in shown] == ["Another", "Another", "A new thing"]


def test_types_that_nobody_knows_yet_stand_in_the_order_of_their_names(store: Store) -> None:
    keep(store, payout(), [part("txn_1", "new0", 7), part("txn_2", "new_one", 8)])
    assert [one.name for one in Payouts(store).sums(FRED, "po_1")] == ["New one", "New0"]


def test_a_part_has_the_customer_and_the_reference_of_its_payment(store: Store) -> None:
    store.projection.apply("customers", [{"id": "cus_1", "created": 1, "name": "Ana Diaz", "email": "ana@example.com"}])
    charge = {"id": "py_1", "object": "charge", "created": ARRIVES - 6 * DAY, "amount": 5_000, "currency": "usd"}
    charge |= {"payment_method_details": {"type": "us_bank_account"}}
    charge |= {"status": "succeeded", "customer": "cus_1", "description": "INV-7"}
    store.projection.apply("charges", [charge])
    other = {"created": ARRIVES - 4 * DAY, "amount": 1_000, "currency": "usd", "status": "lost", "charge": "py_1"}
    store.projection.apply("disputes", [{"id": "du_1", "object": "dispute", **other}])
    keep(store, payout(), PARTS)
    parts, _ = Payouts(store).items(FRED, "po_1")
    assert parts[0] == PayoutItem(
        id="txn_1",
        type="payment",
        source_id="py_1",
        payment_id="py_1",
        created=datetime.fromtimestamp(ARRIVES - 6 * DAY, UTC),
        amount=5_000,
        fee=40,
        net=4_960,
        currency="usd",
        customer="Ana Diaz",
        reference="INV-7",
        rail="us_bank_account",
    )
    assert [(one.id, one.payment_id, one.customer, one.reference) for one in parts[1:]] == [
        ("txn_2", None, "", ""),
        ("txn_3", None, "", ""),
        ("txn_4", "py_1", "Ana Diaz", "INV-7"),
    ]


def test_a_line_has_the_facts_of_its_payout(store: Store) -> None:
    keep(store, payout(trace_id={"status": "supported", "value": "T-9"}, status="in_transit"), PARTS)
    line = Payouts(store).get(FRED, "po_1")
    assert line == PayoutLine("po_1", date(2026, 11, 24), 2_990, "usd", "in_transit", 4, 2_990, "T-9", Finding.TIES)
    assert line.ties
    assert not keep_and_get(store, payout("po_2", 1), []).ties


def keep_and_get(store: Store, one: dict[str, Any], parts: list[dict[str, Any]]) -> PayoutLine:
    keep(store, one, parts)
    return Payouts(store).get(FRED, one["id"])


def test_payouts_of_one_day_stand_in_the_order_of_their_creation_the_last_first(store: Store) -> None:
    for id, created in (("po_b", 5), ("po_a", 5), ("po_c", 9)):
        keep(store, payout(id, created=created), [])
    assert [row["id"] for row in store.payouts.recent(3)] == ["po_c", "po_a", "po_b"]
    assert [row["id"] for place in range(3) for row in store.payouts.recent(1, place)] == ["po_c", "po_a", "po_b"]
    keep(store, payout("po_d"), [part(id, "payment", 1) for id in ("txn_9", "txn_8")])
    assert [one.id for one in Payouts(store).items(FRED, "po_d")[0]] == ["txn_8", "txn_9"]
    assert [row["id"] for row in store.payouts.parts("po_d", 1)] == ["txn_8"]


def test_a_page_holds_fifty(store: Store) -> None:
    keep(store, payout("po_x"), [part(f"txn_{number}", "payment", 1) for number in range(51)])
    items, more = Payouts(store).items(FRED, "po_x")
    assert (len(items), more) == (50, True)
    assert (len(Payouts(store).items(FRED, "po_x", 1)[0]), Payouts(store).items(FRED, "po_x", 1)[1]) == (1, False)


def test_what_is_not_there_is_said(store: Store) -> None:
    with pytest.raises(InputError, match="no such payout") as unknown:
        Payouts(store).get(FRED, "po_none")
    assert unknown.value.code == "payout"
    assert Payouts(store).sums(FRED, "po_none") == []


def test_only_who_sees_payments_sees_payouts(store: Store) -> None:
    keep(store, payout(), PARTS)
    payouts, olga, ann = Payouts(store), Actor("olga", frozenset({Role.OPS})), Actor("ann", frozenset({Role.AUDITOR}))
    assert payouts.get(ann, "po_1").id == "po_1" and payouts.sums(ann, "po_1")
    assert payouts.items(ann, "po_1")[0]
    for call in (
        lambda: payouts.get(olga, "po_1"),
        lambda: payouts.sums(olga, "po_1"),
        lambda: payouts.items(olga, "po_1"),
    ):
        with pytest.raises(AccessDenied):
            call()
