"""The reasons to say no to what waits for a second person, each with a sign where it speaks against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import streamlit as st

from dashboard.approvals import Colleagues, Question
from dashboard.domain.cases import NextStep
from dashboard.domain.payment_status import PaymentState
from dashboard.ui import format, session
from dashboard.ui.text import plain

YOUNG = timedelta(days=3)  # an authorization younger than this has seldom been used
OLD_BALANCE = timedelta(hours=1)
FAR_ABOVE = 3  # times the customer's usual payment


@dataclass(frozen=True)
class Reason:
    """One line: what is looked at, what is known, and whether that speaks against."""

    what: str
    known: str
    against: bool


def list_reasons(shown: Question, now: datetime) -> list[Reason]:
    """What an approver should look at before they say yes; cents and epoch seconds as the facts have them."""
    facts, amount = shown.facts, shown.approval.amount_cents
    if shown.approval.kind == "refund":
        return [*_of_refund(shown, now), _others(shown)]
    if shown.approval.kind == "write_off":
        return [*_of_write_off(facts), _others(shown)]
    if shown.approval.kind == "batch":
        return [*_of_batch(facts), _others(shown)]
    return [
        _balance(facts.get("available_cents"), shown.moment("balance_at"), now),
        _mandate(shown.moment("accepted_at"), facts.get("mandate_status"), now),
        _account(_number(facts.get("earlier_debits"))),
        _usual(amount, facts.get("usual_cents"), _number(facts.get("largest_cents")), _number(facts.get("collected"))),
        _returned(_number(facts.get("returned"))),
        _others(shown),
    ]


def draw_reasons(shown: Question, now: datetime) -> None:
    """Every reason on a line of its own: a sign, what is looked at, what is known."""
    for reason in list_reasons(shown, now):
        sign = ":orange[:material/warning:]" if reason.against else ":material/check:"
        word = " · look at this" if reason.against else ""
        st.markdown(f"{sign} **{plain(reason.what)}**{word}  \n{plain(reason.known)}")


def draw_colleagues(found: Colleagues) -> None:
    """Who else could approve; a warning where one absence would stop everything."""
    names = ", ".join((*found.names, *(f"whoever is in {group}" for group in found.groups)))
    if not found.too_few:
        st.caption(plain(f"Could approve it too: {names}."))
        return
    only = f"Besides you only {names} could approve this." if names else "Besides you nobody could approve this."
    st.warning(
        f"**{plain(only)}**  \nWhere somebody is away, what waits expires.  \n**What to do:** ask an administrator for"
        " one more person with a role that approves (ACH_DESK_APPROVE_ROLES).",
        icon=":material/group:",
    )


def _others(shown: Question) -> Reason:
    count, cents = shown.others
    known = f"{format.count(count, 'more order')}, {format.money(cents)} together" if count else "Nothing else"
    return Reason("Also waiting from who asked", known, count > 0)


def _of_refund(shown: Question, now: datetime) -> list[Reason]:
    """What speaks against giving a payment back."""
    facts = shown.facts
    state = PaymentState(str(facts["payment_state"]))
    made, until = shown.moment("payment_created"), shown.moment("returnable_until")
    returnable = until is not None and now < until
    before, whole = _number(facts["refunded_before_cents"]), _number(facts["payment_cents"])
    words = str(facts["reason"]).replace("_", " ") + (f": {facts['note']}" if facts["note"] else "")
    return [
        Reason(
            "The payment",
            f"{format.money(whole)} of {format.moment(made, session.zone(), now)}, {state.word.lower()}",
            state in {PaymentState.RETURNED_LATE, PaymentState.FAILED},
        ),
        Reason("Refunded before", format.money(before) if before else "Nothing", before > 0),
        Reason(
            "Could the bank still return it?",
            f"Until {format.moment(until, session.zone(), now)}; a return would pay the customer twice"
            if returnable
            else "No, the 60 days are over",
            returnable,
        ),
        Reason("Why", words, False),
    ]


def _of_write_off(facts: Mapping[str, object]) -> list[Reason]:
    """What speaks against giving the money up."""
    state, step = PaymentState(str(facts["payment_state"])), NextStep(str(facts["step"]))
    until = facts["until_on"]
    possible = f"{step.word}, until {until}" if until else step.word
    return [
        Reason("The payment", f"{format.money(_number(facts['payment_cents']))}, {state.word.lower()}", False),
        Reason("What could still be done", possible, step is NextStep.DEBIT_AGAIN),
        Reason("Why", str(facts["reason"]), False),
    ]


def _of_batch(facts: Mapping[str, object]) -> list[Reason]:
    """What speaks against sending a file of debits."""
    first, left_out, noted = (_number(facts[name]) for name in ("first_debits", "left_out", "noted"))
    debits = (
        f"{format.count(_number(facts['rows']), 'debit')} of {format.count(_number(facts['customers']), 'customer')}"
    )
    notes = "; ".join(str(one) for one in cast(list[object], facts["notes"]))
    taken = [str(one) for one in cast(list[object], facts.get("taken_out", []))]
    day = str(facts["collect_on"] or "as soon as it is approved")
    return [
        Reason("What is in it", f"{debits}, the largest {format.money(_number(facts['largest_cents']))}", False),
        Reason("Taken", day, False),
        Reason("Accounts never debited before", f"{first:,}" if first else "None", first > 0),
        Reason("Like an earlier debit", f"{format.count(noted, 'row')}. {notes}" if noted else "No row", noted > 0),
        Reason("Rows with a fault, left out", f"{left_out:,}" if left_out else "None", left_out > 0),
        *([Reason("Left out by an approver", "; ".join(taken), False)] if taken else []),
    ]


def _balance(cents: object, at: datetime | None, now: datetime) -> Reason:
    if cents is None or at is None:
        return Reason("Balance at the order", "The bank gave no available balance", True)
    when = format.moment(at, session.zone(), now)
    return Reason("Balance at the order", f"{format.money(_number(cents))} available on {when}", now - at > OLD_BALANCE)


def _mandate(accepted: datetime | None, status: object, now: datetime) -> Reason:
    if accepted is None or status != "active":
        return Reason("Authorization", f"Not active here ({status or 'none recorded'})", True)
    age = f"Given {format.moment(accepted, session.zone(), now)} ({format.ago(accepted, now)})"
    return Reason("Authorization", age, now - accepted < YOUNG)


def _account(earlier: int) -> Reason:
    if not earlier:
        return Reason("First debit of this account?", "Yes, none was taken before", True)
    return Reason("First debit of this account?", f"No, {format.count(earlier, 'debit')} taken before", False)


def _usual(amount: int, usual: object, largest: int, collected: int) -> Reason:
    if usual is None:
        return Reason("Beside what is usual", "Nothing was collected from this customer in 12 months", True)
    known = (
        f"{format.money(amount)} beside a usual {format.money(_number(usual))}, at most {format.money(largest)}"
        f" ({format.count(collected, 'payment')} in 12 months)"
    )
    return Reason("Beside what is usual", known, amount > largest or amount > FAR_ABOVE * _number(usual))


def _returned(count: int) -> Reason:
    known = f"{format.count(count, 'payment')} failed or came back in 12 months" if count else "Nothing in 12 months"
    return Reason("Came back so far", known, count > 0)


def _number(value: object) -> int:
    return cast(int, value) if value is not None else 0
