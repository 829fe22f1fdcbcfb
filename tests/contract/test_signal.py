"""Signal from the desk to the sandbox's own record: asked before a debit, obeyed, and told what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.desk import Desk, open_desk
from dashboard.doctor import Verdict, examine
from dashboard.domain.errors import Refused
from dashboard.domain.ids import new_id
from dashboard.domain.models import AttemptState, Balance, BankAccount, Debit, DebitOrder, DebitState, Purpose
from dashboard.domain.payment_status import PaymentState
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from tests.contract.test_health import ACTOR, add, post
from tests.empty_desks import settings_for
from tests.sandboxes import Sandbox


@pytest.fixture
def sandbox(fresh: Sandbox) -> Sandbox:
    """One of its own: what is chosen for every debit of a sandbox stays chosen."""
    return fresh


@pytest.fixture
def desk(sandbox: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    ready = {"url": sandbox.url, "link_script": f"{sandbox.url}/link/v2/stable/link-initialize.js", **sandbox.keys}
    environ = settings_for(ready, {"PLAID_RISK": "signal"}, tmp_path)
    opened = open_desk(load_settings(environ, None), worker=InlineWorker())
    yield opened
    opened.close()


def link(desk: Desk, sandbox: Sandbox, *products: str) -> BankAccount:
    opening = desk.linking.open(ACTOR, add(desk, f"Sig {new_id('x')[-8:]}"))
    body = {"institution_id": "ins_109508", "initial_products": ["auth", *products]}
    made = post(sandbox, "/sandbox/public_token/create", **body)
    outcome = {
        "id": f"outcome-{opening.attempt_id[-12:]}",
        "kind": "success",
        "public_token": made["public_token"],
        "metadata": {"institution": {"name": "The Bank", "institution_id": "ins_109508"}, "accounts": []},
    }
    attempt = desk.linking.report(ACTOR, opening.attempt_id, outcome, {})
    if attempt.state is AttemptState.CHOOSING:
        chosen = next(one for one in attempt.accounts if one.name == "Plaid Checking")
        attempt = desk.linking.choose(ACTOR, attempt.id, chosen.id)
    return desk.linking.account(ACTOR, str(attempt.bank_account_id))


def order(desk: Desk, account: BankAccount, balance: Balance, cents: int = 1_000, **more: Any) -> Debit:
    asked = DebitOrder(desk.debits.ticket(), account.id, cents, "INV-S", Purpose.GOODS, balance, **more)
    return desk.debits.submit(ACTOR, asked)


def told(sandbox: Sandbox, balance: Balance) -> dict[str, Any]:
    said = sandbox.control("GET", "/plaid")["signal"]
    return next(one for one in said if one["client_transaction_id"] == balance.assessment_id)


def test_an_accepted_debit_is_made_and_its_return_is_reported_once(desk: Desk, sandbox: Sandbox) -> None:
    account = link(desk, sandbox, "signal")
    balance = desk.debits.check_funds(ACTOR, account.id, 1_000)
    assert (balance.available_cents, told(sandbox, balance)["amount"]) == (10_000, 10.0)
    sandbox.control("POST", "/outcome", outcome="insufficient_funds")
    debit = order(desk, account, balance)
    assert debit.state is DebitState.SUBMITTED
    desk.debits.report_risk()
    assert told(sandbox, balance)["decision"] == {"initiated": True, "decision_outcome": "APPROVE"}
    desk.move_sandbox_clock(ACTOR, 4)
    payment = desk.store.payments.get(str(debit.charge_id))
    assert payment is not None and payment["state"] == PaymentState.FAILED
    assert [desk.debits.report_risk() for _ in range(2)] == [1, 0]
    assert told(sandbox, balance)["return"]["return_code"] == "R01"


def test_a_late_return_is_reported_by_its_reason(desk: Desk, sandbox: Sandbox) -> None:
    account = link(desk, sandbox, "signal")
    balance = desk.debits.check_funds(ACTOR, account.id, 1_000)
    sandbox.control("POST", "/outcome", outcome="dispute")
    order(desk, account, balance)
    desk.debits.report_risk()
    desk.move_sandbox_clock(ACTOR, 15)
    desk.debits.report_risk()
    assert told(sandbox, balance)["return"]["return_code"] == "R10"


def test_a_debit_to_be_reviewed_waits_for_a_person_and_one_to_be_rerouted_is_not_made(
    desk: Desk, sandbox: Sandbox
) -> None:
    account = link(desk, sandbox, "signal")
    review = desk.debits.check_funds(ACTOR, account.id, 9_000)
    with pytest.raises(Refused, match="look at this debit"):
        order(desk, account, review, 9_000)
    assert order(desk, account, review, 9_000, looked=True).state is DebitState.SUBMITTED
    reroute = desk.debits.check_funds(ACTOR, account.id, 20_000)
    with pytest.raises(Refused, match="do not take it by ACH"):
        order(desk, account, reroute, 20_000, looked=True)
    desk.debits.report_risk()
    assert told(sandbox, review)["decision"]["initiated"] is True
    assert told(sandbox, reroute)["decision"] == {"initiated": False, "decision_outcome": "REJECT"}


def test_a_bank_that_was_linked_before_is_relinked_and_then_assessed(desk: Desk, sandbox: Sandbox) -> None:
    account = link(desk, sandbox)
    with pytest.raises(Refused) as caught:
        desk.debits.check_funds(ACTOR, account.id, 1_000)
    assert caught.value.code == "risk_consent"
    token = desk.plaid.create_link_token("cust_1", access_token=desk.store.items.access_token(account.item_id))
    assert token is not None
    answer = post(sandbox, "/link/api/start", token=token.token.reveal())
    for action in ({"action": "consent"}, {"action": "credentials", "username": "user_good", "password": "pass_good"}):
        answer = post(sandbox, "/link/api/act", session=answer["session"], **action)
    assert order(desk, account, desk.debits.check_funds(ACTOR, account.id, 1_000)).state is DebitState.SUBMITTED


def test_the_doctor_says_whether_signal_is_enabled_and_a_ruleset_decides(desk: Desk, sandbox: Sandbox) -> None:
    def look() -> Any:
        return next(check for check in examine(desk, ACTOR) if check.name == "Plaid Signal")

    assert (look().verdict, "ACCEPT" in look().found) == (Verdict.OK, True)
    sandbox.control("POST", "/plaid", signal_enabled=False)
    off = look()
    assert off.verdict is Verdict.FAILED and "enable Signal" in off.action and off.request_id
