"""Account health: the bank connections that need something, what to say to the customer, and one button each."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from dashboard.access import Permission, can
from dashboard.desk import Desk
from dashboard.health import MOST_LISTED, Way, WorkItem
from dashboard.models import Actor, BankAccount, Customer, Item, ItemState
from dashboard.sayings import say, write_line
from dashboard.store.removals import Removal
from dashboard.ui import errors, format, frame, removing, session

STATES = {
    ItemState.HEALTHY: (":orange[:material/schedule: Needs something soon]", "runs out"),
    ItemState.LOGIN_REQUIRED: (":red[:material/login: Sign in again]", "since"),
    ItemState.REVOKED: (":red[:material/block: Access taken back]", "since"),
    ItemState.DOWN: (":orange[:material/cloud_off: Bank does not answer]", "since"),
}
BROKEN = ":red[:material/error: Cannot be debited]"


def go_link(customer_id: str, attempt_id: str | None = None) -> None:
    """To the customer's link: a new one, or this attempt."""
    place = {"customer": customer_id, **({"attempt": attempt_id} if attempt_id else {})}
    st.session_state["onboard"] = place
    st.switch_page("../pages/onboard.py", query_params=place)


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
        who = errors.plain(f"{owner.name} ({owner.reference})" if owner else item.customer_id)
        st.markdown(f"**{who}** · {errors.plain(f'{item.institution_name}, {name_accounts(work.accounts)}')} · {state}")
        when = f"{since.capitalize()} {format.moment(work.since, zone, now)}. " if work.since else ""
        st.caption(f"{when}{errors.plain(f'{work.problem.what} {work.problem.meaning}')}")
        spoken = say(work.problem)
        if spoken:
            st.markdown(f"**Say to the customer:** “{errors.plain(spoken)}”")
        st.markdown(f"**What to do:** {errors.plain(work.problem.action)}")
        draw_ways(desk, actor, work)
        if Way.REMOVE in work.ways:
            removing.offer(desk, actor, item.id)


def draw_ways(desk: Desk, actor: Actor, work: WorkItem) -> None:
    """The buttons, the best one first; those that this person may press."""
    item, links = work.item, can(actor, Permission.LINK_BANK)
    phone = links and desk.hosted.is_offered()
    offered: list[tuple[Way, str, str, bool]] = [
        (Way.RELINK, "Relink on this device", ":material/tablet:", links),
        (Way.PHONE, "Ask again by phone", ":material/smartphone:", phone),
        (Way.RENEW, "Renew the number", ":material/autorenew:", links),
        (Way.LINK_ANEW, "Link anew", ":material/add_link:", links),
        (Way.CHECK, "Check now", ":material/refresh:", True),
    ]
    with st.container(horizontal=True):
        first = True
        for way, words, icon, may in offered:
            if way not in work.ways or not may:
                continue
            kind: Literal["primary", "secondary"] = "primary" if first and way is not Way.CHECK else "secondary"
            first = False
            if st.button(words, icon=icon, key=f"{way}-{item.id}", type=kind):
                press(desk, actor, way, work)
        with st.popover("For support", icon=":material/support_agent:"):
            st.caption("For a ticket, or the provider's support (copy with the button at the right):")
            ids = {"Plaid Item": work.plaid_item_id, "Our connection": item.id}
            st.code(write_line(work.problem, ids), language=None, wrap_lines=True)


def press(desk: Desk, actor: Actor, way: Way, work: WorkItem) -> None:
    """Do what a button says."""
    item = work.item
    with errors.shown():
        if way is Way.RELINK:
            go_link(item.customer_id, desk.onboarding.relink(actor, item.id).attempt_id)
        elif way is Way.PHONE:
            go_link(item.customer_id, desk.hosted.relink(actor, item.id))
        elif way is Way.LINK_ANEW:
            go_link(item.customer_id)
        elif way is Way.RENEW:
            for account in work.accounts:
                desk.onboarding.renew(actor, account.id)
            st.rerun()
        else:
            with st.spinner("Asking Plaid …"):
                desk.health.check_now(actor, item.id)
            st.rerun()


def draw_removal(desk: Desk, actor: Actor, removal: Removal, item: Item, owner: Customer | None) -> None:
    """A removal that is not through at both providers."""
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        who = errors.plain(owner.name if owner else item.customer_id)
        where = "Plaid" if removal.plaid_at is None else "Stripe"
        left.markdown(f"**{who}** · {errors.plain(item.institution_name)} · :material/link_off: Being removed")
        begun = format.moment(removal.started_at, session.zone(), desk.clock.now())
        left.caption(f"Begun {begun} by {removal.operator}. Nothing is debited any more; {where} is still to be told.")
        if can(actor, Permission.REMOVE_BANK) and right.button("Try again", key=f"try-{item.id}", width="stretch"):
            desk.removals.try_again(actor, item.id)
            st.rerun()
        if removal.problem:
            errors.show_problem(removal.problem, ids={"Our connection": item.id})


def watch_removals(desk: Desk, actor: Actor, number: int) -> None:
    """Draw the page anew when one of the removals that run now is through, or has met a problem."""

    @st.fragment(run_every=1.0)
    def look() -> None:
        running = desk.removals.unfinished(actor)
        if len(running) != number or all(removal.problem for removal, _ in running):
            st.rerun(scope="app")

    look()


def main() -> None:
    """The connections in numbers, then what has to be done, then what is being taken down."""
    desk, actor = session.desk(), session.actor()
    frame.title("Account health", "Bank connections that need something. Until then nothing is debited from them.")
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
            waiting = f" {tally.unasked} not asked yet." if tally.unasked else ""
            st.caption(f"{said}{waiting}".strip())
        if not work and not removals:
            words = "Every connection works." if tally.connections else "No bank is linked yet."
            frame.empty(
                words,
                "A connection that stops working appears here, with what to do."
                if tally.connections
                else "Go to Onboard, pick a customer and press Connect a bank.",
                ":material/task_alt:",
            )
        found = {item.customer_id for _, item in removals} | {each.item.customer_id for each in work}
        owners = desk.customers.several(actor, found)
        for each in work:
            draw_work(desk, actor, each, owners.get(each.item.customer_id))
        if removals:
            st.subheader(f"Being removed ({len(removals)})")
        for removal, item in removals:
            draw_removal(desk, actor, removal, item, owners.get(item.customer_id))
        if any(removal.problem is None for removal, _ in removals):
            watch_removals(desk, actor, len(removals))


main()
