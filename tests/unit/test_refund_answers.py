"""The answer sheet for a customer: when the money comes, and which reference to ask the bank for."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.domain.errors import AccessDenied
from dashboard.domain.models import Actor, Role
from dashboard.domain.refunds import RefundAnswer
from dashboard.refunds.answers import RefundAnswers
from dashboard.settings import Settings
from tests.unit.case_scenes import charge, seconds
from tests.unit.desk_fixture import DeskFixture

FINANCE, NOBODY = Actor("finn", frozenset({Role.FINANCE})), Actor("nobody", frozenset())
BANK = {"type": "us_bank_account", "us_bank_account": {"bank_name": "CHASE BANK", "last4": "6789"}}


def answer(given: DeskFixture, settings: Settings | None = None, *, rail: Any = BANK, **more: Any) -> RefundAnswer:
    """Of a refund of Tuesday 24 November 2026, two days before Thanksgiving."""
    paid = charge(given.clock, "py_1", status="succeeded", payment_method_details=rail)
    given.store.projection.apply("charges", [paid])
    made = {"id": "pyr_1", "created": seconds(given.clock), "amount": 1_200, "currency": "usd", "charge": "py_1"}
    given.store.projection.apply("refunds", [{**made, "status": "pending", **more}])
    (found,) = RefundAnswers(given.store, settings or given.settings).of_payment(FINANCE, "py_1")
    return found


def to_bank(reference: str | None, status: str) -> dict[str, Any]:
    bank = {"reference": reference, "reference_status": status}
    return {"destination_details": {"type": "us_bank_transfer", "us_bank_transfer": bank}}


def test_it_says_when_the_money_comes_by_the_banks_calendar(given: DeskFixture) -> None:
    found = answer(given)
    assert "On 24 November 2026 we sent $12.00 back to your account at CHASE BANK ending in 6789" in found.text
    assert "by 30 November 2026 at the latest" in found.text, "Thanksgiving and a weekend lie between"
    assert "your payment of $42.00 of 22 November 2026" in found.text


def test_it_names_the_reference_and_the_day_from_which_to_ask_for_it(given: DeskFixture) -> None:
    found = answer(given, **to_bank("091000019123456", "available"), status="succeeded")
    assert found.reference == "091000019123456" and "    091000019123456" in found.text
    assert "Your bank has received it." in found.text
    assert "If you do not see it by 2 December 2026, ask your bank for an ACH credit of $12.00" in found.text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("pending", "not known yet. Ask us for it after 30 November 2026."),
        ("unavailable", "There is no reference for this refund."),
    ],
)
def test_it_never_makes_a_reference_up(given: DeskFixture, status: str, said: str) -> None:
    assert said in answer(given, **to_bank(None, status)).text


def test_a_reference_stays_known_when_a_later_read_lacks_it(given: DeskFixture) -> None:
    answer(given, **to_bank("123", "available"))
    assert answer(given).reference == "123"


def test_a_refund_that_failed_is_not_said_to_come(given: DeskFixture) -> None:
    found = answer(given, status="failed", failure_reason="declined")
    assert "It did not arrive" in found.text and "at the latest" not in found.text and "reference" not in found.text


def test_for_the_old_rail_no_day_is_made_up(given: DeskFixture) -> None:
    rail = {"type": "ach_debit", "ach_debit": {"bank_name": "CHASE BANK", "last4": "6789"}}
    found = answer(given, rail=rail)
    assert found.expected_on is None and "no day is promised" in found.text


def test_it_says_how_the_business_is_reached_and_warns_of_a_dispute_beside_it(
    given: DeskFixture, make_settings: Any
) -> None:
    found = answer(given, make_settings(ACH_DESK_CONTACT_PHONE="+1 555 0100"))
    assert "Questions? +1 555 0100" in found.text and "do not dispute the payment" in found.text
    assert "Questions?" not in answer(given).text


def test_only_who_sees_payments_reads_it(given: DeskFixture) -> None:
    answer(given)
    with pytest.raises(AccessDenied):
        RefundAnswers(given.store, given.settings).of_payment(NOBODY, "py_1")
