"""What waits for a second person: an inbox, and each question with the reasons to say no."""

from __future__ import annotations

import json
from functools import partial

import streamlit as st

from components.grid import grid
from dashboard.approvals import Question
from dashboard.approvals.lists import say_owner
from dashboard.desk import Desk
from dashboard.domain.approvals import Approval, ApprovalState
from dashboard.domain.models import Actor, Customer
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, layout, lists, pin, session, sign_in_gate
from dashboard.ui.approvals import leaving_out, reasons
from dashboard.ui.approvals.grid import APPROVALS
from dashboard.ui.text import plain

EXACTLY = {
    "write_off": "Exactly what is written off",
    "batch": "What is sent to Stripe: the digest of each row exactly as it will be sent, in their order",
}
FEW = 5  # lines that wait without a part of their own that scrolls
WAITING_HEIGHT = 260  # pixels of it
SIGNS = {
    ApprovalState.REQUIRES_REVIEW: ("orange", ":material/pending_actions:"),
    ApprovalState.APPROVED: ("blue", ":material/schedule_send:"),
    ApprovalState.SUCCEEDED: ("green", ":material/check_circle:"),
    ApprovalState.REJECTED: ("red", ":material/block:"),
    ApprovalState.CANCELED: ("gray", ":material/cancel:"),
    ApprovalState.EXPIRED: ("gray", ":material/timer_off:"),
    ApprovalState.FAILED: ("red", ":material/error:"),
}


def owners_of(desk: Desk, actor: Actor, found: list[Approval]) -> dict[str, Customer]:
    """The customers of these, by our id."""
    return desk.customers.get_many(actor, [one.customer_id for one in found if one.customer_id])


def draw_line(desk: Desk, approval: Approval, title: str, owner: str) -> None:
    """One line of the inbox: how much, of whom, who asked, until when."""
    zone, now = session.zone(), desk.clock.now()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"line-{approval.id}"):
        amount = plain(format.money(approval.amount_cents, "usd"))
        st.markdown(f"**{amount} · {plain(title)}** · {plain(owner)}", width="stretch")
        asked = f"asked by {approval.requested_by} on {format.moment(approval.requested_at, zone, now)}"
        until = f"expires {format.moment(approval.expires_at, zone, now)}"
        st.caption(plain(f"{asked}, {until}"), width="content")
        actions.button("Open", actions.go("approvals", {"approval": approval.id}), key=f"open-{approval.id}")


def draw_waiting(desk: Desk, actor: Actor, waiting: list[tuple[Approval, str]]) -> None:
    """What waits, the longest waiting first; more than a few in a part that scrolls: the table stays in sight."""
    if not waiting:
        above = desk.settings.approvals.above_cents
        rule = (
            f"Debits above {format.money(above)}, or that bring a customer's debits of 24 hours above it, wait here."
            if above is not None
            else "Nobody is asked: an administrator sets ACH_DESK_APPROVE_ABOVE_CENTS to have large debits wait here."
        )
        rule += " Every batch waits here too."
        st.markdown(f":material/task_alt: **Nothing waits for approval.** {plain(rule)}")
        return
    owners = owners_of(desk, actor, [one for one, _ in waiting])
    with st.container(
        height=WAITING_HEIGHT if len(waiting) > FEW else "content", border=False, gap="xxsmall", key="waiting"
    ):
        for approval, title in waiting:
            draw_line(desk, approval, title, say_owner(approval, owners))


