"""Lines of the inbox about links and bank connections: where each stopped, and what to do."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.accounts.shared import SharedPair
from dashboard.accounts.undecided import Undecided
from dashboard.connections.health import WorkItem
from dashboard.desk import Desk
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Actor, AttemptKind, AttemptState, Item, LinkAttempt
from dashboard.domain.old_accounts import OldAccount
from dashboard.staff.access import Permission, can
from dashboard.store.privacy.erasures import Erasure
from dashboard.ui import actions, errors, format, session
from dashboard.ui.accounts import removal
from dashboard.ui.linking.opening import open_link, relink
from dashboard.ui.mandates.grid import say_account
from dashboard.ui.text import plain

AGAIN = "retried automatically"
ASKS = "✕ refused for most of a day: not retried automatically"
WORDS = {
    AttemptState.UNKNOWN: "Unknown: the reply to the token exchange was lost",
    AttemptState.CHOOSING: "Waiting for somebody to choose an account",
    AttemptState.FAILED: "Failed",
}
KINDS = {AttemptKind.RELINK: "Relink: ", AttemptKind.RENEWAL: "Renewal of a changed number: "}


def draw_attempt(desk: Desk, actor: Actor, attempt: LinkAttempt) -> None:
    """One unfinished link: whose, where it stands, and what to do."""
    found = desk.customers.get_many(actor, [attempt.customer_id]).get(attempt.customer_id)
    left, right = st.columns([4, 1], vertical_alignment="center")
    state = WORDS.get(attempt.state, f"Stopped after: {attempt.state.value}")
    name = plain(found.name if found else attempt.customer_id)
    what = KINDS.get(attempt.kind, "")
    left.markdown(f"**{name}** · {plain(attempt.institution_name or 'no bank chosen')} · {what}{state}")
    left.caption(f"by {plain(attempt.operator)}, {format.moment(attempt.updated_at, session.zone(), desk.clock.now())}")
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


def draw_walked_away(desk: Desk, actor: Actor, attempt: LinkAttempt) -> None:
    """Somebody opened Link and closed it without a bank; nobody has tried again since."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    found = desk.customers.get_many(actor, [attempt.customer_id]).get(attempt.customer_id)
    name = plain(found.name if found else attempt.customer_id)
    left.markdown(f"**{name}** · {plain(attempt.institution_name or 'no bank chosen')} · Link was closed")
    at = format.moment(attempt.updated_at, session.zone(), desk.clock.now())
    left.caption(f"With {plain(attempt.operator)}, {at}. Nothing was linked and nothing was charged.")
    if can(actor, Permission.LINK_BANK):
        again = open_link(attempt.customer_id)
        actions.button("Link again", again, key=f"walked-{attempt.id}", place=right, width="stretch")


def draw_broken(desk: Desk, actor: Actor, work: WorkItem) -> None:
    """A connection that needs something of the customer or the bank."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"**{plain(owner_of(desk, actor, work.item))}** · {plain(work.item.institution_name)}")
    since = format.moment(work.since, session.zone(), desk.clock.now())
    left.caption(plain(f"{work.problem.what} {work.problem.action}" + (f" Since {since}." if work.since else "")))
    there = actions.go("health")
    actions.button("See what to say", there, key=f"broken-{work.item.id}", place=right, width="stretch")


def draw_item(desk: Desk, actor: Actor, item: Item) -> None:
    """A connection that leads to no bank account."""
    found = desk.customers.get_many(actor, [item.customer_id]).get(item.customer_id)
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


def owner_of(desk: Desk, actor: Actor, item: Item) -> str:
    """Whose a connection is."""
    owner = desk.customers.get_many(actor, [item.customer_id]).get(item.customer_id)
    return owner.name if owner else item.customer_id


def draw_name(desk: Desk, actor: Actor, one: Undecided) -> None:
    """An account whose bank names somebody else than its customer, or nobody."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"**{plain(one.holder.customer_name)}** · {plain(one.account.institution_name)}")
    named = ", ".join(one.holder.names) or "nobody"
    left.caption(plain(f"The bank names {named} as the holder. Say whether that is this customer."))
    there = actions.go("accounts", {"account": one.account.id})
    actions.button("Decide", there, key=f"name-{one.account.id}", place=right, width="stretch")


def draw_mandate(desk: Desk, actor: Actor, account: OldAccount) -> None:
    """A bank account of the old rail that nobody can debit before its customer authorizes it."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"**{plain(account.name or account.stripe_customer_id)}** · {plain(say_account(account))}")
    brought = format.money(account.brought_cents, "usd")
    left.caption(plain(f"Saved on the old rail without a mandate. Brought in {brought} in the last 12 months."))
    there = actions.go("mandates", {"account": account.id})
    actions.button("Collect it", there, key=f"mandate-{account.id}", place=right, width="stretch")


def draw_removal(desk: Desk, actor: Actor, job: Job, item: Item) -> None:
    """A removal that a provider has refused for most of a day."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"**{plain(owner_of(desk, actor, item))}** · {plain(item.institution_name)} · {ASKS}")
    begun = format.moment(job.ordered_at, session.zone(), desk.clock.now())
    left.caption(f"Ordered by {plain(job.ordered_by)}, {begun}. Nothing is debited from it any more.")
    if can(actor, Permission.REMOVE_BANK):
        again = actions.call(desk.removals.try_again, item.id)
        actions.button("Try again", again, key=f"removal-{item.id}", place=right, width="stretch")
    if job.problem:
        errors.show_problem(job.problem, ids={"Our connection": item.id})


def draw_lost(desk: Desk, actor: Actor, job: Job, item: Item) -> None:
    """A connection whose access token is gone for good."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"**{plain(owner_of(desk, actor, item))}** · {plain(item.institution_name)} · ✕ Must be linked anew")
    at = format.moment(job.ended_at, session.zone(), desk.clock.now())
    left.caption(f"Changed by {plain(job.ordered_by)}, {at}")
    if can(actor, Permission.LINK_BANK):
        again = open_link(item.customer_id)
        actions.button("Link again", again, key=f"lost-{item.id}", place=right, width="stretch")
    if job.problem:
        errors.show_problem(job.problem)


def draw_erasure(desk: Desk, actor: Actor, erasure: Erasure, job: Job) -> None:
    """An erasure that met a problem."""
    asks = job.state is JobState.ASKING
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"**{plain(erasure.pseudonym)}** · {ASKS if asks else AGAIN}")
    there = actions.go("customers", {"customer": erasure.id})
    actions.button("Open", there, key=f"erasure-{erasure.id}", place=right, width="stretch")
    if asks and can(actor, Permission.ERASE_CUSTOMER):
        again = actions.call(desk.erasures.try_again, erasure.id)
        actions.button("Try again", again, key=f"erase-{erasure.id}", place=right, width="stretch")
    if job.problem:
        errors.show_problem(job.problem)
