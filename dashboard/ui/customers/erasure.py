"""Erasing a customer, as an administrator does it: what is erased, what stays, and what is shown afterwards."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.models import Actor, Customer
from dashboard.staff.access import Permission, can
from dashboard.store.privacy.erasures import Erasure, Stage
from dashboard.ui import actions, errors, format, layout, pin, session
from dashboard.ui.text import plain

STAGES = {
    Stage.ORDERED: "◌ Ordered: the bank connections are being ended",
    Stage.WIPED: "◔ Erased from every table; the file's older pages are being overwritten",
    Stage.DONE: "✓ Erased",
}


def offer(desk: Desk, actor: Actor, customer: Customer) -> None:
    """The form that erases a customer: what it does, what stands in its way, the reference typed once more."""
    plan = desk.erasures.plan(actor, customer.id)
    st.markdown(
        "**Erasing takes this customer out of the desk for good.** Name, e-mail, reference, notes, addresses and tokens"
        " go, here and where the desk wrote them at Stripe. Their payments stay, under a pseudonym, so that every sum"
        " still adds up."
    )
    for effect in plan.effects:
        st.markdown(f"- {plain(effect)}")
    st.caption(
        "Backups hold the name until they are pruned. What Stripe and Plaid keep for their own duties stays there."
    )
    for blocker in plan.blockers:
        st.warning(plain(blocker), icon=":material/block:")
    with st.form(f"erase-{customer.id}", border=False):
        typed, typed_pin = f"erase-{customer.id}-typed", f"erase-{customer.id}-pin"
        st.text_input(f"Type the reference {plain(customer.reference)} to confirm", max_chars=60, key=typed)
        known = pin.ask(desk, actor, typed_pin)

        def order(person: Actor, fields: actions.Fields) -> None:
            desk.erasures.order(pin.prove(desk, person, fields, typed_pin), customer.id, fields[typed])

        actions.submit(
            "Erase this customer",
            order,
            key=f"erase-{customer.id}-now",
            icon=":material/delete_forever:",
            disabled=bool(plan.blockers) or not known,
        )


def show(desk: Desk, actor: Actor, erasure: Erasure) -> None:
    """The page of a customer who was erased, or is being erased."""
    now, zone = desk.clock.now(), session.zone()
    layout.title(erasure.pseudonym, "This customer was erased. Their payments stand under this pseudonym.")
    st.markdown(f"**{STAGES[erasure.stage]}**")
    job = desk.erasures.job(actor, erasure.id)
    _follow(desk, actor, erasure, job)
    if job is not None:
        st.caption(f"Asked for by {plain(job.ordered_by)}, {format.moment(job.ordered_at, zone, now)}.")
    if job is not None and job.problem:
        errors.show_problem(job.problem)
        if job.state is JobState.ASKING:
            st.caption("It is not retried automatically: see Inbox.")
        elif not job.state.is_ended:
            st.caption("It is retried automatically.")
    if can(actor, Permission.VIEW_PAYMENTS):
        there = actions.go("payments", {"text": erasure.pseudonym})
        actions.button("Their payments", there, key=f"payments-{erasure.id}", icon=":material/payments:")
    if can(actor, Permission.ERASE_CUSTOMER):
        _offer_proofs(desk, actor, erasure)


def _follow(desk: Desk, actor: Actor, erasure: Erasure, job: Job | None) -> None:
    """Draw the page anew when the erasure has come further."""
    if erasure.stage is Stage.DONE:
        return

    @st.fragment(run_every=1)
    def look() -> None:
        found, goes_on = desk.erasures.find(actor, erasure.id), desk.erasures.job(actor, erasure.id)
        if found != erasure or (goes_on and goes_on.problem) != (job and job.problem):
            st.rerun(scope="app")

    look()


def _offer_proofs(desk: Desk, actor: Actor, erasure: Erasure) -> None:
    kept = desk.erasures.proofs(actor, erasure.id)
    if not kept:
        return
    st.subheader("Proof of authorization", anchor=False)
    st.caption(
        "Kept sealed for two years after it ended, as Nacha asks, for a bank that disputes a debit; then deleted."
    )
    for mandate, until in kept.items():
        with st.form(f"proof-{mandate}"):
            st.markdown(f"{plain(mandate)}, until **{format.date_of(until, session.zone())}**")
            known = pin.ask(desk, actor, f"proof-{mandate}-pin")
            open_it = partial(_open_proof, desk, mandate)
            icon = ":material/lock_open:"
            actions.submit("Open the proof", open_it, key=f"proof-{mandate}-open", icon=icon, disabled=not known)
            opened, proof = st.session_state.get("proof-opened", ("", None))
            if opened == mandate:
                st.json(proof)


def _open_proof(desk: Desk, mandate: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    proof = desk.erasures.open_proof(pin.prove(desk, actor, fields, f"proof-{mandate}-pin"), mandate)
    return actions.Then(keep={"proof-opened": (mandate, proof)})
