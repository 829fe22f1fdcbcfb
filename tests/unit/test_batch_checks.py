"""Every row of a batch's file is checked without asking a provider: each fault with its line, field, reason and fix."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.domain.batches import BatchState, RowState
from dashboard.domain.errors import InputError
from dashboard.domain.models import Customer, DebitOrder, Purpose
from dashboard.store.mandates.revocations import Revocation
from tests.unit.batch_scenes import (
    HEAD,
    add_like,
    codes,
    desk,
    equal_rows,
    file_of,
    linked,
    make,
    opened,
    rows,
    sent,
    states,
    submitted,
)
from tests.unit.desk_fixture import DeskFixture
from tests.unit.two_people import MAKER

__all__ = ["desk", "make"]


def padded(customers: list[Customer], *wrong: str) -> bytes:
    """A file with enough rows that are right, and these."""
    right = [f"{one.reference},10.00,OK-{place}" for place, one in enumerate(customers, 1)]
    return file_of([*right, *wrong])


def only(given: DeskFixture, content: bytes) -> tuple[str, str, str, str]:
    """Field, reason, fix and code of the one fault of the file's last row."""
    batch = opened(given, content)
    (fault,) = rows(given, batch)[-1].row.faults
    assert fault.reason and fault.fix and batch.bad == 1
    return fault.field, fault.reason, fault.fix, fault.code


def many(given: DeskFixture) -> list[Customer]:
    return linked(given, 12)


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        *(("12.50", 1_250), ("1,234.56", 123_456), ("$1,234.56", 123_456), ("1234", 123_400), ("1,234", 123_400)),
        *((" 12.50 ", 1_250), ("USD 12.50", 1_250), ("12.5", 1_250), ("0.50", 50)),
    ],
)
def test_amounts_are_read_exactly(desk: DeskFixture, amount: str, cents: int) -> None:
    linked(desk)
    (row,) = rows(desk, opened(desk, file_of([f'C-1,"{amount}",INV-1'])))
    assert row.row.amount_cents == cents and row.row.state is RowState.VALID


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        *(("1.234", "ambiguous_amount"), ("$12.340", "ambiguous_amount"), ("1.23456", "invalid_amount")),
        *(("12,50", "invalid_amount"), ("(12.00)", "invalid_amount"), ("-12.00", "invalid_amount")),
        *(("0.49", "amount_too_small"), ("0", "invalid_amount"), ("", "invalid_amount"), ("ten", "invalid_amount")),
        *(("1,000,000.00", "amount_too_large"), ("1.5E+3", "mangled"), ("#VALUE!", "mangled")),
    ],
)
def test_an_amount_that_is_not_surely_meant_is_refused_and_never_guessed(
    desk: DeskFixture, amount: str, code: str
) -> None:
    linked(desk)
    batch = opened(desk, file_of([f'C-1,"{amount}",INV-1']))
    assert code in codes(desk, batch)[0] and states(desk, batch) == [RowState.INVALID]
    assert all(one.field == "amount" for one in rows(desk, batch)[0].row.faults)


@pytest.mark.parametrize("amount", ["(12.00)", "-12.00"])
def test_a_credit_in_the_file_is_named_as_one_and_the_way_to_give_money_back(desk: DeskFixture, amount: str) -> None:
    linked(desk)
    (fault,) = rows(desk, opened(desk, file_of([f'C-1,"{amount}",INV-1'])))[0].row.faults
    assert "negative" in fault.reason and "refund" in fault.fix


def test_an_amount_above_the_setting_is_refused(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_DEBIT_MAX_CENTS="100000")
    field, reason, fix, code = only(desk, padded(many(desk), "C-1,1000.01,X-1"))
    assert (field, code) == ("amount", "above_maximum") and "$1,000.01" in reason and "ACH_DESK_DEBIT_MAX" in fix


def test_a_customer_is_found_by_our_reference_or_by_id(desk: DeskFixture) -> None:
    customers = linked(desk, 2)
    batch = opened(desk, file_of(["c-1,10.00,A", f"{customers[1].id},10.00,B"]))
    assert [one.row.customer_id for one in rows(desk, batch)] == [one.id for one in customers]


