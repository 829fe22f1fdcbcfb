"""What the bank says of one account, as staff see it: its holder beside the customer, its balance, its last lines."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.accounts.bank_data import OTHER, SAME, SHOWN, Holder, Statement
from dashboard.accounts.holder_match import Likeness
from dashboard.desk import Desk
from dashboard.domain.models import Actor, BankAccount, Mode
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, format, session
from dashboard.ui.text import plain

VERDICTS = {
    Likeness.SAME: ":material/check_circle: The same name.",
    Likeness.CLOSE: ":material/check_circle: Nearly the same: an initial, a middle name or an extra word differs.",
    Likeness.DIFFERENT: ":material/warning: **These are different names.**",
    Likeness.UNKNOWN: ":material/help: **The bank gives no name.**",
}
SIGN = "A plain amount left the account; an amount in (brackets) came in, as Plaid signs them."
CALLS = {
    "balance": ("balance", "balances"),
    "identity": ("holder", "holders"),
    "transactions": ("page of transactions", "pages of transactions"),
    "signal": ("risk of a debit", "risks of debits"),
}
COLUMNS = {
    "on": st.column_config.TextColumn("Date", width=105),  # pixels: all four fit beside the navigation on a tablet
    "what": st.column_config.TextColumn("Description"),
    "way": st.column_config.TextColumn("Way", width=50),
    "amount": st.column_config.TextColumn("Amount", width=90, alignment="right"),
}


def show(desk: Desk, actor: Actor, account: BankAccount) -> None:
    """Holder, balance and transactions of one account: what this person may see, and what this desk asks for."""
    if account.ended is not None:  # its token is gone: there is nobody to ask
        return
    show_holder(desk, actor, account)
    if can(actor, Permission.VIEW_BALANCE):
        _show_balance(desk, actor, account)
    if desk.bank_data.is_offered("transactions") and can(actor, Permission.VIEW_TRANSACTIONS):
        part = st.expander(
            "The last transactions", icon=":material/list:", key=f"lines-{account.id}", on_change="rerun"
        )
        if part.open:  # a closed one is neither read nor noted as looked at
            with part:
                _show_transactions(desk, actor, account)


def show_calls(desk: Desk, actor: Actor) -> None:
    """How often Plaid was asked this month."""
    calls = desk.bank_data.calls(actor)
    if calls:
        counted = ", ".join(
            f"{calls[name]:,} {words[calls[name] != 1]}" for name, words in CALLS.items() if name in calls
        )
        st.caption(f"Requests to banks this month: {counted}. Plaid bills each call.")


# The holder.


def show_holder(desk: Desk, actor: Actor, account: BankAccount) -> None:
    """Both names, what they have to do with each other, and the decision that a person owes or has made."""
    if not desk.bank_data.is_offered("identity"):
        return
    holder = desk.bank_data.holder(actor, account.id)
    with st.container(border=holder is not None and holder.needs_decision):
        if holder is None:
            _offer_to_ask(desk, actor, account, "Ask the bank who holds it")
            return
        left, right = st.columns(2)
        left.caption("The customer")
        left.markdown(f"**{plain(holder.customer_name)}**")
        right.caption("Who holds the account, as the bank says")
        right.markdown(f"**{plain(', '.join(holder.names)) or 'nobody is named'}**")
        st.markdown(VERDICTS[holder.likeness])
        if holder.likeness is Likeness.DIFFERENT and desk.mode is not Mode.LIVE:
            st.caption("Plaid's test bank gives every account the same holder, Alberta Bobbeth Charleson.")
        _show_decision(desk, actor, account, holder)
        asked = format.moment(holder.read_at, session.zone(), desk.clock.now())
        st.caption(f"Asked of the bank {asked}.")


def _show_decision(desk: Desk, actor: Actor, account: BankAccount, holder: Holder) -> None:
    if holder.decision is not None:
        at = format.moment(holder.decided_at, session.zone(), desk.clock.now())
        said = "somebody else's account: it cannot be debited" if holder.decision == OTHER else "the same person"
        st.markdown(f":material/gavel: {plain(holder.decided_by or '')} decided on {at}: **{said}**.")
    elif holder.needs_decision:
        st.markdown(
            "Ask the customer for a statement or a document, compare, and decide. Your decision is kept with your name."
        )
    if not can(actor, Permission.CHECK_HOLDER) or (holder.decision is None and not holder.needs_decision):
        return
    line, below = st.container(horizontal=True), st.container()  # wraps on a tablet instead of cutting the words off
    with line:
        for key, words, same, decided in (
            ("same", "It is the same person", True, SAME),
            ("other", "It is somebody else", False, OTHER),
        ):
            decide = actions.call(partial(desk.bank_data.decide_holder, same=same), account.id)
            off = holder.decision == decided
            actions.button(words, decide, key=f"{key}-{account.id}", below=below, disabled=off)
        _offer_to_ask(desk, actor, account, "Ask again", below)


def _offer_to_ask(
    desk: Desk, actor: Actor, account: BankAccount, label: str, below: DeltaGenerator | None = None
) -> None:
    if not can(actor, Permission.CHECK_HOLDER):
        st.caption("The bank has not been asked who holds this account.")
        return
    actions.button(
        label,
        actions.call(desk.bank_data.read_holder, account.id),
        key=f"ask-holder-{account.id}",
        below=below,
        slow="Asking the bank …",
        icon=":material/badge:",
    )


# The balance.


def _show_balance(desk: Desk, actor: Actor, account: BankAccount) -> None:
    line = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    left = line.container(width="content")
    actions.button(
        "Balance now",
        actions.call(desk.debits.balance, account.id),
        key=f"balance-{account.id}",
        place=line,
        below=left,
        slow="Asking the bank; this can take half a minute …",
        icon=":material/account_balance:",
    )
    balance = desk.bank_data.last_balance(actor, account.id)
    if balance is None:
        left.caption("The balance has not been checked yet.")
        return
    now = desk.clock.now()
    left.markdown(
        f"Available **{plain(format.money(balance.available_cents, balance.currency))}**, current"
        f" **{plain(format.money(balance.current_cents, balance.currency))}**"
    )
    left.caption(f"As the bank said {format.moment(balance.at, session.zone(), now)} ({format.ago(balance.at, now)}).")


# The transactions.


def _show_transactions(desk: Desk, actor: Actor, account: BankAccount) -> None:
    line = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    left = line.container(width="content")
    statement = desk.bank_data.statement(actor, account.id)
    label = "Read them" if statement.read_at is None else "Read the newest"
    actions.button(
        label,
        actions.call(desk.bank_data.read_transactions, account.id),
        key=f"read-lines-{account.id}",
        place=line,
        below=left,
        slow="Asking Plaid …",
        icon=":material/refresh:",
    )
    if statement.read_at is None:
        left.caption("They have not been read yet. *Read them* gets the last 90 days from Plaid.")
        return
    now = desk.clock.now()
    left.caption(
        f"Read {format.moment(statement.read_at, session.zone(), now)} ({format.ago(statement.read_at, now)})."
    )
    if not statement.lines:
        st.markdown("There are none on this account in the last 90 days.")
        return
    st.caption(SIGN)
    st.dataframe(
        frame_of(statement, desk),
        hide_index=True,
        column_config=COLUMNS,
        height=420 if len(statement.lines) > 10 else "auto",
        key=f"lines-table-{account.id}",
        alt="The account's last transactions with date, description, direction and amount",
    )
    if len(statement.lines) == SHOWN:
        st.caption(f"The newest {SHOWN}.")


def frame_of(statement: Statement, desk: Desk) -> pd.DataFrame:
    """One row per transaction, newest first, as a person reads it."""
    today = desk.clock.now().astimezone(session.zone()).date()
    rows = [
        {
            "on": format.day(one.on, today),
            "what": f"{one.name or one.description}{' (pending)' if one.pending else ''}",
            "way": "in" if one.amount_cents < 0 else "out",
            "amount": format.money(one.amount_cents, one.currency),
        }
        for one in statement.lines
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
