"""Debit a linked account: the amount, the bank's balance now, the expected dates, a confirmation."""

from __future__ import annotations

import streamlit as st

from dashboard.access import is_proved
from dashboard.bank_data import OTHER
from dashboard.desk import Desk
from dashboard.errors import DeskError
from dashboard.models import Actor, Balance, BankAccount, DebitOrder, DebitState, Problem, Purpose
from dashboard.ui import bank_data, errors, format, frame, session, standing

PURPOSES = {Purpose.GOODS: "Goods", Purpose.SERVICES: "Services", Purpose.OTHER: "Something else"}
STATES = {
    DebitState.CREATED: ("Sending", "blue", ":material/schedule_send:"),
    DebitState.SENDING: ("Sending", "blue", ":material/schedule_send:"),
    DebitState.UNKNOWN: ("Unknown: being looked for", "orange", ":material/help:"),
    DebitState.SUBMITTED: ("Submitted", "green", ":material/check_circle:"),
    DebitState.REFUSED: ("Refused", "red", ":material/block:"),
}


def label_account(account: BankAccount, owner: str, obstacle: Problem | None) -> str:
    """An account in a list of choices."""
    ready = "" if obstacle is None else f" ({standing.word(account, obstacle)})"
    return f"{owner} · {account.institution_name}, {format.account(account.name, account.mask)}{ready}"


def pick_account(desk: Desk, actor: Actor) -> BankAccount | None:
    """The account to debit, found by its customer."""
    chosen = st.session_state.get("debit-account")
    if chosen:
        account = desk.onboarding.account(actor, chosen)
        owner = desk.customers.get(actor, account.customer_id)
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f"### {label_account(account, owner.name, desk.debits.obstacle(actor, account))}")
        if right.button("Another account", width="stretch"):
            reset()
            st.rerun()
        warn_of_holder(desk, actor, account)
        return account
    text = st.text_input("Whose account?", placeholder="Name, e-mail or reference", key="debit-search")
    accounts = [
        (account, owner)
        for owner in desk.customers.find(actor, text, limit=10)
        for account in desk.onboarding.accounts(actor, owner.id)
    ]
    if not accounts:
        frame.empty("No linked account fits.", "Search for another customer, or link a bank first (Onboard).")
    obstacles = desk.debits.obstacles(actor, (account for account, _ in accounts))
    for account, owner in accounts:
        if st.button(
            label_account(account, owner.name, obstacles[account.id]), key=f"debit-{account.id}", width="stretch"
        ):
            st.session_state["debit-account"] = account.id
            st.rerun()
    return None


def warn_of_holder(desk: Desk, actor: Actor, account: BankAccount) -> None:
    """Both names, where the bank gives another than the customer's and nobody has decided what that means."""
    holder = desk.bank_data.holder(actor, account.id)
    if holder is not None and (holder.needs_decision or holder.decision == OTHER):
        bank_data.show_holder(desk, actor, account)


def reset() -> None:
    """Forget the form; the next debit is another one, with another ticket."""
    for key in [name for name in st.session_state if str(name).startswith("debit-")]:
        del st.session_state[key]


def fill_in(desk: Desk, actor: Actor, account: BankAccount) -> None:
    """Amount, reference and purpose; then the balance is asked for."""
    with st.form("debit-form"):
        left, middle, right = st.columns(3)
        text = left.text_input("Amount (USD)", placeholder="0.00", key="debit-amount")
        reference = middle.text_input("Invoice reference", max_chars=60, key="debit-reference")
        purpose = right.selectbox("What for?", list(PURPOSES), format_func=PURPOSES.__getitem__, key="debit-purpose")
        if st.form_submit_button("Check the balance", type="primary"):
            cents = format.parse_money(text)
            if cents is None or cents <= 0:
                st.warning(
                    "**Enter an amount in dollars and cents, above zero, such as 120.50.**", icon=":material/edit:"
                )
                return
            with st.spinner("Asking the bank; this can take half a minute …"), errors.shown():
                desk.debits.check_size(actor, cents)
                st.session_state["debit-balance"] = desk.debits.balance(actor, account.id)
                st.session_state["debit-order"] = (cents, reference, purpose)
                st.session_state["debit-ticket"] = desk.debits.ticket()
                st.rerun()


