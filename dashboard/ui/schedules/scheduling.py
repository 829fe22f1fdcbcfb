"""A debit on a day to come: the fields, the dates before they are confirmed, and the list of what is scheduled."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor, BankAccount, Debit, DebitState, Purpose
from dashboard.domain.schedules import (
    MOST_OF_A_PLAN,
    RULE,
    CustomerNotice,
    Every,
    NoticeReason,
    PlannedDay,
    Schedule,
    ScheduleOrder,
    due_at,
)
from dashboard.mandates.copy_mail import read_address
from dashboard.messages.debit_notices import say_debit
from dashboard.schedules.notice_mail import AHEAD
from dashboard.staff.access import Permission, can, is_proved
from dashboard.ui import actions, errors, format, layout, pin, session
from dashboard.ui.debits import preview
from dashboard.ui.text import plain

ORDER, PIN, BUTTON = "debit-schedule", "debit-schedule-pin", "debit-plan"


def ask(desk: Desk, actor: Actor, work: actions.Work) -> None:
    """The part of the form for a day to come: which, how many equal debits, and the button that shows the days."""
    with st.expander("On a day to come", icon=":material/event:", expanded=bool(st.session_state.get("debit-day"))):
        left, middle, right = st.columns(3)
        first = desk.schedules.first_day(actor)
        left.date_input("Collect on", value=None, min_value=first, key="debit-day")
        with left:
            actions.explain(BUTTON, "day")
        most = MOST_OF_A_PLAN
        middle.number_input("How many equal debits?", min_value=1, max_value=most, value=1, key="debit-count")
        ways = list(Every)
        at = ways.index(Every.MONTH)
        right.selectbox("How often?", ways, index=at, format_func=lambda every: every.words, key="debit-every")
        st.caption(RULE)
        actions.submit("See the days", work, key=BUTTON, width="stretch")


def check_day(value: object) -> date:
    """The day that was chosen. Raises InputError where none was."""
    if not isinstance(value, date):
        raise InputError("No day is chosen.", action="Choose the day on which the customer is to be debited.")
    return value


def read(fields: actions.Fields, account: BankAccount, cents: int, reference: str, first_on: date) -> ScheduleOrder:
    """What the form asks for."""
    return ScheduleOrder(
        ticket=fields["debit-ticket"],
        bank_account_id=account.id,
        amount_cents=cents,
        invoice_reference=reference,
        purpose=Purpose(fields["debit-purpose"]),
        first_on=first_on,
        count=int(fields.get("debit-count") or 1),
        every=Every(fields.get("debit-every") or Every.MONTH),
    )


def confirm(desk: Desk, actor: Actor, account: BankAccount, order: ScheduleOrder) -> None:
    """Every day once more with the rule, what it counts in the limits, and the button; a double click is one order."""
    seen = desk.schedules.plan(actor, order)
    today = desk.cases.today()
    with st.container(border=True):
        each, total = (format.money(cents, "usd") for cents in (order.amount_cents, seen.total_cents))
        together = f", {total} together" if order.count > 1 else ""
        st.markdown(plain(f"{format.count(order.count, 'debit')} of {each}{together}, for {order.invoice_reference}"))
        for day, notice in zip(seen.days, seen.notices, strict=True):
            st.markdown(plain(_say_day(day, today)))
            if notice is not None:
                late = notice.tell_by < today
                tell_by = "that day has passed" if late else f"by {format.day(notice.tell_by, today)}"
                st.caption(plain(f"The customer has to be told: {tell_by}. {_say_reason(notice)}"))
        st.caption(RULE)
        st.caption(
            "What fails then holds the debit with its reason, in the Inbox; nothing is sent without you after"
            " that. It can be canceled until the second it is sent. It counts in every limit from now on."
        )
    preview.show_limits(desk.limits.uses(actor, account.customer_id))
    if seen.refusal is not None:
        errors.show(seen.refusal)
    else:
        _offer(desk, actor, order, seen.similar)
    actions.button("Change it", partial(_change, order), key="debit-schedule-change", width="stretch")


def _say_day(day: PlannedDay, today: date) -> str:
    """One day: when it is taken, when it is sent, and from where it was moved."""
    moved = f" (banks are closed on {format.day(day.wanted, today)})" if day.is_moved else ""
    sent = format.moment(due_at(day.collect_on), session.zone())
    return f"Taken on {format.day(day.collect_on, today)}{moved}, sent {sent}"


def _say_reason(notice: CustomerNotice) -> str:
    """Why a consumer is told, and how long before."""
    if notice.reason is NoticeReason.AMOUNT:
        what = f"The amount is another than the last one, {format.money(notice.was_cents)}"
    else:
        what = "The day is another than the one that was agreed"
    return f"{what} (Reg E: {format.count(notice.reason.days, 'calendar day')} before)."


def _offer(desk: Desk, actor: Actor, order: ScheduleOrder, similar: Debit | None) -> None:
    st.checkbox("Where the bank gives no balance on that day, debit all the same.", key="debit-schedule-accept")
    ready = preview.ask_about(desk, actor, similar) if similar is not None else True
    words = f"Schedule {plain(format.money(order.amount_cents * order.count, 'usd'))}"
    work = partial(_order, desk, order, similar.id if similar else None)
    with st.form("debit-schedule-form", border=False):
        if desk.schedules.asks_for_proof(order) and not is_proved(actor, desk.clock.real()):
            ready = pin.ask(desk, actor, PIN) and ready
        actions.submit(words, work, key="debit-schedule-send", type="primary", disabled=not ready, width="stretch")


def _order(
    desk: Desk, order: ScheduleOrder, similar_to: str | None, actor: Actor, fields: actions.Fields
) -> actions.Then:
    """Schedule it."""
    accept = bool(fields.get("debit-schedule-accept"))
    wanted = ScheduleOrder(**{**vars(order), "accept_unknown_balance": accept, "similar_to": similar_to})
    debits = desk.schedules.order(pin.prove(desk, actor, fields, PIN), wanted)
    return actions.Then(keep={"debit-done": debits[0].id}, forget=[ORDER, PIN])


def _change(order: ScheduleOrder, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Back to the form, with what was typed."""
    typed = {
        "debit-amount": format.typed_money(order.amount_cents),
        "debit-reference": order.invoice_reference,
        "debit-purpose": order.purpose,
        "debit-day": order.first_on,
        "debit-count": order.count,
        "debit-every": order.every,
    }
    return actions.Then(keep=typed, forget=[ORDER])


