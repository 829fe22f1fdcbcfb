"""One account's authorizations, as staff see them: the words, the proof, the customer's copy, and their end."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Actor, BankAccount
from dashboard.mandates import REASON_LIMIT, Authorization
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, session
from dashboard.ui.text import plain


def show(desk: Desk, actor: Actor, account: BankAccount) -> None:
    """Every authorization of the account, newest first."""
    for place, one in enumerate(desk.mandates.of_account(actor, account.id)):
        _show_one(desk, actor, one, newest=place == 0)


def offer_copy(authorization: Authorization) -> None:
    """The customer's copy, as a page of its own that is printed."""
    query = urlencode({"account": authorization.account.id, "mandate": authorization.mandate.id})
    st.link_button("Customer's copy", f"authorization-copy?{query}", icon=":material/print:", width="stretch")


def offer_mail(desk: Desk, actor: Actor, one: Authorization) -> None:
    """The same by mail, where a mail server is set: how the last one stands, and the button for another."""
    if not desk.copy_mails.is_on or not can(actor, Permission.LINK_BANK):
        return
    last, label = desk.copy_mails.status(actor, one.mandate.id), "Mail the copy to the customer"
    if last is not None:
        at = format.moment(last.ended_at or last.updated_at or last.ordered_at, session.zone(), desk.clock.now())
        said, label = MAILED.get(last.state, ("The mail is on its way.", ""))
        st.caption(f":material/mail: {plain(said.format(at=at))}")
        if last.problem:
            errors.show_problem(last.problem)
    if label:
        again = actions.call(desk.copy_mails.send, one.account.id, one.mandate.id)
        actions.button(plain(label), again, key=f"mail-{one.mandate.id}", icon=":material/mail:", width="stretch")


def _show_one(desk: Desk, actor: Actor, one: Authorization, *, newest: bool) -> None:
    mandate, zone, now = one.mandate, session.zone(), desk.clock.now()
    revoked = one.revocation
    state = "revoked" if revoked else plain(mandate.status)
    with st.expander(f"Authorization of {format.moment(mandate.accepted_at, zone, now)}: {state}", expanded=False):
        st.text(mandate.text)
        how = "by the customer in the browser" if one.is_online else "in person"
        told = (
            ""
            if one.is_online == (mandate.acceptance == "online")
            else f" Told to Stripe as {plain(mandate.acceptance)}."
        )
        st.caption(
            f"Accepted {how}, before {plain(mandate.operator)}.{told} Version {plain(mandate.text_version)},"
            f" {one.language.value}. Stripe's {plain(f'{mandate.stripe_mandate_id}, {mandate.setup_intent_id}')};"
            f" Link session {plain(mandate.link_session_id or 'unknown')}."
        )
        facts = {name: value for name, value in mandate.evidence.items() if name in DEVICE_FACTS and value}
        if facts:
            said = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
            st.caption(f"Device: {plain(said)}")
        if revoked:
            kept = f" Kept until {format.date_of(one.kept_until, zone)}." if one.kept_until else ""
            st.warning(
                f"Revoked {format.moment(revoked.revoked_at, zone, now)}, written down by {plain(revoked.revoked_by)}:"
                f" {plain(revoked.reason)}.{kept} Nothing can be debited under it.",
                icon=":material/block:",
            )
        offer_copy(one)
        offer_mail(desk, actor, one)
        if newest and revoked is None and can(actor, Permission.REVOKE_MANDATE):
            _offer_revocation(desk, actor, one)


def _offer_revocation(desk: Desk, actor: Actor, one: Authorization) -> None:
    with st.form(f"revoke-{one.mandate.id}", border=False):
        why = f"revoke-{one.mandate.id}-why"
        st.text_input(
            "The customer revokes it: how did they tell you?",
            max_chars=REASON_LIMIT,
            placeholder="By phone, today",
            key=why,
        )

        def revoke(person: Actor, fields: actions.Fields) -> None:
            desk.mandates.revoke(person, one.account.id, fields[why])

        key = f"revoke-{one.mandate.id}-now"
        actions.submit("Revoke: stop all debits", revoke, key=key, icon=":material/block:")


MAILED = {
    JobState.DONE: ("Mailed {at}.", "Mail it again"),
    JobState.ASKING: ("It may have been sent {at}.", "Send it again"),
    JobState.FAILED: ("It was not sent ({at}).", "Try again"),
    JobState.BLOCKED: ("It was not sent yet; it is retried automatically.", "Try now"),
    JobState.CANCELED: ("Canceled {at}.", "Mail the copy to the customer"),
}
DEVICE_FACTS = ("ip_address", "user_agent", "screen", "languages", "time_zone", "touch_points")
