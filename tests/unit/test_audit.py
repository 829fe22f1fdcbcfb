"""The trail is searched by who, what, about whom and when; it is exported as CSV; a look at it is itself in it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.customers import Customers
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor, Role
from dashboard.mandates import Mandates
from dashboard.operations.audit import ERASED, UNREADABLE, Audit, AuditFilter
from dashboard.store import Store
from dashboard.store.audit_trail import AuditRow, TrailFilter
from dashboard.store.encryption.vault import Vault, make_key
from tests.unit.desk_fixture import DeskFixture

AUDITOR = Actor("Ann Auditor", frozenset({Role.AUDITOR}), "192.0.2.7")
OPS = Actor("Olga Ops", frozenset({Role.OPS}), "192.0.2.8")
ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def audit(store: Store, clock: FixedClock) -> Audit:
    return Audit(store, clock, ZONE)


def read(audit: Audit, wanted: AuditFilter, actor: Actor = AUDITOR) -> list[AuditRow]:
    """The newest rows that fit."""
    return [row for row in audit.block(actor, ListOrder(wanted, "seq"), start=0, size=200).rows if row]


def actions(audit: Audit, wanted: AuditFilter) -> list[str]:
    return [row.action for row in read(audit, wanted) if not row.action.startswith("audit.")]


def test_rows_are_found_by_who_what_about_whom_and_when(audit: Audit, store: Store, clock: FixedClock) -> None:
    customers = Customers(store, clock)
    jenny = customers.add(OPS, "Jenny Rosen", "jenny@example.com", "C-1")
    clock.move(timedelta(days=2))
    customers.edit(OPS, jenny.id, name="Jenny Rose")
    store.trail.append(Actor.system(), "sync.ran", "sync", clock.now())
    assert actions(audit, AuditFilter()) == ["sync.ran", "customer.edited", "customer.added"]
    assert actions(audit, AuditFilter(who="olga")) == ["customer.edited", "customer.added"]
    assert actions(audit, AuditFilter(what="sync.ran")) == ["sync.ran"]
    assert {"customer.added", "sync.ran"} <= set(audit.actions(AUDITOR))
    for subject in (jenny.id, "Rose", "c-1", "jenny@"):
        assert actions(audit, AuditFilter(subject=subject)) == ["customer.edited", "customer.added"]
    assert actions(audit, AuditFilter(subject="nobody")) == []
    assert actions(audit, AuditFilter(start=date(2026, 11, 25))) == ["sync.ran", "customer.edited"]
    assert actions(audit, AuditFilter(start=date(2026, 11, 24), end=date(2026, 11, 24))) == ["customer.added"]
    assert AuditFilter().is_empty and not AuditFilter(who="x").is_empty


def test_a_day_is_a_day_of_the_business(audit: Audit, store: Store) -> None:
    store.trail.append(OPS, "late", "x", datetime(2026, 11, 25, 4, 59, tzinfo=UTC))  # 23:59 in New York
    store.trail.append(OPS, "next", "x", datetime(2026, 11, 25, 5, 0, tzinfo=UTC))
    assert actions(audit, AuditFilter(end=date(2026, 11, 24))) == ["late"]
    assert actions(audit, AuditFilter(start=date(2026, 11, 25), end=date(2026, 11, 25))) == ["next"]


def test_a_row_shows_before_and_after(audit: Audit, store: Store, clock: FixedClock) -> None:
    customers = Customers(store, clock)
    jenny = customers.add(OPS, "Jenny Rosen", "jenny@example.com", "C-1")
    customers.edit(OPS, jenny.id, email="j@example.com")
    edited = audit.get(AUDITOR, 2)
    assert (edited.row.actor, edited.row.address, edited.row.at) == ("Olga Ops", "192.0.2.8", clock.now())
    assert edited.before["email"] == "jenny@example.com" and edited.after["email"] == "j@example.com"
    assert audit.get(AUDITOR, 1).facts["name"] == "Jenny Rosen"
    with pytest.raises(InputError):
        audit.get(AUDITOR, 99)


def test_personal_facts_are_sealed_in_the_file_and_gone_with_the_customers_key(
    audit: Audit, store: Store, clock: FixedClock
) -> None:
    jenny = Customers(store, clock).add(OPS, "Jenny Rosen", "jenny@example.com", "C-1")
    kept = next(iter(store.database.handle.query("SELECT facts FROM audit")))["facts"]
    assert "Jenny" not in kept and "example.com" not in kept
    store.private.forget(jenny.id)
    assert audit.get(AUDITOR, 1).facts == {"personal data": ERASED}
    assert store.trail.verify() == [], "the chain does not notice"


def test_facts_about_a_thing_of_a_customers_open_under_their_key(
    given: DeskFixture, audit: Audit, clock: FixedClock
) -> None:
    account = str(given.get(given.link()).bank_account_id)
    Mandates(given.store, clock, given.settings).revoke(OPS, account, "by phone")
    seq = given.store.trail.search(TrailFilter(action="mandate.revoked"))[0].seq
    assert audit.get(AUDITOR, seq).facts["reason"] == "by phone"
    given.store.private.forget(given.customer.id)
    assert audit.get(AUDITOR, seq).facts["personal data"] == ERASED


def test_facts_under_a_lost_key_are_said_to_be_so(store: Store, clock: FixedClock) -> None:
    Customers(store, clock).add(OPS, "Jenny Rosen", "jenny@example.com", "C-1")
    other = Store(store.database, Vault([make_key()]), clock)
    assert Audit(other, clock, ZONE).get(AUDITOR, 1).facts == {"personal data": UNREADABLE}


def test_an_old_value_that_is_not_a_table_is_shown_too(audit: Audit, store: Store, clock: FixedClock) -> None:
    store.trail.append(OPS, "x", "y", clock.now(), before=1, after=2)
    assert (audit.get(AUDITOR, 1).before, audit.get(AUDITOR, 1).after) == ({"value": 1}, {"value": 2})


def test_pages_follow_each_other_without_gap_or_repeat(audit: Audit, store: Store, clock: FixedClock) -> None:
    for number in range(12):
        store.trail.append(OPS, "x", str(number), clock.now())
    order = ListOrder(AuditFilter(what="x"), "seq")
    first = audit.block(AUDITOR, order, start=0, size=5)
    store.trail.append(OPS, "x", "12", clock.now())
    second, third = (audit.block(AUDITOR, order, start=start, size=5, mark=first.mark) for start in (5, 10))
    numbers = [int(row.subject) for page in (first, second, third) for row in page.rows if row]
    assert numbers == list(range(11, -1, -1)) and (third.total, third.newer) == (12, 1)
    assert audit.tally(AUDITOR, AuditFilter(what="x")).count == 13
    assert audit.picked(AUDITOR, order, first.mark, None).count == 12
    assert audit.picked(AUDITOR, order, first.mark, [(0, 2), (1, 4), (11, 40)]).count == 6


def test_ones_own_look_at_the_trail_is_no_news(audit: Audit, store: Store, clock: FixedClock) -> None:
    order = ListOrder(AuditFilter(), "seq")
    mark = audit.block(AUDITOR, order, start=0, size=5).mark
    clock.move(timedelta(minutes=6))
    assert audit.block(AUDITOR, order, start=0, size=5, mark=mark).newer == 0
    audit.get(AUDITOR, 1)
    assert audit.block(AUDITOR, order, start=0, size=5, mark=mark).newer == 0
    store.trail.append(OPS, "x", "y", clock.now())
    assert audit.block(AUDITOR, order, start=0, size=5, mark=mark).newer == 1


def test_the_trail_is_read_in_every_order(audit: Audit, store: Store, clock: FixedClock) -> None:
    for number in range(9):
        store.trail.append((OPS, AUDITOR)[number % 2], "abc"[number % 3], str(number % 4), clock.now())
    for sort, key in (("who", "actor"), ("what", "action"), ("subject", "subject"), ("seq", "seq")):
        for descending in (True, False):
            found = audit.block(AUDITOR, ListOrder(AuditFilter(), sort, descending), start=0, size=50).rows
            keys = [getattr(row, key) for row in found]
            assert keys == sorted(keys, reverse=descending) and len(keys) >= 10
    with pytest.raises(InputError):
        audit.block(AUDITOR, ListOrder(AuditFilter(), "seq; DROP TABLE audit"), start=0, size=5)


def test_a_copy_of_the_trail_is_in_the_trail(audit: Audit, store: Store) -> None:
    audit.note_copy(AUDITOR, ListOrder(AuditFilter(who="somebody"), "seq"), 4)
    (row,) = store.trail.read("audit")
    assert (row.action, row.facts) == ("audit.copied", {"rows": 4, "filter": "All actions", "searched": True})


def test_the_file_holds_what_the_filter_shows_and_no_formula(audit: Audit, store: Store, clock: FixedClock) -> None:
    store.trail.append(Actor("=cmd|' /C calc'!A0", frozenset()), "x", "y", clock.now(), before={"a": 1}, after={"a": 2})
    store.trail.append(OPS, "other", "z", clock.now())
    lines = list(csv.DictReader(io.StringIO("".join(audit.export(AUDITOR, AuditFilter(what="x"))))))
    assert [line["subject"] for line in lines] == ["y"]
    assert lines[0]["actor"].startswith("'=") and lines[0]["after"] == '{"a": 2}'
    assert lines[0]["at"] == "2026-11-24T10:00:00-05:00"
    exported = store.trail.read(limit=1)[0]
    assert (exported.action, exported.actor, exported.facts["what"]) == ("audit.exported", "Ann Auditor", "x")


def test_the_chains_state_says_how_far_it_is_whole(audit: Audit, store: Store, clock: FixedClock) -> None:
    store.trail.append(OPS, "x", "y", clock.now())
    state = audit.state(AUDITOR)
    assert (state.end.seq, state.findings, state.checked_at) == (1, [], clock.now())
    store.database.handle.execute("DROP TRIGGER audit_keeps")
    store.database.handle.execute("UPDATE audit SET actor = 'nobody'")
    assert len(audit.state(AUDITOR).findings) == 2


@pytest.mark.parametrize("role", [Role.OPS, Role.FINANCE])
def test_only_who_may_read_the_trail_reads_it(audit: Audit, role: Role) -> None:
    person = Actor("x", frozenset({role}))
    for call in (
        lambda: read(audit, AuditFilter(), person),
        lambda: audit.get(person, 1),
        lambda: audit.state(person),
        lambda: audit.actions(person),
        lambda: audit.export(person, AuditFilter()),
    ):
        with pytest.raises(AccessDenied):
            call()


def test_every_look_at_something_sensitive_is_an_action(given: DeskFixture, audit: Audit) -> None:
    attempt = given.link()
    assert attempt.bank_account_id
    customers = Customers(given.store, given.clock)
    for _ in range(3):  # a page that runs again
        customers.get(given.actor, given.customer.id)
        given.desk.account(given.actor, attempt.bank_account_id)
        given.desk.events(given.actor, attempt.id)
        read(audit, AuditFilter())
        audit.get(AUDITOR, 1)
    looks = sorted((row.action, row.subject) for row in given.store.trail.read() if row.action.endswith("viewed"))
    assert looks == [
        ("account.viewed", attempt.bank_account_id),
        ("audit.row_viewed", "audit:1"),
        ("audit.viewed", "audit"),
        ("customer.viewed", given.customer.id),
        ("evidence.viewed", attempt.id),
    ]
    before = given.store.trail.end()
    assert list(customers.get_many(given.actor, [given.customer.id, "cust_nobody"])) == [given.customer.id]
    assert given.store.trail.end() == before, "a list is no look at one person"


def test_an_address_is_a_filter_and_what_nobody_could_have_meant_is_left_out() -> None:
    query = {"who": "olga", "what": "debit.ordered", "subject": "debit_1", "start": "2026-11-01", "end": "soon"}
    assert AuditFilter.from_query(query) == AuditFilter("olga", "debit.ordered", "debit_1", date(2026, 11, 1))
    assert AuditFilter.from_query({}).is_empty
