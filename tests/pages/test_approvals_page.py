"""The Approvals page: empty, as an inbox, and one question with the reasons to say no."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import running
from dashboard.approvals import Approvals
from dashboard.debits import Debits
from dashboard.debits.review import DebitReview
from dashboard.desk import Desk
from dashboard.domain.models import Actor, Balance, DebitOrder, HolderType, Purpose
from tests.pages.conftest import show, text_of
from tests.pages.test_pages import link
from tests.sandboxes import Sandbox


@pytest.fixture
def asking(desk: Desk) -> Desk:
    """The same desk with a second person above one cent."""
    rules = replace(desk.settings.approvals, above_cents=1)
    settings = replace(desk.settings, approvals=rules)
    review = DebitReview(desk.store, desk.stripe, desk.clock, settings)
    debits = Debits(desk.store, desk.plaid, desk.stripe, desk.clock, settings, desk.jobs)
    approvals = Approvals(desk.store, desk.jobs, desk.clock, settings, review)
    made = replace(desk, settings=settings, debits=debits, approvals=approvals)
    running.provide(lambda: made)
    return made


def test_an_empty_inbox_says_how_something_comes_here(app: AppTest, desk: Desk) -> None:
    said = text_of(show(app, "approvals"))
    assert "Nothing waits for approval." in said and "ACH_DESK_APPROVE_ABOVE_CENTS" in said.replace("\\_", "_")


def test_the_reasons_to_say_no_and_who_else_could(
    app: AppTest, asking: Desk, actor: Actor, lived_sandbox: Sandbox
) -> None:
    maker = replace(actor, name="mia@example.com", subject="s-mia")
    customer = asking.customers.add(actor, "Wanda *Waits*", "wanda@example.com", "W-1", HolderType.INDIVIDUAL)
    account_id = link(asking, actor, lived_sandbox, customer).id
    balance = Balance(9_000_000, 9_000_000, "usd", asking.clock.now())
    order = DebitOrder(asking.debits.ticket(), account_id, 123_400, "INV-*W*", Purpose.GOODS, balance)
    debit = asking.debits.submit(maker, order)
    said = text_of(show(app, "approvals"))
    assert "Waiting (1)" in said and "asked by mia@example.com" in said
    assert "Waiting for approval (1)" in text_of(show(app, "inbox"))
    newest = asking.store.approvals.newest("debit", debit.id)
    assert newest is not None
    app.query_params["approval"] = newest.id
    said = text_of(show(app, "approvals"))
    for words in (
        "Balance at the order",
        "available on",
        "Authorization",
        "First debit of this account?",
        "none was taken before",
        "Beside what is usual",
        "Came back so far",
        "Also waiting from who asked",
        "Besides you nobody could approve this.",
    ):
        assert words in said, words
    next(one for one in app.button if one.label.startswith("Approve")).click()
    app.run()
    assert not app.exception
    assert asking.store.approvals.get(newest.id).state == "succeeded"  # type: ignore[union-attr]
    assert "Approved and sent" in text_of(app)
