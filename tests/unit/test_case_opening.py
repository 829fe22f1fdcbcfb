"""A case for each payment that failed, came back or is disputed: opened with the rows that show it, never missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.domain.cases import (
    BEFORE_START,
    CaseKind,
    CaseState,
    NextStep,
    Outcome,
    days_of,
    step_of,
)
from dashboard.domain.clock import FixedClock
from dashboard.domain.return_codes import CODES
from dashboard.store import Store
from tests.unit.case_scenes import DAY, case_of, charge, check_cases, dispute, events, refund, seconds
from tests.unit.stripe_rules import START, Draw


def test_a_failure_opens_one_case_with_its_day_and_its_step(store: Store, clock: FixedClock) -> None:
    for _ in range(3):
        store.projection.apply("charges", [charge(clock)])
    case = case_of(store)
    assert (case.kind, case.step, case.state) == (CaseKind.RETURN, NextStep.DEBIT_AGAIN, CaseState.OPEN)
    assert (case.amount, case.code, case.cause) == (4_200, "insufficient_funds", "py_1")
    assert case.until_on == (clock.now() - timedelta(days=2)).date() + timedelta(days=180)
    assert case.due_on == date(2026, 12, 9), "ten banking days after the 24th, one of which is Thanksgiving"
    assert events(store) == ["Opened: The payment failed"]
    store.projection.apply("charges", [charge(clock, "py_2", "succeeded")])
    assert store.cases.of_payment("py_2") is None


def test_what_is_rolled_back_leaves_neither_the_payment_nor_its_case(store: Store, clock: FixedClock) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        store.projection.apply("charges", [charge(clock)])
        raise RuntimeError
    assert store.payments.get("py_1") is None and store.cases.of_payment("py_1") is None
    store.projection.apply("charges", [charge(clock)])
    assert check_cases(store) == 1


def test_a_late_return_is_shown_as_one_and_the_banks_own_code_counts(store: Store, clock: FixedClock) -> None:
    store.projection.apply("charges", [charge(clock, status="succeeded")])
    store.projection.apply("disputes", [dispute(clock)])
    case = case_of(store)
    assert (case.kind, case.step, case.cause) == (CaseKind.LATE_RETURN, NextStep.AUTHORIZATION, "dp_1")
    assert events(store) == ["Opened: The bank took the payment back after it had succeeded"]
    told = charge(clock, "py_2", failure_code="debit_not_authorized", outcome={"network_decline_code": "R02"})
    store.projection.apply("charges", [told])
    assert (case_of(store, "py_2").code, case_of(store, "py_2").step) == ("R02", NextStep.ACCOUNT)


def test_a_dispute_moves_its_case_and_what_is_won_closes_it_with_the_reason(store: Store, clock: FixedClock) -> None:
    store.projection.apply("charges", [charge(clock, status="succeeded")])
    kinds = []
    for status in ("warning_needs_response", "needs_response", "lost", "won", "lost"):
        store.projection.apply("disputes", [dispute(clock, status)])
        kinds.append((case_of(store).kind, case_of(store).state))
        check_cases(store)
    assert kinds == [
        (CaseKind.INQUIRY, CaseState.OPEN),
        (CaseKind.DISPUTE, CaseState.OPEN),
        (CaseKind.LATE_RETURN, CaseState.OPEN),
        (CaseKind.LATE_RETURN, CaseState.CLOSED),
        (CaseKind.LATE_RETURN, CaseState.OPEN),
    ]
    said = events(store)
    assert said[3] == "Closed: the dispute was won, and the money is ours again"
    assert said[1].startswith("Changed: ") and said[4].startswith("Opened again: ")
    assert case_of(store).outcome is None


def test_a_decision_stands_until_something_else_happens(store: Store, clock: FixedClock) -> None:
    store.projection.apply("charges", [charge(clock, status="succeeded")])
    store.projection.apply("disputes", [dispute(clock, "needs_response")])
    store.cases.close(case_of(store).id, Outcome.DONE, "fred", clock.now())
    store.projection.apply("disputes", [dispute(clock, "under_review")])
    assert case_of(store).outcome is Outcome.DONE, "it is still the dispute that was decided"
    store.projection.apply("disputes", [dispute(clock, "lost")])
    assert (case_of(store).state, case_of(store).kind) == (CaseState.OPEN, CaseKind.LATE_RETURN)


def test_a_refund_that_failed_opens_a_case_and_another_one_closes_it(store: Store, clock: FixedClock) -> None:
    store.projection.apply("charges", [charge(clock, status="succeeded", amount_refunded=4_200)])
    store.projection.apply("refunds", [refund(clock, "re_1", "failed", failure_reason="declined")])
    case = case_of(store)
    assert (case.kind, case.step, case.code) == (CaseKind.REFUND, NextStep.PAY_BACK, "declined")
    store.projection.apply("refunds", [refund(clock, "re_2", "pending", 100)])
    assert case_of(store).state is CaseState.OPEN, "a part of it is not it"
    store.projection.apply("refunds", [refund(clock, "re_3", "pending")])
    assert case_of(store).outcome is Outcome.RECOVERED
    assert events(store)[-1] == "Closed: as much was given back since"


def test_a_case_follows_its_payment_under_another_id(store: Store, clock: FixedClock) -> None:
    """A PaymentIntent that failed without a charge, whose charge the sync reads later."""
    error = {
        "last_payment_error": {"code": "payment_intent_mandate_invalid"},
        "payment_method_types": ["us_bank_account"],
    }
    intent = {**charge(clock, "pi_1", "requires_payment_method"), **error}
    store.projection.apply("payment_intents", [intent])
    before = case_of(store, "pi_1")
    assert before.step is NextStep.AUTHORIZATION
    store.projection.apply("charges", [charge(clock, payment_intent="pi_1")])
    assert store.cases.of_payment("pi_1") is None and case_of(store).id == before.id
    assert case_of(store).code == "insufficient_funds"


def test_history_is_decided_but_what_still_waits_for_our_word_is_open(store: Store, clock: FixedClock) -> None:
    """A first backfill of years must not bury the first day's work, and yet leave no payment without a decision."""
    old = int(BEFORE_START.total_seconds()) // DAY + 1
    created = seconds(clock, days=old)
    store.projection.apply("charges", [charge(clock, "py_0", created=created)], backfilling=True)
    unread = charge(clock, status="succeeded", created=created, disputed=True)
    store.projection.apply("charges", [unread], backfilling=True)
    assert case_of(store, "py_0").outcome is case_of(store).outcome is Outcome.BEFORE_START
    store.projection.apply("disputes", [dispute(clock, created=created)], backfilling=True)
    assert (case_of(store).outcome, case_of(store).cause) == (Outcome.BEFORE_START, "dp_1")
    assert events(store) == []
    store.projection.apply("disputes", [dispute(clock, "needs_response", created=created)])
    assert case_of(store).state is CaseState.OPEN
    assert case_of(store).due_on >= clock.now().date(), "nobody could work it here before"
    check_cases(store)


