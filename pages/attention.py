"""Whatever was begun and not finished, with the way out."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Permission, can
from dashboard.desk import Desk
from dashboard.models import Actor, AttemptKind, AttemptState, Debit, Item, LinkAttempt
from dashboard.shared_accounts import SharedPair
from dashboard.ui import errors, format, frame, keeping, removing, session

WORDS = {
    AttemptState.UNKNOWN: "Unknown: the reply to the exchange was lost",
    AttemptState.CHOOSING: "Waits for somebody to choose the account",
    AttemptState.FAILED: "Failed",
}
KINDS = {AttemptKind.RELINK: "Relink: ", AttemptKind.RENEWAL: "Renewal of a changed number: "}


def draw_attempt(desk: Desk, actor: Actor, attempt: LinkAttempt) -> None:
    """One unfinished link: whose, where it stands, and what to do."""
    found = desk.customers.several(actor, [attempt.customer_id]).get(attempt.customer_id)
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        state = WORDS.get(attempt.state, f"Stopped after: {attempt.state.value}")
        name = errors.plain(found.name if found else attempt.customer_id)
        what = KINDS.get(attempt.kind, "")
        left.markdown(f"**{name}** · {errors.plain(attempt.institution_name or 'no bank picked')} · {what}{state}")
        left.caption(f"by {attempt.operator}, {format.moment(attempt.updated_at, session.zone(), desk.clock.now())}")
        if can(actor, Permission.LINK_BANK):
            offer_ways(desk, actor, attempt, right)
        if attempt.problem:
            errors.show_problem(attempt.problem, ids=desk.attention.support_ids(actor, attempt))


def offer_ways(desk: Desk, actor: Actor, attempt: LinkAttempt, place: st.delta_generator.DeltaGenerator) -> None:
    """Resume where that helps; otherwise the page where it is answered or linked anew."""
    if place.button("Open", key=f"open-{attempt.id}", width="stretch"):
        where = {"customer": attempt.customer_id, "attempt": attempt.id}
        st.session_state["onboard"] = where
        st.switch_page("../pages/onboard.py", query_params=where)
    if desk.onboarding.can_resume(attempt):
        if place.button("Resume", key=f"resume-{attempt.id}", type="primary", width="stretch"):
            desk.onboarding.resume(actor, attempt.id)
            st.rerun()
    elif attempt.kind is AttemptKind.RELINK and attempt.state.is_final and attempt.item_id:
        if place.button("Sign in again", key=f"relink-{attempt.id}", width="stretch"):
            go_link(attempt.customer_id, desk.onboarding.relink(actor, attempt.item_id).attempt_id)
    elif attempt.state.is_final and place.button("Link again", key=f"again-{attempt.id}", width="stretch"):
        go_link(attempt.customer_id)
    if attempt.state.is_final and place.button(
        "Set aside", key=f"aside-{attempt.id}", width="stretch", help="Dealt with: it stays in the customer's history."
    ):
        desk.attention.set_aside(actor, attempt.id)
        st.rerun()


def go_link(customer_id: str, attempt_id: str | None = None) -> None:
    """To the customer's link: from the beginning, or to this attempt."""
    place = {"customer": customer_id, **({"attempt": attempt_id} if attempt_id else {})}
    st.session_state["onboard"] = place
    st.switch_page("../pages/onboard.py", query_params=place)


def draw_item(desk: Desk, actor: Actor, item: Item) -> None:
    """A connection that leads to no bank account."""
    found = desk.customers.several(actor, [item.customer_id]).get(item.customer_id)
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(
            f"**{errors.plain(found.name if found else item.customer_id)}** · {errors.plain(item.institution_name)}"
        )
        left.caption(
            f"Connected {format.moment(item.created_at, session.zone(), desk.clock.now())}, but no account of it can be"
            " debited. Nothing was charged. Link the bank again with the customer."
        )
        if can(actor, Permission.LINK_BANK) and right.button("Link again", key=f"loose-{item.id}", width="stretch"):
            go_link(item.customer_id)
        removing.offer(desk, actor, item.id)


def draw_shared(desk: Desk, actor: Actor, pair: SharedPair) -> None:
    """One bank account under two customers: right for a joint account, otherwise a reason to ask."""
    owners = desk.customers.several(actor, [pair.one.customer_id, pair.other.customer_id])
    with st.container(border=True):
        names = [
            errors.plain(f"{owner.name} ({owner.reference})" if owner else account.customer_id)
            for account in (pair.one, pair.other)
            for owner in [owners.get(account.customer_id)]
        ]
        st.markdown(f"**{names[0]}** and **{names[1]}** · {errors.plain(pair.one.institution_name)}")
        accounts = " and ".join(format.account(one.name, one.mask) for one in (pair.one, pair.other))
        found = format.moment(pair.shared.found_at, session.zone(), desk.clock.now())
        st.caption(
            f"{errors.plain(accounts)} are one bank account by {pair.how}, found {found}. A joint account, or a person"
            " and their company, is right. Otherwise ask both, merge them if they are one, or remove one connection."
        )
        if st.button("It is right", key=f"shared-{pair.one.id}-{pair.other.id}"):
            desk.shared_accounts.accept(actor, pair.shared)
            st.rerun()


def draw_debit(desk: Desk, actor: Actor, debit: Debit) -> None:
    """A debit whose outcome is not known, or that waits behind a problem."""
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        amount = format.money(debit.amount_cents, debit.currency).replace("$", "\\$")
        left.markdown(f"**{amount}** · {errors.plain(debit.invoice_reference or debit.id)}")
        left.caption("It is being looked for at Stripe and is never sent a second time.")
        if can(actor, Permission.CREATE_DEBIT) and right.button("Resume", key=f"resume-{debit.id}", width="stretch"):
            desk.debits.resume(actor, debit.id)
            st.rerun()
        if debit.problem:
            ids = {"PaymentIntent": debit.payment_intent_id, "Our debit": debit.id}
            errors.show_problem(debit.problem, ids=ids)


def main() -> None:
    """Links first, then connections that lead nowhere, then debits whose outcome is not known."""
    desk, actor = session.desk(), session.actor()
    frame.title("Needs attention", "Nothing here is lost: each line says what to do.")
    with errors.shown():
        attempts, items = desk.onboarding.attention(actor), desk.attention.loose_items(actor)
        listed = {attempt.item_id for attempt in attempts}
        items = [item for item in items if item.id not in listed]
        debits = desk.debits.attention(actor) if can(actor, Permission.VIEW_PAYMENTS) else []
        shared = desk.shared_accounts.unseen(actor) if can(actor, Permission.ADMIN) else []
        kept = keeping.draw(desk, actor)
        if not kept and not attempts and not items and not debits and not shared:
            frame.empty(
                "Nothing needs attention.", "Links and debits that stop half-way appear here.", ":material/task_alt:"
            )
            return
        if attempts:
            st.subheader(f"Bank links ({len(attempts)})")
        for attempt in attempts:
            draw_attempt(desk, actor, attempt)
        if items:
            st.subheader(f"Connections without a bank account ({len(items)})")
        for item in items:
            draw_item(desk, actor, item)
        if shared:
            st.subheader(f"One bank account under two customers ({len(shared)})")
        for pair in shared:
            draw_shared(desk, actor, pair)
        if debits:
            st.subheader(f"Debits ({len(debits)})")
        for debit in debits:
            draw_debit(desk, actor, debit)


main()
