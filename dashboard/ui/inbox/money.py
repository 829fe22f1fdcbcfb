"""Lines of the inbox about money: debits, cases, payments without an answer, payouts; and other operations."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.approvals import Approval
from dashboard.domain.batches import Batch, Progress
from dashboard.domain.cases import Case
from dashboard.domain.evidence import BankRequest
from dashboard.domain.jobs import JobState
from dashboard.domain.models import Actor, Debit, DebitState
from dashboard.domain.payout_matching import ExpectedPayout
from dashboard.domain.schedules import Schedule
from dashboard.operations.open_jobs import OpenJob
from dashboard.payments import PaymentRow
from dashboard.staff.access import Permission, can, is_proved
from dashboard.ui import actions, errors, format, pin, session
from dashboard.ui.cases.grid import say_code, say_due
from dashboard.ui.debits import confirm_again
from dashboard.ui.debits.opening import open_debit
from dashboard.ui.payments.grid import status_of
from dashboard.ui.text import plain

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
    DebitState.AT_STRIPE: "A rule at Stripe asks somebody there. It is looked for, and never sent again.",
    DebitState.SCHEDULED: "Its day has come, and it is checked again every few minutes until the cut-off.",
    DebitState.UNSENT: "It was not sent in time, and nothing sends it but you.",
}


def draw_debit(desk: Desk, actor: Actor, debit: Debit) -> None:
    """A debit that was not sent, whose outcome is not known, or that waits behind a problem."""
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
    if debit.state is DebitState.AT_STRIPE and can(actor, Permission.CREATE_DEBIT):
        with st.form(f"ended-{debit.id}", border=False):
            st.caption("Only where Stripe's Dashboard shows it as rejected, canceled or expired:")
            known = is_proved(actor, desk.clock.real()) or pin.ask(desk, actor, f"ended-{debit.id}-pin")
            work = partial(end_at_stripe, desk, debit.id)
            actions.submit("It was not approved at Stripe", work, key=f"ended-{debit.id}-send", disabled=not known)
    if debit.problem:
        ids = {"PaymentIntent": debit.payment_intent_id, "Our debit": debit.id}
        errors.show_problem(debit.problem, ids=ids)


def end_at_stripe(desk: Desk, id: str, actor: Actor, fields: actions.Fields) -> None:
    """Look once more, and end it where Stripe has not made it."""
    desk.debits.end_at_stripe(pin.prove(desk, actor, fields, f"ended-{id}-pin"), id)


def draw_approval(desk: Desk, actor: Actor, approval: Approval, title: str) -> None:
    """An order that waits for a second person."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"**{plain(format.money(approval.amount_cents, 'usd'))}** · {plain(title)}")
    asked, until = (
        format.moment(at, session.zone(), desk.clock.now()) for at in (approval.requested_at, approval.expires_at)
    )
    left.caption(plain(f"Asked by {approval.requested_by}, {asked}; expires {until}."))
    there = actions.go("approvals", {"approval": approval.id})
    words = "Decide" if can(actor, Permission.APPROVE_MONEY) else "Open"
    actions.button(words, there, key=f"approval-{approval.id}", place=right, width="stretch")


def draw_case(desk: Desk, actor: Actor, case: Case) -> None:
    """A payment that failed, came back or is disputed, and its next step."""
    left, middle, right = st.columns([4, 1, 1], vertical_alignment="center")
    amount = plain(format.money(case.amount, case.currency))
    left.markdown(f"**{amount}** · {plain(case.customer or 'Unknown customer')} · {case.kind.word} · {case.step.word}")
    who = f"Assigned to {case.assignee}." if case.assignee else "Nobody works on it yet."
    left.caption(plain(f"{say_code(case)}. Due {say_due(case, desk.cases.today())}. {who}"))
    there = actions.go("cases", {"case": case.id})
    words = "Work on it" if can(actor, Permission.WORK_CASES) else "Open"
    actions.button(words, there, key=f"case-{case.id}", place=right, width="stretch")
    if can(actor, Permission.WORK_CASES) and case.assignee != actor.name:
        mine = actions.call(desk.cases.assign, case.id, actor.name, then=actions.Then(said="It is yours."))
        actions.button(
            "Give it to me", mine, key=f"case-mine-{case.id}", place=middle, width="stretch", type="tertiary"
        )


def draw_request(desk: Desk, actor: Actor, request: BankRequest) -> None:
    """A bank that waits for the proof of an authorization."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    amount = plain(format.money(request.amount, request.currency))
    left.markdown(f"**{amount}** · {plain(request.customer or request.payment_id)} · The bank asks for proof")
    today = desk.cases.today()
    near = format.from_today(request.due_on, today)
    late = "⚠ Overdue since " if request.due_on < today else "Due "
    due = f"{late}{format.day(request.due_on, today)}{f' ({near})' if near else ''}"
    left.caption(plain(f"{due}. Asked {format.day(request.asked_on, today)}; after that the return stands."))
    there = actions.go("cases", {"case": request.case_id})
    actions.button("Make the evidence", there, key=f"asked-{request.case_id}", place=right, width="stretch")


def draw_overdue(desk: Desk, actor: Actor, row: PaymentRow) -> None:
    """A payment that the bank should have answered by now."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    amount = plain(format.money(row.amount, row.currency))
    left.markdown(f"**{amount}** · {plain(row.customer or 'Unknown customer')} · {plain(status_of(row))}")
    created = format.moment(row.created, session.zone(), desk.clock.now())
    left.caption(plain(f"{row.reference or row.id} · created {created}. {row.next_action}."))
    there = actions.go("payment", {"payment": row.id})
    actions.button("Open", there, key=f"overdue-{row.id}", place=right, width="stretch")


def draw_to_tell(desk: Desk, actor: Actor, schedule: Schedule, debit: Debit) -> None:
    """A scheduled debit of another amount or day than the customer expects, of which nobody has told them."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    owner = desk.customers.get_many(actor, [debit.customer_id]).get(debit.customer_id)
    amount = plain(format.money(debit.amount_cents, debit.currency))
    left.markdown(f"**{amount}** · {plain(owner.name if owner else debit.customer_id)}")
    day = format.day(schedule.collect_on, desk.payments.today())
    left.caption(plain(f"Debited {day}: another amount or day than the customer expects. Tell them, then say so."))
    actions.button("See what to say", open_debit(), key=f"tell-{debit.id}", place=right, width="stretch")


def draw_batch(desk: Desk, actor: Actor, batch: Batch, progress: Progress) -> None:
    """A batch that ended with rows that were not sent."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"**{plain(batch.name)}** · {plain(batch.state.words)}")
    ended = format.moment(batch.ended_at, session.zone(), desk.clock.now())
    not_sent = progress.not_sent + progress.left_out
    left.caption(plain(f"{not_sent:,} of {format.count(batch.good, 'row')} were not sent. Ended {ended}."))
    there = actions.go("batches", {"batch": batch.id})
    actions.button("See why", there, key=f"batch-{batch.id}", place=right, width="stretch")


def draw_payout(desk: Desk, actor: Actor, payout: ExpectedPayout) -> None:
    """A payout that is not on the bank statement though the statement goes beyond its day."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"**{plain(format.money(payout.cents, payout.currency))}** · {plain(payout.id)}")
    day = format.day(payout.arrival, desk.payments.today())
    left.caption(f"Expected {plain(day)}, and on no line of the statement.")
    actions.button("Match it", actions.go("matching"), key=f"payout-{payout.id}", place=right, width="stretch")


def draw_job(desk: Desk, actor: Actor, job: OpenJob) -> None:
    """An operation of a kind that has no list of its own."""
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
