"""Every payout beside what is in it: what arrived at the bank, and whether it ties to the cent."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from components.grid import grid
from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.payouts import PAGE_SIZE, PayoutItem, PayoutSum
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, downloads, errors, format, layout, lists, reports, session, sign_in_gate
from dashboard.ui.payments import sync_status
from dashboard.ui.payouts.grid import PAYOUTS, finding_of, say_at_bank
from dashboard.ui.text import plain

SUMS = {
    "group": st.column_config.TextColumn("What", width="medium"),
    "parts": st.column_config.NumberColumn("Parts", format="localized"),
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "fee": st.column_config.TextColumn("Fees", alignment="right"),
    "net": st.column_config.TextColumn("Net", alignment="right"),
}
PARTS = {
    "created": st.column_config.TextColumn("Created", width="medium"),
    "group": st.column_config.TextColumn("What", width="medium"),
    "customer": st.column_config.TextColumn("Customer", width="medium"),
    "reference": st.column_config.TextColumn("Reference"),
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "fee": st.column_config.TextColumn("Fee", alignment="right"),
    "net": st.column_config.TextColumn("Net", alignment="right"),
    "source": st.column_config.TextColumn("Id at Stripe"),
}


def sums_frame(sums: list[PayoutSum], currency: str) -> pd.DataFrame:
    """What is in a payout, with the sum below."""
    rows = [
        {
            "group": one.name,
            "parts": one.parts,
            **{name: format.money(getattr(one, name), currency) for name in ("amount", "fee", "net")},
        }
        for one in sums
    ]
    total = {name: sum(getattr(one, name) for one in sums) for name in ("parts", "amount", "fee", "net")}
    money = {name: format.money(total[name], currency) for name in ("amount", "fee", "net")}
    return pd.DataFrame([*rows, {"group": "Together", "parts": total["parts"], **money}], columns=list(SUMS))


def items_frame(desk: Desk, parts: list[PayoutItem]) -> pd.DataFrame:
    """A page of balance transactions."""
    zone, now = session.zone(), desk.clock.now()
    rows = [
        {
            "created": format.moment(part.created, zone, now),
            "group": part.name,
            "customer": part.customer or format.NOTHING,
            "reference": part.reference or format.NOTHING,
            **{name: format.money(getattr(part, name), part.currency) for name in ("amount", "fee", "net")},
            "source": part.source_id or part.id,
        }
        for part in parts
    ]
    return pd.DataFrame(rows, columns=list(PARTS))


def turn(key: str, number: int, count: int, has_more: bool, what: str) -> None:
    """Which rows are shown, and the buttons to the others; nothing where one page holds all."""
    if not number and not has_more:
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        first = number * PAGE_SIZE + 1
        st.caption(f"{plain(what)} {first:,} to {first + count - 1:,}")
        for name, step, icon, off in (
            ("Previous", -1, ":material/chevron_left:", number == 0),
            ("Next", 1, ":material/chevron_right:", not has_more),
        ):
            turned = actions.go(keep={key: number + step})
            actions.button(plain(name), turned, icon=icon, disabled=off, key=f"{key}-{name}")


def draw_export(desk: Desk, actor: Actor) -> None:
    """All payouts as a file."""
    if not can(actor, Permission.EXPORT):
        return
    with st.popover("Export", icon=":material/download:"):
        write = partial(desk.payout_export.workbook, actor, zone=desk.settings.timezone)
        about = "All payouts. The download is recorded in the audit trail."
        downloads.offer("payouts", partial(desk.payout_export.lines, actor), write, about)


@st.fragment
def draw_list(desk: Desk) -> None:
    """Every payout in the table; what the table says draws this again and no more."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        with lists.head():
            layout.title("Payouts")
            draw_export(desk, actor)
        empty = "There are no payouts yet.", "Stripe pays out what is available; press Sync now under Payments."
        about = PAYOUTS.describe(actor, empty, reading=sync_status.say_still_reading(desk))
        grid(about, key=PAYOUTS.key)


def draw_payout(desk: Desk, actor: Actor, id: str) -> None:
    """One payout: whether it ties, its sums, and its parts page by page."""
    line = desk.payouts.get(actor, id)
    with st.container(border=True):
        arrives = format.day(line.arrival, desk.payments.today())
        st.subheader(f"{plain(format.money(line.amount, line.currency))} · {arrives}", anchor=False)
        st.markdown(f"**{plain(finding_of(line))}**")
        if can(actor, Permission.VIEW_STATEMENTS):
            st.markdown(plain(say_at_bank(desk.payout_matching.at_bank(actor, id), desk.payments.today())))
        st.code(line.id, language=None)
        if not line.parts:
            return
        if can(actor, Permission.EXPORT):
            reports.offer(f"payout-{line.id}", partial(desk.reports.payout_file, actor, line.id))
        sums = desk.payouts.sums(actor, id)
        st.dataframe(
            sums_frame(sums, line.currency), hide_index=True, column_config=SUMS, alt="What is in the payout, by type"
        )
        number = int(st.session_state.get("payout-page", 0))
        parts, has_more = desk.payouts.items(actor, id, number)
        turn("payout-page", number, len(parts), has_more, "Parts")
        st.dataframe(
            items_frame(desk, parts),
            hide_index=True,
            column_config=PARTS,
            height=min(460, 37 + 35 * max(1, len(parts))),
            alt="The balance transactions in the payout",
        )
        st.page_link(
            "../pages/payments.py",
            label="See these payments, to filter and export",
            icon=":material/filter_alt:",
            query_params=PaymentFilter(payout=id).to_query(),
        )


def main() -> None:
    """The list, or the payout in the address."""
    desk = session.desk()
    id = st.query_params.get("payout")
    if not id:
        with lists.page():
            draw_list(desk)
        return
    layout.title(
        "Payout", "What Stripe paid into your bank account, and the payments, fees, refunds and returns in it."
    )
    lists.draw_way_back("payouts")
    with errors.shown():
        if reading := sync_status.say_still_reading(desk):
            st.caption(f":material/hourglass_top: {plain(reading)}")
        draw_payout(desk, session.actor(), id)


main()
