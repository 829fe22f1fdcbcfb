"""Account health: the bank connections that need something, what to say to the customer, and one button each."""

from __future__ import annotations

from functools import partial
from typing import Literal

import streamlit as st

from dashboard.connections.health import MOST_LISTED, Action, WorkItem
from dashboard.desk import Desk
from dashboard.domain.jobs import Job
from dashboard.domain.models import Actor, BankAccount, Customer, Item, ItemState
from dashboard.messages.say_to_customer import customer_sentence, write_line
from dashboard.staff.access import Permission, can
from dashboard.store.connections.removals import Removal
from dashboard.ui import actions, errors, format, layout, session
from dashboard.ui.accounts import removal
from dashboard.ui.linking.opening import open_link, relink, to_link
from dashboard.ui.text import plain

STATES = {
    ItemState.HEALTHY: (":orange[:material/schedule: Needs something soon]", "runs out"),
    ItemState.LOGIN_REQUIRED: (":red[:material/login: Sign in again]", "since"),
    ItemState.REVOKED: (":red[:material/block: Access revoked]", "since"),
    ItemState.DOWN: (":orange[:material/cloud_off: Bank not answering]", "since"),
}
BROKEN = ":red[:material/error: Cannot be debited]"


def name_accounts(accounts: tuple[BankAccount, ...]) -> str:
    """The accounts of a connection, as the customer knows them."""
    return ", ".join(format.account(one.name, one.mask) for one in accounts) or "no account"


def draw_work(desk: Desk, actor: Actor, work: WorkItem, owner: Customer | None) -> None:
    """One connection: whose, what is wrong, since when, what to say, and what can be done."""
    zone, now = session.zone(), desk.clock.now()
    item = work.item
    with st.container(border=True):
        state, since = STATES.get(item.state, (BROKEN, "since"))
        if item.state is ItemState.HEALTHY and work.is_urgent:
            state, since = BROKEN, "since"
        who = plain(f"{owner.name} ({owner.reference})" if owner else item.customer_id)
        st.markdown(f"**{who}** · {plain(f'{item.institution_name}, {name_accounts(work.accounts)}')} · {state}")
        when = f"{plain(since.capitalize())} {format.moment(work.since, zone, now)}. " if work.since else ""
        st.caption(f"{when}{plain(f'{work.problem.what} {work.problem.meaning}')}")
        spoken = customer_sentence(work.problem)
        if spoken:
            st.markdown(f"**Say to the customer:** “{plain(spoken)}”")
        st.markdown(f"**What to do:** {plain(work.problem.action)}")
        draw_actions(desk, actor, work)
        if Action.REMOVE in work.actions:
            removal.offer(desk, actor, item.id)


def draw_actions(desk: Desk, actor: Actor, work: WorkItem) -> None:
    """The buttons, the best one first; those that this person may press."""
    item, links = work.item, can(actor, Permission.LINK_BANK)
    phone = links and desk.hosted.is_offered()
    offered: list[tuple[Action, str, str, bool]] = [
        (Action.RELINK, "Relink on this device", ":material/tablet:", links),
        (Action.PHONE, "Ask again by phone", ":material/smartphone:", phone),
        (Action.RENEW, "Renew the number", ":material/autorenew:", links),
        (Action.LINK_ANEW, "Link anew", ":material/add_link:", links),
        (Action.CHECK, "Check now", ":material/refresh:", True),
    ]
    line, below = st.container(horizontal=True), st.container()
    with line:
        first = True
        for action, words, icon, may in offered:
            if action not in work.actions or not may:
                continue
            kind: Literal["primary", "secondary"] = "primary" if first and action is not Action.CHECK else "secondary"
            first = False
            actions.button(
                plain(words),
                doing(desk, action, work),
                key=f"{action}-{item.id}",
                below=below,
                slow="Asking Plaid …" if action is Action.CHECK else "",
                icon=icon,
                type=kind,
            )
        with st.popover("For support", icon=":material/support_agent:"):
            st.caption("For a ticket, or the provider's support (copy with the button at the right):")
            ids = {"Plaid Item": work.plaid_item_id, "Our connection": item.id}
            st.code(write_line(work.problem, ids), language=None, wrap_lines=True)


