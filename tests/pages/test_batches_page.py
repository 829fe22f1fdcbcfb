"""The Batches page: empty, a file with faults, one that is refused, one that is being sent, one that was stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.batches import BatchState
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor, HolderType
from tests.pages.conftest import grid_of, show, text_of
from tests.pages.test_pages import link
from tests.sandboxes import Sandbox


@pytest.fixture
def maker(desk: Desk, actor: Actor, lived_sandbox: Sandbox) -> Actor:
    """Somebody beside the one who looks, and a customer W-1 with an account."""
    email = f"wanda.{new_id('w')}@example.com"  # the sandbox is every test's
    customer = desk.customers.add(actor, "Wanda *Waits*", email, "W-1", HolderType.INDIVIDUAL)
    link(desk, actor, lived_sandbox, customer)
    return replace(actor, name="mia@example.com", subject="s-mia")


def content(*rows: str, good: int = 0) -> bytes:
    right = [f"W-1,1.{number:02},R-{number}" for number in range(good)]
    return "\n".join(["customer,amount,reference,date", *right, *rows, ""]).encode()


def at(app: AppTest, batch: str) -> str:
    app.query_params["batch"] = batch
    return text_of(show(app, "batches"))


def test_an_empty_list_says_what_to_do(app: AppTest, desk: Desk) -> None:
    said = text_of(show(app, "batches"))
    assert "There is no batch yet." in said and "Fill in the template" in said


def test_rows_with_a_fault_are_left_out_and_each_says_why(app: AppTest, desk: Desk, maker: Actor) -> None:
    batch = desk.batches.open(maker, content("W-1,1.234,*X*", good=10), "run *1*.csv")
    said = at(app, batch.id)
    assert "Left out: 1 of 11 rows with a fault." in said and "run *1*.csv" in said
    told = grid_of(app)
    assert (told["path"], told["fixed"]) == ("batch_rows", {"batch": batch.id})
    assert {name: str(app.query_params[name]) for name in ("outcome", "order")} == {"outcome": "fault", "order": "up"}
    assert "Nothing waits" not in said
    app.button(key="batch-check").click().run()
    app.run()
    assert not app.exception and desk.batches.get(maker, batch.id).bad == 1


def test_a_file_with_many_faults_is_refused(app: AppTest, desk: Desk, maker: Actor) -> None:
    batch = desk.batches.open(maker, content("W-9,1.00,A", "W-8,1.00,B", good=10), "bad.csv")
    said = at(app, batch.id)
    assert "The file is refused: 2 of 12 rows with a fault." in said
    assert "batch-submit" not in {one.key for one in app.button}
    app.button(key="batch-discard").click().run()
    assert desk.batches.get(maker, batch.id).state is BatchState.WITHDRAWN


def test_it_is_submitted_stopped_and_its_rest_made_again(app: AppTest, desk: Desk, actor: Actor, maker: Actor) -> None:
    day = (desk.clock.now() + timedelta(days=20)).date()
    rows = [f"W-1,1.{number:02},S-{number},{day}" for number in range(3)]
    batch = desk.batches.open(actor, content(*rows), "later.csv")
    at(app, batch.id)
    assert "Every row can be sent." in app.success[0].value
    app.button(key="batch-submit").click().run()
    assert "Nothing is sent before a second person approves it." in app.info[0].value
    assert "Waiting for approval (1)" in text_of(show(app, "inbox"))
    newest = desk.batches.approval_of(actor, batch.id)
    assert newest is not None
    desk.approvals.approve(maker, newest.id, desk.approvals.question(maker, newest.id).digest)
    said = at(app, batch.id)
    assert "Approved, waiting for its day" in said
    app.button(key="batch-stop").click().run()
    app.run()
    assert "3 not sent" in text_of(app) and desk.batches.get(actor, batch.id).state is BatchState.STOPPED
    assert "Batches with rows that were not sent (1)" in text_of(show(app, "inbox"))
    at(app, batch.id)
    app.button(key="batch-again").click().run()
    app.run()
    (draft, _) = desk.batches.recent(actor)
    assert (draft.state, draft.copied_from, draft.good) == (BatchState.DRAFT, batch.id, 3)


def test_the_approval_of_a_batch_says_what_speaks_against(app: AppTest, desk: Desk, actor: Actor, maker: Actor) -> None:
    batch = desk.batches.submit(maker, desk.batches.open(maker, content(good=2), "two.csv").id)
    newest = desk.batches.approval_of(actor, batch.id)
    assert newest is not None
    app.query_params["approval"] = newest.id
    said = text_of(show(app, "approvals"))
    for words in ("Batch two.csv, 2 debits", "several customers", "2 debits of 1 customer", "never debited before"):
        assert words in said, words
    app.button(key="approval-cancel").click().run()
    assert desk.batches.get(actor, batch.id).state is BatchState.WITHDRAWN


def test_an_approver_leaves_a_row_out_and_who_submitted_it_is_told(
    app: AppTest, desk: Desk, actor: Actor, maker: Actor
) -> None:
    batch = desk.batches.submit(maker, desk.batches.open(maker, content(good=3), "three.csv").id)
    whole = desk.batches.approval_of(actor, batch.id)
    assert whole is not None
    app.query_params["approval"] = whole.id
    show(app, "approvals")
    app.number_input(key=f"leave-out-line-{whole.id}").set_value(9).run()
    assert "No row of this line waits in the batch." in text_of(app)
    app.number_input(key=f"leave-out-line-{whole.id}").set_value(3).run()
    assert "Wanda \\*Waits\\*" in text_of(app) or "Wanda *Waits*" in text_of(app)
    app.text_input(key="leave-out-why").input("They closed it")
    app.button(key="leave-out-send").click().run()
    app.run()
    rest = desk.batches.approval_of(actor, batch.id)
    assert rest is not None and rest.id != whole.id and str(app.query_params["approval"]) == rest.id
    said = text_of(app)
    assert "Batch three.csv, 2 debits" in said and f"Line 3, by {actor.name}" in said
    app.query_params["approval"] = whole.id
    show(app, "approvals")
    assert any(one.label == "Open the question that took its place" for one in app.button)
    app.query_params.clear()
    assert "An approver left out 1 row, $1.01." in at(app, batch.id).replace("\\", "")