def draw_upcoming(desk: Desk, actor: Actor, account: BankAccount | None = None) -> None:
    """What is scheduled, the soonest first, each with its button; of one account or of all."""
    found = desk.schedules.upcoming(actor, account.id if account else None)
    st.subheader("Scheduled", anchor=False)
    if not found:
        layout.empty("Nothing is scheduled.", "Choose a day under Collect on; what waits for it is listed here.")
        return
    owners = desk.customers.get_many(actor, {debit.customer_id for _, debit in found})
    for schedule, debit in found:
        owner = owners.get(debit.customer_id)
        with st.container(border=True):
            _draw_one(desk, actor, schedule, debit, owner.name if owner else debit.customer_id)


def draw_notices(desk: Desk, actor: Actor) -> None:
    """Whom to tell what by when, the soonest first, with the words to say and the button that keeps it."""
    found = desk.schedules.notices(actor)
    if not found:
        return
    today = desk.cases.today()
    st.subheader("Customers to be told", anchor=False)
    owners = desk.customers.get_many(actor, {debit.customer_id for _, _, debit in found})
    for notice, schedule, debit in found:
        owner = owners.get(debit.customer_id)
        account = desk.linking.account(actor, debit.bank_account_id)
        with st.container(border=True):
            left, right = st.columns([4, 1], vertical_alignment="center")
            when = format.day(notice.tell_by, today)
            late = f"was due {when}" if notice.tell_by < today else f"by {when}"
            left.markdown(f"**{plain(owner.name if owner else debit.customer_id)}** · {plain(late)}")
            day, where = format.day(schedule.collect_on, today), format.account(account.name, account.mask)
            said = say_debit(debit.amount_cents, debit.currency, where, day, debit.invoice_reference)
            left.markdown(plain(f"“{said}”"))
            left.caption(plain(_say_reason(notice)))
            if can(actor, Permission.CREATE_DEBIT):
                _draw_mail(desk, actor, notice, owner.email if owner else "")
                told = actions.call(desk.schedules.told, debit.id, then=actions.Then(said="It is kept."))
                actions.button("They were told", told, key=f"notice-{debit.id}", place=right, width="stretch")


