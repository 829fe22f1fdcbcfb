"""Every payout beside what is in it: what arrived at the bank, and whether it ties to the cent."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.payouts import PAGE_SIZE, Finding, PayoutItem, PayoutLine, PayoutSum
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, downloads, errors, format, layout, session
from dashboard.ui.payments import sync_status
from dashboard.ui.text import plain

MARKS = {Finding.TIES: "✓", Finding.DIFFERS: "⚠", Finding.RETURNED: "⚠"}
PAYOUTS = {
    "arrival": st.column_config.TextColumn("Arrives", width="medium"),
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "status": st.column_config.TextColumn("Status"),
    "parts": st.column_config.NumberColumn("Parts", format="localized"),
    "finding": st.column_config.TextColumn("Does it tie?", width="large"),
    "trace": st.column_config.TextColumn("Trace at the bank"),
    "id": st.column_config.TextColumn("Payout"),
}
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


def finding_of(line: PayoutLine) -> str:
    """A sign and the words; a difference with its amount."""
    amount = f" by {format.money(line.difference, line.currency)}" if line.difference else ""
    return f"{MARKS.get(line.finding, '◌')} {line.finding}{amount}"


def payouts_frame(lines: list[PayoutLine], today: date) -> pd.DataFrame:
    """A page of payouts; their day is the bank's, which no zone may move."""
    rows = [
        {
            "arrival": format.day(line.arrival, today),
            "amount": format.money(line.amount, line.currency),
            "status": format.in_words(line.status),
            "parts": line.parts,
            "finding": finding_of(line),
            "trace": line.trace or format.NOTHING,
            "id": line.id,
        }
        for line in lines
    ]
    return pd.DataFrame(rows, columns=list(PAYOUTS))


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


def draw_list(desk: Desk, actor: Actor) -> None:
    """The payouts; a row that is selected goes into the address."""
    number = int(st.session_state.get("payouts-page", 0))
    lines, has_more = desk.payouts.page(actor, number)
    if not lines:
        layout.empty("There are no payouts yet.", "Stripe pays out what is available; press Sync now under Payments.")
        return
    turn("payouts-page", number, len(lines), has_more, "Payouts")
    picked = st.dataframe(
        payouts_frame(lines, desk.payments.today()),
        hide_index=True,
        column_config=PAYOUTS,
        on_select="rerun",
        selection_mode="single-row",
        height=min(460, 37 + 35 * len(lines)),
        key=f"payouts-{number}",
        alt="Payouts with arrival day, amount, status and whether they reconcile",
    )
    rows = picked["selection"]["rows"] if picked else []
    if rows and rows[0] < len(lines) and st.query_params.get("payout") != lines[rows[0]].id:
        st.query_params["payout"] = lines[rows[0]].id
        st.session_state["payout-page"] = 0
        st.rerun()
    st.caption("Compare Arrives, Amount and Trace with the bank statement. Select a row to see the payments in it.")
    if can(actor, Permission.EXPORT):
        write = partial(desk.payout_export.workbook, actor, zone=desk.settings.timezone)
        about = "All payouts. The download is recorded in the audit trail."
        downloads.offer("payouts", partial(desk.payout_export.lines, actor), write, about)


def draw_payout(desk: Desk, actor: Actor, id: str) -> None:
    """One payout: whether it ties, its sums, and its parts page by page."""
    line = desk.payouts.get(actor, id)
    with st.container(border=True):
        arrives = format.day(line.arrival, desk.payments.today())
        st.subheader(f"{plain(format.money(line.amount, line.currency))} · {arrives}", anchor=False)
        st.markdown(f"**{plain(finding_of(line))}**")
        st.code(line.id, language=None)
        if not line.parts:
            return
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
    """The list, then the payout in the address."""
    desk, actor = session.desk(), session.actor()
    layout.title(
        "Payouts", "What Stripe paid into your bank account, and the payments, fees, refunds and returns in it."
    )
    with errors.shown():
        if reading := sync_status.say_still_reading(desk):
            st.caption(f":material/hourglass_top: {plain(reading)}")
        draw_list(desk, actor)
        if id := st.query_params.get("payout"):
            draw_payout(desk, actor, id)


main()
