"""The books of a month: the Stripe balance tied, the money in transit, and what stands in the way of a close."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.books import FIRST_YEAR, Blocker, Books, make_span, read_month
from dashboard.domain.listed_reports import ReportKind
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.ui import errors, format, layout, reports, session
from dashboard.ui.books import balances, closing, held, journal
from dashboard.ui.text import plain

LINKS = {
    "payments": "Payments",
    "payouts": "Payouts",
    "statements": "Bank statements",
    "matching": "Payouts at the bank",
    "setup": "Setup",
}
PAGES = {name: f"../pages/{name}.py" for name in LINKS}
SHOWN = 50  # blockers, each with its link


def draw_figures(books: Books) -> None:
    """The balance and the money in transit, one figure each for a currency."""
    figures = []
    for currency in sorted({one.currency for one in books.balances}):
        mine = [one for one in books.balances if one.currency == currency]
        held = sum(one.closing for one in mine)
        figures.append((f"Stripe balance, {currency.upper()}", format.money(held, currency)))
        figures += [
            (f"In transit: {one.rail}, {currency.upper()}", format.money(one.in_transit, currency)) for one in mine
        ]
    figures.append(("In the way", f"{len(books.blockers):,}"))
    layout.metrics(figures)


def draw_blockers(found: tuple[Blocker, ...]) -> None:
    """What stands in the way, each with the page where it is dealt with."""
    st.subheader("In the way of a close", anchor=False)
    if not found:
        st.markdown(":material/check_circle: Nothing: the balance ties and every payout is on the statement.")
        return
    for one in found[:SHOWN]:
        query = {"payout": one.payout} if one.payout and one.page == "payouts" else None
        with st.container(horizontal=True, vertical_alignment="center"):
            words = st.container(gap=None)
            words.markdown(plain(one.what))
            words.caption(plain(f"{one.step} ({one.payout})" if one.payout else one.step))
            st.page_link(PAGES[one.page], label=LINKS[one.page], query_params=query, width="content")
    if len(found) > SHOWN:
        st.caption(f"{len(found) - SHOWN:,} more of the same kinds follow once these are done.")


def draw_reports(desk: Desk, actor: Actor, month: str) -> None:
    """The reports of the month, one at a time, each in both forms; those that list of other days too."""
    st.subheader("Reports", anchor=False)
    kinds = list(ReportKind)
    kind = ReportKind(
        st.selectbox("Report", kinds, format_func=lambda one: one.words, key="close-report", width=320) or kinds[0]
    )
    period = month
    if kind not in (ReportKind.MONTH, ReportKind.UNMATCHED):  # one has balances, the other is of today
        chosen = choose_days(desk, month)
        if chosen is None:
            st.caption("Choose the last day too.")
            return
        period = chosen
    if kind is not ReportKind.MONTH and not desk.reports.listed(actor, kind, period).rows:
        st.caption("There is nothing in it.")
        return
    reports.offer(f"{kind}-{period}", partial(desk.reports.file, actor, kind, period))


def choose_days(desk: Desk, month: str) -> str | None:
    """The days that a report lists: the month's, unless a person chooses others; None where half of them is chosen."""
    whole = read_month(month, desk.settings.timezone)
    earliest, days = date(FIRST_YEAR, 1, 1), (whole.first, whole.last)
    chosen = st.date_input("Days", days, min_value=earliest, key=f"close-days-{month}", width=320)
    if not isinstance(chosen, tuple) or len(chosen) != 2:
        return None
    return month if chosen == days else make_span(*chosen, desk.settings.timezone).name


def name_month(month: str) -> str:
    """`November 2026`, of `2026-11`."""
    return format.month_of(date.fromisoformat(f"{month}-01"))


def main() -> None:
    """The month that is chosen, the last full one first."""
    desk, actor = session.desk(), session.actor()
    layout.title("Month close", "What Stripe holds, what is on its way to the bank, and what keeps the month open.")
    with errors.shown():
        months = desk.month_books.months(actor)
        month = st.selectbox(
            "Month", months, index=min(1, len(months) - 1), format_func=name_month, key="close-month", width=200
        )
        seen = desk.month_close.look(actor, month)
        books = seen.books
        draw_figures(books)
        draw_blockers(books.blockers)
        closing.draw(desk, actor, seen)
        for one in books.balances:
            balances.draw(one)
        if not books.balances:
            layout.empty("Nothing moved the Stripe balance until then.", "Choose another month, or sync.")
        held.draw(desk, actor)
        st.subheader("On their way when the month ended", anchor=False)
        if books.on_their_way:
            st.dataframe(
                balances.coming(books.on_their_way, desk.payments.today()),
                hide_index=True,
                column_config=balances.COMING,
                alt="Payouts on their way with amount, arrival and status",
            )
        else:
            st.markdown(":material/check_circle: No payout.")
        journal.draw(desk, actor, month)
        if books.balances and can(actor, Permission.EXPORT):
            draw_reports(desk, actor, month)


main()
