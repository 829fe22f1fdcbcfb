"""The month close page over the sandbox: the balance ties, and each thing in the way is said with its link."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.books import read_month
from dashboard.domain.journal import Profile
from dashboard.domain.listed_reports import ReportKind
from dashboard.domain.models import Actor
from dashboard.staff.access import ALWAYS
from dashboard.ui import session
from tests.pages.conftest import show, text_of


def test_the_sandboxs_months_tie_and_the_page_says_what_is_in_the_way(app: AppTest, desk: Desk, actor: Actor) -> None:
    desk.sync.run()
    for name in desk.month_books.months(actor):
        found = desk.month_books.look(actor, name)
        unread = {one.payout for one in found.blockers if one.page == "payouts"}
        assert found.ties or unread, f"{name} neither ties nor says why"
    show(app, "close")
    assert "There is no bank statement." in text_of(app)
    assert "It ties: exactly this is in no payout yet." in text_of(app)
    held = desk.month_books.compare(actor)
    assert held is not None and held.parts
    assert {one.difference for one in held.parts} == {0}, "what Stripe holds is what was worked out"
    assert "Read from Stripe " in text_of(app)
    assert desk.sandbox is not None
    desk.statements.take(actor, desk.sandbox.statement().encode(), account="Chase operating")
    app.run()
    assert not app.exception and "There is no bank statement." not in text_of(app)
    assert "is proposed and not confirmed." in text_of(app)


def test_the_accounts_of_the_journal_are_named_on_the_page(app: AppTest, desk: Desk, actor: Actor) -> None:
    desk.sync.run()
    show(app, "close")
    app.text_input(key="journal-clearing").set_value("1250 Stripe")
    app.button(key="journal-names").click().run()
    assert not app.exception and "The names are kept." in [one.value for one in app.success]
    month = str(app.selectbox(key="close-month").value)
    assert "1250 Stripe" in desk.journal.export(actor, month, "quickbooks")
    app.selectbox(key="close-report").set_value(ReportKind.UNMATCHED).run()
    assert not app.exception and "There is nothing in it." in text_of(app), "no statement, so nothing is missing on one"
    app.selectbox(key="close-report").set_value(ReportKind.FEES).run()
    assert not app.exception and "There is nothing in it." not in text_of(app)


def test_a_report_that_lists_is_of_any_days(app: AppTest, desk: Desk, actor: Actor) -> None:
    desk.sync.run()
    show(app, "close")
    app.selectbox(key="close-report").set_value(ReportKind.FEES).run()
    month = read_month(str(app.selectbox(key="close-month").value), desk.settings.timezone)
    days = app.date_input(key=f"close-days-{month.name}")
    assert days.value == (month.first, month.last)
    days.set_value((month.first - timedelta(days=45), month.last)).run()
    assert not app.exception and "There is nothing in it." not in text_of(app)
    app.date_input(key=f"close-days-{month.name}").set_value((date(2001, 1, 1), date(2001, 1, 2))).run()
    assert not app.exception and "There is nothing in it." in text_of(app)
    app.selectbox(key="close-report").set_value(ReportKind.MONTH).run()
    assert not app.exception and not app.date_input, "the month's own has the balances of a whole month"


def test_the_form_of_xero_is_not_offered_for_two_currencies(app: AppTest, desk: Desk, actor: Actor) -> None:
    desk.sync.run()
    show(app, "close")
    at = read_month(str(app.selectbox(key="close-month").value), desk.settings.timezone).begins_at
    row = {"id": "txn_yen", "created": at, "amount": 1_000, "fee": 0, "net": 1_000, "currency": "jpy"}
    kept = [{**row, "type": "payment", "status": "available", "source": None}]
    desk.store.projection.apply("balance_transactions", kept)
    app.selectbox(key="journal-profile").set_value(Profile.XERO).run()
    assert not app.exception and "Xero's form does not say a currency" in text_of(app)
    assert "Account names" in [one.label for one in app.expander]


def test_a_month_of_the_sandbox_can_be_closed_by_two_people(app: AppTest, desk: Desk, actor: Actor) -> None:
    desk.sync.run()
    assert desk.sandbox is not None
    desk.statements.take(actor, desk.sandbox.statement().encode(), account="Chase operating")
    desk.payout_matching.confirm(actor, [one.key for one in desk.payout_matching.overview(actor).candidates])
    month = desk.month_books.months(actor)[1]
    blocked = bool(desk.month_close.look(actor, month).books.blockers)
    show(app, "close")
    assert app.selectbox(key="close-month").value == month and app.button(key="close-ask").disabled is blocked
    if blocked:  # in the first days of a month, while the last payouts of the one before are on their way
        return
    app.button(key="close-ask").click().run()
    assert not app.exception and app.button(key="close-sign").label == "Sign and close"
    app.button(key="close-sign").click().run()
    assert "You asked for this yourself." in text_of(app)
    colleague = Actor("carl@example.com", actor.roles, subject="s-carl", proved_until=ALWAYS)
    desk.month_close.sign(colleague, month, desk.month_close.look(colleague, month).digest)
    app.run()
    assert "Nothing has changed after the close." in text_of(app)


def test_who_has_not_just_signed_in_gives_a_pin_to_sign(
    app: AppTest, desk: Desk, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sync.run()
    month = desk.month_books.months(actor)[1]
    values = {"id": "close_x", "month": month, "state": "waiting", "inputs": "{}", "digest": "d"}
    desk.store.month_closes.add({**values, "asked_by": "mia", "asked_key": "s-mia", "asked_at": 1})
    held = replace(actor, proved_until=None)
    monkeypatch.setattr(session, "find_person", lambda *_, **__: held)
    show(app, "close")
    assert app.button(key="close-sign").disabled and "You have no PIN" in app.text_input(key="close-pin").label
