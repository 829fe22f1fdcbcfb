"""One customer's own page: who they are, and every account, mandate, payment, attempt and note."""

from __future__ import annotations

import streamlit as st

from dashboard.accounts import status_words
from dashboard.customers import NOTE_LIMIT, CustomerFile
from dashboard.desk import Desk
from dashboard.domain.models import Actor, AttemptKind, AttemptState, Customer, HolderType
from dashboard.domain.payment_status import PaymentState
from dashboard.domain.searches import search_words
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, layout, lists, session
from dashboard.ui.accounts import bank_data, eligibility, mandates, removal
from dashboard.ui.customers import erasure
from dashboard.ui.linking.opening import open_link
from dashboard.ui.text import marked, plain

HOLDERS = {HolderType.INDIVIDUAL: "A person", HolderType.COMPANY: "A company"}
ATTEMPTS = {
    AttemptState.AUTHORIZED: "✓ Linked",
    AttemptState.OPENED: "◌ Link was opened",
    AttemptState.EXITED: "– Closed without a bank",
    AttemptState.FAILED: "✕ Failed",
    AttemptState.UNKNOWN: "? Unknown: the reply to the token exchange was lost",
    AttemptState.CHOOSING: "◌ Waiting for an account to be chosen",
}
KINDS = {AttemptKind.RELINK: "New sign-in: ", AttemptKind.RENEWAL: "New account number: "}


def draw(desk: Desk, actor: Actor, id: str) -> None:
    """The page of the customer with this id, or of whom they were merged into."""
    lists.draw_way_back("customers")
    successor = desk.customers.successor(actor, id)
    if successor is not None:
        st.info("This customer was merged into the customer below.", icon=":material/merge:")
        id = successor
    erased = desk.erasures.find(actor, id)
    if erased is not None:
        erasure.show(desk, actor, erased)
        return
    file = desk.customers.open(actor, id)
    _draw_head(desk, actor, file)
    names = ["Accounts", "Payments", "Attempts", "Notes"]
    edits, erases = can(actor, Permission.EDIT_CUSTOMERS), can(actor, Permission.ERASE_CUSTOMER)
    accounts, payments, attempts, notes, *more = st.tabs(
        [*names, *(["Edit", "Merge"] if edits else []), *(["Erase"] if erases else [])],
        key=f"customer-part-{id}",
        on_change="rerun",
    )
    with accounts:
        _draw_accounts(desk, actor, file.customer)
    with payments:
        _draw_payments(desk, actor, file.customer)
    with attempts:
        _draw_attempts(desk, actor, file.customer)
    with notes:
        _draw_notes(desk, actor, file)
    if edits:
        with more[0]:
            _edit(desk, actor, file.customer)
        with more[1]:
            _merge(desk, actor, file.customer)
    if erases:
        with more[-1]:
            erasure.offer(desk, actor, file.customer)


def _draw_head(desk: Desk, actor: Actor, file: CustomerFile) -> None:
    customer = file.customer
    layout.title(customer.name)
    line = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    left = line.container(width="content")
    left.text(f"{customer.email} · {customer.reference} · {HOLDERS[customer.holder_type]}")
    left.caption(f"Added {format.moment(customer.created_at, session.zone(), desk.clock.now())}.")
    if can(actor, Permission.LINK_BANK):
        link = open_link(customer.id)
        actions.button("Link a bank", link, key=f"link-{customer.id}", place=line, icon=":material/link:")
    with st.expander("Ids", icon=":material/tag:"):
        st.code(customer.id, language=None)
        for id in file.stripe_ids:
            st.code(id, language=None)
        if not file.stripe_ids:
            st.caption("No Stripe customer yet: linking the first bank creates one.")
    stripe_update = file.stripe_update
    if stripe_update is None:
        return
    if stripe_update.problem is None:
        st.info("The new name and e-mail are being sent to Stripe.", icon=":material/schedule:")
        return
    st.markdown("**Stripe does not have the new name and e-mail yet.**")
    errors.show_problem(stripe_update.problem)
    if not stripe_update.is_refused:
        st.caption("It is retried automatically.")
    elif can(actor, Permission.EDIT_CUSTOMERS):
        again = actions.call(desk.customers.update_stripe_again, customer.id)
        actions.button("Send to Stripe again", again, key=f"tell-{customer.id}", icon=":material/refresh:")