def test_an_unknown_customer_is_said(desk: DeskFixture) -> None:
    field, reason, _, code = only(desk, padded(many(desk), "C-99,10.00,X-1"))
    assert (field, code) == ("customer", "unknown_customer") and "C-99" in reason


def test_an_account_that_cannot_be_debited_says_why(desk: DeskFixture) -> None:
    customers = many(desk)
    account = str(rows(desk, opened(desk, padded(customers)))[-1].row.bank_account_id)
    mandate = desk.store.accounts.get(account)
    assert mandate is not None
    desk.store.revocations.add(Revocation(account, str(mandate.mandate_id), "asked", "x", desk.clock.now()))
    field, reason, fix, _ = only(desk, padded(customers[:-1], f"{customers[-1].reference},10.00,X-1"))
    assert field == "account" and "revoked" in reason and fix


def test_of_several_accounts_the_file_says_which(desk: DeskFixture) -> None:
    customers = many(desk)
    like = desk.store.accounts.get("bank_00002")
    assert like is not None
    other = replace(like, id="bank_other", plaid_account_id="acc-other", mask="7777", mandate_id="mandate_other")
    desk.store.accounts.add(other, None)
    ready = {"stripe_status": "verified", "mandate_id": "mandate_other", "mandate_status": "active"}
    desk.store.accounts.edit("bank_other", ready, desk.clock.now())
    field, reason, _, code = only(desk, padded(customers[2:], "C-2,10.00,X-1"))
    assert (field, code) == ("account", "which_account") and "0002" in reason and "7777" in reason
    batch = opened(desk, file_of(["C-2,10.00,A,7777", "C-2,10.00,B,2", "C-2,10.00,C,0002"]))
    assert [one.row.bank_account_id for one in rows(desk, batch)] == ["bank_other", "bank_00002", "bank_00002"]
    batch = opened(desk, padded(customers[2:], "C-2,10.00,X-2,1234"))
    assert codes(desk, batch)[-1] == ["no_account"]


def test_a_reference_is_used_once_a_customer_in_the_file(desk: DeskFixture) -> None:
    customers = many(desk)
    field, reason, _, code = only(desk, padded(customers, "C-1,20.00,ok-1"))
    assert (field, code) == ("reference", "reference_twice") and "Line 2" in reason
    batch = opened(desk, file_of(["C-1,10.00,SAME", "C-2,10.00,SAME"]))
    assert batch.bad == 0, "of another customer it is another one"


@pytest.mark.parametrize(("days", "is_used"), [(44, True), (46, False)])
def test_a_reference_of_a_single_debit_is_free_again_after_45_days(desk: DeskFixture, days: int, is_used: bool) -> None:
    customers = many(desk)
    account = str(rows(desk, opened(desk, padded(customers)))[0].row.bank_account_id)
    balance = desk.debits.balance(desk.actor, account)
    desk.debits.submit(MAKER, DebitOrder(desk.debits.ticket(), account, 999, "X-1", Purpose.GOODS, balance))
    desk.later(timedelta(days=days))
    batch = opened(desk, padded(customers, "C-1,20.00,x-1"))
    assert codes(desk, batch)[-1] == (["reference_used"] if is_used else [])


def test_a_reference_that_waits_in_another_batch_is_used(desk: DeskFixture) -> None:
    customers = many(desk)
    first = submitted(desk, equal_rows(customers))
    again = opened(desk, equal_rows(customers) + b"\n")
    assert codes(desk, again) == [["reference_used"]] * 12 and again.is_refused
    desk.batches.withdraw(MAKER, first.id)
    assert desk.batches.check_again(MAKER, again.id).bad == 0


def test_what_was_sent_in_a_batch_is_used(desk: DeskFixture) -> None:
    customers = linked(desk, 3)
    sent(desk, equal_rows(customers))
    again = opened(desk, equal_rows(customers) + b"\n")
    assert codes(desk, again) == [["reference_used"]] * 3


