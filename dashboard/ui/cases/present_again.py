"""On a case: whether its debit may be presented again, the balance, what will happen, and the button."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.cases import CaseDetail
from dashboard.desk import Desk
from dashboard.domain.cases import Case, CaseState
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.models import Actor, Balance
from dashboard.domain.representments import Representment
from dashboard.domain.return_codes import MOST_REPRESENTMENTS
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, pin, session
from dashboard.ui.cases.grid import say_cover
from dashboard.ui.debits import preview, risk
from dashboard.ui.text import plain

BALANCE, TICKET, PIN = "case-again-balance", "case-again-ticket", "case-again-pin"


def draw_attempts(desk: Desk, actor: Actor, shown: CaseDetail) -> None:
    """The debits that presented it again from here, and the case that goes on where this is one of them."""
    for one in shown.attempts:
        on = format.moment(one.ordered_at, session.zone(), desk.clock.now())
        st.markdown(plain(f"Attempt {one.number} of {MOST_REPRESENTMENTS}, ordered {on}: {one.state.word}."))
        there = actions.go("payment", {"payment": one.debit_id})
        actions.button("See this attempt", there, key=f"case-attempt-{one.debit_id}")
    if shown.first_case is not None and shown.first_case != shown.case.id:
        st.info("This debit presented an earlier one again. The case of that one goes on.", icon=":material/replay:")
        actions.button("Open that case", actions.go("cases", {"case": shown.first_case}), key="case-first")


def draw(desk: Desk, actor: Actor, shown: CaseDetail, again: Representment) -> None:
    """Whether it may be presented again, as which attempt and until when, and the way to do it."""
    with st.container(border=True):
        case = shown.case
        fees = f" Fees so far: {format.money(again.fees, case.currency)}." if again.fees else ""
        if again.problem is not None:
            st.markdown("**May not be presented again**")
            st.markdown(plain(f"{again.problem.what} {again.problem.meaning} {again.problem.action}{fees}"))
            return
        until = format.day(again.until_on, desk.cases.today())
        st.markdown(plain(f"May be presented again until {until}: attempt {again.attempt} of {MOST_REPRESENTMENTS}."))
        amount = format.money(case.amount, case.currency)
        same = f"The same amount, {amount}" + (f", under {case.reference}" if case.reference else "")
        st.caption(plain(f"{same}.{fees} Another amount is a new debit, for which the customer has to agree."))
        if can(actor, Permission.VIEW_BALANCE):
            cover = desk.presenting_again.cover(actor, case.id)
            st.markdown(plain(say_cover(cover, session.zone(), desk.clock.now())))
        may = can(actor, Permission.WORK_CASES) and can(actor, Permission.CREATE_DEBIT)
        if not may or case.state not in {CaseState.OPEN, CaseState.WAITING}:
            return
        balance = st.session_state.get(f"{BALANCE}-{case.id}")
        if balance is None:
            risk.offer_check(desk, partial(_check_funds, desk, case.id), key="case-again-check", width="stretch")
        else:
            _offer(desk, actor, case, again, balance)


def _offer(desk: Desk, actor: Actor, case: Case, again: Representment, balance: Balance) -> None:
    """The balance, what will happen, what the person has to say yes to, then the button."""
    try:
        plan = desk.presenting_again.plan(actor, case.id)
        seen = desk.presenting_again.preview(actor, case.id, balance)
    except (InputError, Refused) as error:
        errors.show(error)
        return
    cents, today = plan.first.amount_cents, desk.cases.today()
    account = desk.linking.account(actor, plan.first.bank_account_id)
    preview.show_balance(cents, balance, seen)
    whose = "Plaid knew" if seen.assessment else "the bank gave"
    st.caption(f"As {whose} it on {format.moment(balance.at, session.zone(), desk.clock.now())}.")
    preview.show_limits(desk.limits.uses(actor, account.customer_id))
    if seen.refusal is not None:
        errors.show(seen.refusal)
        actions.button("Look again later", partial(_forget, case.id), key="case-again-later", width="stretch")
        return
    dates = desk.debits.expected_dates(actor)
    bank = f"{account.institution_name}, {format.account(account.name, account.mask)}"
    words = f"{plain(format.money(cents, plan.first.currency))} is debited from {plain(bank)} for"
    words += f" **{plain(plan.first.invoice_reference)}**, about {plain(format.day(dates.debited, today))}, and is"
    words += f" available about {plain(format.day(dates.available, today))}."
    st.markdown(
        f"**What will happen:** {words} The case waits for it: it closes when the money comes, and opens again"
        " if it comes back, which costs another fee."
    )
    st.caption(
        "Stripe's documents do not say whether it marks this as RETRY PYMT, as Nacha asks; ask your Stripe contact."
    )
    ready = risk.ask_look(seen)
    if balance.available_cents is None and seen.assessment is None:
        ready = (
            st.checkbox("The bank gives no available balance. Debit all the same.", key="case-again-accept") and ready
        )
    if seen.similar is not None:
        ready = preview.ask_about(desk, actor, seen.similar) and ready
    ticket = st.session_state.setdefault(f"{TICKET}-{case.id}", desk.debits.ticket())
    send = partial(_order, desk, case.id, ticket, balance, seen.similar.id if seen.similar else None)
    words = f"Present {plain(format.money(cents, plan.first.currency))} again"
    with st.form("case-again-form", border=False, clear_on_submit=True):
        if desk.debits.asks_for_proof(cents):
            ready = pin.ask(desk, actor, PIN) and ready
        actions.submit(words, send, key="case-again-send", type="primary", disabled=not ready, width="stretch")


def _check_funds(desk: Desk, case_id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Ask the bank, or Signal."""
    return actions.Then(keep={f"{BALANCE}-{case_id}": desk.presenting_again.check_funds(actor, case_id)})


def _forget(case_id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Back to where the balance is asked for."""
    return actions.Then(forget=[f"{BALANCE}-{case_id}"])


def _order(
    desk: Desk,
    case_id: str,
    ticket: str,
    balance: Balance,
    similar_to: str | None,
    actor: Actor,
    fields: actions.Fields,
) -> actions.Then:
    """Order it; the ticket makes a double click one order."""
    desk.presenting_again.order(
        pin.prove(desk, actor, fields, PIN),
        case_id,
        ticket,
        balance,
        accept_unknown_balance=bool(fields.get("case-again-accept")),
        similar_to=similar_to,
        looked=risk.looked(balance, fields),
    )
    held = [f"{BALANCE}-{case_id}", f"{TICKET}-{case_id}", PIN]
    return actions.Then(forget=held, said="It is presented again. The case waits for it.")
