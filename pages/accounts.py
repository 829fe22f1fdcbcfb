"""Every linked account: whose it is, whether it can be debited, and its mandate; one by the address."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.grid import grid
from dashboard.accounts.status_words import bare
from dashboard.desk import Desk
from dashboard.domain.models import Actor, BankAccount
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, downloads, errors, format, layout, lists, session, sign_in_gate
from dashboard.ui.accounts import bank_data, eligibility, mandates, removal
from dashboard.ui.accounts.grid import ACCOUNTS, fields
from dashboard.ui.debits.opening import open_debit
from dashboard.ui.text import plain


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


def draw_export(desk: Desk, actor: Actor) -> None:
    """What the filter shows as a file, in the order of the table."""
    if not can(actor, Permission.EXPORT):
        return
    with st.popover("Export", icon=":material/download:", on_change="rerun", key="accounts-export") as export:
        if not export.open:
            return
        order = ACCOUNTS.order()
        rows = desk.account_lists.rows(actor, order)
        ids = [row.account.id for row in rows]
        write = partial(
            desk.account_export.workbook,
            actor,
            ids=ids,
            statuses={row.account.id: bare(row.status) for row in rows},
            what=order.wanted.words(),
            zone=desk.settings.timezone,
        )
        downloads.offer("linked-accounts", partial(desk.account_export.lines, actor, ids), write)


@st.fragment
def draw_list(desk: Desk) -> None:
    """Every account in the table; what the table says draws this again and no more."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        with lists.head():
            layout.title("Linked accounts")
            draw_export(desk, actor)
        empty = "No bank is linked yet.", "Go to Onboard, pick a customer and press Connect a bank."
        about = ACCOUNTS.describe(actor, empty, fields=fields(desk.account_lists.banks(actor)))
        grid(about, key=ACCOUNTS.key)


def main() -> None:
    """The list, or the account in the address."""
    desk = session.desk()
    id = st.query_params.get("account", "")
    if not id:
        with lists.page():
            draw_list(desk)
        return
    layout.title("Linked account", f"Times are in {session.zone()}.")
    lists.draw_way_back("accounts")
    with errors.shown():
        actor = session.actor()
        show_detail(desk, actor, desk.linking.account(actor, id))


main()
