"""Odd objects from Stripe are kept as they are meant, or refused whole; odd answers never break a link or a debit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from dashboard.clock import Clock, FixedClock
from dashboard.errors import DeskError, InputError, ProviderBroken
from dashboard.filters import PaymentFilter
from dashboard.models import AttemptState, Balance, DebitOrder, DebitState, Purpose
from dashboard.onboarding.outcome import read_outcome
from dashboard.payments import read_row
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.core import CoreStore
from dashboard.store.database import Database
from dashboard.store.migrations import migrate
from dashboard.store.objects import KINDS, LARGEST_CENTS, LATEST
from dashboard.store.vault import Vault, make_key
from tests.histories import History
from tests.odd import odd, storable
from tests.unit.conftest import TUESDAY
from tests.unit.fakes import CHECKING, SAVINGS
from tests.unit.test_ledger import TODAY, check_summaries
from tests.unit.worlds import World

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
    store = Store.open(folder / "desk.db", Vault([make_key()]), Clock(), ZoneInfo("America/New_York"))
    for resource, listing in HISTORY.resources.items():
        if resource != "events":
            store.ledger.apply(resource, [json.loads(body) for body in listing.bodies])
    yield store
    store.close()


def rows_of(store: Store, table: str) -> list[dict[str, Any]]:
    return list(store.database.handle.query(f"SELECT * FROM {table}"))


@pytest.mark.parametrize("resource", KINDS)
def test_an_odd_object_is_kept_as_it_is_meant_or_refused(resource: str, filled: Store) -> None:
    table = KINDS[resource].table

    @QUICK
    @given(odd(TEMPLATES[resource]))
    def check(one: Any) -> None:
        if not isinstance(one, dict) or not storable(one.get("id")):
            return  # the gateway passes objects alone, with an id that is text
        before = rows_of(filled, table)
        try:
            filled.ledger.apply(resource, [one])
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
    check_summaries(filled)
    assert filled.database.check_integrity() == []
    while filled.ledger.index_search():
        continue


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
@given(odd(OUTCOME))
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
    world = World(CoreStore(database, vault, FixedClock(TUESDAY)), FixedClock(TUESDAY), vault, settings_here)
    run = world.stripe.run

    @effort(QUICK, max_examples=25)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        odd_answers = Odd(data, call)
        world.stripe.run = lambda name, effect: odd_answers.change(name, run(name, effect))  # type: ignore[method-assign]
        number = next(numbers)
        world.stripe.fingerprint = f"fp-{number}"
        world.customer = world.add_customer("Jenny", f"j{number}@example.com", f"C-{number}-odd")
        opening = world.desk.open(world.actor, world.customer.id)
        outcome = world.outcome(CHECKING, token=f"public-sandbox-{number}-odd")
        claimed = world.desk._claims.claim(world.actor, world.desk.get(world.actor, opening.attempt_id), outcome, {})
        world.desk._steps.run(claimed)  # not on the worker, which would only log what it raises
        attempt = world.desk.get(world.actor, claimed)
        assert attempt.state is AttemptState.AUTHORIZED or attempt.problem is not None
        assert storable(attempt)
        if attempt.state is not AttemptState.AUTHORIZED:
            return
        account = str(attempt.bank_account_id)
        ticket = world.debits.ticket()
        balance = Balance(100_000, 100_000, "usd", world.clock.now())
        order = DebitOrder(ticket, account, 1_000, "INV", Purpose.GOODS, balance)
        try:
            debit = world.debits.submit(world.actor, order)
        except DeskError as error:
            assert error.what
            return
        world.debits._sending.run(debit.id)
        debit = world.debits.get(world.actor, debit.id)
        assert debit.state is DebitState.SUBMITTED and storable(debit)
        made = [one for one in world.stripe.intents if one["metadata"]["ach_desk_debit"] == debit.id]
        assert len(made) == 1

    check()
    assert database.check_integrity() == []
    database.close()
