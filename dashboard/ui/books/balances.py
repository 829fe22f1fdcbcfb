"""The Stripe balance as an equation with its parts, and what is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from dashboard.domain.books import Balance, OnItsWay
from dashboard.ui import format
from dashboard.ui.text import plain

PARTS = {
    "what": st.column_config.TextColumn("What", width="large"),
    "count": st.column_config.TextColumn("Count", alignment="right"),
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "fee": st.column_config.TextColumn("Fees", alignment="right"),
    "net": st.column_config.TextColumn("Net", alignment="right"),
}
COMING = {
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "arrival": st.column_config.TextColumn("Arrives"),
    "status": st.column_config.TextColumn("Status at Stripe"),
    "payout": st.column_config.TextColumn("Payout", width="large"),
}


def parts(one: Balance) -> pd.DataFrame:
    """Opening, every kind of movement, payouts, closing; the nets add up to the closing balance where it ties."""

    def line(what: str, net: int, count: str = "", amount: str = "", fee: str = "") -> dict[str, str]:
        return {"what": what, "count": count, "amount": amount, "fee": fee, "net": format.money(net, one.currency)}

    rows = [line("Opening balance", one.opening)]
    rows += [
        line(
            found.name,
            found.net,
            f"{found.count:,}",
            format.money(found.amount, one.currency),
            format.money(found.fee, one.currency),
        )
        for found in one.movements
    ]
    rows += [line("Payouts", -one.payouts), line("Closing balance", one.closing)]
    return pd.DataFrame(rows, columns=list(PARTS))


def draw(one: Balance) -> None:
    """One balance: its equation, whether it ties, and its parts."""
    cents = [one.opening, one.moved, one.payouts, one.expected]
    opening, moved, paid, expected = (format.money(found, one.currency) for found in cents)
    st.subheader(plain(f"{one.rail}, {one.currency.upper()}"), anchor=False)
    st.markdown(plain(f"{opening} opening + {moved} movements - {paid} paid out = {expected}"))
    if one.ties:
        st.markdown(":material/check_circle: It ties: exactly this is in no payout yet.")
    else:
        off, closing = format.money(one.difference, one.currency), format.money(one.closing, one.currency)
        st.markdown(
            f":material/error: {plain(f'It does not tie: {closing} is in no payout yet, a difference of {off}.')}"
        )
    st.dataframe(
        parts(one),
        hide_index=True,
        column_config=PARTS,
        alt="The parts of the Stripe balance with count, amount, fees and net",
    )


def coming(found: Sequence[OnItsWay], today: date) -> pd.DataFrame:
    """One row a payout that is on its way."""
    rows = [
        {
            "amount": format.money(one.cents, one.currency),
            "arrival": format.day(one.arrival, today),
            "status": format.in_words(one.status),
            "payout": one.id,
        }
        for one in found
    ]
    return pd.DataFrame(rows, columns=list(COMING))
