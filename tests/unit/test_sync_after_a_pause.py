"""Whatever happened at Stripe while the sync stood still, and however long: every kept row equals Stripe's object."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import ProviderUnreachable
from dashboard.gateways.stripe import Stripe
from dashboard.settings import Settings, load_settings
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.payments.stripe_objects import RESOURCES
from dashboard.sync import Sync
from tests.stripe_account import Account

START = datetime(2026, 11, 24, 15, tzinfo=UTC)
LONG, SHORT = timedelta(days=40), timedelta(days=3)  # longer than Stripe keeps events, and not


def at_once(_seconds: float) -> None:
    """No pause and no pacing: the tests move the clock themselves."""


class Desk:
    """An account at Stripe, and a desk that follows it when it is told to."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.clock = FixedClock(START)
        self.account = Account(self.clock)
        self.store = Store.open(folder / "desk.db", Vault([make_key()]), self.clock, ZoneInfo("America/New_York"))
        self.settings = settings

    def sync(self, *, full: bool = False) -> None:
        """One run, as the next process would make it."""
        self.fresh().run(full=full)

    def fresh(self) -> Sync:
        """The sync of a process of its own."""
        stripe = cast(Stripe, self.account)
        return Sync(self.store, stripe, self.clock, self.settings, sleep=at_once, pace=at_once)

    def pause(self, length: timedelta) -> None:
        """Time in which nothing is read."""
        self.clock.move(length)

    def state(self, charge: dict[str, Any]) -> str:
        """The state that the payment of a charge is shown in."""
        found = self.store.payments.get(charge["id"])
        assert found is not None
        return str(found["state"])

    def differences(self) -> list[str]:
        """Kept rows that are not what Stripe says, and objects that are not kept."""
        wrong = []
        for resource, kind in RESOURCES.items():
            shown = [name for name in kind.columns if name not in {"payout_id", "itemized"}]
            rows = {row["id"]: row for row in self.store.database.handle.query(f"SELECT * FROM {kind.table}")}
            for id, thing in self.account.objects[resource].items():
                wanted = dict(zip(kind.columns, kind.read(thing), strict=True))
                kept = rows.get(id)
                if kept is None:
                    wrong.append(f"{id} is not kept")
                else:
                    other = [name for name in shown if kept[name] != wanted[name]]
                    wrong += [f"{id}.{name} is {kept[name]} and not {wanted[name]}" for name in other]
        return wrong


@pytest.fixture
def desk(tmp_path: Path, make_settings: Callable[..., Settings]) -> Iterator[Desk]:
    made = Desk(tmp_path, make_settings(STRIPE_READS_PER_SECOND="5000", STRIPE_READS_PER_SECOND_TOTAL="5000"))
    yield made
    made.store.close()


def succeeded(desk: Desk, amount: int = 5_000) -> dict[str, Any]:
    charge = desk.account.debit(amount)
    desk.account.settle(charge["id"])
    return charge


@pytest.mark.parametrize("pause", [SHORT, LONG])
@pytest.mark.parametrize("ending", ["failed", "canceled"])
def test_a_refund_that_failed_in_the_pause_is_given_back(desk: Desk, ending: str, pause: timedelta) -> None:
    charge = succeeded(desk)
    refund = desk.account.refund(charge["id"], 5_000)
    desk.pause(SHORT)
    desk.sync()
    assert desk.state(charge) == "refunded"
    desk.pause(SHORT)
    desk.account.end_refund(refund["id"], ending)
    desk.pause(pause)
    desk.sync()
    assert desk.state(charge) == "succeeded"
    assert desk.differences() == []


def test_a_refund_that_the_bank_sent_back_in_the_pause_is_given_back(desk: Desk) -> None:
    """Stripe: one that succeeded may fail for 30 days."""
    charge = succeeded(desk)
    refund = desk.account.refund(charge["id"], 5_000, status="succeeded")
    desk.pause(timedelta(days=20))
    desk.sync()
    assert desk.state(charge) == "refunded"
    desk.account.end_refund(refund["id"], "failed")
    desk.pause(LONG)
    desk.sync()
    assert desk.state(charge) == "succeeded"


