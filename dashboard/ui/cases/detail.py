"""One case on a page of its own: what happened, the next step, its time line, and the buttons that work on it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import streamlit as st

from dashboard.cases import CaseDetail
from dashboard.desk import Desk
from dashboard.domain.cases import HAPPENED, NOTE_LIMIT, Case, CaseState, NextStep
from dashboard.domain.models import Actor
from dashboard.domain.return_codes import explain
from dashboard.messages.say_to_customer import CUSTOMER_SENTENCES
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, pin, session
from dashboard.ui.cases import present_again
from dashboard.ui.cases.grid import NOBODY, say_by, say_due, say_status
from dashboard.ui.evidence import packs
from dashboard.ui.text import plain

PIN = "case-pin"
DONE_HINT = {
    NextStep.DEBIT_AGAIN: "Debited again, and how",
    NextStep.AUTHORIZATION: "When the customer linked again",
    NextStep.ACCOUNT: "Which account the customer linked",
    NextStep.CONTACT: "What the customer said",
    NextStep.ASK_STRIPE: "What Stripe answered",
    NextStep.ANSWER: "What was answered at Stripe",
    NextStep.PAY_BACK: "How the customer got their money",
}


def draw(desk: Desk, actor: Actor, id: str) -> None:
    """The whole case."""
    shown, today = desk.cases.get(actor, id), desk.cases.today()
    case, zone, now = shown.case, session.zone(), desk.clock.now()
    st.subheader(f"{plain(format.money(case.amount, case.currency))} · {case.kind.word}", anchor=False)
    st.text(" · ".join(part for part in (case.customer or "Unknown customer", case.reference) if part))
    st.caption(plain(f"{HAPPENED[case.kind]}, {format.moment(case.happened_at, zone, now)}."))
    left, right = st.columns(2, gap="large")
    with left:
        _draw_next(case, shown, today_words=say_due(case, today), desk=desk, actor=actor)
        _draw_timeline(desk, shown)
    with right:
        packs.draw_request(desk, actor, case.id)
        _draw_work(desk, actor, case)
        packs.draw(desk, actor, case.payment_id)


def _draw_next(case: Case, shown: CaseDetail, *, today_words: str, desk: Desk, actor: Actor) -> None:
    """The one next step with its day, what the code means, and what to say."""
    if case.state is CaseState.CLOSED:
        by = f" by {case.closed_by}" if case.closed_by and case.closed_by != "system" else ""
        second = f", approved by {case.approver}" if case.approver else ""
        when = format.moment(case.closed_at, session.zone(), desk.clock.now())
        st.success(plain(f"{say_status(case)}{by}{second}, {when}"), icon=":material/task_alt:")
    else:
        until = f"It is possible until {format.day(case.until_on, desk.cases.today())}." if case.until_on else ""
        words = f"**Next step:** {case.step.word}. Due {plain(today_words)}. {plain(until)}"
        if case.state is CaseState.PRESENTED:
            words = f"**Presented again.** Its outcome is known by {plain(today_words)}."
        st.info(words, icon=":material/flag:")
        st.markdown(f"**Status:** {plain(say_status(case))} · **Assigned to:** {plain(case.assignee or NOBODY)}")
    meaning = explain(case.code)
    if meaning is not None:
        with st.container(border=True):
            st.markdown(f"**{plain(meaning.title)}** · {plain(meaning.code)}")
            st.markdown(plain(f"{meaning.meaning} {meaning.action}."))
            if spoken := CUSTOMER_SENTENCES.get(meaning.code):
                st.markdown(f"**Say to the customer:** “{plain(spoken)}”")
    present_again.draw_attempts(desk, actor, shown)
    if case.state is not CaseState.CLOSED and shown.again is not None:
        present_again.draw(desk, actor, shown, shown.again)
    with st.container(horizontal=True):
        there = actions.go("payment", {"payment": case.payment_id})
        actions.button("Its payment", there, key="case-payment")
        if shown.customer_id and can(actor, Permission.VIEW_CUSTOMERS):
            owner = actions.go("customers", {"customer": shown.customer_id})
            actions.button("The customer", owner, key="case-customer")


def _draw_timeline(desk: Desk, shown: CaseDetail) -> None:
    """What happened and what was done, oldest first."""
    st.markdown("#### Timeline")
    zone, now = session.zone(), desk.clock.now()
    for one in shown.events:
        st.markdown(f"**{plain(format.moment(one.at, zone, now))}** · {plain(say_by(one.by))}  \n{plain(one.what)}")
        if one.note:
            st.text(one.note)
    if not shown.events:
        st.caption("It came back before the desk kept cases, so nobody was asked to work on it here.")


def _draw_work(desk: Desk, actor: Actor, case: Case) -> None:
    """The buttons, for whoever may."""
    if not can(actor, Permission.WORK_CASES):
        st.info("Your role may look at this, and not work on it.", icon=":material/visibility:")
        return
    if case.state is CaseState.REVIEW:
        st.info("A write-off waits for a second person, under Approvals.", icon=":material/pending_actions:")
        if can(actor, Permission.WRITE_OFF):
            said = actions.Then(said="The write-off is canceled.")
            actions.button(
                "Cancel the write-off",
                actions.call(desk.cases.cancel_write_off, case.id, then=said),
                key="case-cancel",
                width="stretch",
            )
    if case.state is CaseState.PRESENTED:
        words = "Its debit was presented again. The case closes when the money comes, and opens again if it does not."
        st.info(words, icon=":material/replay:")
    if case.state is not CaseState.CLOSED:
        _draw_assign(desk, actor, case)
    with st.form("case-note-form", border=False):
        st.text_area("Note", max_chars=NOTE_LIMIT, key="case-note", placeholder=DONE_HINT[case.step])
        with st.container(horizontal=True):
            actions.submit("Add the note", partial(_note, desk, case.id), key="case-note-send")
            if case.state in {CaseState.OPEN, CaseState.WAITING}:
                actions.submit("Done", partial(_done, desk, case.id), key="case-done-send", type="primary")
    if case.state in {CaseState.OPEN, CaseState.WAITING}:
        _draw_wait(desk, case)
        _draw_write_off(desk, actor, case)


def _draw_assign(desk: Desk, actor: Actor, case: Case) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = ["", *desk.cases.assignees(actor)]
        place = names.index(case.assignee) if case.assignee in names else 0
        with st.form("case-assign-form", border=False):
            st.selectbox(
                "Assigned to", names, index=place, format_func=lambda name: name or NOBODY, key="case-assignee"
            )
            actions.submit("Assign", partial(_assign, desk, case.id), key="case-assign-send")
        if case.assignee != actor.name:
            mine = actions.call(desk.cases.assign, case.id, actor.name, then=actions.Then(said="It is yours."))
            actions.button("Take it", mine, key="case-take")


def _draw_wait(desk: Desk, case: Case) -> None:
    with st.expander("Wait for the customer", icon=":material/hourglass_top:"), st.form("case-wait-form", border=False):
        today = desk.cases.today()
        st.date_input("Until", value=today + timedelta(days=7), min_value=today + timedelta(days=1), key="case-until")
        st.text_input("What do they do?", max_chars=NOTE_LIMIT, key="case-wait")
        actions.submit("Wait", partial(_wait, desk, case.id), key="case-wait-send")


def _draw_write_off(desk: Desk, actor: Actor, case: Case) -> None:
    if not can(actor, Permission.WRITE_OFF):
        return
    amount = plain(format.money(case.amount, case.currency))
    above = desk.settings.approvals.above_cents
    with st.expander("Write off", icon=":material/money_off:"), st.form("case-write-off-form", border=False):
        if above is not None and case.amount > above:
            st.caption(plain(f"Above {format.money(above)} a second person is asked."))
        st.text_input("Why is the money given up?", max_chars=NOTE_LIMIT, key="case-why")
        known = pin.ask(desk, actor, PIN) if desk.cases.asks_for_proof(case.amount) else True
        work = partial(_write_off, desk, case.id)
        actions.submit(f"Write off {amount}", work, key="case-write-off-send", disabled=not known)


def _note(desk: Desk, id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Keep the note."""
    desk.cases.note(actor, id, fields["case-note"])
    return actions.Then(forget=["case-note"], said="The note is kept.")


