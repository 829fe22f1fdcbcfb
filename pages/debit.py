"""Debit a linked account: the amount, the bank's balance now, the expected dates, a confirmation."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.accounts import status_words
from dashboard.accounts.bank_data import OTHER
from dashboard.debits.checks import check_invoice_reference
from dashboard.debits.preview import Preview
from dashboard.desk import Desk
from dashboard.domain.errors import DeskError, InputError
from dashboard.domain.forms import check_all
from dashboard.domain.models import Actor, Balance, BankAccount, DebitOrder, DebitState, Problem, Purpose
from dashboard.domain.searches import search_words
from dashboard.staff.access import is_proved
from dashboard.ui import actions, errors, format, layout, pin, session
from dashboard.ui.accounts import bank_data, eligibility
from dashboard.ui.debits import confirm_again, preview, risk
from dashboard.ui.debits.opening import open_debit, see_payments
from dashboard.ui.schedules import scheduling
from dashboard.ui.text import marked, plain

PURPOSES = {Purpose.GOODS: "Goods", Purpose.SERVICES: "Services", Purpose.OTHER: "Something else"}
NOT_TAKEN = {DebitState.REVIEW, DebitState.UNSENT, DebitState.REFUSED, DebitState.CANCELED}


def label_account(account: BankAccount, owner: str, blocker: Problem | None) -> str:
    """An account in a list of choices."""
    ready = "" if blocker is None else f" ({status_words.word(account, blocker)})"
    return f"{owner} · {account.institution_name}, {format.account(account.name, account.mask)}{ready}"


def pick_account(desk: Desk, actor: Actor) -> BankAccount | None:
    """The account to debit, found by its customer."""
    chosen = st.query_params.get("account", "")
    if chosen:
        account = desk.linking.account(actor, chosen)
        owner = desk.customers.get(actor, account.customer_id)
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.subheader(plain(label_account(account, owner.name, desk.debits.blocker(actor, account))), anchor=False)
        actions.button("Another account", open_debit(), key="debit-other", place=right, width="stretch")
        warn_of_holder(desk, actor, account)
        return account
    text = st.text_input("Whose account?", placeholder="Name, e-mail or reference", key="debit-search")
    words = search_words(text)
    accounts = [
        (account, owner)
        for owner in desk.customers.find(actor, text, limit=10)
        for account in desk.linking.accounts(actor, owner.id)
    ]
    if not accounts:
        layout.empty("No linked account matches.", "Search for another customer, or link a bank first (Onboard).")
    blockers = desk.debits.blockers(actor, (account for account, _ in accounts))
    for account, owner in accounts:
        label = marked(label_account(account, owner.name, blockers[account.id]), words)
        actions.button(label, open_debit(account.id), key=f"debit-{account.id}", width="stretch")
    return None


def warn_of_holder(desk: Desk, actor: Actor, account: BankAccount) -> None:
    """Both names, where the bank gives another than the customer's and nobody has decided what that means."""
    holder = desk.bank_data.holder(actor, account.id)
    if holder is not None and (holder.needs_decision or holder.decision == OTHER):
        bank_data.show_holder(desk, actor, account)


def keep_ticket(desk: Desk) -> str:
    """The form's ticket. It stands in the address, so that a form that was sent and reloaded is still that form."""
    ticket = st.session_state.get("debit-ticket") or st.query_params.get("ticket") or desk.debits.ticket()
    st.session_state["debit-ticket"] = ticket
    if st.query_params.get("ticket") != ticket:
        st.query_params["ticket"] = ticket
    return str(ticket)


def fill_in(desk: Desk, actor: Actor, account: BankAccount) -> None:
    """Amount, reference and purpose; then the balance, or the risk, is asked for."""
    with st.form("debit-form"):
        left, middle, right = st.columns(3)
        left.text_input("Amount (USD)", placeholder="0.00", key="debit-amount")
        middle.text_input("Invoice reference", max_chars=60, key="debit-reference")
        right.selectbox("What for?", list(PURPOSES), format_func=PURPOSES.__getitem__, key="debit-purpose")
        for key in ("debit-check", scheduling.BUTTON):
            with left:
                actions.explain(key, "amount")
            with middle:
                actions.explain(key, "reference")
        risk.offer_check(desk, partial(check_funds, desk, account), key="debit-check", button=actions.submit)
        scheduling.ask(desk, actor, partial(see_days, desk, account))
    scheduling.draw_upcoming(desk, actor, account)


