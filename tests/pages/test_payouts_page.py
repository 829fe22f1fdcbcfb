"""The page that a controller compares with the bank statement."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.ui import format
from tests.pages.conftest import grid_of, show, text_of


def test_a_payout_shows_what_is_in_it_and_its_sum(app: AppTest, desk: Desk, actor: Actor) -> None:
    desk.sync.run()
    lines = (desk.payouts.get(actor, row["id"]) for row in desk.store.payouts.recent(50))
    chosen = next(line for line in lines if line.ties)
    app.query_params["payout"] = chosen.id
    show(app, "payouts")
    sums, parts = (one.value for one in app.dataframe)
    assert sums["net"].iloc[-1] == format.money(chosen.amount, "usd")
    assert len(parts) == min(50, chosen.parts)
    assert "Ties to the cent" in text_of(app)


def test_the_list_is_described_to_the_table(app: AppTest, desk: Desk) -> None:
    told = grid_of(show(app, "payouts"))
    assert told["empty"][0] == "There are no payouts yet." and told["path"] == "payouts"
    assert [one["title"] for one in told["columns"]][:3] == ["Arrives", "Amount", "Status"]


def test_a_payout_that_is_not_there_is_said_in_words(app: AppTest, desk: Desk) -> None:
    desk.sync.run()
    app.query_params["payout"] = "po_none"
    show(app, "payouts")
    assert "There is no such payout here." in text_of(app)


def test_a_payout_and_a_month_offer_their_reports(app: AppTest, desk: Desk, actor: Actor) -> None:
    desk.sync.run()
    app.query_params["payout"] = next(row["id"] for row in desk.store.payouts.recent(50) if row["parts"])
    show(app, "payouts")
    offered = [one.proto.label for one in app.get("download_button")]
    assert offered == ["Report as PDF", "Report as Excel"]
    show(app, "close")
    assert {"Report as PDF", "Report as Excel"} <= {one.proto.label for one in app.get("download_button")}
