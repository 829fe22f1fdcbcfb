"""Forgetting a customer, as an administrator does it: what goes, what stays, and what is left to see afterwards."""

from __future__ import annotations

import streamlit as st

from dashboard.access import Permission, can
from dashboard.desk import Desk
from dashboard.models import Actor, Customer
from dashboard.store.erasures import Erasure, Stage
from dashboard.ui import errors, format, frame, proof, session

STAGES = {
    Stage.ORDERED: "◌ Ordered: the bank connections are being ended",
    Stage.WIPED: "◔ Erased from every table; the file's older pages are being overwritten",
    Stage.DONE: "✓ Erased",
}


def offer(desk: Desk, actor: Actor, customer: Customer) -> None:
    """The form that erases a customer: what it does, what stands in its way, the reference typed once more."""
    plan = desk.erasing.plan(actor, customer.id)
    st.markdown(
        "**Erasing takes this customer out of the desk for good.** Name, e-mail, reference, notes, addresses and tokens"
        " go, here and where the desk wrote them at Stripe. Their payments stay, under a pseudonym, so that every sum"
        " still adds up."
    )
    for effect in plan.effects:
        st.markdown(f"- {errors.plain(effect)}")
    st.caption(
        "Backups hold the name until they are pruned. What Stripe and Plaid keep for their own duties stays there."
    )
    for obstacle in plan.obstacles:
        st.warning(obstacle, icon=":material/block:")
    with st.form(f"erase-{customer.id}", border=False):
        typed = st.text_input(f"Type the reference {errors.plain(customer.reference)} to confirm", max_chars=60)
        pin, known = proof.ask(desk, actor)
        if st.form_submit_button(
            "Erase this customer", icon=":material/delete_forever:", disabled=bool(plan.obstacles) or not known
        ):
            with errors.shown():
                desk.erasing.order(proof.give(desk, actor, pin), customer.id, typed)
                st.rerun()


def show(desk: Desk, actor: Actor, erasure: Erasure) -> None:
    """The page of a customer who was erased, or is being erased."""
    now, zone = desk.clock.now(), session.zone()
    frame.title(erasure.pseudonym, "This customer was erased. Their payments stand under this pseudonym.")
    st.markdown(f"**{STAGES[erasure.stage]}**")
    _follow(desk, actor, erasure)
    st.caption(f"Asked for by {errors.plain(erasure.asked_by)}, {format.moment(erasure.asked_at, zone, now)}.")
    if erasure.problem:
        errors.show_problem(erasure.problem)
        st.caption("It is tried again every minute.")
    if can(actor, Permission.VIEW_PAYMENTS) and st.button("Their payments", icon=":material/payments:"):
        st.switch_page("../pages/payments.py", query_params={"text": erasure.pseudonym})
    if can(actor, Permission.ERASE_CUSTOMER):
        _offer_proofs(desk, actor, erasure)


def _follow(desk: Desk, actor: Actor, erasure: Erasure) -> None:
    """Draw the page anew when the erasure has come further."""
    if erasure.stage is Stage.DONE:
        return

    @st.fragment(run_every=1)
    def look() -> None:
        found = desk.erasing.find(actor, erasure.id)
        if found is not None and (found.stage, found.problem) != (erasure.stage, erasure.problem):
            st.rerun(scope="app")

    look()


def _offer_proofs(desk: Desk, actor: Actor, erasure: Erasure) -> None:
    kept = desk.erasing.proofs(actor, erasure.id)
    if not kept:
        return
    st.subheader("Proof of authorization")
    st.caption(
        "Kept sealed for two years after it ended, as Nacha asks, for a bank that disputes a debit; then deleted."
    )
    for mandate, until in kept.items():
        with st.form(f"proof-{mandate}"):
            st.markdown(f"`{mandate}`, until **{until.astimezone(session.zone()):%-d %B %Y}**")
            pin, known = proof.ask(desk, actor)
            if st.form_submit_button("Open the proof", icon=":material/lock_open:", disabled=not known):
                with errors.shown():
                    st.json(desk.erasing.open_proof(proof.give(desk, actor, pin), mandate))