def test_a_dispute_that_was_won_in_the_pause_no_longer_takes_the_money(desk: Desk) -> None:
    charge = succeeded(desk)
    dispute = desk.account.dispute(charge["id"])
    desk.pause(timedelta(days=130))
    desk.sync()
    assert desk.state(charge) == "returned_late"
    desk.account.change("disputes", dispute, status="won")
    desk.pause(LONG)
    desk.sync()
    assert desk.state(charge) == "succeeded"


@pytest.mark.parametrize("before", ["in_transit", "paid"])
def test_a_payout_that_failed_in_the_pause_has_not_arrived(desk: Desk, before: str) -> None:
    """Stripe: one that was paid may fail within some business days."""
    charge = desk.account.debit(5_000)
    payout = desk.account.pay_out([desk.account.settle(charge["id"])["id"]], before)
    desk.account.change("payouts", payout, reconciliation_status="completed")
    desk.sync()
    assert desk.state(charge) == "paid_out"
    desk.account.change("payouts", payout, status="failed")
    desk.pause(LONG)
    desk.sync()
    assert desk.state(charge) == "succeeded"


def test_an_unconfirmed_intent_that_was_canceled_in_the_pause_is_canceled(desk: Desk) -> None:
    intent = desk.account.make(
        "payment_intents",
        amount=700,
        currency="usd",
        status="requires_confirmation",
        payment_method_types=["us_bank_account"],
    )
    desk.pause(timedelta(days=130))
    desk.sync()
    assert desk.state(intent) == "incomplete"
    desk.account.change("payment_intents", intent["id"], status="canceled")
    desk.pause(LONG)
    desk.sync()
    assert desk.state(intent) == "canceled"


@pytest.mark.parametrize("pause", [timedelta(hours=3), LONG])
def test_a_mandate_that_ended_in_the_pause_is_no_longer_active(desk: Desk, pause: timedelta) -> None:
    mandate = desk.account.make("mandates", status="active")
    keep_mandate(desk, mandate["id"])
    desk.sync()
    assert mandate_statuses(desk) == ["active", "active"]
    desk.account.change("mandates", mandate["id"], status="inactive")
    desk.pause(pause)
    desk.sync()
    assert mandate_statuses(desk) == ["inactive", "inactive"]


def test_a_mandate_that_was_taken_back_here_stays_so_whatever_stripe_says(desk: Desk) -> None:
    mandate = desk.account.make("mandates", status="active")
    keep_mandate(desk, mandate["id"], status="inactive")
    desk.sync()
    desk.account.change("mandates", mandate["id"], status="active")
    desk.pause(LONG)
    desk.sync()
    assert mandate_statuses(desk) == ["inactive", "inactive"]


def test_a_backfill_that_was_cut_off_before_the_pause_is_begun_anew(desk: Desk) -> None:
    """What it had read has changed since, and no event tells of it."""
    charges = [succeeded(desk) for _ in range(3)]
    desk.pause(timedelta(hours=1))
    straight, asked = desk.account.page, 0

    def cut(resource: str, params: Any) -> Any:
        nonlocal asked
        asked += 1
        if resource == "balance_transactions":
            raise ProviderUnreachable("cut", maybe_done=False, provider="stripe", code="unreachable")
        return straight(resource, params)

    desk.account.page = cut  # type: ignore[method-assign]
    with pytest.raises(ProviderUnreachable):
        desk.sync()
    assert asked > 1
    desk.account.page = straight  # type: ignore[method-assign]
    refund = desk.account.refund(charges[0]["id"], 5_000)
    desk.account.end_refund(refund["id"], "succeeded")
    desk.account.change("charges", charges[1]["id"], status="failed", failure_code="account_closed")
    desk.pause(LONG)
    desk.sync()
    assert desk.differences() == []


def test_a_list_of_events_that_was_refused_for_long_is_made_up_for(desk: Desk) -> None:
    """The cursor that is the furthest behind says whether events can still tell."""
    charge = desk.account.debit(5_000)
    payout = desk.account.pay_out([desk.account.settle(charge["id"])["id"]])
    desk.sync()
    state = desk.store.sync_state
    slow = state.cursor("events_slow")
    desk.account.change("payouts", payout, status="failed")
    desk.pause(LONG)
    now = str(int(desk.clock.now().timestamp()))
    state.set_cursor("events", now)
    state.set_cursor("swept", now)
    assert slow == state.cursor("events_slow")
    desk.sync()
    assert desk.differences() == []


