"""Linked accounts as a list: found by customer, bank, last four and id, filtered and sorted by whether they work."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dashboard.accounts.lists import AccountFilter, AccountLists, AccountRow
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor
from tests.unit.desk_fixture import DeskFixture


def make_lists(given: DeskFixture) -> AccountLists:
    return AccountLists(given.store, given.clock, given.settings.timezone, given.debits.blockers)


def read(lists: AccountLists, given: DeskFixture, wanted: AccountFilter, sort: str = "linked") -> list[AccountRow]:
    found = lists.block(given.actor, ListOrder(wanted, sort, False), start=0, size=50)
    rows = [row for row in found.rows if row]
    assert found.total == len(rows) == lists.tally(given.actor, wanted).count
    assert lists.picked(given.actor, ListOrder(wanted, sort), found.mark, None).count == len(rows)
    assert lists.rows(given.actor, ListOrder(wanted, sort, False)) == rows
    return rows


def test_accounts_are_found_and_told_apart_by_whether_they_work(given: DeskFixture) -> None:
    linked = given.link()
    assert linked.bank_account_id
    lists = make_lists(given)
    (row,) = read(lists, given, AccountFilter())
    assert (row.account.id, row.owner, row.reference, row.status) == (
        linked.bank_account_id,
        "Jenny Rosen",
        "C-1",
        "✓ Ready",
    )
    for text in ("jenny", "C-1", row.account.mask or "", row.account.id, row.account.institution_name.split()[0]):
        assert read(lists, given, AccountFilter(text=text)) == [row], text
    assert read(lists, given, AccountFilter(text="nobody")) == []
    assert read(lists, given, AccountFilter(bank=row.account.institution_name), "bank") == [row]
    assert read(lists, given, AccountFilter(statuses=("Ready",)), "status") == [row]
    assert read(lists, given, AccountFilter(statuses=("Sign in again", "Removed"))) == []
    day = row.account.created_at.astimezone(given.settings.timezone).date()
    assert read(lists, given, AccountFilter(linked_from=day, linked_to=day)) == [row]
    assert read(lists, given, AccountFilter(linked_to=day - timedelta(days=1))) == []


def test_what_is_no_list_is_refused_and_a_copy_is_noted(given: DeskFixture) -> None:
    lists = make_lists(given)
    for sort, size in (("id; DROP TABLE item", 5), ("linked", 0)):
        with pytest.raises(InputError):
            lists.block(given.actor, ListOrder(AccountFilter(), sort), start=0, size=size)
    with pytest.raises(AccessDenied):
        lists.tally(Actor("nobody", frozenset()), AccountFilter())
    lists.note_copy(given.actor, ListOrder(AccountFilter(text="Jenny"), "linked"), 1)
    (row,) = given.store.trail.read("accounts")
    assert (row.action, row.facts) == (
        "accounts.copied",
        {"rows": 1, "filter": "All linked accounts", "searched": True},
    )


def test_an_address_says_a_filter() -> None:
    query = {"text": "a", "status": "Ready,None", "bank": "B", "linked_from": "2026-11-01", "linked_to": "x"}
    found = AccountFilter.from_query(query)
    assert found == AccountFilter("a", "B", ("Ready",), date(2026, 11, 1), None)
    assert found.words() == "Linked accounts: status Ready, bank B, linked 2026-11-01 to today, containing “a”"
    assert AccountFilter().words() == "All linked accounts"
