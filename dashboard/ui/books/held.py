"""Stripe's own balance beside ours, with the moment of the reading: both the same to the cent, or by how much not."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.stripe_balance import Comparison
from dashboard.ui import format, session
from dashboard.ui.text import plain

HELD = {
    "rail": st.column_config.TextColumn("Balance", width="medium"),
    "verdict": st.column_config.TextColumn("To the cent"),
    "stripes": st.column_config.TextColumn("Stripe says", alignment="right"),
    "ours": st.column_config.TextColumn("Worked out here", alignment="right"),
    "available": st.column_config.TextColumn("Available", alignment="right"),
    "pending": st.column_config.TextColumn("Pending", alignment="right"),
    "types": st.column_config.TextColumn("Stripe's source type"),
}


def frame(found: Comparison) -> pd.DataFrame:
    """One row a rail and currency."""
    rows = [
        {
            "rail": f"{one.rail}, {one.currency.upper()}",
            "available": format.money(one.available, one.currency),
            "pending": format.money(one.pending, one.currency),
            "stripes": format.money(one.stripes, one.currency),
            "ours": format.money(one.ours, one.currency),
            "verdict": "✓ Ties" if one.ties else f"✕ Differs by {format.money(one.difference, one.currency)}",
            "types": ", ".join(one.source_types) or format.NOTHING,
        }
        for one in found.parts
    ]
    return pd.DataFrame(rows, columns=list(HELD))


def draw(desk: Desk, actor: Actor) -> None:
    """The table under its heading, or why there is none."""
    st.subheader("The balance at Stripe now", anchor=False)
    found = desk.month_books.compare(actor)
    if found is None:
        need = desk.sync.status().left_out.get("balance")
        why = f"The key may not read it: give it {need}, then sync." if need else "It was not read yet: sync."
        st.caption(plain(why))
        return
    read = format.moment(found.at, session.zone(), desk.clock.now())
    if not found.parts:
        st.caption(plain(f"Nothing, read {read}."))
        return
    st.dataframe(frame(found), hide_index=True, column_config=HELD, alt="Stripe's own balance beside ours, by rail")
    what = "Everything that Stripe lists until then, less its payouts, is what it holds."
    if not all(one.ties for one in found.parts):
        what = "What differs has moved since the last sync, or was not read: sync, then look at Month close."
    st.caption(plain(f"Read from Stripe {read}. {what}"))