def test_a_customer_deleted_between_two_pages_does_not_stop_the_backfill(desk: Desk) -> None:
    """Stripe does not know the id of a deleted object as a cursor (`resource_missing`)."""
    customers = [desk.account.make("customers", name=f"Customer {number}", email=None) for number in range(250)]
    straight = desk.account.page

    def delete_the_cursor(resource: str, params: Any) -> Any:
        after = params.get("starting_after")
        if resource == "customers" and after in desk.account.objects["customers"]:
            desk.account.delete_customer(after)
        return straight(resource, params)

    for number in range(0, 250, 10):
        desk.account.objects["customers"][customers[number]["id"]]["created"] -= 60 * number
    desk.account.page = delete_the_cursor  # type: ignore[method-assign]
    desk.sync()
    kept = {row["id"] for row in desk.store.database.handle.query("SELECT id FROM stripe_customer")}
    assert kept == {one["id"] for one in customers}, "also those that are deleted keep their last known name"
    assert len(desk.account.objects["customers"]) < 250, "some were deleted"
    desk.account.page = straight  # type: ignore[method-assign]
    asked = desk.account.asked["customers"]
    desk.sync()
    assert desk.account.asked["customers"] <= asked + 3, "the backfill has ended"


def test_a_window_whose_cursor_is_gone_goes_back_to_the_last_kept_time(desk: Desk) -> None:
    for number in range(400):
        one = desk.account.make("customers", name=f"Customer {number}", email=None)
        one["created"] -= 60 * number
    straight, pages = desk.account.page, 0

    def cut(resource: str, params: Any) -> Any:
        nonlocal pages
        pages += resource == "customers" and "starting_after" in params  # and not a look at how long the list is
        if pages > 1:
            raise ProviderUnreachable("cut", maybe_done=False, provider="stripe", code="unreachable")
        return straight(resource, params)

    desk.account.page = cut  # type: ignore[method-assign]
    with pytest.raises(ProviderUnreachable):
        desk.sync()
    desk.account.page = straight  # type: ignore[method-assign]
    (after,) = [window.after for window in desk.store.sync_state.open_windows() if window.after]
    made = desk.account.objects["customers"][after]["created"]
    desk.account.delete_customer(after)
    windows: list[Any] = []

    def note(resource: str, params: Any) -> Any:
        windows.append(params.get("created"))
        return straight(resource, params)

    desk.account.page = note  # type: ignore[method-assign]
    desk.sync()
    assert desk.differences() == []
    assert any(window and window.get("lte") == made for window in windows), "what was read is not read again"


def test_an_event_that_expires_between_two_pages_does_not_stop_the_sync(desk: Desk) -> None:
    desk.sync()
    for number in range(130):
        desk.account.debit(100 + number)
        desk.pause(timedelta(seconds=1))
    straight = desk.account.page

    def expire(resource: str, params: Any) -> Any:
        if resource == "events":
            desk.account.objects["events"].pop(params.get("starting_after"), None)
        return straight(resource, params)

    desk.account.page = expire  # type: ignore[method-assign]
    desk.sync()
    assert desk.differences() == []


MOVES = {
    "refunds": ("succeeded", "failed", "canceled", "pending"),
    "disputes": ("won", "lost", "under_review", "warning_closed"),
    "payouts": ("paid", "failed", "canceled"),
    "payment_intents": ("canceled", "requires_payment_method"),
}
FINAL = {"succeeded", "failed", "canceled", "won", "lost", "warning_closed", "paid"}


