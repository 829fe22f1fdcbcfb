"""The bank of `make doubles` keeps the rules that the sandbox keeps, and a slice of the sequences shows no double."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dashboard.debits.funds import Funds
from dashboard.debits.job import DebitKind
from dashboard.debits.lateness import Lateness
from dashboard.debits.lookup import IntentLookup
from dashboard.domain.clock import Clock, FixedClock
from dashboard.domain.errors import ProviderError
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import JobCall
from dashboard.domain.models import Debit
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.gateways.stripe import Stripe
from dashboard.jobs import Run
from dashboard.jobs.kinds import To
from dashboard.refunds.job import RefundKind, write_body
from dashboard.settings import Settings, load_settings
from dashboard.store import Store
from dashboard.store.encryption.vault import make_key
from tests.doubles.__main__ import FIGURES, run
from tests.doubles.bank import Bank
from tests.sandboxes import Sandbox
from tests.unit.conftest import TUESDAY

Calls = Callable[[Any, dict[str, Any]], list[str]]


def status(call: Callable[[], dict[str, Any]]) -> str:
    """The status that a call answers with, or the code of its refusal."""
    try:
        return str(call()["status"])
    except ProviderError as error:
        return error.code


def confirm_twice(at: Any, body: dict[str, Any]) -> list[str]:
    id = at.create_payment_intent(body, key="k1")["id"]
    return [
        str(at.create_payment_intent(body, key="k1")["id"] == id),
        status(lambda: at.read_payment_intent(id)),
        status(lambda: at.confirm_payment_intent(id, {"off_session": True}, key="k2")),
        status(lambda: at.confirm_payment_intent(id, {"off_session": True}, key="k2")),
        status(lambda: at.confirm_payment_intent(id, {"off_session": True}, key="k3")),
        status(lambda: at.read_payment_intent(id)),
    ]


def cancel_and_confirm(at: Any, body: dict[str, Any]) -> list[str]:
    id = at.create_payment_intent(body, key="k4")["id"]
    return [
        status(lambda: at.cancel_payment_intent(id, key="k5")),
        status(lambda: at.confirm_payment_intent(id, {"off_session": True}, key="k6")),
        status(lambda: at.read_payment_intent(id)),
    ]


def another_body(at: Any, body: dict[str, Any]) -> list[str]:
    at.create_payment_intent(body, key="k7")
    return [status(lambda: at.create_payment_intent({**body, "amount": 7_777}, key="k7"))]


def nobody(at: Any, body: dict[str, Any]) -> list[str]:
    return [
        status(lambda: at.read_payment_intent("pi_nobody0")),
        status(lambda: at.confirm_payment_intent("pi_nobody0", {}, key="k8")),
        status(lambda: at.cancel_payment_intent("pi_nobody0", key="k9")),
    ]


@pytest.mark.parametrize("calls", [confirm_twice, cancel_and_confirm, another_body, nobody])
def test_the_bank_answers_as_the_sandbox_does(fresh: Sandbox, calls: Calls) -> None:
    customer, account = fresh.link()
    body = {
        "amount": 1_000,
        "currency": "usd",
        "customer": customer,
        "payment_method": account,
        "allowed_payment_method_types": ["us_bank_account"],
        "metadata": {"ach_desk_debit": "debit_1"},
    }
    settings = load_settings(
        {
            "PLAID_CLIENT_ID": "id",
            "PLAID_SECRET": "secret",
            "STRIPE_SECRET_KEY": fresh.keys["stripe"]["secret_key"],
            "STRIPE_API_BASE": fresh.url,
            "ACH_DESK_KEY": make_key().reveal(),
        },
        None,
    )
    assert calls(Bank(FixedClock(TUESDAY)), body) == calls(Stripe(settings), body)


def test_a_slice_of_the_sequences_moves_each_order_once() -> None:
    found = run(range(1, 61))
    assert found.broken == []
    assert {name: getattr(found, name) for name in FIGURES} == {**dict.fromkeys(FIGURES, 0), "sequences": 60}
    for event in (
        "order",
        "fault",
        "skew",
        "kill",
        "restore",
        "copy",
        "rotate_keys",
        "resume",
        "second_tab",
        "refund",
        "schedule",
        "presented",
    ):
        assert found.events[event] > 0, f"the slice has no {event}"


class Blind(IntentLookup):
    """Finds nothing."""

    def all(self, debit: Debit) -> list[dict[str, Any]]:
        return []


class Forgetful(DebitKind):
    """Makes a new PaymentIntent after a confirmation without an answer, as the one-call design did after 24 hours."""

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock, settings: Settings, funds: Funds) -> None:
        super().__init__(store, stripe, clock, settings, funds)
        self._intents = Blind(store, stripe)

    def _confirm(self, run: Run) -> None:
        intent = str(self._debit(run).payment_intent_id)
        try:
            self._end_by(run, self._stripe.confirm_payment_intent(intent, {}, key=new_id("key")))
        except ProviderError:
            with run.committing():
                call = JobCall(run.job.id, "create", new_id("key"), {}, self._clock.now())
                self._store.jobs.put_call(call)
            run.move(To("create"))


class AnyAge(Lateness):
    def _is_late(self, debit: Debit, run: Run) -> bool:
        return False


class Patient(DebitKind):
    """Sends an order however old it is."""

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock, settings: Settings, funds: Funds) -> None:
        super().__init__(store, stripe, clock, settings, funds)
        self._lateness = AnyAge(store, stripe, clock, settings.debit_rules.send_within)


def test_a_desk_that_forgets_what_it_sent_is_found_out() -> None:
    assert run(range(1, 41), Forgetful).second_movements > 0


class Careless(RefundKind):
    """Draws a new key for each try, and looks for nothing."""

    def _create(self, run: Run) -> None:
        body, key = write_body(self._refund(run)), new_id("key")
        self._keep(run, run.attempt(key, lambda: self._stripe.create_refund(body, key=key), self._stripe.time))


def test_a_desk_that_does_not_look_at_refunds_is_found_out() -> None:
    assert run(range(1, 81), refund_kind=Careless).second_movements > 0


def test_a_desk_that_sends_old_orders_is_found_out() -> None:
    assert run(range(1, 41), Patient).late_sends > 0
