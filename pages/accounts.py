"""Every linked account: whose it is, whether it can be debited, and its mandate."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard.access import Permission, can
from dashboard.desk import Desk
from dashboard.models import Actor, BankAccount
from dashboard.ui import bank_data, errors, format, frame, mandates, removing, session, standing

COLUMNS = {
    "customer": st.column_config.TextColumn("Customer"),
    "reference": st.column_config.TextColumn("Reference"),
    "bank": st.column_config.TextColumn("Bank"),
    "account": st.column_config.TextColumn("Account"),
    "status": st.column_config.TextColumn("Status"),
    "mandate": st.column_config.TextColumn("Mandate"),
    "stripe": st.column_config.TextColumn("Stripe bank account"),
    "linked": st.column_config.DatetimeColumn("Linked", format="ddd D MMM YYYY, HH:mm"),
}


def frame_of(desk: Desk, actor: Actor, accounts: list[BankAccount]) -> pd.DataFrame:
    """One row per account, its times in the reader's zone."""
    obstacles = desk.debits.obstacles(actor, accounts)
    owners = desk.customers.several(actor, (account.customer_id for account in accounts))
    rows = [
        {
            "customer": owners[account.customer_id].name,
            "reference": owners[account.customer_id].reference,
            "bank": account.institution_name,
            "account": format.account(account.name, account.mask),
            "status": standing.word(account, obstacles[account.id]),
            "mandate": account.mandate_status or "none",
            "stripe": account.stripe_bank_account_id or "none",
            "linked": account.created_at,
        }
        for account in accounts
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["linked"] = pd.to_datetime(table["linked"], utc=True).dt.tz_convert(session.zone())
    return table


def choose(table: pd.DataFrame) -> pd.Series:
    """The filters on one line; which rows they keep."""
    one, two, three, four = st.columns([2, 2, 2, 3], vertical_alignment="bottom")
    text = one.text_input("Customer", placeholder="Name or reference", key="account-customer").casefold()
    banks = two.multiselect("Bank", sorted(table["bank"].unique()), key="account-bank")
    states = three.multiselect("Status", sorted(table["status"].unique()), key="account-status")
    today = date.today()
    span = four.date_input("Linked between", value=[], max_value=today + timedelta(days=400), key="account-dates")
    kept = table["customer"].str.casefold().str.contains(text, regex=False) | table[
        "reference"
    ].str.casefold().str.contains(text, regex=False)
    if banks:
        kept &= table["bank"].isin(banks)
    if states:
        kept &= table["status"].isin(states)
    if isinstance(span, tuple) and len(span) == 2:
        days = table["linked"].dt.date
        kept &= (days >= span[0]) & (days <= span[1])
    return kept


def show_detail(desk: Desk, actor: Actor, account: BankAccount) -> None:
    """One account's mandate, ids, balance and what to do."""
    owner = desk.customers.get(actor, account.customer_id)
    with st.container(border=True):
        st.subheader(f"{owner.name} · {account.institution_name}, {format.account(account.name, account.mask)}")
        left, right = st.columns(2)
        left.markdown(f"**Stripe customer** `{account.stripe_customer_id or 'none'}`")
        left.markdown(
            f"**Stripe bank account** `{account.stripe_bank_account_id or 'none'}` · {account.stripe_status or ''}"
        )
        right.markdown(f"**Mandate** `{account.mandate_id or 'none'}` · {account.mandate_status or ''}")
        right.markdown(f"**Linked** {format.moment(account.created_at, session.zone(), desk.clock.now())}")
        obstacle = desk.debits.obstacle(actor, account)
        if obstacle is not None:
            standing.explain(actor, account, obstacle)
        bank_data.show(desk, actor, account)
        if can(actor, Permission.CREATE_DEBIT) and st.button(
            "Debit this account", type="primary", disabled=obstacle is not None, width="stretch"
        ):
            st.session_state["debit-account"] = account.id
            st.switch_page("../pages/debit.py")
        mandates.show(desk, actor, account)
        if account.ended is None:
            removing.offer(desk, actor, account.item_id)
        bank_data.show_calls(desk, actor)


def main() -> None:
    """The table, its filters, and the chosen row below."""
    desk, actor = session.desk(), session.actor()
    frame.title("Linked accounts", f"Times are in {session.zone()}.")
    with errors.shown():
        accounts = desk.onboarding.accounts(actor)
        if not accounts:
            frame.empty("No bank is linked yet.", "Go to Onboard, pick a customer and press Connect a bank.")
            return
        table = frame_of(desk, actor, accounts)
        kept = choose(table)
        shown = table[kept]
        hidden = len(table) - len(shown)
        st.caption(f"{len(shown):,} of {len(table):,} accounts{f'; {hidden:,} hidden by the filters' * bool(hidden)}.")
        if shown.empty:
            frame.empty("No account fits these filters.", "Take a filter away: the accounts are still there.")
            return
        picked = st.dataframe(
            shown,
            hide_index=True,
            column_config=COLUMNS,
            on_select="rerun",
            selection_mode="single-row",
            key="account-table",
            alt="Linked bank accounts with customer, bank, status and mandate",
        )
        rows = picked["selection"]["rows"] if picked else []
        if rows and rows[0] < len(shown):
            show_detail(desk, actor, desk.onboarding.account(actor, accounts[int(shown.index[rows[0]])].id))
        else:
            st.caption("Select a row to see its mandate, its ids and its balance.")
        if can(actor, Permission.EXPORT):
            ids = [accounts[int(place)].id for place in shown.index]
            st.download_button(
                "Download as CSV",
                data=lambda: "".join(desk.account_export.lines(actor, ids)).encode(),
                file_name="linked-accounts.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                help="The accounts that the filters let through. The download is itself in the trail.",
            )


main()