def press(desk: Desk, actor: Actor, cents: int, *, blocked: bool) -> tuple[bool, str]:
    """The button that moves money, beside the PIN where the amount asks for it: whether it was pressed, and the PIN."""
    words = f"Debit {format.money(cents, 'usd')}"
    if not desk.debits.asks_for_proof(cents) or is_proved(actor, desk.clock.real()):
        return st.button(words, type="primary", disabled=blocked, width="stretch"), ""
    known = desk.sign_in.has_pin(actor)
    if not known:
        st.warning(
            "**A debit of this size asks for your PIN, and you have none.**  \nNothing was done.  \n**What to do:**"
            " sign in again, set a PIN under *Your sign-in* within five minutes, and order the debit then.",
            icon=":material/lock:",
        )
    with st.form("debit-proof", border=False, clear_on_submit=True):
        pin = st.text_input("Your PIN", type="password", autocomplete="off", max_chars=12, disabled=not known)
        st.caption("Debits of this size ask for it, so that a page that was left open moves no money.")
        disabled = blocked or not known
        return st.form_submit_button(words, type="primary", disabled=disabled, width="stretch"), pin


def confirm(desk: Desk, actor: Actor, account: BankAccount, balance: Balance) -> None:
    """Everything once more, and the button that moves money; a double click is one debit."""
    cents, reference, purpose = st.session_state["debit-order"]
    dates, now = desk.debits.expected_dates(actor), desk.clock.now()
    today = now.astimezone(desk.settings.timezone).date()
    with st.container(border=True):
        one, two, three = st.columns(3)
        one.metric("Debit", format.money(cents, "usd"))
        two.metric("Available at the bank", format.money(balance.available_cents, balance.currency))
        three.metric("Current balance", format.money(balance.current_cents, balance.currency))
        st.caption(f"Balance as the bank gave it on {format.moment(balance.at, session.zone(), now)}.")
        debited, available = (
            f"**{format.day(on, today)}** ({format.from_today(on, today)})" for on in (dates.debited, dates.available)
        )
        st.markdown(f"Customer debited about {debited}; money available about {available}.")
        st.markdown(f"Invoice reference **{reference or 'none'}** · purpose **{PURPOSES[purpose]}**")
    accepted = False
    if balance.available_cents is None:
        st.warning(
            "**The bank gives no available balance.**  \nWhether the money is there is not known; an account without"
            " cover costs a return fee.",
            icon=":material/help:",
        )
        accepted = st.checkbox("Debit all the same.", key="debit-accept")
    blocked = balance.available_cents is None and not accepted
    pressed, pin = press(desk, actor, cents, blocked=blocked)
    if pressed:
        order = DebitOrder(
            ticket=st.session_state["debit-ticket"],
            bank_account_id=account.id,
            amount_cents=cents,
            invoice_reference=reference,
            purpose=purpose,
            balance=balance,
            accept_unknown_balance=accepted,
        )
        with errors.shown():
            proved = desk.sign_in.prove(actor, pin) if pin else actor
            st.session_state["debit-done"] = desk.debits.submit(proved, order).id
            st.rerun()
    if st.button("Change it", width="stretch"):
        st.session_state.pop("debit-balance", None)
        st.rerun()


def follow(desk: Desk, actor: Actor, debit_id: str) -> None:
    """What became of the order; the row is watched, the work is done elsewhere."""

    @st.fragment(run_every=1.0)
    def look() -> None:
        debit = desk.debits.get(actor, debit_id)
        word, color, icon = STATES[debit.state]
        st.markdown(f"### :{color}[{icon} {word}] · {format.money(debit.amount_cents, debit.currency)}")
        if debit.problem:
            errors.show_problem(debit.problem, gentle=debit.state is DebitState.REFUSED)
        if debit.state is DebitState.SUBMITTED:
            st.markdown(
                "The debit is at Stripe. It is **pending** for some business days; *Payments* shows its outcome."
            )
            st.caption(f"PaymentIntent `{debit.payment_intent_id}`")

    look()
    left, right = st.columns(2)
    if left.button("See the payments", type="primary", width="stretch"):
        reset()
        st.switch_page("../pages/payments.py")
    if right.button("Another debit", width="stretch"):
        reset()
        st.rerun()


def main() -> None:
    """One step after the other, on one page."""
    desk, actor = session.desk(), session.actor()
    frame.title("New debit", "Money moves by ACH: the outcome is known some business days later.")
    with errors.shown():
        done = st.session_state.get("debit-done")
        if done:
            follow(desk, actor, done)
            return
        try:
            account = pick_account(desk, actor)
        except DeskError as error:
            reset()
            errors.show(error)
            return
        if account is None:
            return
        obstacle = desk.debits.obstacle(actor, account)
        if obstacle is not None:
            standing.explain(actor, account, obstacle)
            return
        balance = st.session_state.get("debit-balance")
        if balance:
            confirm(desk, actor, account, balance)
        else:
            fill_in(desk, actor, account)


main()
