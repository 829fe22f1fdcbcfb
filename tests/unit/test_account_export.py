"""Linked accounts as a file."""

from __future__ import annotations

import csv

import pytest

from dashboard.account_export import COLUMNS, AccountExport
from dashboard.errors import AccessDenied
from dashboard.models import Actor, Role
from tests.unit.worlds import World


def test_a_list_of_accounts_holds_every_id_and_no_formula(world: World) -> None:
    world.customer = world.add_customer('=HYPERLINK("http://evil")', "eve@example.com", "C-9")
    account = world.desk.account(world.actor, str(world.get(world.link()).bank_account_id))
    rows = list(csv.DictReader(AccountExport(world.store, world.clock).lines(world.actor, [account.id, "acct_gone"])))
    assert [list(row) for row in rows] == [list(COLUMNS)]
    assert rows[0]["customer"].startswith("'=")
    assert (rows[0]["id"], rows[0]["mandate"], rows[0]["ready"]) == (account.id, account.mandate_id, "yes")
    row = world.store.trail.read("accounts")[0]
    assert (row.action, row.facts["count"]) == ("accounts.exported", 2)


def test_ops_take_no_list_home(world: World) -> None:
    with pytest.raises(AccessDenied):
        AccountExport(world.store, world.clock).lines(Actor("ann@example.com", frozenset({Role.OPS})), [])
