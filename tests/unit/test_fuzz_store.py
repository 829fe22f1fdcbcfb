"""Odd objects from Stripe are kept as they are meant, or refused whole; odd answers never break a link or a debit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as effort
from hypothesis import strategies as st

from dashboard.domain.clock import Clock, FixedClock
from dashboard.domain.errors import DeskError, InputError, ProviderBroken
from dashboard.domain.models import AttemptState, Balance, DebitOrder, DebitState, Purpose
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.linking.outcome import read_outcome
from dashboard.linking.questions import KIND
from dashboard.payments import read_row
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.engine.database import Database
from dashboard.store.migrations import migrate
from dashboard.store.payments.stripe_objects import LARGEST_CENTS, LATEST, RESOURCES
from tests.empty_desks import open_store
from tests.odd_replies import odd, storable
from tests.payment_history import History
from tests.unit.conftest import TUESDAY
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import CHECKING, SAVINGS
from tests.unit.test_projection import TODAY, check_sums

QUICK = effort(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
HISTORY = History(200, days=40)
TEMPLATES = {
    resource: json.loads(listing.bodies[0]) for resource, listing in HISTORY.resources.items() if listing.bodies
}
TEMPLATES |= {
    "disputes": {
        "id": "du_1",
        "object": "dispute",
        "created": 1_790_000_000,
        "amount": 5,
        "currency": "usd",
        "charge": HISTORY.charges[0]["id"],
        "status": "lost",
        "reason": "debit_not_authorized",
    },
    "refunds": {
        "id": "re_1",
        "object": "refund",
        "created": 1_790_000_000,
        "amount": 5,
        "currency": "usd",
        "charge": HISTORY.charges[0]["id"],
        "status": "failed",
        "failure_reason": "expired_or_canceled_card",
    },
}
MONEY = {"amount", "fee", "net", "refunded"}
TIMES = {"created", "available_on", "arrival"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that has what the odd objects may point at."""
    folder = tmp_path_factory.mktemp("odd")
    store = open_store(folder / "desk.db", Vault([make_key()]), Clock(), ZoneInfo("America/New_York"))
    for resource, listing in HISTORY.resources.items():
        if resource != "events":
            store.projection.apply(resource, [json.loads(body) for body in listing.bodies])
    yield store
    store.close()


def rows_of(store: Store, table: str) -> list[dict[str, Any]]:
    return list(store.database.handle.query(f"SELECT * FROM {table}"))


@pytest.mark.parametrize("resource", RESOURCES)
def test_an_odd_object_is_kept_as_it_is_meant_or_refused(resource: str, filled: Store) -> None:
    table = RESOURCES[resource].table

    @QUICK
    @hypothesis.given(odd(TEMPLATES[resource]))
    def check(one: Any) -> None:
        if not isinstance(one, dict) or not storable(one.get("id")):
            return  # the gateway passes only objects with an id that is text
        before = rows_of(filled, table)
        try:
            filled.projection.apply(resource, [one])
        except ProviderBroken as error:
            assert error.what
            assert rows_of(filled, table) == before, "nothing of it was kept"
            return
        for row in rows_of(filled, table):
            for name, value in row.items():
                assert storable(value)
                if name in MONEY and value is not None:
                    assert isinstance(value, int) and abs(value) <= 2 * LARGEST_CENTS
                if name in TIMES:
                    assert isinstance(value, int) and 0 <= value <= LATEST
        kept = next((row for row in rows_of(filled, table) if row["id"] == one.get("id")), None)
        if kept is not None and "amount" in kept:
            assert kept["amount"] == one["amount"], "an amount is never another one"
        for row in filled.payments.walk(PaymentFilter(), TODAY):
            read_row(row, TODAY)

    check()
    check_sums(filled)
    assert filled.database.check_integrity() == []


