"""One customer's own page: who they are, and every account, mandate, payment, attempt and note."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Permission, can
from dashboard.customers import NOTE_LIMIT, CustomerFile
from dashboard.desk import Desk
from dashboard.errors import DeskError
from dashboard.models import Actor, AttemptKind, AttemptState, Customer, HolderType
from dashboard.status import PaymentState
from dashboard.ui import bank_data, erasure, errors, format, frame, mandates, removing, session, standing

HOLDERS = {HolderType.INDIVIDUAL: "A person", HolderType.COMPANY: "A company"}
ATTEMPTS = {
    AttemptState.AUTHORIZED: "✓ Linked",
    AttemptState.OPENED: "◌ Link was opened",
    AttemptState.EXITED: "– Left without a bank",
    AttemptState.FAILED: "✕ Failed",
    AttemptState.UNKNOWN: "? Unknown: the reply to the exchange was lost",
    AttemptState.CHOOSING: "◌ Waits for the account to be chosen",
}
KINDS = {AttemptKind.RELINK: "New sign-in: ", AttemptKind.RENEWAL: "New account number: "}


def draw(desk: Desk, actor: Actor, id: str) -> None:
    """The page of the customer with this id, or of whom they were merged into."""
    if st.button("Back to the customers", icon=":material/arrow_back:"):
        st.query_params.clear()
        st.rerun()
    successor = desk.customers.successor(actor, id)
    if successor is not None:
        st.info("This customer was merged into the one below.", icon=":material/merge:")
        id = successor
    erased = desk.erasing.find(actor, id)
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
    frame.title(errors.plain(customer.name))
    line = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    left = line.container(width="content")
    left.text(f"{customer.email} · {customer.reference} · {HOLDERS[customer.holder_type]}")
    left.caption(f"Added {format.moment(customer.created_at, session.zone(), desk.clock.now())}.")
    if can(actor, Permission.LINK_BANK) and line.button("Link a bank", icon=":material/link:"):
        st.session_state["onboard"] = {"customer": customer.id}
        st.switch_page("../pages/onboard.py", query_params={"customer": customer.id})
    with st.expander("Ids", icon=":material/tag:"):
        st.code(customer.id, language=None)
        for id in file.stripe_ids:
            st.code(id, language=None)
        if not file.stripe_ids:
            st.caption("No Stripe customer yet: the first linked bank makes one.")
    telling = file.telling
    if telling is None:
        return
    if telling.problem is None:
        st.info("Stripe is being told the new name and e-mail.", icon=":material/schedule:")
        return
    st.markdown("**Stripe does not have the new name and e-mail yet.**")
    errors.show_problem(telling.problem)
    if not telling.is_refused:
        st.caption("It is tried again every minute.")
    elif can(actor, Permission.EDIT_CUSTOMERS) and st.button("Tell Stripe again", icon=":material/refresh:"):
        desk.customers.tell_again(actor, customer.id)
        st.rerun()


def _draw_accounts(desk: Desk, actor: Actor, customer: Customer) -> None:
    found = desk.onboarding.accounts(actor, customer.id)
    if not found:
        frame.empty("No bank is linked.", "Press Link a bank with the customer beside you.")
    obstacles = desk.debits.obstacles(actor, found)
    for account in found:
        with st.container(border=True):
            ready = standing.word(account, obstacles[account.id])
            ready = "✓ Ready to debit" if ready == standing.READY else ready
            name = errors.plain(f"{account.institution_name}, {format.account(account.name, account.mask)}")
            st.markdown(f"**{name}** · {ready}")
            st.caption(
                f"Linked {format.moment(account.created_at, session.zone(), desk.clock.now())}"
                f" · Stripe bank account {account.stripe_bank_account_id or 'none'} ({account.stripe_status or '?'})"
                f" · mandate {account.mandate_id or 'none'} ({account.mandate_status or 'none'})"
                f" · under {account.stripe_customer_id or 'no Stripe customer'}"
            )
            bank_data.show(desk, actor, account)
            obstacle = obstacles[account.id]
            if obstacle is not None:
                standing.explain(actor, account, obstacle)
            mandates.show(desk, actor, account)
            if account.ended is None:
                removing.offer(desk, actor, account.item_id)
    if found:
        bank_data.show_calls(desk, actor)


def _draw_payments(desk: Desk, actor: Actor, customer: Customer) -> None:
    if not can(actor, Permission.VIEW_PAYMENTS):
        st.caption("Payments are shown to finance.")
        return
    found = desk.customers.payments(actor, customer.id)
    if not found:
        frame.empty("There are no payments.", "Debits of this customer appear here when Stripe knows them.")
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
        if last.button("Open", key=f"payment-{line.id}", width="stretch"):
            st.switch_page("../pages/payment.py", query_params={"payment": line.id})
    many = f"The newest {len(found)} payments" if len(found) > 1 else "One payment"
    st.caption(f"{many}, whichever Stripe customer they were debited under.")


def _draw_attempts(desk: Desk, actor: Actor, customer: Customer) -> None:
    found = desk.onboarding.recent(actor, customer.id)
    if not found:
        frame.empty("Link was never opened.", "Press Link a bank with the customer beside you.")
    for attempt in found:
        with st.container(border=True):
            left, right = st.columns([4, 1], vertical_alignment="center")
            state = ATTEMPTS.get(attempt.state, f"◌ Stopped after: {attempt.state.value}")
            what = KINDS.get(attempt.kind, "")
            left.markdown(f"**{what}{state}** · {errors.plain(attempt.institution_name or 'no bank picked')}")
            at = format.moment(attempt.created_at, session.zone(), desk.clock.now())
            left.caption(f"{at}, by {attempt.operator} · {attempt.id}")
            if can(actor, Permission.LINK_BANK) and right.button("Open", key=f"attempt-{attempt.id}", width="stretch"):
                place = {"customer": customer.id, "attempt": attempt.id}
                st.session_state["onboard"] = place
                st.switch_page("../pages/onboard.py", query_params=place)
            if attempt.problem:
                errors.show_problem(attempt.problem, ids=desk.attention.support_ids(actor, attempt))


def _draw_notes(desk: Desk, actor: Actor, file: CustomerFile) -> None:
    if can(actor, Permission.EDIT_CUSTOMERS):
        with st.form("new-note", clear_on_submit=True, border=False):
            text = st.text_area("Add a note", max_chars=NOTE_LIMIT, placeholder="Calls back on Friday")
            if st.form_submit_button("Add note", type="primary"):
                with errors.shown():
                    desk.customers.add_note(actor, file.customer.id, text)
                    st.rerun()
    for note in file.notes:
        with st.container(border=True):
            st.text(note.text)
            st.caption(f"{note.author}, {format.moment(note.created_at, session.zone(), desk.clock.now())}")
    if not file.notes:
        st.caption("There are no notes yet.")


def _edit(desk: Desk, actor: Actor, customer: Customer) -> None:
    with st.form("edit-customer", border=False):
        name = st.text_input("Name", customer.name, max_chars=120, key=f"edit-name-{customer.id}")
        email = st.text_input("E-mail", customer.email, max_chars=254, key=f"edit-email-{customer.id}")
        reference = st.text_input("Your reference", customer.reference, max_chars=60, key=f"edit-ref-{customer.id}")
        holder = st.radio(
            "The account belongs to",
            list(HOLDERS),
            index=list(HOLDERS).index(customer.holder_type),
            format_func=HOLDERS.__getitem__,
            horizontal=True,
            key=f"edit-holder-{customer.id}",
        )
        st.caption("Stripe's customer, and the holder of the linked bank accounts there, are changed with it.")
        if st.form_submit_button("Save", type="primary"):
            try:
                desk.customers.edit(actor, customer.id, name=name, email=email, reference=reference, holder_type=holder)
            except DeskError as error:
                errors.show(error)
                return
            st.rerun()


def _merge(desk: Desk, actor: Actor, customer: Customer) -> None:
    st.markdown("Is there a second entry for the same person? Everything of the second goes to this one.")
    text = st.text_input("Find the second entry", placeholder="Name, e-mail, reference or id", key="merge-text").strip()
    if not text:
        return
    found = [one for one in desk.customers.find(actor, text, limit=9) if one.id != customer.id][:8]
    if not found:
        st.caption("Nobody else fits.")
        return
    names = {one.id: errors.plain(f"{one.name} · {one.email} · {one.reference}") for one in found}
    names = {id: name.replace("@", "\\@") for id, name in names.items()}  # else a click on it writes a mail
    gone = st.radio("The second entry", list(names), format_func=names.__getitem__, index=None, key="merge-gone")
    if gone is None:
        return
    plan = desk.merging.plan(actor, customer.id, gone)
    moves = ", ".join(plan.moves) or "nothing but the name"
    st.markdown(
        f"**{errors.plain(plan.gone.name)} ({errors.plain(plan.gone.reference)}) is closed.** What moves here: {moves}."
    )
    st.markdown(f"**At Stripe.** {errors.plain(plan.stripe)}")
    st.caption(f"The reference {plan.gone.reference} stays taken. A merge cannot be undone.")
    for obstacle in plan.obstacles:
        st.warning(obstacle, icon=":material/block:")
    sure = st.checkbox("They are the same person.", key=f"merge-sure-{gone}", disabled=bool(plan.obstacles))
    if st.button("Merge", type="primary", disabled=not sure or bool(plan.obstacles)):
        desk.merging.merge(actor, customer.id, gone)
        for key in ("merge-text", "merge-gone"):
            st.session_state.pop(key, None)
        st.rerun()
