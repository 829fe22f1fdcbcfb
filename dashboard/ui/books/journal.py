"""Journal lines of a month: a form of file, its download, and what the accounts are called."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.journal import Account, Profile
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors
from dashboard.ui.text import plain

WORDS = {
    Profile.QUICKBOOKS: "QuickBooks",
    Profile.XERO: "Xero",
    Profile.CSV: "Plain CSV",
    Profile.HLEDGER: "hledger",
    Profile.BEANCOUNT: "beancount",
}


def draw(desk: Desk, actor: Actor, month: str) -> None:
    """The download, and the names of the accounts."""
    st.subheader("Journal lines", anchor=False)
    st.caption("Through the clearing account, which shows the Stripe balance and what is in transit.")
    if can(actor, Permission.EXPORT):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox("Form", list(Profile), format_func=lambda one: WORDS[one], key="journal-profile")
            profile = Profile(chosen or Profile.CSV)
            with errors.shown():
                desk.journal.check_form(actor, month, profile)
                st.download_button(
                    "Download the journal",
                    data=lambda: desk.journal.export(actor, month, profile).encode(),
                    file_name=f"journal-{month}-{profile}.{profile.ending}",
                    mime="text/plain",
                    icon=":material/download:",
                    on_click="ignore",
                )
    if can(actor, Permission.CLOSE_MONTH):
        with st.expander("Account names"), st.form("journal-accounts", border=False):
            for account, name in desk.journal.names(actor).items():
                st.text_input(plain(account.words), value=name, max_chars=100, key=f"journal-{account}")
            actions.submit("Keep these names", partial(keep_names, desk), key="journal-names")


def keep_names(desk: Desk, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Keep the names that were typed."""
    desk.journal.name_accounts(actor, {one: str(fields.get(f"journal-{one}") or "") for one in Account})
    return actions.Then(said="The names are kept.")
