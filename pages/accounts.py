"""Every linked account: whose it is, whether it can be debited, and its mandate."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor, BankAccount
from dashboard.domain.searches import check_search, search_key, search_words
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, downloads, errors, format, hits, layout, session
from dashboard.ui.accounts import bank_data, eligibility, mandates, removal
from dashboard.ui.debits.opening import open_debit
from dashboard.ui.text import plain

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
    blockers = desk.debits.blockers(actor, accounts)
    owners = desk.customers.get_many(actor, (account.customer_id for account in accounts))
    rows = [
        {
            "customer": owners[account.customer_id].name,
            "reference": owners[account.customer_id].reference,
            "bank": account.institution_name,
            "account": format.account(account.name, account.mask),
            "status": eligibility.word(account, blockers[account.id]),
            "mandate": account.mandate_status or "none",
            "stripe": account.stripe_bank_account_id or "none",
            "linked": account.created_at,
        }
        for account in accounts
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["linked"] = pd.to_datetime(table["linked"], utc=True).dt.tz_convert(session.zone())
    return table


def choose(table: pd.DataFrame) -> tuple[pd.Series, str]:
    """The filters on one line; which rows they keep, and what they say."""
    one, two, three, four = st.columns([2, 2, 2, 3], vertical_alignment="bottom")
    text = check_search(one.text_input("Customer", placeholder="Name or reference", key="account-customer"))
    banks = two.multiselect("Bank", sorted(table["bank"].unique()), key="account-bank")
    states = three.multiselect("Status", sorted(table["status"].unique()), key="account-status")
    today = date.today()
    span = four.date_input("Linked between", value=[], max_value=today + timedelta(days=400), key="account-dates")
    words = search_words(text)
    keys = [search_key(*texts) for texts in zip(table["customer"], table["reference"], strict=True)]
    kept = pd.Series([all(word in key for word in words) for key in keys], index=table.index, dtype=bool)
    said = [f"customer “{text}”"] if text else []
    if banks:
        kept &= table["bank"].isin(banks)
        said.append(f"bank {' or '.join(banks)}")
    if states:
        kept &= table["status"].isin(states)
        said.append(f"status {' or '.join(map(eligibility.bare, states))}")
    if isinstance(span, tuple) and len(span) == 2:
        days = table["linked"].dt.date
        kept &= (days >= span[0]) & (days <= span[1])
        said.append(f"linked {span[0].isoformat()} to {span[1].isoformat()}")
    return kept, f"Linked accounts: {', '.join(said)}" if said else "All linked accounts"


def show_detail(desk: Desk, actor: Actor, account: BankAccount) -> None:
    """One account's mandate, ids, balance and what to do."""
    owner = desk.customers.get(actor, account.customer_id)
    with st.container(border=True):
        bank = f"{account.institution_name}, {format.account(account.name, account.mask)}"
        st.subheader(f"{plain(owner.name)} · {plain(bank)}", anchor=False)
        left, right = st.columns(2)
        left.markdown(f"**Stripe customer** {plain(account.stripe_customer_id or 'none')}")
        at_stripe = f"{account.stripe_bank_account_id or 'none'} · {account.stripe_status or ''}"
        left.markdown(f"**Stripe bank account** {plain(at_stripe)}")
        right.markdown(f"**Mandate** {plain(account.mandate_id or 'none')} · {plain(account.mandate_status or '')}")
        right.markdown(f"**Linked** {format.moment(account.created_at, session.zone(), desk.clock.now())}")
        blocker = desk.debits.blocker(actor, account)
        if blocker is not None:
            eligibility.explain(actor, account, blocker)
        bank_data.show(desk, actor, account)
        if can(actor, Permission.CREATE_DEBIT):
            actions.button(
                "Debit this account",
                open_debit(account.id),
                key="debit-this",
                type="primary",
                disabled=blocker is not None,
                width="stretch",
            )
        mandates.show(desk, actor, account)
        if account.ended is None:
            removal.offer(desk, actor, account.item_id)
        bank_data.show_calls(desk, actor)


def main() -> None:
    """The table, its filters, and the chosen row below."""
    desk, actor = session.desk(), session.actor()
    layout.title("Linked accounts", f"Times are in {session.zone()}.")
    with errors.shown():
        accounts = desk.linking.accounts(actor)
        if not accounts:
            layout.empty("No bank is linked yet.", "Go to Onboard, pick a customer and press Connect a bank.")
            return
        table = frame_of(desk, actor, accounts)
        kept, said = choose(table)
        shown = table[kept]
        hidden = len(table) - len(shown)
        st.caption(
            f"{len(shown):,} of {format.count(len(table), 'account')}"
            f"{f'; {hidden:,} hidden by the filters' * bool(hidden)}."
        )
        if shown.empty:
            layout.empty("No account matches these filters.", "Remove a filter to see them.")
            return
        words = search_words(st.session_state.get("account-customer", ""))
        searched = {name: list(shown[name]) for name in ("customer", "reference")}
        picked = st.dataframe(
            hits.mark(shown, words, searched, {}),
            hide_index=True,
            column_config=COLUMNS,
            on_select="rerun",
            selection_mode="single-row",
            key="account-table",
            alt="Linked bank accounts with customer, bank, status and mandate",
        )
        rows = picked["selection"]["rows"] if picked else []
        if rows and rows[0] < len(shown):
            show_detail(desk, actor, desk.linking.account(actor, accounts[int(shown.index[rows[0]])].id))
        else:
            st.caption("Select a row to see its mandate, ids and balance.")
        if can(actor, Permission.EXPORT):
            ids = [accounts[int(place)].id for place in shown.index]
            statuses = {id: eligibility.bare(word) for id, word in zip(ids, shown["status"], strict=True)}
            write = partial(
                desk.account_export.workbook,
                actor,
                ids=ids,
                statuses=statuses,
                what=said,
                zone=desk.settings.timezone,
            )
            downloads.offer("linked-accounts", partial(desk.account_export.lines, actor, ids), write)


main()
