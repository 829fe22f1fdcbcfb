"""Unfinished links, debits and other operations, and how to resolve each."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.accounts.shared import SharedPair
from dashboard.desk import Desk
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Actor, AttemptKind, AttemptState, Debit, DebitState, Item, LinkAttempt
from dashboard.operations.open_jobs import OpenJob
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, attention, errors, format, layout, session
from dashboard.ui.accounts import removal
from dashboard.ui.cases import detail as cases
from dashboard.ui.debits import confirm_again
from dashboard.ui.linking.opening import open_link, relink
from dashboard.ui.refunds import refund
from dashboard.ui.schedules import scheduling
from dashboard.ui.text import plain

WORDS = {
    AttemptState.UNKNOWN: "Unknown: the reply to the token exchange was lost",
    AttemptState.CHOOSING: "Waiting for somebody to choose an account",
    AttemptState.FAILED: "Failed",
}
STATES = {
    JobState.WAITING: "continues automatically",
    JobState.ASKING: "waits for a decision",
    JobState.BLOCKED: "is retried automatically",
    JobState.UNKNOWN: "is looked for automatically",
    JobState.FAILED: "failed",
}
WAITS = {
    DebitState.CREATED: "Nothing was sent yet; it is retried automatically for some minutes.",
    DebitState.SENDING: "Stripe was not asked to move money yet; it is retried automatically for some minutes.",
    DebitState.UNKNOWN: "Stripe is asked again every few minutes, and the debit is never sent a second time.",
    DebitState.SCHEDULED: "Its day has come, and it is checked again every few minutes until the cut-off.",
    DebitState.UNSENT: "It was not sent in time, and nothing sends it but you.",
}
KINDS = {AttemptKind.RELINK: "Relink: ", AttemptKind.RENEWAL: "Renewal of a changed number: "}


def draw_attempt(desk: Desk, actor: Actor, attempt: LinkAttempt) -> None:
    """One unfinished link: whose, where it stands, and what to do."""
    found = desk.customers.get_many(actor, [attempt.customer_id]).get(attempt.customer_id)
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        state = WORDS.get(attempt.state, f"Stopped after: {attempt.state.value}")
        name = plain(found.name if found else attempt.customer_id)
        what = KINDS.get(attempt.kind, "")
        left.markdown(f"**{name}** · {plain(attempt.institution_name or 'no bank chosen')} · {what}{state}")
        left.caption(
            f"by {plain(attempt.operator)}, {format.moment(attempt.updated_at, session.zone(), desk.clock.now())}"
        )
        if can(actor, Permission.LINK_BANK):
            offer_actions(desk, actor, attempt, right)
        if attempt.problem:
            errors.show_problem(attempt.problem, ids=desk.attention.support_ids(actor, attempt))


def offer_actions(desk: Desk, actor: Actor, attempt: LinkAttempt, place: st.delta_generator.DeltaGenerator) -> None:
    """Resume where that helps; otherwise the page where it is answered or linked anew."""
    offer = partial(actions.button, place=place, width="stretch")
    offer("Open", open_link(attempt.customer_id, attempt.id), key=f"open-{attempt.id}")
    if desk.linking.can_resume(attempt):
        offer("Resume", actions.call(desk.linking.resume, attempt.id), key=f"resume-{attempt.id}", type="primary")
    elif attempt.kind is AttemptKind.RELINK and attempt.state.is_final and attempt.item_id:
        offer("Sign in again", relink(desk, attempt.customer_id, attempt.item_id), key=f"relink-{attempt.id}")
    elif attempt.state.is_final:
        offer("Link again", open_link(attempt.customer_id), key=f"again-{attempt.id}")
    if attempt.state.is_final:
        offer(
            "Set aside",
            actions.call(desk.attention.set_aside, attempt.id),
            key=f"aside-{attempt.id}",
            help="Mark as done; it stays in the customer's history.",
        )


def draw_item(desk: Desk, actor: Actor, item: Item) -> None:
    """A connection that leads to no bank account."""
    found = desk.customers.get_many(actor, [item.customer_id]).get(item.customer_id)
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f"**{plain(found.name if found else item.customer_id)}** · {plain(item.institution_name)}")
        left.caption(
            f"Connected {format.moment(item.created_at, session.zone(), desk.clock.now())}, but no account can"
            " be debited. Nothing was charged. Link the bank again with the customer."
        )
        if can(actor, Permission.LINK_BANK):
            again = open_link(item.customer_id)
            actions.button("Link again", again, key=f"loose-{item.id}", place=right, width="stretch")
        removal.offer(desk, actor, item.id)


def draw_shared(desk: Desk, actor: Actor, pair: SharedPair) -> None:
    """One bank account under two customers: right for a joint account, otherwise a reason to ask."""
    owners = desk.customers.get_many(actor, [pair.one.customer_id, pair.other.customer_id])
    with st.container(border=True):
        names = [
            plain(f"{owner.name} ({owner.reference})" if owner else account.customer_id)
            for account in (pair.one, pair.other)
            for owner in [owners.get(account.customer_id)]
        ]
        st.markdown(f"**{names[0]}** and **{names[1]}** · {plain(pair.one.institution_name)}")
        accounts = " and ".join(format.account(one.name, one.mask) for one in (pair.one, pair.other))
        found = format.moment(pair.shared.found_at, session.zone(), desk.clock.now())
        st.caption(
            f"{plain(accounts)} are one bank account by {plain(pair.how)}, found {found}. A joint account, or a person"
            " and their company, is fine. Otherwise ask both, merge them if they are one, or remove one connection."
        )
        accept = actions.call(desk.shared_accounts.accept, pair.shared)
        actions.button("It is correct", accept, key=f"shared-{pair.one.id}-{pair.other.id}")


def draw_debit(desk: Desk, actor: Actor, debit: Debit) -> None:
    """A debit that was not sent, whose outcome is not known, or that waits behind a problem."""
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        amount = plain(format.money(debit.amount_cents, debit.currency))
        left.markdown(f"**{amount}** · {plain(debit.invoice_reference or debit.id)}")
        owner = desk.customers.get_many(actor, [debit.customer_id]).get(debit.customer_id)
        ordered = format.moment(debit.created_at, session.zone(), desk.clock.now())
        left.caption(
            f"{plain(owner.name if owner else debit.customer_id)} · ordered {ordered} by {plain(debit.requested_by)}."
            f" {WAITS[debit.state]}"
        )
        confirm_again.offer(desk, actor, debit, right)
        if debit.state is not DebitState.UNSENT and can(actor, Permission.CREATE_DEBIT):
            go_on = actions.call(desk.debits.resume, debit.id)
            actions.button("Ask Stripe now", go_on, key=f"resume-{debit.id}", place=right, width="stretch")
        if debit.problem:
            ids = {"PaymentIntent": debit.payment_intent_id, "Our debit": debit.id}
            errors.show_problem(debit.problem, ids=ids)


def draw_job(desk: Desk, actor: Actor, job: OpenJob) -> None:
    """An operation of a kind that has no list of its own."""
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        ordered = format.moment(job.ordered_at, session.zone(), desk.clock.now())
        left.markdown(f"**{plain(job.title)}** · {STATES[job.state]}")
        left.caption(f"ordered {ordered} by {plain(job.ordered_by)}")
        if job.next_at is not None and can(actor, Permission.ADMIN):
            retry = partial(retry_job, desk, job.id)
            actions.button("Try now", retry, key=f"job-{job.id}", place=right, width="stretch")
        if job.problem:
            errors.show_problem(job.problem, ids={"Operation": job.id, "Of": job.subject})


def retry_job(desk: Desk, job_id: str, actor: Actor, fields: actions.Fields) -> None:
    """Run the operation now instead of at its turn."""
    desk.open_jobs.retry(actor, job_id)


def main() -> None:
    """Links first, then connections that lead nowhere, then debits whose outcome is not known."""
    desk, actor = session.desk(), session.actor()
    layout.title("Needs attention", "Unfinished links and debits. Nothing is lost; each line says what to do.")
    with errors.shown():
        restored = attention.draw_restore(desk, actor)
        attempts, items = desk.linking.attention(actor), desk.attention.loose_items(actor)
        listed = {attempt.item_id for attempt in attempts}
        items = [item for item in items if item.id not in listed]
        debits = desk.debits.attention(actor) if can(actor, Permission.VIEW_PAYMENTS) else []
        shared = desk.shared_accounts.unseen(actor) if can(actor, Permission.ADMIN) else []
        kept = attention.draw(desk, actor)
        waiting = desk.approvals.waiting(actor) if can(actor, Permission.VIEW_PAYMENTS) else []
        failed = desk.refunds.failed(actor) if can(actor, Permission.VIEW_PAYMENTS) else []
        overdue = desk.cases.overdue(actor) if can(actor, Permission.VIEW_PAYMENTS) else 0
        to_tell = desk.schedules.due_notices(actor) if can(actor, Permission.VIEW_PAYMENTS) else 0
        named = {one.id for one in attempts} | {one.id for one in debits} | {one.subject for one, _ in waiting} | kept
        jobs = desk.open_jobs.attention(actor) if can(actor, Permission.VIEW_CUSTOMERS) else []
        others = [one for one in jobs if one.subject not in named]
        if (
            not restored
            and not waiting
            and not failed
            and not overdue
            and not to_tell
            and not kept
            and not attempts
            and not items
            and not debits
            and not shared
            and not others
        ):
            layout.empty(
                "Nothing needs attention.", "Links and debits that stop halfway appear here.", ":material/task_alt:"
            )
            return
        if waiting:
            st.subheader(f"Waiting for approval ({len(waiting)})", anchor=False)
            cents = sum(one.amount_cents for one, _ in waiting)
            words = f"{format.count(len(waiting), 'order')}, {format.money(cents)} together, for a second person."
            st.markdown(plain(words))
            actions.button("See the approvals", actions.go("approvals"), key="attention-approvals")
        if overdue:
            cases.draw_overdue(desk, overdue)
        if to_tell:
            scheduling.draw_due_notices(desk, to_tell)
        if failed:
            st.subheader(f"Refunds that failed ({len(failed)})", anchor=False)
        for one in failed:
            refund.draw_failed(desk, one)
        if attempts:
            st.subheader(f"Bank links ({len(attempts)})", anchor=False)
        for attempt in attempts:
            draw_attempt(desk, actor, attempt)
        if items:
            st.subheader(f"Connections without a bank account ({len(items)})", anchor=False)
        for item in items:
            draw_item(desk, actor, item)
        if shared:
            st.subheader(f"One bank account under two customers ({len(shared)})", anchor=False)
        for pair in shared:
            draw_shared(desk, actor, pair)
        if debits:
            st.subheader(f"Debits ({len(debits)})", anchor=False)
        for debit in debits:
            draw_debit(desk, actor, debit)
        if others:
            st.subheader(f"Other operations ({len(others)})", anchor=False)
        for job in others:
            draw_job(desk, actor, job)


main()
