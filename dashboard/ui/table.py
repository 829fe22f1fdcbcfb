"""The payments table: its columns, how each cell reads, and the row that was picked."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

import pandas as pd
import streamlit as st

from dashboard.filters import RAILS
from dashboard.payments import PaymentRow
from dashboard.status import PaymentState
from dashboard.ui import format

COLUMNS = {
    "created": st.column_config.TextColumn("Created", width="medium"),
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "status": st.column_config.TextColumn("Status", width="medium"),
    "when": st.column_config.TextColumn("When", width="medium"),
    "customer": st.column_config.TextColumn("Customer", width="medium"),
    "reference": st.column_config.TextColumn("Reference"),
    "bank": st.column_config.TextColumn("Bank"),
    "reason": st.column_config.TextColumn("Reason"),
    "next": st.column_config.TextColumn("What to do", width="large"),
    "rail": st.column_config.TextColumn("Rail"),
    "id": st.column_config.TextColumn("Id"),
}


def frame_of(rows: list[PaymentRow], zone: tzinfo, now: datetime) -> pd.DataFrame:
    """A page of payments as people read it: money with its sign, dates with their zone, status as a word and a sign."""
    today = now.astimezone(zone).date()
    return pd.DataFrame(
        [
            {
                "created": format.moment(row.created, zone, now),
                "amount": format.money(row.amount, row.currency),
                "status": status_of(row),
                "when": when(row, today),
                "customer": row.customer or row.email or "–",
                "reference": row.reference or "–",
                "bank": f"{row.bank} ••{row.last4}" if row.last4 else row.bank or "–",
                "reason": row.reason or "",
                "next": "" if row.next_action == "Nothing" else row.next_action,
                "rail": RAILS.get(row.rail, row.rail),
                "id": row.id,
            }
            for row in rows
        ],
        columns=list(COLUMNS),
    )


def status_of(row: PaymentRow) -> str:
    """A sign and a word; overdue is said first."""
    if row.waiting.overdue:
        return f"⚠ Overdue ({row.state.word.lower()})"
    return f"{row.state.icon} {row.state.word}"


def when(row: PaymentRow, today: date) -> str:
    """The date that belongs to the status, with how far away it is."""
    if row.on is None or row.state is PaymentState.FAILED:  # when the money would have come is no news any more
        return ""
    day = row.on.date()  # a bank's day, which Stripe gives as midnight UTC: no zone may move it
    near = format.from_today(day, today)
    if row.waiting.overdue:
        return f"no answer since {format.day(day, today)}"
    return f"{format.day(day, today)} ({near})" if near else format.day(day, today)
