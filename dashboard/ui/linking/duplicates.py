"""Customers who may be one person, as the operator is asked about them before Link opens."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor, Customer
from dashboard.linking.duplicates import Duplicate
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, format
from dashboard.ui.linking.opening import to_link
from dashboard.ui.text import plain

FIELDS = ("new-name", "new-email", "new-reference", "new-holder")
ASKED = "new-duplicates"  # what was typed, and the ids of those who may be the same


def describe(desk: Desk, actor: Actor, customer: Customer) -> str:
    """E-mail, reference, and what is linked: what tells one customer from another of the same name."""
    linked = [one for one in desk.linking.accounts(actor, customer.id) if one.ended is None]
    banks = ", ".join(f"{one.institution_name}, {format.account(one.name, one.mask)}" for one in linked[:2])
    more = f" and {len(linked) - 2} more" if len(linked) > 2 else ""
    return f"{customer.email} · {customer.reference} · {f'linked: {banks}{more}' if linked else 'no bank linked yet'}"


def add(desk: Desk, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Add the customer of the form and go on to their link; first ask where somebody like them is there already."""
    typed = tuple(fields[name] for name in FIELDS)
    name, email, reference, holder = typed
    desk.customers.check(actor, name, email, reference, holder)
    found = desk.duplicates.find(actor, name, email, holder)
    if found:
        return actions.Then(keep={ASKED: (typed, found)})
    return add_typed(desk, typed, actor, fields)


def add_typed(desk: Desk, typed: tuple[str, str, str, str], actor: Actor, fields: actions.Fields) -> actions.Then:
    """Add who was typed, whoever is like them."""
    return replace(to_link(desk.customers.add(actor, *typed).id), forget=[ASKED])


def ask(desk: Desk, actor: Actor) -> None:
    """Whether the new customer is one of those who are there: use one of them, or add the new one all the same."""
    asked = st.session_state.get(ASKED)
    if asked is None:
        return
    typed, found = asked
    with st.container(border=True):
        st.markdown(f"**Is {plain(typed[0])} one of these?**  \nTwo entries of one customer split their payments.")
        for one in found:
            use = partial(_use, one.customer.id)
            said = plain(f"{describe(desk, actor, one.customer)} ({one.reason.value})")
            label = f"Yes: **{plain(one.customer.name)}** · {said}"
            actions.button(label, use, key=f"same-{one.customer.id}", width="stretch")
        anew = partial(add_typed, desk, typed)
        actions.button("No, add a new customer", anew, key="same-nobody", width="stretch")


def _use(customer_id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    return replace(to_link(customer_id), forget=[ASKED])


def show(desk: Desk, actor: Actor, customer: Customer) -> None:
    """Who may be the same person as a customer who is about to link; nothing where there is nobody."""
    key = f"duplicates-{customer.id}"
    if key not in st.session_state:  # names are compared once a customer, not at each click
        st.session_state[key] = desk.duplicates.of(actor, customer)
    found: list[Duplicate] = st.session_state[key]
    living = desk.customers.get_many(actor, [one.customer.id for one in found])
    found = [one for one in found if one.customer.id in living]
    if not found:
        return
    with st.container(border=True):
        st.markdown("**There may be a second entry of this customer.** If it is one person, merge the two first.")
        for one in found:
            left, right = st.columns([3, 1], vertical_alignment="center")
            said = plain(f"{describe(desk, actor, one.customer)} ({one.reason.value})")
            left.markdown(f"**{plain(one.customer.name)}** · {said}")
            with right:
                offer_merge(actor, customer, one.customer, key=f"merge-with-{one.customer.id}")


def offer_merge(actor: Actor, one: Customer, other: Customer, key: str) -> None:
    """The button that leads to the merge of two customers; the older entry is the one that is kept."""
    if not can(actor, Permission.EDIT_CUSTOMERS):
        return
    kept, gone = sorted((other, one), key=lambda each: each.created_at)
    part = {f"customer-part-{kept.id}": "Merge", "merge-text": gone.reference, "merge-gone": gone.id}
    there = actions.go("customers", {"customer": kept.id}, keep=part)
    actions.button("Merge", there, key=key, icon=":material/merge:", width="stretch")
