"""An order that was not sent in time: balance or risk is asked for anew, then it is confirmed again or canceled."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor, Balance, Debit, DebitState
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, pin, session
from dashboard.ui.debits import preview, risk
from dashboard.ui.text import plain

BALANCE = "debit-again-balance"


def offer(desk: Desk, actor: Actor, debit: Debit, place: st.delta_generator.DeltaGenerator) -> None:
    """The button in a list that leads here; nothing where nobody is asked, or this person may not debit."""
    if debit.state is DebitState.UNSENT and can(actor, Permission.CREATE_DEBIT):
        go = actions.go("debit", {"again": debit.id})
        actions.button("Decide", go, key=f"again-{debit.id}", place=place, type="primary", width="stretch")


def draw(desk: Desk, actor: Actor, debit_id: str) -> None:
    """The order, why it waits, and the two ways on."""
    debit = desk.debits.get(actor, debit_id)
    account = desk.linking.account(actor, debit.bank_account_id)
    owner = desk.customers.get(actor, debit.customer_id)
    amount = plain(format.money(debit.amount_cents, debit.currency))
    st.subheader(f"{amount} · {plain(debit.invoice_reference)} · {plain(owner.name)}", anchor=False)
    ordered = format.moment(debit.created_at, session.zone(), desk.clock.now())
    st.caption(
        f"{plain(account.institution_name)}, {plain(format.account(account.name, account.mask))} · ordered {ordered}"
        f" by {plain(debit.requested_by)}"
    )
    if debit.state is not DebitState.UNSENT:
        st.info("**This was decided already.**  \n**What to do:** look at the payments.", icon=":material/task_alt:")
        actions.button("See the payments", actions.go("payments"), key="again-payments")
        return
    if debit.problem:
        errors.show_problem(debit.problem, gentle=True)
    balance = st.session_state.get(f"{BALANCE}-{debit.id}")
    left, right = st.columns(2)
    if balance is None:
        risk.offer_check(desk, partial(_check_funds, desk, debit), key="again-balance", place=left, width="stretch")
    else:
        _offer_to_send(desk, actor, debit, balance)
    actions.button("Cancel this order", partial(_cancel, desk, debit), key="again-cancel", place=right, width="stretch")


def _offer_to_send(desk: Desk, actor: Actor, debit: Debit, balance: Balance) -> None:
    amount, reference = debit.amount_cents, debit.invoice_reference
    seen = desk.debits.preview(actor, debit.bank_account_id, amount, reference, balance, without=debit.id)
    preview.show_balance(amount, balance, seen)
    whose = "Plaid knew" if seen.assessment else "the bank gave"
    st.caption(f"As {whose} it on {format.moment(balance.at, session.zone(), desk.clock.now())}.")
    if seen.refusal is not None:
        errors.show(seen.refusal)
        return
    accepted = risk.ask_look(seen)
    if balance.available_cents is None and seen.assessment is None:
        accepted = st.checkbox("The bank gives no available balance. Debit all the same.", key="again-accept")
    if seen.similar is not None:
        accepted = preview.ask_about(desk, actor, seen.similar) and accepted
    words = f"Debit {plain(format.money(amount, debit.currency))}"
    with st.form("again-proof", border=False, clear_on_submit=True):
        if desk.debits.asks_for_proof(amount):
            accepted = pin.ask(desk, actor, "again-pin") and accepted
        send = partial(_send, desk, debit, balance, seen.similar.id if seen.similar else None)
        actions.submit(words, send, key="again-send", type="primary", disabled=not accepted, width="stretch")


def _check_funds(desk: Desk, debit: Debit, actor: Actor, fields: actions.Fields) -> actions.Then:
    balance = desk.debits.check_funds(actor, debit.bank_account_id, debit.amount_cents)
    return actions.Then(keep={f"{BALANCE}-{debit.id}": balance})


def _send(
    desk: Desk, debit: Debit, balance: Balance, similar_to: str | None, actor: Actor, fields: actions.Fields
) -> actions.Then:
    proved = pin.prove(desk, actor, fields, "again-pin")
    accepted = bool(fields.get("again-accept"))
    sent = desk.debits.confirm_again(
        proved,
        debit.id,
        balance,
        accept_unknown_balance=accepted,
        similar_to=similar_to,
        looked=risk.looked(balance, fields),
    )
    return actions.Then(query={}, keep={"debit-done": sent.id}, forget=[f"{BALANCE}-{debit.id}"])


def _cancel(desk: Desk, debit: Debit, actor: Actor, fields: actions.Fields) -> actions.Then:
    desk.debits.cancel(actor, debit.id)
    return actions.Then(query={}, keep={"debit-done": debit.id}, forget=[f"{BALANCE}-{debit.id}"])
