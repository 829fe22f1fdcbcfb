"""The payments page and a payment's own page, as a controller uses them."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.filters import PaymentFilter
from dashboard.models import Actor
from dashboard.status import PaymentState
from dashboard.ui import session
from tests.pages.conftest import show, text_of


@pytest.fixture
def synced(desk: Desk) -> Desk:
    desk.sync.run()
    return desk


def first_id(desk: Desk, actor: Actor, *states: PaymentState) -> str:
    return desk.payments.page(actor, PaymentFilter(statuses=states)).rows[0].id


@pytest.mark.parametrize("state", [PaymentState.PAID_OUT, PaymentState.FAILED, PaymentState.SUBMITTED])
def test_a_payments_own_page_tells_its_story_and_its_ids(
    app: AppTest, synced: Desk, actor: Actor, state: PaymentState
) -> None:
    id = first_id(synced, actor, state)
    app.query_params["payment"] = id
    show(app, "payment")
    shown = text_of(app)
    assert state.word in shown and "Time line" in shown and "Created" in shown and "Mandate" in shown
    assert id in [str(one.value) for one in app.code], "each id is alone, so that it can be copied"
    if state is PaymentState.FAILED:
        assert "must act" in shown and "What to do" in shown and "Say to the customer" in shown


def test_a_payment_that_is_not_here_says_what_to_do(app: AppTest, synced: Desk) -> None:
    app.query_params["payment"] = "py_nobody"
    show(app, "payment")
    assert "There is no such payment here" in text_of(app)


def test_the_page_without_a_payment_asks_for_one(app: AppTest, synced: Desk, actor: Actor) -> None:
    show(app, "payment")
    assert "No payment is chosen" in text_of(app)
    id = first_id(synced, actor, PaymentState.PAID_OUT)
    next(one for one in app.text_input if one.label == "Another payment").set_value(id).run()
    assert not app.exception
    assert "Paid out" in text_of(app)


def look_at(app: AppTest, tab: str) -> AppTest:
    app.session_state["look"] = tab
    app.run()
    assert not app.exception
    return app


def test_each_chart_asks_one_question_and_says_what_it_adds_up_to(app: AppTest, synced: Desk, actor: Actor) -> None:
    look_at(show(app, "payments"), "Charts")
    shown = text_of(app)
    for question in ("How much was collected", "How long has what is pending", "Why did payments fail", "From whom"):
        assert question in shown
    total = synced.payments.totals(actor, PaymentFilter()).shown
    assert f"Adds up to {total.count:,} payments" in shown
    assert len(app.get("vega_lite_chart")) == 4


def test_the_return_rates_stand_beside_nachas_limits_and_name_their_source(app: AppTest, synced: Desk) -> None:
    look_at(show(app, "payments"), "Return rates")
    shown = text_of(app)
    for limit in ("limit 0.5%", "limit 3.0%", "limit 15.0%"):
        assert limit in shown
    assert "code" in shown and "60 days" in shown
    assert [one.label.split()[0] for one in app.metric][-3:] == ["Unauthorized", "Administrative", "All"]


def test_an_export_is_ordered_on_the_page_and_says_that_it_is_done(app: AppTest, synced: Desk, actor: Actor) -> None:
    app.query_params["status"] = "failed"
    look_at(show(app, "payments"), "Export")
    next(one for one in app.button if one.label == "Make the file").click().run()
    assert not app.exception
    job = synced.exports.latest(actor) or synced.exports.latest(session.actor())
    count = synced.payments.totals(actor, PaymentFilter(statuses=(PaymentState.FAILED,))).shown.count
    assert job and job.rows == count > 0
    assert f"**{count:,} rows**" in text_of(app)
    assert any(f"/exports/{job.id}" in str(part.proto.body) for part in app.get("html"))


def test_a_sync_that_runs_shows_where_it_stands(app: AppTest, synced: Desk) -> None:
    state, now = synced.store.sync_state, int(synced.clock.real().timestamp())
    told = {"resource": "charges", "rows": 12_000, "reads": 121, "seconds": 6.0, "left": 30.0}
    assert state.take_lease("sync", "another process", now, now + 60)
    with synced.store.transaction():
        state.set_cursor("progress", json.dumps(told))
    show(app, "payments")
    bar = app.get("progress")[0].proto
    assert bar.text == (
        "Reading from Stripe: 12,000 objects (2,000 a second), 121 reads used, now charges, about 30 s left"
    )
    assert bar.value == 16
    assert next(one for one in app.button if one.label == "Sync now").disabled


def test_the_setup_page_shows_the_reads_beside_the_allowance(app: AppTest, synced: Desk) -> None:
    synced.sync.plan_next()
    show(app, "setup")
    assert "reads that Stripe allows in 30 days" in app.get("progress")[0].proto.text
    assert "The next one is due" in text_of(app)
    assert {"Charges", "Payouts"} <= set(app.dataframe[0].value["What was read"])


def test_an_empty_table_says_what_to_do_and_only_what_can_be_done(app: AppTest, desk: Desk) -> None:
    assert "Press Sync now." in text_of(show(app, "payments"))
    now = int(desk.clock.real().timestamp())
    assert desk.store.sync_state.take_lease("sync", "another process", now, now + 60)
    app.run()
    assert "The first reading from Stripe is on its way." in text_of(app)
    assert "Press Sync now." not in text_of(app)


def test_a_filter_draws_its_rows_and_their_sum_and_another_order_the_table(app: AppTest, synced: Desk) -> None:
    show(app, "payments")
    next(one for one in app.multiselect if one.label == "Status").set_value([PaymentState.FAILED]).run()
    assert app.query_params["status"] == "failed"
    count = synced.payments.totals(session.actor(), PaymentFilter(statuses=(PaymentState.FAILED,))).shown.count
    assert f"Shown: {count} payments" in text_of(app)
    next(one for one in app.selectbox if one.label == "Sort by").set_value("amount").run()
    amounts = [float(one.strip("$").replace(",", "")) for one in app.dataframe[0].value["amount"]]
    assert amounts == sorted(amounts, reverse=True) and len(amounts) == min(50, count)


def ask_slowly() -> None:
    import time

    import streamlit as st

    from dashboard.ui.patience import ask

    stopped = []

    def answer(stop: object) -> str:
        stopped.append(stop)
        time.sleep(0.15)  # longer than a look
        return "answered"

    st.text(ask(answer).wait())
    st.text(f"given up: {stopped[0].is_set()}")  # type: ignore[attr-defined]  # the event


def test_a_slow_question_is_waited_for_and_ends_with_its_run() -> None:
    app = AppTest.from_function(ask_slowly, default_timeout=30).run()
    assert not app.exception
    assert [one.value for one in app.text] == ["answered", "given up: True"]