class History:
    """Draws what happens at Stripe, one thing after the other."""

    def __init__(self, desk: Desk, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.desk, self.account, self._draw = desk, desk.account, draw

    def go_on(self, steps: int) -> None:
        """So many things happen, with some time between."""
        for _ in range(steps):
            self.desk.clock.move(timedelta(hours=self._draw(st.integers(1, 80))))
            self._draw(st.sampled_from([self._debit, self._intent, self._answer, self._pay, self._after, self._move]))()

    def _debit(self) -> None:
        self.account.debit(self._draw(st.integers(100, 90_000)))

    def _intent(self) -> None:
        self.account.make(
            "payment_intents",
            amount=400,
            currency="usd",
            status="requires_confirmation",
            payment_method_types=["us_bank_account"],
        )

    def _answer(self) -> None:
        if waiting := self._charges("pending"):
            charge = self._draw(st.sampled_from(waiting))
            if self._draw(st.booleans()):
                self.account.settle(charge)
            else:
                self.account.change("charges", charge, status="failed", failure_code="account_closed")

    def _pay(self) -> None:
        unpaid = [id for id, one in self.account.objects["balance_transactions"].items() if not one["payout"]]
        if unpaid:
            payout = self.account.pay_out(unpaid)
            if self._draw(st.booleans()):
                self.account.change("payouts", payout, reconciliation_status="completed", status="paid")

    def _after(self) -> None:
        if paid := self._charges("succeeded"):
            charge = self._draw(st.sampled_from(paid))
            if self._draw(st.booleans()):
                self.account.refund(charge, self._draw(st.integers(1, 50)))
            else:
                self.account.dispute(charge)

    def _move(self) -> None:
        resource = self._draw(st.sampled_from(sorted(MOVES)))
        # Stripe: what has ended so moves no more; PaymentIntents that have a charge move with it.
        moving = [
            id
            for id, one in self.account.objects[resource].items()
            if one["status"] not in FINAL and not (resource == "payment_intents" and one.get("latest_charge"))
        ]
        if moving:
            id, status = self._draw(st.sampled_from(moving)), self._draw(st.sampled_from(MOVES[resource]))
            if resource == "refunds":
                self.account.end_refund(id, status)
            else:
                self.account.change(resource, id, status=status)

    def _charges(self, status: str) -> list[str]:
        return [id for id, one in self.account.objects["charges"].items() if one["status"] == status]


@hypothesis_settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(data=st.data())
def test_after_any_pause_every_row_equals_stripes(data: st.DataObject, environ_of_story: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), load_settings(environ_of_story, None))
        try:
            history = History(desk, data.draw)
            for _ in range(data.draw(st.integers(1, 3), label="pauses")):
                history.go_on(data.draw(st.integers(1, 12)))
                desk.sync()
                history.go_on(data.draw(st.integers(1, 12)))
                desk.pause(data.draw(st.sampled_from([timedelta(minutes=20), SHORT, timedelta(days=27), LONG])))
                desk.sync()
                assert desk.differences() == []
        finally:
            desk.store.close()


@pytest.fixture(scope="module")
def environ_of_story() -> dict[str, str]:
    return {
        "STRIPE_SECRET_KEY": "sk_test_story",
        "STRIPE_READS_PER_SECOND": "5000",
        "STRIPE_READS_PER_SECOND_TOTAL": "5000",
        "PLAID_CLIENT_ID": "client-id",
        "PLAID_SECRET": "plaid-secret",
        "PLAID_ENV": "sandbox",
        "PLAID_CLIENT_NAME": "Acme Payments",
        "STRIPE_STATEMENT_DESCRIPTOR": "ACME",
        "ACH_DESK_KEY": make_key().reveal(),
    }


def keep_mandate(desk: Desk, id: str, status: str = "active") -> None:
    """A mandate with its account, as a link leaves them; only what this file asks for."""
    database = desk.store.database
    database.handle.execute("PRAGMA foreign_keys = OFF")
    with database.transaction() as db:
        for table, values in (
            ("mandate", {"stripe_mandate_id": id, "status": status}),
            ("bank_account", {"mandate_id": id, "mandate_status": status}),
        ):
            columns = db.execute(f"PRAGMA table_info({table})").fetchall()
            needed = {name: 1 if kind == "INTEGER" else "x" for _, name, kind, must, given, _ in columns if must}
            row = {"id": id, **needed, **values}
            db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
    database.handle.execute("PRAGMA foreign_keys = ON")


def mandate_statuses(desk: Desk) -> list[str]:
    query = "SELECT status FROM mandate UNION ALL SELECT mandate_status FROM bank_account"
    return [row["status"] for row in desk.store.database.handle.query(query)]