def _done(desk: Desk, id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Decide it, with the note."""
    desk.cases.done(actor, id, fields["case-note"])
    return actions.Then(forget=["case-note"], said="The case is closed.")


def _assign(desk: Desk, id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Give it to whom was chosen."""
    desk.cases.assign(actor, id, fields["case-assignee"])
    return actions.Then(said="It is assigned.")


def _wait(desk: Desk, id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Put it off."""
    desk.cases.wait(actor, id, fields["case-until"], fields["case-wait"])
    return actions.Then(forget=["case-wait"], said="It waits until that day.")


def _write_off(desk: Desk, id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Write it off, or ask a second person."""
    case = desk.cases.write_off(pin.prove(desk, actor, fields, PIN), id, fields["case-why"])
    waits = case.state is CaseState.REVIEW
    return actions.Then(
        forget=["case-why", PIN], said="A second person is asked, under Approvals." if waits else "It is written off."
    )


def offer(desk: Desk, actor: Actor, payment_id: str) -> None:
    """On a payment's own page: its case, where it has one."""
    case = desk.cases.of_payment(actor, payment_id)
    if case is None:
        return
    today = desk.cases.today()
    with errors.shown(), st.container(border=True):
        due = "" if case.state is CaseState.CLOSED else f", due {say_due(case, today)}"
        words = f"{say_status(case)}{due}"
        st.markdown(f"**Case:** {case.kind.word} · {plain(words)}")
        actions.button("Open the case", actions.go("cases", {"case": case.id}), key="payment-case")
