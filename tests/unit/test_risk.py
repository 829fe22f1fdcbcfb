"""Plaid's Signal before each debit: what is asked, obeyed in a cashier's words, and reported back once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dashboard.domain.errors import AccessDenied, ProviderUnreachable, Refused
from dashboard.domain.jobs import JobState
from dashboard.domain.models import (
    Actor,
    Balance,
    BankAccount,
    Debit,
    DebitOrder,
    DebitState,
    Purpose,
    RiskResult,
    Role,
)
from dashboard.domain.return_codes import RETURN_CODES, STRIPE_CODES, return_code
from dashboard.operations.open_jobs import OpenJobs
from dashboard.settings import Settings
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost, refused

UNUSED = timedelta(minutes=16)  # the life of an answer, and some grace


@pytest.fixture
def signal(given: DeskFixture, make_settings: Callable[..., Settings]) -> DeskFixture:
    given.settings = make_settings(PLAID_RISK="signal")
    given.restart()
    return given


@pytest.fixture
def account(signal: DeskFixture) -> BankAccount:
    return signal.desk.account(signal.actor, str(signal.link().bank_account_id))


def check(given: DeskFixture, account: BankAccount, cents: int = 1_099) -> Balance:
    return given.debits.check_funds(given.actor, account.id, cents)


def order(given: DeskFixture, account: BankAccount, balance: Balance, cents: int = 1_099, **more: Any) -> Debit:
    facts = {"invoice_reference": f"INV-{given.debits.ticket()[-6:]}", "purpose": Purpose.SERVICES, **more}
    return given.debits.submit(
        given.actor, DebitOrder(given.debits.ticket(), account.id, cents, balance=balance, **facts)
    )


def refusal(given: DeskFixture, account: BankAccount, balance: Balance, cents: int = 1_099, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        order(given, account, balance, cents, **more)
    assert given.stripe.intents == [], "nothing was sent"
    return caught.value


def came_back(given: DeskFixture, debit: Debit, code: str | None, network: str | None, **dispute: str) -> None:
    """What the sync keeps of a payment that failed, or of one that was disputed."""
    charge = {
        "id": debit.charge_id,
        "object": "charge",
        "created": 1_790_000_000,
        "amount": debit.amount_cents,
        "currency": "usd",
        "status": "succeeded" if dispute else "failed",
        "failure_code": code,
        "payment_intent": debit.payment_intent_id,
        "payment_method_details": {"type": "us_bank_account", "us_bank_account": {}},
        "outcome": {"network_decline_code": network},
        "metadata": {"ach_desk_debit": debit.id},
    }
    given.store.projection.apply("charges", [charge])
    if dispute:
        facts = {"id": "du_1", "object": "dispute", "created": 1_790_000_500, "amount": debit.amount_cents}
        given.store.projection.apply(
            "disputes", [{**facts, "currency": "usd", "charge": debit.charge_id, "status": "lost", **dispute}]
        )


# Asking.


def test_a_debit_is_asked_about_once_under_an_id_of_ours_and_no_balance_is_bought(
    signal: DeskFixture, account: BankAccount
) -> None:
    balance = check(signal, account)
    ((id, asked),) = signal.plaid.evaluated.items()
    assert (asked, balance.assessment_id) == (("acc-1", 1_099, account.customer_id), id)
    assert len(id) <= 36, "Plaid takes no longer one"
    assert order(signal, account, balance).state is DebitState.SUBMITTED
    assert signal.plaid.calls["balance"] == 0
    assert signal.store.bank_data.calls(signal.clock.now()) == {"signal": 1}


def test_each_question_has_an_id_of_its_own(signal: DeskFixture, account: BankAccount) -> None:
    signal.plaid.after["evaluate"] = [lost()]
    with pytest.raises(ProviderUnreachable):
        check(signal, account)
    assert order(signal, account, check(signal, account)).state is DebitState.SUBMITTED
    assert len(signal.plaid.evaluated) == 2


def test_without_the_setting_the_balance_decides_and_signal_is_never_asked(given: DeskFixture) -> None:
    account = given.desk.account(given.actor, str(given.link().bank_account_id))
    given.plaid.risk = RiskResult.REROUTE
    assert order(given, account, check(given, account)).state is DebitState.SUBMITTED
    assert given.plaid.evaluated == {} and given.debits.report_risk() == 0


def test_who_may_not_debit_may_not_ask(signal: DeskFixture, account: BankAccount) -> None:
    with pytest.raises(AccessDenied):
        signal.debits.check_funds(Actor("ann", frozenset({Role.AUDITOR})), account.id, 1_099)
    assert signal.plaid.evaluated == {}


@pytest.mark.parametrize("code", ["ADDITIONAL_CONSENT_REQUIRED", "PRODUCTS_NOT_SUPPORTED"])
def test_a_bank_that_was_linked_before_signal_is_relinked(signal: DeskFixture, account: BankAccount, code: str) -> None:
    signal.plaid.before["evaluate"] = [refused(code)]
    with pytest.raises(Refused) as caught:
        check(signal, account)
    assert caught.value.code == "risk_consent" and "Relink" in caught.value.action


def test_keys_without_a_ruleset_say_where_it_is_made(signal: DeskFixture, account: BankAccount) -> None:
    signal.plaid.risk = None
    with pytest.raises(Refused, match="no ruleset") as caught:
        check(signal, account)
    assert "PLAID_RULESET" in caught.value.action


# Obeying.


def test_a_debit_to_be_reviewed_is_sent_once_somebody_says_that_they_looked(
    signal: DeskFixture, account: BankAccount
) -> None:
    signal.plaid.risk, signal.plaid.rule_note = RiskResult.REVIEW, "First debit above $10"
    balance = check(signal, account)
    seen = signal.debits.preview(signal.actor, account.id, 1_099, "INV-7", balance)
    assert seen.refusal is None and seen.must_look and seen.assessment is not None
    assert seen.assessment.note == "First debit above $10"
    assert refusal(signal, account, balance).code == "risk_review"
    debit = order(signal, account, balance, looked=True)
    assert debit.state is DebitState.SUBMITTED
    kept = signal.store.risk.of_debit(debit.id)
    assert kept is not None and kept.looked_by == signal.actor.name
    facts = next(row.facts for row in signal.store.trail.read(debit.id) if row.action == "debit.ordered")
    assert (facts["risk"], facts["looked"], facts["assessment"]) == ("REVIEW", True, balance.assessment_id)


def test_a_debit_to_be_rerouted_is_not_taken_by_ach_whoever_looked(signal: DeskFixture, account: BankAccount) -> None:
    signal.plaid.risk, signal.plaid.rule_note = RiskResult.REROUTE, "Too many returns."
    balance = check(signal, account)
    error = refusal(signal, account, balance, looked=True)
    assert error.code == "risk_reroute"
    assert "Too many returns." in error.meaning and "card, check or wire" in error.action
    seen = signal.debits.preview(signal.actor, account.id, 1_099, "INV-7", balance)
    assert seen.refusal is not None and seen.refusal.code == "risk_reroute"


def test_what_signal_cannot_know_of_is_looked_at(signal: DeskFixture, account: BankAccount) -> None:
    """Our own debits on their way are not in any balance yet."""
    order(signal, account, check(signal, account, 60_000), 60_000)
    balance = check(signal, account, 50_000)
    with pytest.raises(Refused) as caught:
        order(signal, account, balance, 50_000)
    assert caught.value.code == "risk_review"
    assert signal.debits.preview(signal.actor, account.id, 50_000, "INV-8", balance).must_look
    assert order(signal, account, balance, 50_000, looked=True).state is DebitState.SUBMITTED


def test_a_bank_that_gives_no_balance_is_signals_to_judge(signal: DeskFixture, account: BankAccount) -> None:
    signal.plaid.available = None
    balance = check(signal, account)
    assert not signal.debits.preview(signal.actor, account.id, 1_099, "INV-7", balance).must_look
    assert order(signal, account, balance).state is DebitState.SUBMITTED


def test_an_answer_is_good_for_one_debit_of_that_account_and_amount(signal: DeskFixture, account: BankAccount) -> None:
    balance = check(signal, account)
    assert refusal(signal, account, Balance(10**6, 10**6, "usd", signal.clock.now())).code == "risk_missing"
    assert refusal(signal, account, Balance(1, 1, None, signal.clock.now(), "sig_unknown")).code == "risk_missing"
    assert refusal(signal, account, balance, 1_100).code == "risk_missing"
    order(signal, account, balance)
    with pytest.raises(Refused) as caught:
        order(signal, account, balance, similar_to=signal.debits.recent(signal.actor)[0].id)
    assert caught.value.code == "risk_missing" and len(signal.stripe.intents) == 1


def test_an_old_answer_is_asked_for_again(signal: DeskFixture, account: BankAccount) -> None:
    balance = check(signal, account)
    signal.clock.move(timedelta(minutes=10, seconds=1))
    assert refusal(signal, account, balance).code == "old_risk"


def test_confirming_again_asks_anew(signal: DeskFixture, account: BankAccount) -> None:
    signal.stripe.before["confirm_payment_intent"] = [lost(maybe_done=False, provider="stripe")]
    first = check(signal, account)
    debit = order(signal, account, first)
    signal.later(timedelta(minutes=11))
    assert signal.debits.get(signal.actor, debit.id).state is DebitState.UNSENT
    with pytest.raises(Refused):
        signal.debits.confirm_again(signal.actor, debit.id, first)
    signal.plaid.risk = RiskResult.REVIEW
    second = check(signal, account)
    with pytest.raises(Refused, match="look at this debit"):
        signal.debits.confirm_again(signal.actor, debit.id, second)
    assert signal.debits.confirm_again(signal.actor, debit.id, second, looked=True).state is DebitState.SUBMITTED
    signal.later(UNUSED)
    signal.debits.report_risk()
    assert sorted(signal.plaid.decisions) == sorted(
        [(first.assessment_id, False, None), (second.assessment_id, True, "APPROVE")]
    )


# Reporting what was decided.


def test_a_debit_that_was_made_is_reported_once(signal: DeskFixture, account: BankAccount) -> None:
    balance = check(signal, account)
    debit = order(signal, account, balance)
    assert [signal.debits.report_risk() for _ in range(3)] == [1, 0, 0]
    assert signal.plaid.decisions == [(balance.assessment_id, True, "APPROVE")]
    (row,) = [row for row in signal.store.trail.read(str(balance.assessment_id)) if row.action.endswith("_reported")]
    assert (row.action, row.facts["made"], row.facts["debit"]) == ("risk.decision_reported", True, debit.id)


def test_one_that_was_rerouted_is_reported_at_once_and_one_that_nobody_used_after_its_life(
    signal: DeskFixture, account: BankAccount
) -> None:
    unused = check(signal, account)
    signal.plaid.risk = RiskResult.REVIEW
    turned_away = check(signal, account)
    signal.plaid.risk = RiskResult.REROUTE
    rerouted = check(signal, account)
    signal.debits.report_risk()
    assert signal.plaid.decisions == [(rerouted.assessment_id, False, "REJECT")]
    signal.later(UNUSED)
    signal.debits.report_risk()
    assert set(signal.plaid.decisions[1:]) == {
        (unused.assessment_id, False, None),
        (turned_away.assessment_id, False, "REJECT"),
    }


def test_a_debit_that_stripe_refused_was_not_made(signal: DeskFixture, account: BankAccount) -> None:
    signal.stripe.before["create_payment_intent"] = [refused("payment_method_bank_account_blocked", provider="stripe")]
    balance = check(signal, account)
    assert order(signal, account, balance).state is DebitState.REFUSED
    signal.debits.report_risk()
    assert signal.plaid.decisions == [(balance.assessment_id, False, None)]


def test_a_report_that_is_lost_is_retried_and_is_listed_until_then(signal: DeskFixture, account: BankAccount) -> None:
    order(signal, account, check(signal, account))
    signal.plaid.before["report_decision"] = [lost()]
    signal.debits.report_risk()
    listed = OpenJobs(signal.store, signal.jobs, signal.clock).attention(signal.actor)
    assert [(one.kind, one.state) for one in listed] == [("risk_report", JobState.BLOCKED)]
    assert listed[0].title.startswith("Report of a decision to Plaid Signal: debit INV-")
    assert signal.debits.report_risk() == 0, "it is under way"
    signal.later(timedelta(minutes=1))
    assert len(signal.plaid.decisions) == 1 and signal.store.jobs.open() == []


def test_a_report_that_plaid_refuses_for_most_of_a_day_fails_and_is_listed(
    signal: DeskFixture, account: BankAccount
) -> None:
    order(signal, account, check(signal, account))
    signal.plaid.before["report_decision"] = [refused("ADDENDUM_NOT_SIGNED", kind="SIGNAL_ERROR") for _ in range(40)]
    signal.debits.report_risk()
    for _ in range(20):
        signal.later(timedelta(hours=13))
    (listed,) = OpenJobs(signal.store, signal.jobs, signal.clock).attention(signal.actor)
    assert listed.state is JobState.FAILED and listed.problem is not None and "addendum" in listed.problem.what.lower()
    assert signal.debits.report_risk() == 0, "it is not begun again by itself"


def test_a_question_that_never_arrived_has_nothing_to_report(signal: DeskFixture, account: BankAccount) -> None:
    signal.plaid.before["evaluate"] = [lost()]
    with pytest.raises(ProviderUnreachable):
        check(signal, account)
    signal.later(UNUSED)
    assert [signal.debits.report_risk() for _ in range(2)] == [1, 0]
    assert signal.plaid.decisions == []
    assert OpenJobs(signal.store, signal.jobs, signal.clock).attention(signal.actor) == []


def test_an_answer_that_was_lost_is_reported_as_not_made(signal: DeskFixture, account: BankAccount) -> None:
    """Plaid would take it for a debit that was made."""
    signal.plaid.after["evaluate"] = [lost()]
    with pytest.raises(ProviderUnreachable):
        check(signal, account)
    signal.later(UNUSED)
    signal.debits.report_risk()
    assert [(made, outcome) for _, made, outcome in signal.plaid.decisions] == [(False, None)]


# Reporting what came back.


@pytest.mark.parametrize(
    ("code", "network", "dispute", "reported"),
    [
        ("insufficient_funds", "R01", {}, "R01"),
        ("account_closed", None, {}, "R02"),
        ("some_code_of_tomorrow", "R29", {}, "R29"),
        (None, None, {"reason": "debit_not_authorized"}, "R10"),
        (None, None, {"reason": "insufficient_funds"}, "R01"),
    ],
)
def test_a_return_that_the_sync_sees_is_reported_once(
    signal: DeskFixture,
    account: BankAccount,
    code: str | None,
    network: str | None,
    dispute: dict[str, str],
    reported: str,
) -> None:
    balance = check(signal, account)
    debit = order(signal, account, balance)
    signal.debits.report_risk()
    came_back(signal, debit, code, network, **dispute)
    assert [signal.debits.report_risk() for _ in range(3)] == [1, 0, 0]
    assert signal.plaid.returns == [(balance.assessment_id, reported)]
    assert "risk.return_reported" in [row.action for row in signal.store.trail.read(str(balance.assessment_id))]


def test_a_payment_that_failed_and_is_disputed_later_is_one_return(signal: DeskFixture, account: BankAccount) -> None:
    debit = order(signal, account, check(signal, account))
    came_back(signal, debit, "insufficient_funds", "R01")
    signal.plaid.before["report_return"] = [lost()]
    signal.debits.report_risk()
    signal.later()
    signal.debits.report_risk()
    came_back(signal, debit, None, None, reason="debit_not_authorized")
    signal.later(timedelta(hours=1))
    signal.debits.report_risk()
    signal.later(timedelta(hours=1))
    assert [code for _, code in signal.plaid.returns] == ["R01"]


def test_the_return_waits_for_the_decision_and_both_are_reported(signal: DeskFixture, account: BankAccount) -> None:
    debit = order(signal, account, check(signal, account))
    signal.plaid.before["report_decision"] = [lost()]
    signal.debits.report_risk()
    came_back(signal, debit, "no_account", "R03")
    signal.debits.report_risk()
    assert signal.plaid.returns == []
    signal.later(timedelta(minutes=1))
    signal.debits.report_risk()
    assert len(signal.plaid.decisions) == len(signal.plaid.returns) == 1


def test_what_never_reached_the_bank_is_no_return(signal: DeskFixture, account: BankAccount) -> None:
    debit = order(signal, account, check(signal, account))
    came_back(signal, debit, "payment_method_bank_account_blocked", None)
    signal.debits.report_risk()
    signal.debits.report_risk()
    assert signal.plaid.returns == []
    rows = [row.action for row in signal.store.trail.read(str(signal.store.risk.of_debit(debit.id).id))]  # type: ignore[union-attr]
    assert rows.count("risk.return_without_code") == 1


def test_a_debit_that_was_never_assessed_is_not_reported(given: DeskFixture) -> None:
    account = given.desk.account(given.actor, str(given.link().bank_account_id))
    debit = order(given, account, check(given, account))
    came_back(given, debit, "insufficient_funds", "R01")
    assert given.debits.report_risk() == 0 and given.plaid.returns == []


def test_a_return_code_is_the_banks_own_or_what_stripes_code_stands_for() -> None:
    assert return_code("r02", "insufficient_funds") == "R02"
    assert return_code(None, "R16") == "R16"
    assert return_code(None, None) is None and return_code("21", "fraudulent") is None
    assert {found for code in STRIPE_CODES if (found := return_code(None, code))} <= set(RETURN_CODES)
