"""The payments page and a payment's own page, as a controller uses them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.errors import Refused
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import PaymentState
from dashboard.payments.export import COLUMNS, Format
from dashboard.payments.lists import PaymentOrder
from dashboard.sync import Progress
from dashboard.ui import format, session
from tests.pages.conftest import grid_of, show, text_of
from tests.workbooks import read_workbook


@pytest.fixture
def synced(desk: Desk) -> Desk:
    desk.sync.run()
    return desk


def first_id(desk: Desk, actor: Actor, *states: PaymentState) -> str:
    row = desk.payment_lists.block(actor, PaymentOrder(PaymentFilter(statuses=states))).rows[0]
    assert row
    return row.id


@pytest.mark.parametrize("state", [PaymentState.PAID_OUT, PaymentState.FAILED, PaymentState.SUBMITTED])
def test_a_payments_own_page_tells_its_story_and_its_ids(
    app: AppTest, synced: Desk, actor: Actor, state: PaymentState
) -> None:
    id = first_id(synced, actor, state)
    app.query_params["payment"] = id
    show(app, "payment")
    shown = text_of(app)
    assert state.word in shown and "Timeline" in shown and "Created" in shown and "Mandate" in shown
    assert id in [str(one.value) for one in app.code], "each id is separate, so that it can be copied"
    if state is PaymentState.FAILED:
        assert "must act" in shown and "What to do" in shown and "Say to the customer" in shown


@pytest.mark.parametrize(
    "query",
    [
        {"created_to": "2099-12-31"},
        {"created_from": "2099-01-01"},
        {"created_from": "1970-01-01", "created_to": "2099-12-31"},
        {"created_from": "2026-11-20", "created_to": "2026-11-01"},
        {"created_from": "0001-01-01"},
        {"created_to": "9999-12-31"},
    ],
    ids=lambda query: "&".join(f"{name}={value}" for name, value in query.items()),
)
def test_any_days_in_the_address_leave_a_page_that_can_be_used(
    app: AppTest, synced: Desk, query: dict[str, str]
) -> None:
    """A link to the whole of a month names days that have not come yet."""
    for name, value in query.items():
        app.query_params[name] = value
    show(app, "payments")
    assert grid_of(app)["whole"] and "unexpected" not in text_of(app)
    wanted = PaymentFilter.from_query(query)
    assert synced.payments.totals(session.actor(), wanted).shown.count >= 0


@pytest.fixture
def filling(desk: Desk) -> Desk:
    """A desk whose first backfill has read its first pages and is still under way."""

    def stop(progress: Progress) -> None:
        if progress.rows > 300:
            desk.sync.close()

    with pytest.raises(Refused):
        desk.sync.run(on_progress=stop)
    state = desk.store.sync_state
    charges = next(one for one in state.open_windows() if one.resource == "charges")
    page = desk.stripe.page("charges", {"limit": 100}).data
    with desk.store.transaction():
        desk.store.projection.apply("charges", page, backfilling=True)
        state.move_window(charges, replace(charges, after=str(page[-1]["id"])))
    return desk


def test_while_the_first_backfill_runs_the_sums_say_so_and_from_when_on_they_are_whole(
    app: AppTest, filling: Desk, actor: Actor
) -> None:
    since = filling.sync.status().complete_since
    assert since is not None
    show(app, "payments")
    reading = grid_of(app)["reading"]
    assert "Still reading from Stripe: payments since" in reading
    assert format.moment(since, session.zone(), since) in reading
    assert filling.payment_lists.block(actor, PaymentOrder(PaymentFilter())).rows, "the newest can be worked with"
    look_at(app, "Charts")
    assert "Still reading from Stripe" in text_of(app)
    filling.sync.run()
    look_at(app, "Table")
    assert "Still reading" not in text_of(app) and not grid_of(app)["reading"]


def test_a_payment_that_is_not_here_says_what_to_do(app: AppTest, synced: Desk) -> None:
    app.query_params["payment"] = "py_nobody"
    show(app, "payment")
    assert "There is no such payment here" in text_of(app)


def test_the_page_without_a_payment_asks_for_one(app: AppTest, synced: Desk, actor: Actor) -> None:
    show(app, "payment")
    assert "No payment is selected" in text_of(app)
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
    for question in (
        "How much was collected",
        "How long have pending",
        "Why did payments fail",
        "Which customers paid",
    ):
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
    next(one for one in app.button if one.label == "Create the file").click().run()
    assert not app.exception
    job = synced.exports.latest(actor) or synced.exports.latest(session.actor())
    count = synced.payments.totals(actor, PaymentFilter(statuses=(PaymentState.FAILED,))).shown.count
    assert job and job.rows == count > 0
    assert f"**{count:,} rows**" in text_of(app)
    assert any(f"/exports/{job.id}" in str(part.proto.body) for part in app.get("html"))


def test_a_sync_that_runs_shows_where_it_stands(app: AppTest, synced: Desk) -> None:
    state, now = synced.store.sync_state, int(synced.clock.real().timestamp())
    told = {"resource": "charges", "rows": 12_000, "reads": 121, "seconds": 6.0, "left": 30.0, "share": 0.16}
    assert state.acquire_lease("sync", "another process", now, now + 60)
    with synced.store.transaction():
        state.set_cursor("progress", json.dumps(told))
    show(app, "payments")
    bar = app.get("progress")[0].proto
    assert bar.text == (
        "Reading from Stripe: 12,000 objects (2,000 a second), 121 reads used, now charges, about 30 s left"
    )
    assert bar.value == 16
    assert next(one for one in app.button if one.label == "Sync now").disabled


def test_news_that_are_read_take_no_line_from_the_table(app: AppTest, synced: Desk) -> None:
    """A sync every minute would move the rows under the pointer."""
    state, now = synced.store.sync_state, int(synced.clock.real().timestamp())
    before = len(show(app, "payments").main.children)
    assert state.acquire_lease("sync", "another process", now, now + 60)
    app.run()
    assert "Reading from Stripe …" in text_of(app) and "Read from Stripe" not in text_of(app)
    assert len(app.main.children) == before


def test_the_setup_page_shows_the_reads_beside_the_allowance(app: AppTest, synced: Desk) -> None:
    synced.sync.plan_next()
    state = synced.store.sync_state
    planned = int(state.cursor("next_sync") or 0)
    state.set_cursor("next_sync", str(planned + 3600))  # in the sandbox it would be due before a busy machine shows it
    show(app, "setup")
    assert "reads that Stripe allows in 30 days" in app.get("progress")[0].proto.text
    assert "The next one is due" in text_of(app)
    assert {"Charges", "Payouts"} <= set(app.dataframe[0].value["What was read"])


def test_an_empty_table_says_what_to_do_and_only_what_can_be_done(app: AppTest, desk: Desk) -> None:
    assert grid_of(show(app, "payments"))["empty"][1] == "Press Sync now."
    now = int(desk.clock.real().timestamp())
    assert desk.store.sync_state.acquire_lease("sync", "another process", now, now + 60)
    app.run()
    assert grid_of(app)["empty"][0] == "The first sync with Stripe is running."


def test_the_charts_follow_the_filter_that_the_table_says_and_else_the_address(
    app: AppTest, synced: Desk, actor: Actor
) -> None:
    app.query_params["status"] = "failed"
    look_at(show(app, "payments"), "Charts")
    failed = synced.payments.totals(actor, PaymentFilter(statuses=(PaymentState.FAILED,))).shown
    assert f"Adds up to {failed.count:,} payment" in text_of(app)
    app.session_state["payments-grid"] = {"filter": {"status": "failed,pending", "sort": "amount", "order": "up"}}
    app.run()
    both = PaymentFilter(statuses=(PaymentState.FAILED, PaymentState.PENDING))
    assert f"Adds up to {synced.payments.totals(actor, both).shown.count:,} payments" in text_of(app)


def test_the_figures_lead_to_the_rows_that_they_count(app: AppTest, synced: Desk, actor: Actor) -> None:
    told = grid_of(show(app, "payments"))["figures"]
    counted = synced.payments.summary(actor)
    assert list(told) == list(counted)
    for name, query in told.items():
        assert synced.payments.totals(actor, PaymentFilter.from_query(query)).shown == counted[name], name


def test_what_the_table_asks_for_opens_no_other_page_than_those_it_knows(app: AppTest, synced: Desk) -> None:
    show(app, "payments")
    app.session_state["payments-grid"] = {"opened": {"page": "setup", "query": {}, "at": 5}}
    app.run()
    assert grid_of(app)["whole"]


def test_a_workbook_is_ordered_with_words_for_columns_and_the_order_of_the_table(
    app: AppTest, synced: Desk, actor: Actor
) -> None:
    app.query_params.update({"look": "Export", "sort": "amount", "order": "up"})
    show(app, "payments")
    app.segmented_control(key="export-format").set_value(Format.XLSX).run()
    assert app.multiselect(key="export-columns-xlsx").options[:4] == ["Created", "Amount", "Currency", "Status"]
    app.button(key="export-make").click().run()
    job = synced.exports.latest(actor) or synced.exports.latest(session.actor())
    assert job and job.format == Format.XLSX
    amounts = [one.amount for one in synced.payments.rows(actor, PaymentFilter(), sort="amount", descending=False)]
    sheet = read_workbook(synced.exports.path_of(job))[0]
    written = [cell.value for cell in sheet.column("Amount")[: len(amounts)] if cell]
    assert [round(100 * float(str(one))) for one in written] == amounts, "in the table's order"
    assert job.facts["columns"] == list(COLUMNS), "all of them, in the order of the table"
