"""The desk's own reads of holders and transactions against the sandbox, whose contract the official client checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.desk import Desk, open_desk
from dashboard.domain.errors import ProviderError
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from tests.contract.plaid_client import PlaidClient
from tests.empty_desks import settings_for
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox

ACTOR = demo_actor("192.0.2.9")
DYNAMIC = {"override_username": "user_transactions_dynamic", "override_password": "pass_good"}
PRODUCTS = ["auth", "identity", "transactions"]


@pytest.fixture
def desk(fresh: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    ready = {"url": fresh.url, "link_script": f"{fresh.url}/link.js", **fresh.keys}
    opened = open_desk(load_settings(settings_for(ready, {}, tmp_path), None), worker=InlineWorker())
    yield opened
    opened.close()


def test_transactions_follow_the_bank_from_day_to_day(desk: Desk, fresh: Sandbox) -> None:
    account = link(desk, ACTOR, fresh, add(desk, ACTOR), initial_products=PRODUCTS, options=DYNAMIC)
    first = desk.bank_data.read_transactions(ACTOR, account.id).lines
    assert (len(first), first[0].pending) == (31, True)
    assert not any(one.pending for one in first[1:])
    desk.move_sandbox_clock(ACTOR, 1)
    item = desk.store.items.plaid_id(account.item_id)
    PlaidClient(fresh).control(sync_mutation={"item_id": item, "times": 1})
    before = desk.bank_data.calls(ACTOR).get("transactions", 0)  # in this month, which may be another than the link's
    second = desk.bank_data.read_transactions(ACTOR, account.id).lines
    assert first[0].id not in {one.id for one in second}, "what was pending was posted under another id"
    assert [one.pending for one in second].count(True) == 1
    assert {one.id for one in first[1:]} <= {one.id for one in second}
    calls = desk.bank_data.calls(ACTOR)["transactions"] - before
    assert calls == 2, "one of them was refused, and read again from its start"
    assert desk.bank_data.read_transactions(ACTOR, account.id).lines == second
    assert second[0].on - first[0].on >= timedelta(days=1)


def test_what_the_sandbox_says_of_holders_is_read(desk: Desk, fresh: Sandbox) -> None:
    account = link(desk, ACTOR, fresh, add(desk, ACTOR, "Alberta Charleson"), initial_products=PRODUCTS)
    found = desk.bank_data.holder(ACTOR, account.id)
    assert found is not None, "asked for by itself when the account was linked"
    assert (found.names, found.likeness.value) == (("Alberta Bobbeth Charleson",), "close")


def test_a_bank_that_was_linked_without_the_consent_says_so(desk: Desk, fresh: Sandbox) -> None:
    account = link(desk, ACTOR, fresh, add(desk, ACTOR, "Cora Consent"))
    assert desk.bank_data.holder(ACTOR, account.id) is None
    for read in (desk.bank_data.read_holder, desk.bank_data.read_transactions):
        with pytest.raises(ProviderError) as met:
            read(ACTOR, account.id)
        assert met.value.code == "ADDITIONAL_CONSENT_REQUIRED"
        assert met.value.action


def test_link_asks_for_the_consent_and_hides_no_bank(desk: Desk, fresh: Sandbox) -> None:
    """`products` would hide every bank that lacks one of them; consent hides none."""
    opening = desk.linking.open(ACTOR, add(desk, ACTOR, "Lia Link").id)
    status, body = PlaidClient(fresh).raw("/link/token/get", {"link_token": opening.config["token"]})
    assert status == 200
    assert body["metadata"]["initial_products"] == ["auth"]
