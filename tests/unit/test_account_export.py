"""Linked accounts as a file."""

from __future__ import annotations

import csv

import pytest

from dashboard.accounts.export import COLUMNS, AccountExport
from dashboard.domain.errors import AccessDenied
from dashboard.domain.models import Actor, Role
from tests.unit.desk_fixture import DeskFixture


def test_a_list_of_accounts_holds_every_id_and_no_formula(given: DeskFixture) -> None:
    given.customer = given.add_customer('=HYPERLINK("http://evil")', "eve@example.com", "C-9")
    account = given.desk.account(given.actor, str(given.get(given.link()).bank_account_id))
    rows = list(csv.DictReader(AccountExport(given.store, given.clock).lines(given.actor, [account.id, "acct_gone"])))
    assert [list(row) for row in rows] == [list(COLUMNS)]
    assert rows[0]["customer"].startswith("'=")
    assert (rows[0]["id"], rows[0]["mandate"], rows[0]["ready"]) == (account.id, account.mandate_id, "yes")
    row = given.store.trail.read("accounts")[0]
    assert (row.action, row.facts["count"]) == ("accounts.exported", 2)


def test_ops_take_no_list_home(given: DeskFixture) -> None:
    with pytest.raises(AccessDenied):
        AccountExport(given.store, given.clock).lines(Actor("ann@example.com", frozenset({Role.OPS})), [])