def _draw_accounts(desk: Desk, actor: Actor, customer: Customer) -> None:
    found = desk.linking.accounts(actor, customer.id)
    if not found:
        layout.empty("No bank is linked.", "Press Link a bank when the customer is with you.")
    blockers = desk.debits.blockers(actor, found)
    for account in found:
        with st.container(border=True):
            word = status_words.word(account, blockers[account.id])
            ready = "✓ Ready to debit" if word == status_words.READY else plain(word)
            name = plain(f"{account.institution_name}, {format.account(account.name, account.mask)}")
            st.markdown(f"**{name}** · {ready}")
            ids = (
                f"Stripe bank account {account.stripe_bank_account_id or 'none'} ({account.stripe_status or '?'})"
                f" · mandate {account.mandate_id or 'none'} ({account.mandate_status or 'none'})"
                f" · under {account.stripe_customer_id or 'no Stripe customer'}"
            )
            linked = format.moment(account.created_at, session.zone(), desk.clock.now())
            st.caption(f"Linked {linked} · {plain(ids)}")
            bank_data.show(desk, actor, account)
            blocker = blockers[account.id]
            if blocker is not None:
                eligibility.explain(actor, account, blocker)
            mandates.show(desk, actor, account)
            if account.ended is None:
                removal.offer(desk, actor, account.item_id)
    if found:
        bank_data.show_calls(desk, actor)


def _draw_payments(desk: Desk, actor: Actor, customer: Customer) -> None:
    if not can(actor, Permission.VIEW_PAYMENTS):
        st.caption("Only finance can see payments.")
        return
    found = desk.customers.payments(actor, customer.id)
    if not found:
        layout.empty("There are no payments.", "Debits from this customer appear here once they are at Stripe.")
        return
    states = {state.value: state for state in PaymentState}
    zone, now = session.zone(), desk.clock.now()
    for line in found:
        state = states.get(line.state, PaymentState.UNKNOWN)
        left, middle, right, last = st.columns([3, 4, 3, 2], vertical_alignment="center")
        left.text(format.moment(line.created, zone, now))
        middle.text(
            f"{state.icon} {state.word}{f' ({line.reason})' if line.reason else ''} · {line.reference or line.id}"
        )
        right.text(format.money(line.amount, line.currency), width="stretch", text_alignment="right")
        there = actions.go("payment", {"payment": line.id})
        actions.button("Open", there, key=f"payment-{line.id}", place=last, width="stretch")
    st.caption(f"The newest {format.count(len(found), 'payment')}, whichever Stripe customer they were debited under.")


def _draw_attempts(desk: Desk, actor: Actor, customer: Customer) -> None:
    found = desk.linking.recent(actor, customer.id)
    if not found:
        layout.empty("Link was never opened.", "Press Link a bank when the customer is with you.")
    for attempt in found:
        with st.container(border=True):
            left, right = st.columns([4, 1], vertical_alignment="center")
            state = ATTEMPTS.get(attempt.state, f"◌ Stopped after: {attempt.state.value}")
            what = KINDS.get(attempt.kind, "")
            left.markdown(f"**{what}{state}** · {plain(attempt.institution_name or 'no bank chosen')}")
            at = format.moment(attempt.created_at, session.zone(), desk.clock.now())
            left.caption(f"{at}, by {plain(f'{attempt.operator} · {attempt.id}')}")
            if can(actor, Permission.LINK_BANK):
                there = open_link(customer.id, attempt.id)
                actions.button("Open", there, key=f"attempt-{attempt.id}", place=right, width="stretch")
            if attempt.problem:
                errors.show_problem(attempt.problem, ids=desk.attention.support_ids(actor, attempt))