OUTCOME = {
    "id": "outcome-0001",
    "kind": "success",
    "public_token": "public-sandbox-1",
    "metadata": {
        "institution": {"name": "Bank", "institution_id": "ins_1", "type": "chase"},
        "account_id": "acc-1",
        "accounts": [CHECKING, SAVINGS],
        "link_session_id": "session-1",
        "request_id": "req",
        "status": "requires_credentials",
    },
    "error": {"error_code": "INVALID_CREDENTIALS", "error_type": "ITEM_ERROR", "display_message": "d"},
    "events": [{"eventName": "OPEN", "metadata": {"view_name": "CONSENT"}}],
}


@effort(QUICK, max_examples=200)
@hypothesis.given(odd(OUTCOME))
def test_a_browser_may_report_anything(raw: Any) -> None:
    try:
        outcome = read_outcome(raw)
    except InputError:
        return
    assert storable(outcome)
    json.dumps([vars(account) for account in outcome.accounts]).encode()


class Odd:
    """Makes the fakes' answers odd, one after another, as hypothesis draws them."""

    def __init__(self, data: st.DataObject, name: str) -> None:
        self.data, self.name = data, name

    def change(self, name: str, reply: Any) -> Any:
        """The n-th answer of this call, with everything but its id open to change: that the gateway vouches for."""
        if name != self.name:
            return reply
        changed = self.data.draw(odd(reply))
        return {**changed, "id": reply["id"]} if isinstance(changed, dict) else reply


CALLS = [
    "create_customer",
    "attach_source",
    "set_holder",
    "create_setup_intent",
    "read_mandate",
    "create_payment_intent",
]


@pytest.fixture
def settings_here(make_settings: Any) -> Settings:
    return make_settings()  # type: ignore[no-any-return]


@pytest.mark.parametrize("call", CALLS)
def test_odd_answers_leave_a_link_or_a_debit_in_a_state_that_says_why(
    call: str, tmp_path: Path, settings_here: Settings
) -> None:
    vault = Vault(settings_here.keys)
    database = Database(tmp_path / "odd.db")
    migrate(database)
    numbers = iter(range(1_000_000))
    given = DeskFixture(Store(database, vault, FixedClock(TUESDAY)), FixedClock(TUESDAY), vault, settings_here)
    run = given.stripe.run

    @effort(QUICK, max_examples=25)
    @hypothesis.given(st.data())
    def check(data: st.DataObject) -> None:
        odd_answers = Odd(data, call)
        given.stripe.run = lambda name, effect: odd_answers.change(name, run(name, effect))  # type: ignore[method-assign]
        number = next(numbers)
        given.stripe.fingerprint = f"fp-{number}"
        given.customer = given.add_customer("Jenny", f"j{number}@example.com", f"C-{number}-odd")
        opening = given.desk.open(given.actor, given.customer.id)
        outcome = given.outcome(CHECKING, token=f"public-sandbox-{number}-odd")
        claimed = given.desk._claims.claim(given.actor, given.desk.get(given.actor, opening.attempt_id), outcome, {})
        job = given.store.jobs.find(KIND, claimed)
        assert job is not None
        given.jobs.run(job.id)  # not on the worker, which would only log what it raises
        attempt = given.desk.get(given.actor, claimed)
        assert attempt.state is AttemptState.AUTHORIZED or attempt.problem is not None
        assert storable(attempt)
        if attempt.state is not AttemptState.AUTHORIZED:
            return
        account = str(attempt.bank_account_id)
        ticket = given.debits.ticket()
        balance = Balance(100_000, 100_000, "usd", given.clock.now())
        order = DebitOrder(ticket, account, 1_000, "INV", Purpose.GOODS, balance)
        try:
            debit = given.debits.submit(given.actor, order)
        except DeskError as error:
            assert error.what
            return
        for _ in range(3):
            given.later(timedelta(minutes=1))
        debit = given.debits.get(given.actor, debit.id)
        assert debit.state is DebitState.SUBMITTED and storable(debit)
        made = [one for one in given.stripe.debited if one["metadata"]["ach_desk_debit"] == debit.id]
        assert len(made) == 1

    check()
    assert database.check_integrity() == []
    database.close()
