"""One bank account that needs a mandate, and the ways to collect it; each is the customer's own act."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor, HolderType
from dashboard.domain.old_accounts import OldAccount, OldState, WrittenState
from dashboard.mandates import REASON_LIMIT
from dashboard.messages.customer_screens import WORDS, Language
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, format, session
from dashboard.ui.linking.opening import open_link
from dashboard.ui.mandates.grid import say_account
from dashboard.ui.text import plain

HOLDERS = {HolderType.INDIVIDUAL: "A person", HolderType.COMPANY: "A company"}
MEANS = {
    OldState.NEEDS: "Stripe debits it no more without a mandate. The customer gives one in one of the ways below.",
    OldState.COLLECTED: "A mandate stands. To debit it from the desk, it is linked; then it is under Linked accounts.",
    OldState.ASIDE: "Somebody said that no mandate is wanted.",
    OldState.UNUSABLE: "Stripe has not verified it, or reports an error. The customer links a bank again.",
    OldState.GONE: "Stripe has it no more. There is nothing to collect.",
}
WRITTEN = {
    WrittenState.ORDERED: "↗ On its way to Stripe",
    WrittenState.ACTIVE: "✓ Recorded at Stripe",
    WrittenState.REFUSED: "✗ Refused by Stripe: see the Inbox",
}


def draw(desk: Desk, actor: Actor, id: str) -> None:
    """The account, what it brought in, and what to do."""
    account, zone, now = desk.old_accounts.get(actor, id), session.zone(), desk.clock.now()
    st.subheader(f"{plain(account.name or 'No name at Stripe')} · {plain(say_account(account))}", anchor=False)
    if account.email:
        st.text(account.email)
    st.markdown(f"**{account.state.word}** · {MEANS[account.state]}")
    last = format.moment(account.last_debit_at, zone, now) if account.last_debit_at else "none is known"
    brought = format.money(account.brought_cents, "usd")
    st.caption(plain(f"Brought in {brought} in the last 12 months. Last debit: {last}."))
    st.caption(
        plain(f"At Stripe: {account.id}, {account.status or 'not asked yet'}; customer {account.stripe_customer_id}")
    )
    _draw_written(desk, actor, account)
    if not can(actor, Permission.LINK_BANK):
        st.info("Your role may look at this; ops collects mandates.", icon=":material/visibility:")
        return
    if account.state is OldState.ASIDE:
        when = format.moment(account.aside_at, zone, now)
        st.info(
            plain(f"Put aside by {account.aside_by}, {when}: {account.aside_reason}"), icon=":material/inventory_2:"
        )
        back = actions.call(desk.old_accounts.take_back, account.id)
        actions.button("It needs one after all", back, key="old-back")
    if account.state in {OldState.NEEDS, OldState.UNUSABLE}:
        if account.customer_id is None:
            _draw_add(desk, account)
        else:
            _draw_ways(desk, actor, account)
    if account.state in {OldState.NEEDS, OldState.UNUSABLE}:
        _draw_aside(desk, account)


def _draw_add(desk: Desk, account: OldAccount) -> None:
    """The customer as one of the desk's, first: an authorization names who gives it."""
    with st.form("old-add", border=True):
        st.markdown("**First: add the customer to the desk.** It keeps their Stripe customer, so nothing is doubled.")
        st.text_input("Name", value=account.name, max_chars=120, key="old-name")
        actions.explain("old-add-send", "name")
        st.text_input("E-mail", value=account.email, max_chars=254, key="old-email")
        actions.explain("old-add-send", "email")
        st.text_input("Your reference", max_chars=60, key="old-reference", help="Their number in your own records.")
        actions.explain("old-add-send", "reference")
        st.radio(
            "The account belongs to", list(HOLDERS), format_func=HOLDERS.__getitem__, horizontal=True, key="old-is"
        )

        def add(person: Actor, fields: actions.Fields) -> None:
            typed = [fields[name] for name in ("old-name", "old-email", "old-reference", "old-is")]
            desk.old_accounts.add_customer(person, account.id, *typed)

        actions.submit("Add the customer", add, key="old-add-send", type="primary")


def _draw_ways(desk: Desk, actor: Actor, account: OldAccount) -> None:
    """At the counter, by phone, on paper."""
    with st.container(border=True):
        st.markdown("**At the counter, or on the customer's own phone**")
        st.caption(
            "The customer signs in at their bank and agrees to the authorization: here, on a tablet that you hand over,"
            " or by the address that *On the customer's phone* shows. The desk can debit the account at once."
        )
        there = open_link(account.customer_id or "")
        actions.button("Link it with the customer", there, key="old-link", type="primary", icon=":material/link:")
    if account.state is not OldState.NEEDS:
        return
    with st.container(border=True):
        st.markdown("**On paper**")
        st.caption("The customer signs the form; you keep it. Never record what nobody has signed.")
        language = st.segmented_control(
            "The customer reads",
            list(Language),
            default=Language.ENGLISH,
            format_func=lambda one: WORDS[one].name,
            key="old-language",
            required=True,
        )
        form = desk.written_mandates.form(actor, account.id, language)
        with st.expander("The form to sign"):
            st.text(form)
        st.download_button(
            "Save the form", form, file_name="authorization.txt", mime="text/plain", on_click="ignore", key="old-form"
        )
        with st.form("old-paper", border=False):
            today = desk.clock.now().astimezone(desk.settings.timezone).date()
            st.date_input("Signed on", value=None, max_value=today, key="old-signed")
            st.text_input(
                "Where is the signed paper?", max_chars=REASON_LIMIT, key="old-where", placeholder="Folder 12, page 3"
            )
            st.checkbox("The customer has signed exactly these words.", key="old-words")

            def record(person: Actor, fields: actions.Fields) -> actions.Then:
                if fields["old-signed"] is None:
                    raise InputError("The day of the signature is missing.", action="Type it.", code="invalid_day")
                desk.written_mandates.record(
                    person,
                    account.id,
                    signed_on=fields["old-signed"],
                    kept_where=fields["old-where"],
                    language=language,
                    is_word_for_word=fields["old-words"],
                )
                return actions.Then(forget=["old-where", "old-words"], said="Recorded; Stripe is told.")

            actions.submit("Record the signed paper", record, key="old-paper-send", icon=":material/draw:")


def _draw_aside(desk: Desk, account: OldAccount) -> None:
    with st.form("old-aside", border=False):
        st.text_input(
            "No mandate is wanted? Say why", max_chars=REASON_LIMIT, key="old-why", placeholder="No longer a customer"
        )
        work = partial(_put_aside, desk, account.id)
        actions.submit("Not needed", work, key="old-aside-send", icon=":material/inventory_2:")


def _put_aside(desk: Desk, id: str, actor: Actor, fields: actions.Fields) -> None:
    """Put it aside with the reason."""
    desk.old_accounts.put_aside(actor, id, fields["old-why"])


def _draw_written(desk: Desk, actor: Actor, account: OldAccount) -> None:
    """What was signed on paper, newest first."""
    for one in desk.written_mandates.of_account(actor, account.id):
        at = format.moment(one.recorded_at, session.zone(), desk.clock.now())
        day = format.day(one.signed_on, desk.payments.today())
        with st.expander(plain(f"Signed on paper {day}: {WRITTEN[one.state]}")):
            st.text(one.text)
            st.caption(
                plain(
                    f"Version {one.text_version}, {one.language}. Kept: {one.kept_where}. Written down by"
                    f" {one.recorded_by}, {at}. Stripe's {one.stripe_mandate_id or 'mandate is not made'}."
                )
            )