def _draw_notes(desk: Desk, actor: Actor, file: CustomerFile) -> None:
    if can(actor, Permission.EDIT_CUSTOMERS):
        with st.form("new-note", border=False):
            st.text_area("Add a note", max_chars=NOTE_LIMIT, placeholder="Calls back on Friday", key="note-text")

            def add(person: Actor, fields: actions.Fields) -> actions.Then:
                desk.customers.add_note(person, file.customer.id, fields["note-text"])
                return actions.Then(keep={"note-text": ""})

            actions.submit("Add note", add, key="note-add", type="primary")
    for note in file.notes:
        with st.container(border=True):
            st.text(note.text)
            st.caption(f"{plain(note.author)}, {format.moment(note.created_at, session.zone(), desk.clock.now())}")
    if not file.notes:
        st.caption("There are no notes yet.")


def _edit(desk: Desk, actor: Actor, customer: Customer) -> None:
    with st.form("edit-customer", border=False):
        keys = {name: f"edit-{name}-{customer.id}" for name in ("name", "email", "reference", "holder_type")}
        saves = f"edit-save-{customer.id}"
        st.text_input("Name", customer.name, max_chars=120, key=keys["name"])
        actions.explain(saves, "name")
        st.text_input("E-mail", customer.email, max_chars=254, key=keys["email"])
        actions.explain(saves, "email")
        st.text_input("Your reference", customer.reference, max_chars=60, key=keys["reference"])
        actions.explain(saves, "reference")
        st.radio(
            "The account belongs to",
            list(HOLDERS),
            index=list(HOLDERS).index(customer.holder_type),
            format_func=HOLDERS.__getitem__,
            horizontal=True,
            key=keys["holder_type"],
        )
        st.caption("This also changes Stripe's customer and the holder of the linked bank accounts there.")

        def save(person: Actor, fields: actions.Fields) -> None:
            desk.customers.edit(person, customer.id, **{name: fields[key] for name, key in keys.items()})

        actions.submit("Save", save, key=saves, type="primary")


def _merge(desk: Desk, actor: Actor, customer: Customer) -> None:
    st.markdown("Is there a second entry for the same customer? Everything from the second moves to this one.")
    text = st.text_input("Find the second entry", placeholder="Name, e-mail, reference or id", key="merge-text").strip()
    if not text:
        return
    found = [one for one in desk.customers.find(actor, text, limit=9) if one.id != customer.id][:8]
    if not found:
        st.caption("No other customer matches.")
        return
    words = search_words(text)
    names = {one.id: marked(f"{one.name} · {one.email} · {one.reference}", words) for one in found}
    gone = st.radio("The second entry", list(names), format_func=names.__getitem__, index=None, key="merge-gone")
    if gone is None:
        return
    plan = desk.merging.plan(actor, customer.id, gone)
    moves = ", ".join(plan.moves) or "only the name"
    st.markdown(
        f"**{plain(plan.gone.name)} ({plain(plan.gone.reference)}) is closed.** What moves here: {plain(moves)}."
    )
    st.markdown(f"**At Stripe.** {plain(plan.stripe)}")
    st.caption(f"The reference {plain(plan.gone.reference)} stays taken. A merge cannot be undone.")
    for blocker in plan.blockers:
        st.warning(plain(blocker), icon=":material/block:")
    sure = st.checkbox("They are the same customer.", key=f"merge-sure-{gone}", disabled=bool(plan.blockers))
    # The browser keeps what was typed into a field whose value is only forgotten.
    then = actions.Then(
        keep={"merge-text": ""},
        forget=["merge-gone"],
        said=f"{plan.gone.name} ({plan.gone.reference}) is merged into {customer.name}.",
    )
    actions.button(
        "Merge",
        actions.call(desk.merging.merge, customer.id, gone, then=then),
        key="merge-now",
        type="primary",
        disabled=not sure or bool(plan.blockers),
    )