@st.fragment
def draw_inbox(desk: Desk) -> None:
    """What waits as lines, what was decided in the table; what the table says draws this again and no more."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        waiting = desk.approvals.waiting(actor)
        with lists.head():
            layout.title("Approvals")
            if waiting:
                st.caption(f"Waiting ({len(waiting)})")
        draw_waiting(desk, actor, waiting)
        empty = "Nothing has been decided yet.", "What a second person approves or declines stands here."
        grid(APPROVALS.describe(actor, empty), key=APPROVALS.key)


def draw_question(desk: Desk, actor: Actor, id: str) -> None:
    """One question: what it is, the reasons to say no, the exact bodies, and the two answers."""
    shown, zone, now = desk.approvals.question(actor, id), session.zone(), desk.clock.now()
    approval = shown.approval
    owner = say_owner(approval, owners_of(desk, actor, [approval]))
    color, icon = SIGNS[approval.state]
    st.subheader(f"{plain(format.money(approval.amount_cents, 'usd'))} · {plain(shown.title)}", anchor=False)
    st.markdown(f":{color}[{icon} {plain(approval.state.words)}] · **{plain(owner)}**")
    asked = f"Asked by {approval.requested_by} on {format.moment(approval.requested_at, zone, now)}"
    st.markdown(plain(f"{asked}, since {approval.rule}."))
    if shown.decision is not None:
        verdict = "Approved" if shown.decision.is_approved else "Declined"
        why = f": {shown.decision.reason}" if shown.decision.reason else ""
        when = format.moment(shown.decision.at, zone, now)
        st.markdown(plain(f"{verdict} by {shown.decision.person} on {when}{why}"))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("#### Reasons to say no")
        reasons.draw_reasons(shown, now)
        if approval.kind == "batch":
            there = actions.go("batches", {"batch": approval.subject})
            actions.button("See every row", there, key="approval-rows", icon=":material/table_rows:")
    with right:
        st.markdown("#### Your answer" if approval.state is ApprovalState.REQUIRES_REVIEW else "#### Outcome")
        if approval.state is ApprovalState.REQUIRES_REVIEW:
            draw_answers(desk, actor, shown)
        else:
            st.markdown(plain(f"{approval.state.words}, {format.moment(approval.updated_at, zone, now)}."))
            draw_newer(desk, actor, approval)
    sent = EXACTLY.get(approval.kind, "Exactly what is sent to Stripe")
    with st.expander(sent, icon=":material/data_object:"):
        st.code(json.dumps(shown.bodies, indent=2, ensure_ascii=False), language=None, wrap_lines=True)
        st.caption(f"Digest of this and of the facts above: {plain(shown.digest)}")


def draw_newer(desk: Desk, actor: Actor, approval: Approval) -> None:
    """The question that took this one's place, where a batch has changed since."""
    newest = desk.batches.approval_of(actor, approval.subject) if approval.kind == "batch" else None
    if newest is not None and newest.id != approval.id:
        there = actions.go("approvals", {"approval": newest.id})
        actions.button("Open the question that took its place", there, key="approval-newer", type="primary")


def draw_answers(desk: Desk, actor: Actor, shown: Question) -> None:
    """Approve with proof, or decline with a reason; for who asked, the way to cancel."""
    approval = shown.approval
    expires = format.moment(approval.expires_at, session.zone(), desk.clock.now())
    st.caption(plain(f"Nothing is sent before it is approved. It expires {expires}."))
    refusal = desk.approvals.why_not(actor, approval)
    if not can(actor, Permission.APPROVE_MONEY):
        st.info("Your role may look at this, and not decide.", icon=":material/visibility:")
    elif refusal is not None:
        errors.show(refusal)
    else:
        with st.form("approve", border=False, clear_on_submit=True):
            known = pin.ask(desk, actor, "approve-pin")
            words = f"Approve {plain(format.money(approval.amount_cents, 'usd'))}"
            work = partial(approve, desk, shown)
            actions.submit(words, work, key="approve-send", type="primary", disabled=not known, width="stretch")
        with st.form("decline", border=False):
            st.text_area("Why not?", max_chars=300, key="decline-reason", placeholder="Who ordered it reads this.")
            actions.submit("Decline", partial(decline, desk, shown), key="decline-send", width="stretch")
        if approval.kind == "batch":
            leaving_out.draw(desk, actor, approval)
    if can(actor, Permission.CREATE_DEBIT):
        ways = {"debit": desk.debits.cancel, "refund": desk.refunds.cancel, "write_off": desk.cases.cancel_write_off}
        cancel = {**ways, "batch": desk.batches.withdraw}[approval.kind]
        withdraw = actions.call(cancel, approval.subject, then=actions.Then(said="The order is canceled."))
        actions.button("Cancel the order", withdraw, key="approval-cancel", width="stretch")
    reasons.draw_colleagues(desk.approvals.colleagues(actor, approval))


def approve(desk: Desk, shown: Question, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Approve exactly what was shown."""
    proved = pin.prove(desk, actor, fields, "approve-pin")
    desk.approvals.approve(proved, shown.approval.id, shown.digest)
    return actions.Then(said="Approved. It is sent now.")


def decline(desk: Desk, shown: Question, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Decline it with the reason that was written."""
    desk.approvals.decline(actor, shown.approval.id, fields["decline-reason"])
    return actions.Then(said="Declined. Who ordered it reads why.")


def main() -> None:
    """The inbox, or the question in the address."""
    desk = session.desk()
    id = st.query_params.get("approval", "")
    if not id:
        with lists.page():
            draw_inbox(desk)
        return
    layout.title("Approval", "A second person approves or declines what is above the limit for one.")
    lists.draw_way_back("approvals")
    with errors.shown():
        draw_question(desk, session.actor(), id)


main()