def _draw_mail(desk: Desk, actor: Actor, notice: CustomerNotice, email: str) -> None:
    """Whether the desk tells them by mail, and the button that does it now."""
    if not desk.debit_notices.is_on:
        return
    mail, today = desk.debit_notices.status(actor, notice.id), desk.cases.today()
    if not read_address(email):
        st.caption("They have no e-mail address that mail can be sent to.")
        return
    if mail is not None and not mail.state.is_ended:
        st.caption("A mail to them is on its way.")
        if mail.problem is not None:
            errors.show_problem(mail.problem)
        return
    if mail is not None and mail.problem is not None:
        errors.show_problem(mail.problem)
    elif mail is None:
        on = max(today, notice.tell_by - AHEAD)
        st.caption(plain(f"The desk mails it to {email} on {format.day(on, today)}, unless you tell them before."))
    send = actions.call(desk.debit_notices.send, notice.id, then=actions.Then(said="The mail is ordered."))
    actions.button("Mail it now", send, key=f"notice-mail-{notice.id}")


def _draw_one(desk: Desk, actor: Actor, schedule: Schedule, debit: Debit, name: str) -> None:
    left, right = st.columns([4, 1], vertical_alignment="center")
    amount, day = format.money(debit.amount_cents, debit.currency), format.day(schedule.collect_on, desk.cases.today())
    left.markdown(f"**{plain(day)}** · {plain(amount)} · {plain(name)} · {plain(debit.invoice_reference)}")
    sent = format.moment(schedule.due_at, session.zone(), desk.clock.now())
    held = debit.state is DebitState.UNSENT
    word = "Held" if held else preview.STATES[debit.state][0]
    left.caption(plain(f"{word} · sent {sent} · by {debit.requested_by}"))
    if not can(actor, Permission.CREATE_DEBIT):
        return
    if held:
        go = actions.go("debit", {"again": debit.id})
        actions.button("Decide", go, key=f"schedule-again-{debit.id}", place=right, type="primary", width="stretch")
        return
    said = actions.Then(said="It is canceled.")
    cancel = actions.call(desk.schedules.cancel, debit.id, then=said)
    actions.button("Cancel", cancel, key=f"schedule-cancel-{debit.id}", place=right, width="stretch")


def draw_own(desk: Desk, actor: Actor, debit: Debit) -> None:
    """On the page of an order: its day, the others of its plan, and the buttons that cancel."""
    schedule = desk.schedules.get(actor, debit.id)
    if schedule is None:
        return
    sent = format.moment(schedule.due_at, session.zone(), desk.clock.now())
    st.markdown(plain(f"To be taken on {format.day(schedule.collect_on, desk.cases.today())}, sent {sent}."))
    if debit.state is not DebitState.SCHEDULED or not can(actor, Permission.CREATE_DEBIT):
        return
    if schedule.count > 1:
        st.caption(plain(f"Debit {schedule.number} of {schedule.count}."))
        rest = partial(_cancel_rest, desk, debit.id)
        actions.button("Cancel all that were not sent", rest, key="schedule-cancel-plan", width="stretch")
    one = actions.call(desk.schedules.cancel, debit.id, then=actions.Then(said="It is canceled."))
    actions.button("Cancel this debit", one, key="schedule-cancel-one", width="stretch")


def _cancel_rest(desk: Desk, debit_id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Cancel what was not sent of a plan."""
    number = desk.schedules.cancel(actor, debit_id, whole_plan=True)
    return actions.Then(said=f"{format.count(number, 'debit')} canceled.")