def read_amount(desk: Desk, actor: Actor, text: str) -> int:
    """The amount that was typed, in cents. Raises InputError, Refused above what is debited at once."""
    cents = format.parse_money(text)
    if cents is None or cents <= 0:
        raise InputError(f"{text or 'An empty field'} is not an amount.", action=format.HOW_MONEY)
    return desk.debits.check_size(actor, cents)


def check_funds(desk: Desk, account: BankAccount, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Ask the bank or Signal, once the amount and the reference may be debited. Raises FormError, Refused."""
    checked = check_all(
        amount=lambda: read_amount(desk, actor, fields["debit-amount"]),
        reference=lambda: check_invoice_reference(fields["debit-reference"]),
    )
    balance = desk.debits.check_funds(actor, account.id, checked["amount"])
    order = (checked["amount"], checked["reference"], fields["debit-purpose"])
    return actions.Then(keep={"debit-balance": balance, "debit-order": order})


def see_days(desk: Desk, account: BankAccount, actor: Actor, fields: actions.Fields) -> actions.Then:
    """The days of a schedule, once all that was typed may be scheduled. Raises FormError, InputError, Refused."""
    checked = check_all(
        amount=lambda: read_amount(desk, actor, fields["debit-amount"]),
        reference=lambda: check_invoice_reference(fields["debit-reference"]),
        day=lambda: scheduling.check_day(fields.get("debit-day")),
    )
    order = scheduling.read(fields, account, checked["amount"], checked["reference"], checked["day"])
    desk.schedules.plan(actor, order)
    return actions.Then(keep={scheduling.ORDER: order})


def offer(desk: Desk, actor: Actor, cents: int, send: actions.Work, *, blocked: bool) -> None:
    """The button that moves money, beside the PIN where the amount asks for it."""
    words = f"Debit {plain(format.money(cents, 'usd'))}"
    if not desk.debits.asks_for_proof(cents) or is_proved(actor, desk.clock.real()):
        actions.button(words, send, key="debit-send", type="primary", disabled=blocked, width="stretch")
        return
    known = desk.sign_in.has_pin(actor)
    if not known:
        st.warning(
            "**A debit of this size asks for your PIN, and you have none.**  \nNothing was done.  \n**What to do:**"
            " sign in again, set a PIN under *Your sign-in* within five minutes, and order the debit then.",
            icon=":material/lock:",
        )
    with st.form("debit-proof", border=False, clear_on_submit=True):
        pin.ask(desk, actor, "debit-pin")
        st.caption("Debits of this size require it, so that nobody can order one on a page that was left open.")
        disabled = blocked or not known
        actions.submit(words, send, key="debit-prove", type="primary", disabled=disabled, width="stretch")


def send(
    desk: Desk, account: BankAccount, balance: Balance, similar_to: str | None, actor: Actor, fields: actions.Fields
) -> actions.Then:
    """Order the debit; the ticket makes a double click one order."""
    cents, reference, purpose = fields["debit-order"]
    order = DebitOrder(
        ticket=fields["debit-ticket"],
        bank_account_id=account.id,
        amount_cents=cents,
        invoice_reference=reference,
        purpose=purpose,
        balance=balance,
        accept_unknown_balance=bool(fields.get("debit-accept")),
        similar_to=similar_to,
        looked=risk.looked(balance, fields),
    )
    proved = pin.prove(desk, actor, fields, "debit-pin")
    return actions.Then(keep={"debit-done": desk.debits.submit(proved, order).id})


def confirm(desk: Desk, actor: Actor, account: BankAccount, balance: Balance) -> None:
    """Everything once more, and the button that moves money; a double click is one debit."""
    cents, reference, purpose = st.session_state["debit-order"]
    dates, now = desk.debits.expected_dates(actor), desk.clock.now()
    today = now.astimezone(desk.settings.timezone).date()
    seen = desk.debits.preview(actor, account.id, cents, reference, balance)
    with st.container(border=True):
        preview.show_balance(cents, balance, seen)
        whose = "Plaid knew it" if seen.assessment else "the bank gave it"
        st.caption(f"Balance as {whose} on {format.moment(balance.at, session.zone(), now)}.")
        debited, available = (
            f"**{format.day(on, today)}** ({format.from_today(on, today)})" for on in (dates.debited, dates.available)
        )
        st.markdown(f"Customer debited about {debited}; money available about {available}.")
        st.markdown(f"Invoice reference **{plain(reference or 'none')}** · purpose **{PURPOSES[purpose]}**")
    preview.show_limits(desk.limits.uses(actor, account.customer_id))
    if seen.refusal is not None:
        errors.show(seen.refusal)
    else:
        ask_and_offer(desk, actor, account, balance, seen)
    actions.button("Change it", change, key="debit-change", width="stretch")


def ask_and_offer(desk: Desk, actor: Actor, account: BankAccount, balance: Balance, seen: Preview) -> None:
    """What the person has to say yes to, then the button."""
    ready = risk.ask_look(seen)
    if balance.available_cents is None and seen.assessment is None:
        st.warning(
            "**The bank gives no available balance.**  \nIt is not known whether there is enough money; a return"
            " for insufficient funds costs a fee.",
            icon=":material/help:",
        )
        ready = st.checkbox("Debit all the same.", key="debit-accept") and ready
    if seen.similar is not None:
        ready = preview.ask_about(desk, actor, seen.similar) and ready
    similar_to = seen.similar.id if seen.similar else None
    cents = st.session_state["debit-order"][0]
    offer(desk, actor, cents, partial(send, desk, account, balance, similar_to), blocked=not ready)


def change(actor: Actor, fields: actions.Fields) -> actions.Then:
    """Back to the form, with what was typed."""
    cents, reference, purpose = fields["debit-order"]
    typed = {"debit-amount": format.typed_money(cents), "debit-reference": reference, "debit-purpose": purpose}
    return actions.Then(keep=typed, forget=["debit-balance"])


def follow(desk: Desk, actor: Actor, debit_id: str) -> None:
    """What became of the order; the row is watched, the work is done elsewhere."""

    @st.fragment(run_every=1.0)
    def look() -> None:
        debit = desk.debits.get(actor, debit_id)
        owner, account = (
            desk.customers.get(actor, debit.customer_id),
            desk.linking.account(actor, debit.bank_account_id),
        )
        word, color, icon = preview.STATES[debit.state]
        amount = plain(format.money(debit.amount_cents, debit.currency))
        st.subheader(f":{color}[{icon} {word}] · {amount}", anchor=False)
        bank = f"{account.institution_name}, {format.account(account.name, account.mask)}"
        st.markdown(f"**{plain(owner.name)}** · {plain(bank)} · invoice **{plain(debit.invoice_reference)}**")
        ordered = format.moment(debit.created_at, session.zone(), desk.clock.now())
        st.caption(f"Ordered {ordered} by {plain(debit.requested_by)}.")
        if debit.problem:
            errors.show_problem(debit.problem, gentle=debit.state in NOT_TAKEN)
        confirm_again.offer(desk, actor, debit, st.container())
        scheduling.draw_own(desk, actor, debit)
        if debit.state is DebitState.REVIEW:
            there = actions.go("approvals")
            actions.button("See the approvals", there, key="debit-approvals", width="stretch")
        if debit.state is DebitState.SUBMITTED:
            st.markdown(
                "The debit is at Stripe. It is **pending** for a few business days; *Payments* shows the outcome."
            )
            st.caption(f"PaymentIntent {plain(debit.payment_intent_id or '')}")

    look()
    left, right = st.columns(2)
    actions.button("See the payments", see_payments, key="debit-payments", place=left, type="primary", width="stretch")
    actions.button("Another debit", open_debit(), key="debit-next", place=right, width="stretch")


def main() -> None:
    """One step after the other, on one page."""
    desk, actor = session.desk(), session.actor()
    layout.title("New debit", "ACH debits take several business days to settle.")
    with errors.shown():
        again = st.query_params.get("again")
        if again:  # also where the page still follows an order
            confirm_again.draw(desk, actor, again)
            return
        done = st.session_state.get("debit-done")
        if done:
            follow(desk, actor, done)
            return
        sent = desk.debits.of_ticket(actor, st.query_params.get("ticket", ""))
        if sent is not None:  # and the page was reloaded since
            follow(desk, actor, sent.id)
            return
        try:
            account = pick_account(desk, actor)
        except DeskError as error:
            errors.show(error)
            actions.button("Pick an account", open_debit(), key="debit-pick")
            return
        if account is None:
            scheduling.draw_notices(desk, actor)
            scheduling.draw_upcoming(desk, actor)
            return
        blocker = desk.debits.blocker(actor, account)
        if blocker is not None:
            eligibility.explain(actor, account, blocker)
            return
        keep_ticket(desk)
        balance, order = st.session_state.get("debit-balance"), st.session_state.get(scheduling.ORDER)
        if order:
            scheduling.confirm(desk, actor, account, order)
        elif balance:
            confirm(desk, actor, account, balance)
        else:
            fill_in(desk, actor, account)


main()
