"""Giving a payment back: the form beside the payment, what was given back, and refunds that failed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor
from dashboard.domain.refunds import GONE, Refund, RefundOrder, RefundReason, RefundState
from dashboard.refunds.checks import Refundable
from dashboard.staff.access import Permission, can, is_proved
from dashboard.ui import actions, errors, format, pin, session
from dashboard.ui.text import plain

REASONS = {
    RefundReason.REQUESTED: "The customer asked for it",
    RefundReason.DUPLICATE: "It was debited twice",
    RefundReason.WRONG_AMOUNT: "The amount was wrong",
    RefundReason.OTHER: "Something else",
}
STATES = {
    RefundState.REVIEW: "◇ Waiting for approval",
    RefundState.ORDERED: "↗ Sending",
    RefundState.UNKNOWN: "? Unknown: searching at Stripe",
    RefundState.AT_STRIPE: "◈ Waiting at Stripe for an approval there",
    RefundState.SUBMITTED: "→ At Stripe",
    RefundState.REFUSED: "✗ Refused",
    RefundState.CANCELED: "⊘ Canceled",
}

GENTLE = frozenset({RefundState.REVIEW, RefundState.CANCELED, RefundState.AT_STRIPE})


def draw(desk: Desk, actor: Actor, payment_id: str) -> None:
    """What was given back, and the form for more where it is possible and this person may."""
    found = desk.refunds.refundable(actor, payment_id)
    made = desk.refunds.of_payment(actor, found.payment_id)
    offered = can(actor, Permission.REFUND_PAYMENT) and found.problem is None
    known = bool(found.refunded_cents) or bool(made)
    if not known and not offered and (found.problem is None or found.problem.code == "not_collected"):
        return
    st.markdown("#### Refund")
    for one in made:
        _draw_one(desk, actor, one)
    _draw_answers(desk, actor, found.payment_id)
    if found.problem is not None:
        st.caption(plain(f"{found.problem.what} {found.problem.action}".strip()))
    elif offered:
        _draw_form(desk, actor, found)


def _draw_one(desk: Desk, actor: Actor, refund: Refund) -> None:
    """One refund: how much, where it is, who asked."""
    word = f"✗ {refund.status}: the amount is ours again" if refund.status in GONE else STATES[refund.state]
    amount = format.money(refund.cents, refund.currency)
    when = format.moment(refund.created_at, session.zone(), desk.clock.now())
    st.markdown(plain(f"{amount} · {word}"))
    st.caption(plain(f"{REASONS[refund.reason]}; ordered {when} by {refund.requested_by}"))
    if refund.problem is not None:
        errors.show_problem(refund.problem, gentle=refund.state in GENTLE)
    if refund.state is RefundState.AT_STRIPE and can(actor, Permission.REFUND_PAYMENT):
        with st.form(f"ended-{refund.id}", border=False):
            st.caption("Only where Stripe's Dashboard shows it as rejected, canceled or expired:")
            known = is_proved(actor, desk.clock.real()) or pin.ask(desk, actor, f"ended-{refund.id}-pin")
            work = partial(_end_at_stripe, desk, refund.id)
            actions.submit("It was not approved at Stripe", work, key=f"ended-{refund.id}-send", disabled=not known)


def _end_at_stripe(desk: Desk, id: str, actor: Actor, fields: actions.Fields) -> None:
    """Look once more, and end it where Stripe did not make it."""
    desk.refunds.end_at_stripe(pin.prove(desk, actor, fields, f"ended-{id}-pin"), id)


def _draw_answers(desk: Desk, actor: Actor, payment_id: str) -> None:
    """What to tell the customer: when the money comes, and which reference their bank can search by."""
    for one in desk.refund_answers.of_payment(actor, payment_id):
        reference = f" · reference {one.reference}" if one.reference else ""
        with st.expander(plain(f"Answer sheet for the customer{reference}"), icon=":material/description:"):
            st.text(one.text)
            st.download_button(
                "Save as text",
                one.text,
                file_name=f"refund-{one.refund_id}.txt",
                mime="text/plain",
                icon=":material/download:",
                on_click="ignore",
                key=f"answer-{one.refund_id}",
            )


def _draw_form(desk: Desk, actor: Actor, found: Refundable) -> None:
    """The amount, the total that will then have been refunded, the reason, and the button."""
    now, zone = desk.clock.now(), session.zone()
    key = f"refund-{found.payment_id}"
    st.session_state.setdefault(f"{key}-ticket", desk.refunds.ticket())
    if now < found.returnable_until:
        st.warning(
            f"**The bank may still return this payment until {plain(format.moment(found.returnable_until, zone, now))}."
            "**  \nAfter a refund, a return would give the customer the money twice.  \n**What to do:** refund it"
            " where the customer agrees not to dispute it.",
            icon=":material/warning:",
        )
    cents: int | None = found.left_cents
    if found.is_partial_allowed:
        typed = st.text_input("Amount (USD)", value=format.typed_money(found.left_cents), key=f"{key}-amount")
        cents = format.parse_money(typed)
    if cents is None or not 0 < cents <= found.left_cents:
        st.error(
            plain(f"Type an amount up to {format.money(found.left_cents, found.currency)}."), icon=":material/error:"
        )
        return
    total = found.refunded_cents + cents
    whole = format.money(found.amount_cents, found.currency)
    st.markdown(plain(f"{format.money(total, found.currency)} of {whole} will then have been refunded."))
    with st.form(f"{key}-form", border=False):
        st.selectbox("Why?", list(REASONS), format_func=REASONS.__getitem__, key=f"{key}-reason")
        st.text_input("Note", max_chars=200, key=f"{key}-note", placeholder="For your colleagues; not sent to Stripe")
        known = True
        if desk.refunds.asks_for_proof(cents) and not is_proved(actor, desk.clock.real()):
            known = pin.ask(desk, actor, f"{key}-pin")
        words = f"Refund {plain(format.money(cents, found.currency))}"
        work = partial(_order, desk, found.payment_id, cents, total)
        actions.submit(words, work, key=f"{key}-send", type="primary", disabled=not known, width="stretch")


def _order(desk: Desk, payment_id: str, cents: int, total: int, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Order what was shown; the ticket makes a double click one refund."""
    key = f"refund-{payment_id}"
    if f"{key}-ticket" not in fields:
        raise InputError("This form is too old.", action="Reload the page.", code="invalid_ticket")
    proved = pin.prove(desk, actor, fields, f"{key}-pin")
    wanted = RefundOrder(
        ticket=fields[f"{key}-ticket"],
        payment_id=payment_id,
        cents=cents,
        total_cents=total,
        reason=fields[f"{key}-reason"],
        note=fields[f"{key}-note"],
    )
    made = desk.refunds.order(proved, wanted)
    waits = made.state is RefundState.REVIEW
    said = "A second person is asked, under Approvals." if waits else "The refund is ordered."
    return actions.Then(forget=[f"{key}-ticket", f"{key}-amount"], said=said)


def draw_failed(desk: Desk, refund: Refund) -> None:
    """A refund that the bank did not take: the money is in our balance again, and the customer still waits for it."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    amount = plain(format.money(refund.cents, refund.currency))
    left.markdown(f"**{amount}** · {plain(refund.payment_id)} · ✗ Refund failed")
    when = format.moment(refund.created_at, session.zone(), desk.clock.now())
    why = f" ({refund.failure})" if refund.failure else ""
    left.caption(
        plain(
            f"Ordered {when} by {refund.requested_by}. The bank did not take it{why}; the amount is in the balance"
            " again. Ask the customer for another way, such as a check, or refund it again."
        )
    )
    there = actions.go("payment", {"payment": refund.payment_id})
    actions.button("Open", there, key=f"failed-{refund.id}", place=right, width="stretch")
