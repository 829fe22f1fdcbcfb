"""The payments table: its columns, how each cell reads, and the row that was picked."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

import pandas as pd
import pyarrow as pa
import streamlit as st
from pandas.io.formats.style import Styler

from dashboard.domain.payment_filter import RAILS
from dashboard.domain.payment_status import PaymentState
from dashboard.domain.return_codes import reason_texts
from dashboard.domain.searches import search_words
from dashboard.payments import PaymentRow
from dashboard.payments.sheet import reason_words
from dashboard.ui import format, hits

# What a search hits stands in sight. Widths are said, so that a table that is turned, sorted or filtered does not move
# its columns under the eye.
COLUMNS = {
    "created": st.column_config.TextColumn("Created", width=185),
    "amount": st.column_config.TextColumn("Amount", width=115, alignment="right"),
    "status": st.column_config.TextColumn("Status", width=165),
    "customer": st.column_config.TextColumn("Customer", width=165),
    "reason": st.column_config.TextColumn("Reason", width=175),
    "reference": st.column_config.TextColumn("Reference", width=150),
    "bank": st.column_config.TextColumn("Bank", width=165),
    "when": st.column_config.TextColumn("When", width=215),
    "next": st.column_config.TextColumn("What to do", width=330),
    "rail": st.column_config.TextColumn("Rail", width=85),
    "id": st.column_config.TextColumn("Id", width=190),
}


def table_of(rows: list[PaymentRow], zone: tzinfo, now: datetime) -> pa.Table:
    """A page of payments as people read it: money with its sign, dates with their zone, status as a word and a sign.

    Made column by column, as it goes to the browser: a data frame between would take longer than the query.
    """
    today = now.astimezone(zone).date()
    cells: dict[str, list[str]] = {
        "created": [format.moment(row.created, zone, now) for row in rows],
        "amount": [format.money(row.amount, row.currency) for row in rows],
        "status": [status_of(row) for row in rows],
        "when": [when(row, today) for row in rows],
        "customer": [row.customer or row.email or "–" for row in rows],
        "reference": [row.reference or "–" for row in rows],
        "bank": [f"{row.bank} ••{row.last4}" if row.last4 else row.bank or "–" for row in rows],
        "reason": [reason_words(row.reason) for row in rows],
        "next": ["" if row.next_action == "Nothing" else row.next_action for row in rows],
        "rail": [RAILS.get(row.rail, row.rail) for row in rows],
        "id": [row.id for row in rows],
    }
    return pa.table({name: pa.array(cells[name], pa.string()) for name in COLUMNS})


def marked_table_of(rows: list[PaymentRow], zone: tzinfo, now: datetime, text: str) -> pa.Table | pd.DataFrame | Styler:
    """The same, with what a search hit marked: the code of a reason or another id of the payment where no cell says."""
    table, words = table_of(rows, zone, now), search_words(text)
    if not words:
        return table
    searched = {
        "customer": [f"{row.customer} {row.email}" for row in rows],
        "reference": [row.reference for row in rows],
        "bank": [f"{row.bank} {row.last4 or ''}" for row in rows],
        "reason": [" ".join(reason_texts(row.reason, None)) for row in rows],
        "amount": [format.bare_money(row.amount, row.currency) for row in rows],
    }
    ids = {"id": [(row.id, row.intent_id, row.debit_id, row.payout_id) for row in rows]}
    return hits.mark(table.to_pandas(), words, searched, ids)


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
