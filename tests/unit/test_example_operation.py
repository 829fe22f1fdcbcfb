"""What a new operation that moves money costs: refunds in one file, and everything else comes by itself."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.errors import ProviderDenied, Refused
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Debit, DebitState
from dashboard.operations.open_jobs import OpenJobs
from tests.examples import refunds as example
from tests.examples.refunds import SCHEMA, RefundKind, Refunds, RefundTable
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import Killed, lost, refused
from tests.unit.test_debits import submit

LINES = 155  # schema, table, steps and use case together


class Returning:
    """Stripe with refunds."""

    def __init__(self, stripe: Any) -> None:
        self._stripe, self.made = stripe, list[dict[str, Any]]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stripe, name)

    def create_refund(self, body: dict[str, Any], *, key: str) -> dict[str, Any]:
        def effect() -> dict[str, Any]:
            self.made.append({**body, "id": f"re_{len(self.made) + 1}"})
            return self.made[-1]

        return dict(self._stripe.once("create_refund", key, body, effect))

    def find_refund(self, tag: str, id: str) -> dict[str, Any] | None:
        return next((one for one in self.made if one["metadata"][tag] == id), None)


class Setup:
    def __init__(self, given: DeskFixture) -> None:
        self.fixture, self.stripe = given, Returning(given.stripe)
        with given.store.transaction() as db:
            db.execute(SCHEMA)
        self.table = RefundTable(given.store)
        given.jobs.register(RefundKind(given.store, self.table, self.stripe))
        self.refunds = Refunds(given.store, self.table, self.stripe, given.jobs, given.clock)
        account = given.desk.account(given.actor, str(given.link().bank_account_id))
        self.debit: Debit = submit(given, account, 1_000)
        assert self.debit.state is DebitState.SUBMITTED

    def order(self, cents: int = 400, total: int = 400) -> example.Refund:
        return self.refunds.order(self.fixture.actor, self.debit.id, cents, total_will_be=total)


@pytest.fixture
def setup(given: DeskFixture) -> Setup:
    return Setup(given)


def test_the_whole_operation_is_short() -> None:
    assert len(Path(example.__file__).read_text().splitlines()) <= LINES


def test_a_refund_is_made_once_and_is_in_the_trail(setup: Setup) -> None:
    assert setup.order().state == "refunded"
    assert [one["amount"] for one in setup.stripe.made] == [400]
    rows = setup.fixture.store.trail.read(setup.table.get(setup.order(600, 1_000).id).id)  # type: ignore[union-attr]
    assert [row.action for row in rows] == ["refund.submitted", "refund.ordered"]
    assert {row.address for row in rows} == {"192.0.2.1"}


def test_two_people_who_refund_at_once_do_not_refund_twice(setup: Setup) -> None:
    setup.order()
    with pytest.raises(Refused, match="not be what you saw"):
        setup.order()
    assert len(setup.stripe.made) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", [lost(provider="stripe"), Killed()])
def test_after_a_lost_answer_or_a_kill_it_is_found_or_made_once(setup: Setup, when: str, fault: BaseException) -> None:
    getattr(setup.fixture.stripe, when)["create_refund"] = [fault]
    with contextlib.suppress(Killed):
        setup.order()
    setup.fixture.later()
    assert len(setup.stripe.made) == 1
    assert setup.fixture.store.jobs.open() == []


def test_a_no_refuses_it_and_a_wrong_key_only_delays_it_visibly(setup: Setup) -> None:
    denied = ProviderDenied("Wrong key.", provider="stripe", code="invalid_api_key", http_status=401)
    setup.fixture.stripe.before["create_refund"] = [denied, refused("charge_already_refunded", provider="stripe")]
    refund = setup.order()
    listed = OpenJobs(setup.fixture.store, setup.fixture.jobs, setup.fixture.clock).attention(setup.fixture.actor)
    assert [(one.subject, one.state) for one in listed] == [(refund.id, JobState.BLOCKED)]
    setup.fixture.later()
    kept = setup.table.get(refund.id)
    assert kept is not None and kept.state == "refused"
