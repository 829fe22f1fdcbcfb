"""Tables of matching: proposals, what is unmatched, what is matched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.domain.payout_matching import Pass
from dashboard.statements.overview import Candidate, Loose, Waiting
from dashboard.ui import format, session

SHOWN = 500  # rows of a table
PROPOSED = {
    "how": st.column_config.TextColumn("How"),
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "arrival": st.column_config.TextColumn("Arrives"),
    "posted": st.column_config.TextColumn("Posted"),
    "why": st.column_config.TextColumn("Why", width="large"),
    "line": st.column_config.TextColumn("Line at the bank", width="large"),
    "payout": st.column_config.TextColumn("Payout"),
}
WAITING = {
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "arrival": st.column_config.TextColumn("Arrives"),
    "age": st.column_config.NumberColumn("Business days ago", format="%d"),
    "status": st.column_config.TextColumn("Status at Stripe"),
    "step": st.column_config.TextColumn("Next step", width="large"),
    "payout": st.column_config.TextColumn("Payout"),
}
LOOSE = {
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "posted": st.column_config.TextColumn("Posted"),
    "age": st.column_config.NumberColumn("Business days ago", format="%d"),
    "account": st.column_config.TextColumn("Account"),
    "text": st.column_config.TextColumn("Text", width="large"),
    "step": st.column_config.TextColumn("Next step", width="large"),
}
MATCHED = {
    "amount": st.column_config.TextColumn("Amount at the bank", alignment="right"),
    "arrival": st.column_config.TextColumn("Arrives"),
    "how": st.column_config.TextColumn("How"),
    "parts": st.column_config.TextColumn("Parts"),
    "by": st.column_config.TextColumn("Confirmed by"),
    "when": st.column_config.TextColumn("When", width="medium"),
    "why": st.column_config.TextColumn("Why", width="large"),
    "payout": st.column_config.TextColumn("Payout"),
}
WORDS = {one.value: one.words for one in Pass}


def proposed(candidates: Sequence[Candidate], today: date) -> pd.DataFrame:
    """One row a proposal; several parts are counted."""
    rows = [
        {
            "how": f"{'✓ ' if one.proposal.certain else ''}{one.proposal.how.words}",
            "amount": format.money(one.cents, one.currency),
            "arrival": _days([payout.arrival for payout in one.payouts], today),
            "posted": _days([line.posted_on for line in one.lines], today),
            "why": one.proposal.why,
            "line": one.lines[0].text if len(one.lines) == 1 else format.count(len(one.lines), "line"),
            "payout": one.payouts[0].id if len(one.payouts) == 1 else format.count(len(one.payouts), "payout"),
        }
        for one in candidates[:SHOWN]
    ]
    return pd.DataFrame(rows, columns=list(PROPOSED))


def waiting(found: Sequence[Waiting], today: date) -> pd.DataFrame:
    """One row a payout that is in no match."""
    rows = [
        {
            "amount": format.money(one.payout.cents, one.payout.currency),
            "arrival": format.day(one.payout.arrival, today),
            "age": one.age,
            "status": format.in_words(one.status),
            "step": one.step,
            "payout": one.payout.id,
        }
        for one in found[:SHOWN]
    ]
    return pd.DataFrame(rows, columns=list(WAITING))


def loose(found: Sequence[Loose], today: date) -> pd.DataFrame:
    """One row a line that is in no match."""
    rows = [
        {
            "amount": format.money(one.line.cents, one.line.currency),
            "posted": format.day(one.line.posted_on, today),
            "age": one.age,
            "account": one.account,
            "text": one.line.text,
            "step": f"{one.explained}: it is no payout." if one.explained else one.step,
        }
        for one in found[:SHOWN]
    ]
    return pd.DataFrame(rows, columns=list(LOOSE))


def matched(found: Sequence[dict[str, Any]], today: date, now: Any) -> pd.DataFrame:
    """One row a match in force."""
    zone = session.zone()
    rows = [
        {
            "amount": format.money(row["cents"], row["currency"]),
            "arrival": format.day(row["arrival"], today) if row["arrival"] else format.NOTHING,
            "how": WORDS.get(row["how"], row["how"]),
            "parts": f"{format.count(row['payouts'], 'payout')}, {format.count(row['lines'], 'line')}",
            "by": row["made_by"],
            "when": format.moment(row["made_at"], zone, now),
            "why": row["why"],
            "payout": row["payout_id"] or format.NOTHING,
        }
        for row in found
    ]
    return pd.DataFrame(rows, columns=list(MATCHED))


def _days(days: Sequence[date], today: date) -> str:
    found = [format.day(one, today) for one in dict.fromkeys((min(days), max(days)))]
    return " to ".join(found)
