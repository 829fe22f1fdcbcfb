"""A restricted key: what it may not read is left out by name, and the rest is as right as ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.domain.errors import ProviderDenied
from dashboard.settings import Settings
from dashboard.store.payments.stripe_objects import RESOURCES
from dashboard.sync.permissions import PERMISSIONS, REQUIRED
from tests.unit.paused_sync import Desk, keep_mandate, succeeded

OPTIONAL = sorted(PERMISSIONS)


@pytest.fixture
def desk(tmp_path: Path, make_settings: Callable[..., Settings]) -> Iterator[Desk]:
    made = Desk(tmp_path, make_settings(STRIPE_READS_PER_SECOND="5000", STRIPE_READS_PER_SECOND_TOTAL="5000"))
    made.account.make("customers", name="Ana Diaz", email=None)
    charge = succeeded(made)
    made.account.refund(charge["id"], 1_000, status="succeeded")
    other = succeeded(made)
    payout = made.account.pay_out([other["balance_transaction"]])
    made.account.change("payouts", payout, status="paid", reconciliation_status="completed")
    made.account.dispute(succeeded(made)["id"], status="lost")
    yield made
    made.store.close()


def states(desk: Desk) -> list[str]:
    return [desk.state(charge) for charge in desk.account.objects["charges"].values()]


def test_every_list_may_be_forbidden_but_charges_and_events() -> None:
    assert set(PERMISSIONS) | REQUIRED == {*RESOURCES, "account", "balance", "mandates", "events"}


@pytest.mark.parametrize("resource", OPTIONAL)
def test_what_the_key_may_not_read_is_left_out_by_name_and_the_rest_works(desk: Desk, resource: str) -> None:
    desk.account.forbidden = {resource}
    mandate = desk.account.make("mandates", status="active")
    keep_mandate(desk, mandate["id"])
    desk.sync()
    desk.account.change("mandates", mandate["id"], status="inactive")
    desk.pause(timedelta(hours=3))
    desk.sync()
    assert list(desk.fresh().status().left_out) == [resource]
    assert desk.fresh().status().left_out[resource].startswith("rak_")
    assert not [line for line in desk.differences() if not line.startswith(PREFIX.get(resource, "-"))]
    assert len(states(desk)) == 3
    if resource != "payouts":
        assert states(desk)[0] == "partly_refunded", "also by the charge, where refunds cannot be read"
    assert states(desk)[2] == "returned_late", "also by the charge, where disputes cannot be read"


@pytest.mark.parametrize("resource", ["charges", "events"])
def test_without_charges_or_events_there_is_no_sync_and_it_says_why(desk: Desk, resource: str) -> None:
    desk.account.forbidden = {resource}
    with pytest.raises(ProviderDenied, match="rak_"):
        desk.sync()


@pytest.mark.parametrize("resource", sorted(RESOURCES.keys() - {"charges"}))
def test_what_the_key_may_read_later_is_read_from_its_beginning(desk: Desk, resource: str) -> None:
    desk.account.forbidden = {resource}
    desk.sync()
    desk.account.forbidden = set()
    for _ in range(3):
        desk.pause(timedelta(days=1, hours=1))
        desk.sync()
    assert desk.fresh().status().left_out == {}
    assert desk.differences() == []


PREFIX = {
    "balance_transactions": "txn_",
    "customers": "cus_",
    "disputes": "du_",
    "payment_intents": "pi_",
    "payouts": "po_",
    "refunds": "re_",
}