def test_what_came_back_while_the_desk_stood_still_is_never_old(store: Store, clock: FixedClock) -> None:
    """The line is drawn once, when the file keeps its first case, and does not move with today."""
    store.projection.apply("charges", [charge(clock, "py_0")])
    clock.move(timedelta(days=200))
    store.projection.apply("charges", [charge(clock, created=seconds(clock, days=150))])
    assert case_of(store).state is CaseState.OPEN


def test_what_a_file_of_before_cases_holds_is_caught_up_with(store: Store, clock: FixedClock) -> None:
    store.projection.apply("charges", [charge(clock, f"py_{number}") for number in range(5)])
    store.projection.apply("charges", [charge(clock, "py_5", "succeeded"), charge(clock, "py_6", "succeeded")])
    store.projection.apply("disputes", [dispute(clock, "warning_under_review", charge="py_5")])
    store.projection.apply("refunds", [refund(clock, "re_1", "failed", charge="py_6")])
    with store.transaction() as db:
        for table in ("payment_case_event", "payment_case", "payment_case_start"):
            db.execute(f"DELETE FROM {table}")
    assert store.case_opening.catch_up(batch=2) == 7
    assert check_cases(store) == 7 and store.case_opening.catch_up() == 0


@pytest.mark.parametrize("seed", range(3))
def test_after_every_page_each_payment_in_trouble_has_one_case_or_a_decision(
    store: Store, clock: FixedClock, seed: int
) -> None:
    clock.at = datetime.fromtimestamp(START, UTC)
    draw, most, decided = Draw(seed), 0, 0
    for number in range(150):
        resource, page, payout = draw.step()
        store.projection.apply(resource, page, payout_id=payout, backfilling=number < 40)
        most = max(most, check_cases(store))
        if number % 25 == 24:
            for row in list(store.database.handle.query("SELECT id FROM payment_case WHERE state = 'open' LIMIT 1")):
                store.cases.close(row["id"], Outcome.DONE, "fred", clock.now())
                decided += 1
    assert most >= 3 and decided >= 3


# Codes.


@pytest.mark.parametrize(
    ("code", "step"),
    [
        *((code, NextStep.DEBIT_AGAIN) for code in ("R01", "R09", "insufficient_funds")),
        *((code, NextStep.AUTHORIZATION) for code in ("R07", "R10", "R29", "debit_not_authorized")),
        *((code, NextStep.ACCOUNT) for code in ("R02", "R03", "R16", "account_closed", "no_account")),
        *((code, NextStep.CONTACT) for code in ("R08", "R11", "R15", "generic_decline", None)),
        *((code, NextStep.ASK_STRIPE) for code in ("R17", "a_code_of_tomorrow")),
        ("payment_intent_mandate_invalid", NextStep.AUTHORIZATION),
    ],
)
def test_each_code_has_its_next_step(code: str | None, step: NextStep) -> None:
    assert step_of(CaseKind.RETURN, code) is step


def test_only_two_codes_may_be_debited_again() -> None:
    assert step_of(CaseKind.LATE_RETURN, "R01") is NextStep.CONTACT, "a dispute refuses it"
    again = {code for code in CODES if step_of(CaseKind.RETURN, code) is NextStep.DEBIT_AGAIN}
    assert again == {"R01", "R09", "insufficient_funds"}
    assert {kind: step_of(kind, "R01") for kind in (CaseKind.INQUIRY, CaseKind.DISPUTE)} == {
        CaseKind.INQUIRY: NextStep.ANSWER,
        CaseKind.DISPUTE: NextStep.ANSWER,
    }


def test_days_are_of_the_rules() -> None:
    friday, taken = date(2026, 12, 18), date(2026, 12, 14)
    assert days_of(CaseKind.RETURN, "R01", friday, taken) == (date(2027, 1, 5), date(2027, 6, 12))
    assert days_of(CaseKind.LATE_RETURN, "R11", friday, taken)[1] == date(2027, 2, 12)
    assert days_of(CaseKind.LATE_RETURN, "R01", friday, taken)[1] is None
    assert days_of(CaseKind.LATE_RETURN, "R10", friday, taken)[1] is None
    assert days_of(CaseKind.INQUIRY, "R01", friday, taken)[1] is None