def doing(desk: Desk, action: Action, work: WorkItem) -> actions.Work:
    """What a button does."""
    item = work.item
    if action is Action.RELINK:
        return relink(desk, item.customer_id, item.id)
    if action is Action.PHONE:
        return actions.call(desk.hosted.relink, item.id, then=partial(to_link, item.customer_id))
    if action is Action.LINK_ANEW:
        return open_link(item.customer_id)
    if action is Action.RENEW:
        return actions.call(partial(renew, desk, work))
    return actions.call(desk.health.check_now, item.id)


def renew(desk: Desk, work: WorkItem, actor: Actor) -> None:
    """Have the number of every account renewed."""
    for account in work.accounts:
        desk.linking.renew(actor, account.id)


def draw_removal(desk: Desk, actor: Actor, removal: Removal, job: Job, item: Item, owner: Customer | None) -> None:
    """A removal that is not through at both providers."""
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        who = plain(owner.name if owner else item.customer_id)
        where = "Plaid" if removal.plaid_at is None else "Stripe"
        left.markdown(f"**{who}** · {plain(item.institution_name)} · :material/link_off: Being removed")
        begun = format.moment(job.ordered_at, session.zone(), desk.clock.now())
        left.caption(
            f"Begun {begun} by {plain(job.ordered_by)}. Nothing is debited any more; {where} is still to be told."
        )
        if can(actor, Permission.REMOVE_BANK):
            again = actions.call(desk.removals.try_again, item.id)
            actions.button("Try again", again, key=f"try-{item.id}", place=right, width="stretch")
        if job.problem:
            errors.show_problem(job.problem, ids={"Our connection": item.id})


def watch_removals(desk: Desk, actor: Actor, number: int) -> None:
    """Draw the page anew when one of the removals that run now is through, or has met a problem."""

    @st.fragment(run_every=1.0)
    def look() -> None:
        running = desk.removals.unfinished(actor)
        if len(running) != number or all(job.problem for _, job, _ in running):
            st.rerun(scope="app")

    look()


def main() -> None:
    """The connections in numbers, then what has to be done, then what is being taken down."""
    desk, actor = session.desk(), session.actor()
    layout.title("Account health", "Bank connections that need something. Until then nothing is debited from them.")
    with errors.shown():
        tally, work, removals = desk.health.tally(actor), desk.health.work_list(actor), desk.removals.unfinished(actor)
        one, two, three, four = st.columns(4)
        one.metric("Connections", tally.connections)
        two.metric("Working", tally.working)
        three.metric("To do", f"{len(work)}{'+' if len(work) >= MOST_LISTED else ''}")
        four.metric("Asked today", desk.health.asked_today(actor))
        if tally.connections:
            oldest = format.moment(tally.oldest_answer, session.zone(), desk.clock.now()) if tally.oldest_answer else ""
            said = (
                f"Plaid is asked about each connection once a day. The oldest answer is of {oldest}." if oldest else ""
            )
            waiting = f" {tally.unasked:,} not asked yet." if tally.unasked else ""
            st.caption(f"{said}{waiting}".strip())
        if not work and not removals:
            words = "Every connection works." if tally.connections else "No bank is linked yet."
            layout.empty(
                words,
                "A connection that stops working appears here, with what to do."
                if tally.connections
                else "Go to Onboard, pick a customer and press Connect a bank.",
                ":material/task_alt:",
            )
        found = {item.customer_id for _, _, item in removals} | {each.item.customer_id for each in work}
        owners = desk.customers.get_many(actor, found)
        for each in work:
            draw_work(desk, actor, each, owners.get(each.item.customer_id))
        if removals:
            st.subheader(f"Being removed ({len(removals)})", anchor=False)
        for removal, job, item in removals:
            draw_removal(desk, actor, removal, job, item, owners.get(item.customer_id))
        if any(job.problem is None for _, job, _ in removals):
            watch_removals(desk, actor, len(removals))


main()
