"""The inbox: what waits for whom, whose a line is, and what is put away until it changes."""

from __future__ import annotations

import pytest

from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.inbox import InboxKind, InboxLine
from dashboard.domain.models import Actor, AttemptState, Role
from dashboard.inbox import Inbox
from dashboard.inbox.sources import Found, Source
from dashboard.staff.access import Permission
from tests.unit.desk_fixture import DeskFixture

OPS, FINANCE = Actor("olga", frozenset({Role.OPS})), Actor("finn", frozenset({Role.FINANCE}))
AUDITOR = Actor("aude", frozenset({Role.AUDITOR}))


class Things:
    """A source whose lines a test sets."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, object]] = []
        self.more = 0

    def find(self, _actor: Actor) -> Found:
        return Found(self.lines, len(self.lines) + self.more)


@pytest.fixture
def debits() -> Things:
    return Things()


@pytest.fixture
def inbox(given: DeskFixture, debits: Things) -> Inbox:
    links = Source(InboxKind.LINK, Permission.VIEW_ACCOUNTS, lambda _actor: Found([("link_1", "failed", "a link")], 1))
    money = Source(InboxKind.DEBIT, Permission.VIEW_PAYMENTS, debits.find)
    return Inbox(given.store, given.clock, [money, links])


def lines_of(inbox: Inbox, actor: Actor, kind: InboxKind) -> tuple[list[InboxLine], list[InboxLine]]:
    group = next((one for one in inbox.list(actor) if one.kind is kind), None)
    return (group.open, group.done) if group else ([], [])


def test_each_role_sees_what_it_may_and_money_comes_first(inbox: Inbox, debits: Things) -> None:
    debits.lines = [("deb_1", "unknown", "a debit")]
    assert [group.kind for group in inbox.list(FINANCE)] == [InboxKind.DEBIT, InboxKind.LINK]
    assert [group.kind for group in inbox.list(OPS)] == [InboxKind.LINK]
    with pytest.raises(AccessDenied):
        inbox.list(Actor("nobody", frozenset()))


def test_what_is_done_is_put_away_as_it_stands_and_comes_back_when_it_changes(inbox: Inbox, debits: Things) -> None:
    debits.lines = [("deb_1", "unknown", "a debit")]
    inbox.done(FINANCE, InboxKind.DEBIT, "deb_1", "unknown")
    ready, done = lines_of(inbox, FINANCE, InboxKind.DEBIT)
    assert not ready and [line.subject for line in done] == ["deb_1"]
    assert next(group for group in inbox.list(FINANCE) if group.kind is InboxKind.DEBIT).count == 0
    debits.lines = [("deb_1", "unsent", "a debit")]
    ready, done = lines_of(inbox, FINANCE, InboxKind.DEBIT)
    assert [line.subject for line in ready] == ["deb_1"] and not done


def test_what_was_put_away_is_brought_back(inbox: Inbox, debits: Things) -> None:
    debits.lines = [("deb_1", "unknown", "a debit")]
    inbox.done(FINANCE, InboxKind.DEBIT, "deb_1", "unknown")
    inbox.undo(FINANCE, InboxKind.DEBIT, "deb_1")
    assert len(lines_of(inbox, FINANCE, InboxKind.DEBIT)[0]) == 1


def test_a_line_is_given_to_somebody_and_noted_without_the_other_being_lost(inbox: Inbox) -> None:
    inbox.assign(OPS, InboxKind.LINK, "link_1", "finn")
    inbox.note(OPS, InboxKind.LINK, "link_1", "  Calls back on Friday.  ")
    ((line,), _) = lines_of(inbox, OPS, InboxKind.LINK)
    assert line.mark and (line.mark.assignee, line.mark.note) == ("finn", "Calls back on Friday.")
    assert list(inbox.people(OPS)) == ["olga", "finn"]
    inbox.assign(OPS, InboxKind.LINK, "link_1", "")
    ((line,), _) = lines_of(inbox, OPS, InboxKind.LINK)
    assert line.mark and (line.mark.assignee, line.mark.note) == ("", "Calls back on Friday.")


def test_the_trail_says_who_did_what_and_has_no_note(given: DeskFixture, inbox: Inbox) -> None:
    inbox.note(OPS, InboxKind.LINK, "link_1", "Anna Secret calls back")
    inbox.done(OPS, InboxKind.LINK, "link_1", "failed")
    rows = given.store.trail.read("link_1")
    assert {row.action for row in rows} == {"inbox.noted", "inbox.done"}
    assert all(row.actor == "olga" for row in rows) and "Secret" not in str(rows)


def test_only_who_works_on_a_kind_changes_its_lines(inbox: Inbox, debits: Things) -> None:
    debits.lines = [("deb_1", "unknown", "a debit")]
    with pytest.raises(AccessDenied):
        inbox.done(OPS, InboxKind.DEBIT, "deb_1", "unknown")
    with pytest.raises(AccessDenied):
        inbox.note(AUDITOR, InboxKind.LINK, "link_1", "read only")
    with pytest.raises(InputError):
        inbox.assign(FINANCE, InboxKind.CASE, "case_1", "finn")
    with pytest.raises(InputError):
        inbox.note(OPS, InboxKind.LINK, "link_1", "x" * 301)


def test_a_kind_of_thousands_counts_them_all(inbox: Inbox, debits: Things) -> None:
    debits.lines, debits.more = [("deb_1", "unknown", "a debit")], 9_999
    group = inbox.list(FINANCE)[0]
    assert (group.count, len(group.open)) == (10_000, 1)
    inbox.done(FINANCE, InboxKind.DEBIT, "deb_1", "unknown")
    group = inbox.list(FINANCE)[0]
    assert (group.count, group.open) == (9_999, []), "what is not shown is counted, and the page says so"


def test_a_customer_who_walked_away_is_listed_until_they_try_again(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    given.store.attempts.move(opening.attempt_id, AttemptState.EXITED)
    before = given.clock.now()
    assert [one.id for one in given.store.attempts.walked_away(before)] == [opening.attempt_id]
    given.desk.open(given.actor, given.customer.id)
    assert given.store.attempts.walked_away(before) == []


def test_the_counts_of_the_navigation_never_wait_for_what_takes_long(given: DeskFixture, debits: Things) -> None:
    debits.lines = [("deb_1", "unknown", "a debit")]
    slow = Source(InboxKind.DEBIT, Permission.VIEW_PAYMENTS, debits.find, lambda: False)
    inbox = Inbox(given.store, given.clock, [slow])
    assert inbox.list(FINANCE, waits=False) == []
    assert len(inbox.list(FINANCE)) == 1, "the page itself waits, and says all"
