"""A view is kept per person under a name, with its audit row, and means the same when it is opened again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.models import Actor, Role
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import PaymentState
from dashboard.payments.saved_views import COUNT_LIMIT, SavedViews
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.empty_desks import open_store
from tests.unit.test_payment_status import FILTERS

FAILED = PaymentFilter(statuses=(PaymentState.FAILED,), text="INV & sons")
ADA, BEN = (Actor(name, frozenset({Role.FINANCE})) for name in ("ada", "ben"))


@pytest.fixture
def store(tmp_path: Path, vault: Vault, clock: FixedClock) -> Iterator[Store]:
    opened = open_store(tmp_path / "desk.db", vault, clock)
    yield opened
    opened.close()


@pytest.fixture
def views(store: Store, clock: FixedClock) -> SavedViews:
    return SavedViews(store, clock)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=FILTERS)
def test_a_kept_view_shows_the_same_when_it_is_opened_again(views: SavedViews, wanted: PaymentFilter) -> None:
    views.save(ADA, "  My   view ", wanted)
    assert [(view.name, view.wanted) for view in views.list(ADA)] == [("My view", wanted)]


def test_a_view_keeps_its_order_and_days_that_move_with_today(views: SavedViews) -> None:
    wanted = PaymentFilter(period="this_month", dated="failed", statuses=(PaymentState.FAILED,))
    views.save(ADA, "Month", wanted, "amount", descending=False)
    (view,) = views.list(ADA)
    assert (view.wanted, view.sort, view.descending) == (wanted, "amount", False)
    assert view.to_query() == {
        "status": "failed",
        "dated": "failed",
        "period": "this_month",
        "sort": "amount",
        "order": "up",
    }
    with pytest.raises(InputError):
        views.save(ADA, "Month", wanted, "amount; DROP TABLE payment")


def test_a_view_of_an_older_version_has_the_tables_own_order(
    views: SavedViews, store: Store, clock: FixedClock
) -> None:
    store.saved_views.save("ada", "Old", "status=failed", clock.now())
    (view,) = views.list(ADA)
    assert (view.wanted, view.sort, view.descending) == (
        PaymentFilter(statuses=(PaymentState.FAILED,)),
        "created",
        True,
    )


def test_each_person_has_their_own_views(views: SavedViews) -> None:
    views.save(ADA, "Failed", FAILED)
    views.save(BEN, "Failed", PaymentFilter(overdue=True))
    assert [view.wanted for view in views.list(ADA)] == [FAILED]
    views.remove(BEN, "Failed")
    assert views.list(ADA) and not views.list(BEN)


def test_the_same_name_again_replaces_the_view_in_whatever_case(views: SavedViews) -> None:
    views.save(ADA, "failed", PaymentFilter())
    views.save(ADA, "Failed", FAILED)
    assert [(view.name, view.wanted) for view in views.list(ADA)] == [("Failed", FAILED)]


def test_keeping_and_removing_are_audited_with_the_change(views: SavedViews, store: Store) -> None:
    views.save(ADA, "Failed", FAILED)
    views.remove(ADA, "Failed")
    rows = store.trail.read("person:ada")
    assert [(row.actor, row.action) for row in rows] == [("ada", "view.removed"), ("ada", "view.saved")]
    assert rows[1].facts["filters"] == ["status", "text"] and not store.trail.verify()


def test_the_trail_keeps_no_name_that_a_view_looks_for(views: SavedViews, store: Store) -> None:
    views.save(ADA, "Jenny's", PaymentFilter(text="jenny@example.com"))
    views.remove(ADA, "Jenny's")
    assert "jenny" not in str(store.trail.read()).lower()


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_view_without_a_usable_name_is_refused(views: SavedViews, store: Store, name: str) -> None:
    with pytest.raises(InputError, match="needs a name"):
        views.save(ADA, name, FAILED)
    assert not store.trail.read()


def test_a_view_that_is_not_there_is_not_removed_silently(views: SavedViews, store: Store) -> None:
    with pytest.raises(InputError, match="no such view"):
        views.remove(ADA, "Nothing")
    assert not store.trail.read()


def test_there_is_an_end_to_views(views: SavedViews) -> None:
    for number in range(COUNT_LIMIT):
        views.save(ADA, f"View {number}", FAILED)
    with pytest.raises(InputError, match="already"):
        views.save(ADA, "One more", FAILED)
    views.save(ADA, "View 0", PaymentFilter())


def test_who_may_not_see_payments_keeps_no_views(views: SavedViews) -> None:
    with pytest.raises(AccessDenied):
        views.save(Actor("olga", frozenset({Role.OPS})), "Mine", FAILED)