def test_limits_count_the_rows_before_in_the_file(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_LIMIT_CUSTOMER_DAY_CENTS="2500")
    customers = many(desk)
    batch = opened(desk, padded(customers[1:], "C-1,15.00,A", "C-1,10.00,B", "C-1,0.50,C"))
    assert codes(desk, batch)[-3:] == [[], [], ["above_limit"]]
    fault = rows(desk, batch)[-1].row.faults[0]
    assert "$25.00 for one customer in 24 hours" in fault.reason and "$0.00 is left" in fault.reason


@pytest.mark.parametrize(
    ("day", "code"), [("12/01/2027", "invalid_date"), ("2026-02-30", "invalid_date"), ("2001-01-02", "too_soon")]
)
def test_a_day_that_cannot_be_meant_is_said(desk: DeskFixture, day: str, code: str) -> None:
    linked(desk)
    batch = opened(desk, file_of([f"C-1,10.00,A,,,{day}"]))
    assert codes(desk, batch) == [[code]]


def test_all_rows_of_a_batch_have_one_day(desk: DeskFixture) -> None:
    linked(desk, 3)
    day = (desk.clock.now() + timedelta(days=20)).date()
    lines = [f"C-1,10.00,A,,,{day}", f"C-2,10.00,B,,,{day + timedelta(days=1)}", "C-3,10.00,C"]
    batch = opened(desk, file_of(lines))
    assert codes(desk, batch) == [[], ["another_day"], ["another_day"]] and batch.wanted_on == day


def test_the_same_amount_of_the_same_account_is_no_fault_and_is_shown_to_the_approver(desk: DeskFixture) -> None:
    customers = linked(desk, 2)
    sent(desk, file_of(["C-1,10.00,JAN"]))
    batch = submitted(desk, file_of(["C-1,10.00,FEB", "C-1,10.00,MAR", f"{customers[1].reference},10.00,FEB"]))
    noted = [one.row.notes for one in rows(desk, batch)]
    assert [len(one) for one in noted] == [1, 2, 0] and "JAN" in noted[0][0] and "line 2" in noted[1][1]


def test_above_a_tenth_of_bad_rows_the_file_itself_is_refused(desk: DeskFixture) -> None:
    customers = linked(desk, 18)
    tenth = opened(desk, padded(customers, "C-99,1.00,A", "C-98,1.00,B"))
    assert (tenth.rows, tenth.bad, tenth.is_refused) == (20, 2, False)
    assert desk.batches.submit(MAKER, tenth.id).state is BatchState.REVIEW
    more = opened(desk, padded(customers, "C-99,1.00,A", "C-98,1.00,B", "C-97,1.00,C").replace(b"OK-", b"NEW-"))
    assert more.is_refused
    with pytest.raises(InputError, match="3 rows of 21 with a fault"):
        desk.batches.submit(MAKER, more.id)


def test_five_thousand_rows_are_checked_in_seconds_and_no_provider_is_asked(desk: DeskFixture) -> None:
    """Of the processor, since the machine has others to serve; it takes some two seconds."""
    linked(desk)
    first = desk.store.accounts.list()[0]
    with desk.store.transaction():
        for number in range(2, 5_001):
            add_like(desk, first, number)
    lines = [f"C-{number},{number % 90 + 1}.25,INV-{number}" for number in range(1, 5_001)]
    lines[40] = "C-41,1.234,INV-41"
    calls = (sum(desk.plaid.calls.values()), sum(desk.stripe.calls.values()))
    began = time.process_time()
    batch = opened(desk, file_of(lines))
    took = time.process_time() - began
    assert (batch.rows, batch.bad) == (5_000, 1) and took < 12, took
    assert (sum(desk.plaid.calls.values()), sum(desk.stripe.calls.values())) == calls
    fault = rows(desk, batch)[40]
    assert fault.row.line == 42 and fault.row.faults[0].code == "ambiguous_amount"


def test_the_head_is_needed(desk: DeskFixture) -> None:
    with pytest.raises(InputError, match="does not name the columns reference"):
        opened(desk, b"customer,amount\nC-1,10\n")
    with pytest.raises(InputError, match="twice"):
        opened(desk, HEAD.encode() + b",Invoice\nC-1,10,A,,,,B\n")
    with pytest.raises(InputError, match="no debits"):
        opened(desk, HEAD.encode() + b"\n\n")
