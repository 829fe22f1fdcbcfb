"""From the sandbox's bank statement to matched payouts, on the page."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from tests.pages.conftest import show, text_of


def test_without_a_statement_the_page_says_what_to_do_and_misses_no_payout(
    app: AppTest, desk: Desk, actor: Actor
) -> None:
    desk.sync.run()
    show(app, "matching")
    assert "There is no bank statement yet." in text_of(app)
    found = desk.payout_matching.overview(actor)
    assert found.unreached and found.missing == found.unmatched == ()
    assert sum(found.in_transit.values()) == sum(one.payout.cents for one in found.waiting if one.status != "paid")


def test_the_sandboxs_statement_ties_and_explains_every_payout_that_arrived(
    app: AppTest, desk: Desk, actor: Actor
) -> None:
    desk.sync.run()
    assert desk.sandbox is not None
    result = desk.statements.take(actor, desk.sandbox.statement().encode(), account="Chase operating")
    assert (result.ties, result.refused, result.format) == (True, 0, "csv") and result.new > 20
    found = desk.payout_matching.overview(actor)
    assert len(found.certain) > 10 and found.loose == ()
    assert {"capital" in one.line.text.lower() for one in found.explained} == {True}
    assert [one for one in found.unmatched if one.status == "paid" and one.age > 5] == [], (
        "only those that the bank posts days late may be open"
    )
    show(app, "matching")
    assert f"Confirm all {len(found.certain):,} with their trace number" == app.button(key="match-certain").label
    app.button(key="match-certain").click().run()
    assert not app.exception and app.success[0].value.startswith(f"{len(found.certain):,} confirmed.")
    assert desk.payout_matching.overview(actor).matched >= len(found.certain)
    assert app.dataframe[-1].value["by"].unique().tolist() == ["demo"]
