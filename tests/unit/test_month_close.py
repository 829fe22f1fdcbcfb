"""A month is closed by two people, what was signed never changes, and what comes later lands in the next month."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database

from dashboard.books import MonthBooks
from dashboard.books.closing import ONCE_CLOSED, MonthClose
from dashboard.domain.approvals import digest_of
from dashboard.domain.books import CloseState
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.models import Actor, Role
from dashboard.domain.notices import NoticeKind
from dashboard.reports import Reports
from dashboard.settings import Settings
from dashboard.staff.access import ALWAYS
from dashboard.statements import Statements
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.store.engine.dialect import IntegrityError
from tests import statement_files as files
from tests.unit.case_scenes import charge, dispute

FINANCE = frozenset({Role.FINANCE})
MIA = Actor("mia@example.com", FINANCE, subject="s-mia", proved_until=ALWAYS)
MIA_ELSEWHERE = Actor("mia.other@example.com", FINANCE, subject="s-mia", proved_until=ALWAYS)
CARL = Actor("carl@example.com", FINANCE, subject="s-carl", proved_until=ALWAYS)
MONTH, NEXT = "2026-10", "2026-11"


def book(store: Store, id: str, day: int, amount: int, type: str = "payment", fee: int = 0) -> None:
    """A balance transaction of October."""
    at = int(datetime(2026, 10, day, 15, tzinfo=UTC).timestamp())
    row = {"id": id, "created": at, "amount": amount, "fee": fee, "net": amount - fee, "currency": "usd"}
    store.projection.apply("balance_transactions", [{**row, "type": type, "status": "available", "source": None}])


@pytest.fixture
def close(store: Store, clock: FixedClock, settings: Settings) -> MonthClose:
    """October with one payment, read to its end, and a statement that reaches beyond it."""
    book(store, "txn_1", 12, 10_000, fee=80)
    Statements(store, clock).take(MIA, files.ofx(), account="Operating")
    now = int(clock.now().timestamp())
    store.sync_state.end_run(store.sync_state.begin_run("backfill", now), now, {})
    return MonthClose(
        store, clock, settings, MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings))
    )


def sign(close: MonthClose) -> None:
    close.ask(MIA, MONTH)
    close.sign(CARL, MONTH, close.look(CARL, MONTH).digest)


def reopen(close: MonthClose) -> None:
    close.ask_reopening(MIA, MONTH, "The bank corrected its statement")
    close.reopen(CARL, MONTH, close.look(CARL, MONTH).digest)


def actions(store: Store) -> list[str]:
    return [row.action for row in store.trail.read(limit=50) if row.action.startswith("month.")]


def test_two_people_close_a_month_and_the_digest_is_of_what_is_kept(close: MonthClose, store: Store) -> None:
    assert close.look(MIA, MONTH).books.blockers == ()
    sign(close)
    seen = close.look(MIA, MONTH)
    assert seen.state is CloseState.CLOSED and seen.late == () and seen.close is not None
    kept = json.loads(seen.close["inputs"])
    assert digest_of(kept) == seen.close["digest"]
    assert kept["figures"]["ACH and all other means|usd|Closing balance"] == 9_920
    assert kept["sources"]["balance_transactions"]["rows"] == 1
    assert (seen.close["asked_by"], seen.close["closed_by"]) == (MIA.name, CARL.name)


def test_the_signed_statement_is_what_was_signed_whatever_comes_after(
    close: MonthClose, store: Store, clock: FixedClock, settings: Settings
) -> None:
    """The JSON has the very digest; both files stay, to the byte, and are there only while the month is closed."""
    reports = Reports(store, clock, settings, close._books)
    with pytest.raises(InputError, match="not closed"):
        reports.signed_file(CARL, MONTH)
    sign(close)
    signed = close.look(MIA, MONTH).close
    pdf, inputs = reports.signed_file(CARL, MONTH), reports.signed_file(CARL, MONTH, as_inputs=True)
    assert signed is not None and hashlib.sha256(inputs).hexdigest() == signed["digest"]
    assert pdf.startswith(b"%PDF") and json.loads(inputs)["figures"]
    book(store, "txn_late", 30, -4_000, "adjustment", fee=1_500)
    clock.move(timedelta(days=400))
    assert (reports.signed_file(CARL, MONTH), reports.signed_file(CARL, MONTH, as_inputs=True)) == (pdf, inputs)
    with pytest.raises(AccessDenied):
        reports.signed_file(Actor("olga", frozenset({Role.OPS})), MONTH)


def test_one_person_under_two_addresses_is_not_two(close: MonthClose, store: Store) -> None:
    close.ask(MIA, MONTH)
    for same in (MIA, MIA_ELSEWHERE):
        with pytest.raises(Refused, match="You asked for this yourself"):
            close.sign(same, MONTH, close.look(same, MONTH).digest)
    close.sign(CARL, MONTH, close.look(CARL, MONTH).digest)
    close.ask_reopening(CARL, MONTH, "A mistake")
    with pytest.raises(Refused, match="You asked for this yourself"):
        close.reopen(CARL, MONTH, close.look(CARL, MONTH).digest)
    assert sorted(actions(store)) == sorted(
        ["month.close_asked", *["month.close_refused"] * 3, "month.closed", "month.reopen_asked"]
    )


def test_nothing_is_closed_while_anything_stands_in_the_way(close: MonthClose, store: Store) -> None:
    with pytest.raises(Refused, match="The month is not over"):
        close.ask(MIA, NEXT)
    close.ask(MIA, MONTH)
    at = int(datetime(2026, 10, 13, tzinfo=UTC).timestamp())
    payout = {"id": "po_1", "created": at, "arrival_date": at + 172_800, "amount": 9_920, "currency": "usd"}
    store.projection.apply("payouts", [{**payout, "status": "paid", "automatic": True}])
    with pytest.raises(Refused, match="has not been read"):
        close.sign(CARL, MONTH, close.look(CARL, MONTH).digest)
    assert close.look(CARL, MONTH).state is CloseState.WAITING


def test_a_month_from_before_the_first_statement_is_not_tied_by_leaving_its_payouts_out(
    close: MonthClose, store: Store
) -> None:
    """No rule proposes a match for what arrived weeks before the first line, so nothing waits for one either."""
    at = int(datetime(2026, 10, 13, tzinfo=UTC).timestamp())
    payout = {"id": "po_1", "created": at, "arrival_date": at + 172_800, "amount": 9_920, "currency": "usd"}
    done = {"status": "paid", "automatic": True, "reconciliation_status": "completed"}
    store.projection.apply("payouts", [payout | done])
    with store.transaction() as db:
        db.execute("UPDATE balance_transaction SET payout_id = 'po_1'")
    store.projection.mark_itemized("po_1")
    with pytest.raises(Refused, match="1 payout of this month arrived before the first line of any statement"):
        close.ask(MIA, MONTH)


def test_a_month_that_changed_since_it_was_asked_for_is_not_signed(close: MonthClose, store: Store) -> None:
    close.ask(MIA, MONTH)
    shown = close.look(CARL, MONTH).digest
    book(store, "txn_2", 20, 500)
    for digest in (shown, close.look(CARL, MONTH).digest):
        with pytest.raises(InputError, match="has changed since"):
            close.sign(CARL, MONTH, digest)
    close.withdraw(MIA, MONTH)
    sign(close)
    assert close.look(MIA, MONTH).state is CloseState.CLOSED


def test_a_late_return_changes_no_signed_figure_and_lands_in_the_next_month(close: MonthClose, store: Store) -> None:
    sign(close)
    (before,) = close.look(MIA, NEXT).books.balances
    book(store, "txn_late", 30, -4_000, "adjustment", fee=1_500)
    seen = close.look(MIA, MONTH)
    assert seen.close is not None
    assert json.loads(seen.close["inputs"])["figures"]["ACH and all other means|usd|Closing balance"] == 9_920
    assert {one.what: one.difference for one in seen.late} == {
        "Closing balance (ACH and all other means)": -5_500,
        "Failures, returns, adjustments (ACH and all other means)": -5_500,
    }
    (after,) = close.look(MIA, NEXT).books.balances
    assert (before.opening, after.opening) == (9_920, 9_920) and after.ties
    assert [(one.name, one.net) for one in after.movements] == [(ONCE_CLOSED, -5_500)]
    assert after.closing == before.closing - 5_500


def test_a_late_return_after_the_close_is_told_once_and_moves_no_signed_figure(
    close: MonthClose, store: Store, clock: FixedClock
) -> None:
    at = int(datetime(2026, 10, 12, tzinfo=UTC).timestamp())
    store.projection.apply("charges", [charge(clock, status="succeeded", created=at)])
    sign(close)
    signed = close.look(MIA, MONTH).close
    for _ in range(2):  # Stripe tells of it more than once
        store.projection.apply("disputes", [dispute(clock)])
        book(store, "txn_late", 30, -4_200, "adjustment", fee=1_500)
    assert close.look(MIA, MONTH).close == signed and signed is not None
    assert [one.fact.kind for one in store.outbox.newest(9)] == [NoticeKind.LATE_RETURN]


def test_what_was_signed_of_one_rail_and_is_of_the_other_by_later_news_is_no_money_made(
    close: MonthClose, store: Store, clock: FixedClock
) -> None:
    """Its charge is read after the close: the next month opens with what was signed, and moves it from rail to rail."""
    with store.transaction() as db:
        db.execute("UPDATE balance_transaction SET source_id = 'py_1'")
    sign(close)
    at = int(datetime(2026, 10, 12, tzinfo=UTC).timestamp())
    charge = {"id": "py_1", "created": at, "amount": 10_000, "currency": "usd", "status": "succeeded"}
    store.projection.apply("charges", [{**charge, "payment_method_details": {"type": "ach_debit", "ach_debit": {}}}])
    after = close.look(MIA, NEXT).books.balances
    assert {one.old_rail: (one.opening, one.moved, one.closing) for one in after} == {
        False: (9_920, -9_920, 0),
        True: (0, 9_920, 9_920),
    }
    assert all(one.ties for one in after)


def test_reopening_needs_a_reason_and_a_second_person_and_keeps_the_statement(close: MonthClose, store: Store) -> None:
    sign(close)
    for reason in ("", "   ", "x" * 301, "\x00"):
        with pytest.raises(InputError):
            close.ask_reopening(MIA, MONTH, reason)
    close.ask_reopening(MIA, MONTH, "A mistake")
    close.keep_closed(CARL, MONTH)
    assert close.look(MIA, MONTH).state is CloseState.CLOSED
    reopen(close)
    assert close.look(MIA, MONTH).state is None
    (kept,) = store.month_closes.history(MONTH)
    assert kept["state"] == "reopened" and kept["reason"] == "The bank corrected its statement" and kept["closed_by"]
    sign(close)
    assert close.look(MIA, MONTH).state is CloseState.CLOSED


def test_a_month_stays_closed_while_a_later_one_builds_on_it(
    close: MonthClose, clock: FixedClock, store: Store
) -> None:
    sign(close)
    close.ask_reopening(MIA, MONTH, "A mistake")
    values = {"id": "close_x", "month": NEXT, "state": "closed", "inputs": '{"figures":{}}', "digest": "d"}
    store.month_closes.add({**values, "asked_by": "mia", "asked_key": "s-mia", "asked_at": 1})
    with pytest.raises(Refused, match="November 2026 is closed"):
        close.reopen(CARL, MONTH, close.look(CARL, MONTH).digest)


def test_the_database_holds_what_was_signed_and_one_close_a_month(close: MonthClose, store: Store) -> None:
    sign(close)
    seen = close.look(MIA, MONTH)
    assert seen.close is not None
    signed = ({"digest": "other"}, {"inputs": "{}"}, {"month": NEXT}, {"closed_by": MIA.name}, {"asked_by": CARL.name})
    for values in signed:
        with pytest.raises(IntegrityError, match="what was signed stays"):
            store.month_closes.move(seen.close["id"], values)
    with pytest.raises(IntegrityError, match="what was signed stays"), store.transaction() as db:
        db.execute("DELETE FROM month_close")
    with pytest.raises(InputError, match="not where you saw it"):
        close.ask(MIA, MONTH)


def test_who_signs_or_reopens_has_just_proved_who_they_are(close: MonthClose) -> None:
    held = replace(CARL, proved_until=None)
    close.ask(MIA, MONTH)
    with pytest.raises(AccessDenied, match="Closing a month requires a fresh sign-in or your PIN"):
        close.sign(held, MONTH, close.look(held, MONTH).digest)
    assert close.look(MIA, MONTH).state is CloseState.WAITING
    close.sign(CARL, MONTH, close.look(CARL, MONTH).digest)
    close.ask_reopening(MIA, MONTH, "A mistake")
    with pytest.raises(AccessDenied, match="Reopening a month requires"):
        close.reopen(held, MONTH, close.look(held, MONTH).digest)
    assert close.look(MIA, MONTH).state is CloseState.REOPENING


def test_a_reopening_is_for_the_reason_that_was_read(close: MonthClose) -> None:
    """A page that was left open shows a question which was declined, and asked anew for another reason."""
    sign(close)
    close.ask_reopening(MIA, MONTH, "The bank corrected its statement")
    shown = close.look(CARL, MONTH).digest
    close.keep_closed(CARL, MONTH)
    close.ask_reopening(MIA, MONTH, "To book something else")
    with pytest.raises(InputError, match="Another question"):
        close.reopen(CARL, MONTH, shown)
    assert close.look(MIA, MONTH).state is CloseState.REOPENING
    close.reopen(CARL, MONTH, close.look(CARL, MONTH).digest)


def test_who_asks_between_the_look_and_the_signature_of_theirs_does_not_sign(
    close: MonthClose, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second tab of the signer withdraws the question and asks it anew while the first one signs."""
    close.ask(MIA, MONTH)
    digest, begin, meanwhile = close.look(CARL, MONTH).digest, store.transaction, list[bool]()

    def transaction() -> AbstractContextManager[Database]:
        if not meanwhile:
            meanwhile.append(True)
            close.withdraw(CARL, MONTH)
            close.ask(CARL, MONTH)
        return begin()

    monkeypatch.setattr(store, "transaction", transaction)
    with pytest.raises(Refused, match="You asked for this yourself"):
        close.sign(CARL, MONTH, digest)
    assert close.look(MIA, MONTH).state is CloseState.WAITING


def test_a_month_has_one_name(close: MonthClose) -> None:
    """Digits of another script name no second month, which could be closed beside the first."""
    for name in ("2026-1０", "２026-10", "20２6-10", "2026-10\n"):
        with pytest.raises(InputError, match="is no month"):
            close.ask(MIA, name)


def test_who_may_only_look_closes_nothing(close: MonthClose) -> None:
    auditor = Actor("uta", frozenset({Role.AUDITOR}))
    assert close.look(auditor, MONTH).state is None
    works: list[tuple[Callable[..., None], tuple[str, ...]]] = [
        (close.ask, ()),
        (close.sign, ("",)),
        (close.withdraw, ()),
        (close.ask_reopening, ("Why",)),
        (close.reopen, ("",)),
        (close.keep_closed, ()),
    ]
    for work, more in works:
        with pytest.raises(AccessDenied):
            work(auditor, MONTH, *more)
