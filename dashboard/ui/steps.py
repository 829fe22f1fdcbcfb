"""The screens of one link attempt after Link has closed: progress, questions, the result, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from dashboard.desk import Desk
from dashboard.models import Actor, AttemptKind, AttemptState, LinkAttempt, Problem
from dashboard.onboarding.questions import DuplicateAnswer, Question, QuestionKind
from dashboard.ui import bank_data, errors, format, mandates, session

STAGES = [
    (AttemptState.RECEIVED, "The bank has answered"),
    (AttemptState.EXCHANGED, "Access is kept, encrypted"),
    (AttemptState.TOKENIZED, "Stripe may take the account over"),
    (AttemptState.CUSTOMER, "The customer is known to Stripe"),
    (AttemptState.ATTACHED, "The bank account is at Stripe"),
    (AttemptState.AUTHORIZED, "The authorization is recorded"),
]
MENDING = [
    (AttemptState.RECEIVED, "The customer has signed in again"),
    (AttemptState.AUTHORIZED, "The bank confirms it, and the account is found again"),
]


def redirect_of(facts: Mapping[str, Any], attempt_id: str) -> str | None:
    """The page's own address where an OAuth bank has sent the browser back to it (Plaid: receivedRedirectUri).

    Only for the attempt with which this tab left: Plaid wants no such address at a first opening.
    """
    page = str(facts.get("page") or "")
    return page if "oauth_state_id=" in page and facts.get("away") == attempt_id else None


def is_back_from_bank() -> bool:
    """Whether the page was asked for by a bank that sent the customer back."""
    return "oauth_state_id" in st.query_params


def watch(desk: Desk, actor: Actor, attempt_id: str) -> None:
    """Show how far the durable steps have come; they run elsewhere, and this only looks at the row."""
    st.header("One moment …")

    @st.fragment(run_every=1.0)
    def look() -> None:
        attempt = desk.onboarding.get(actor, attempt_id)
        settled = attempt.state.is_final or bool(attempt.problem and not attempt.working)
        if settled or desk.onboarding.question(attempt):
            st.rerun(scope="app")
        draw_stages(attempt)

    look()


def draw_stages(attempt: LinkAttempt) -> None:
    """The stages as a list, done ones ticked."""
    stages = MENDING if attempt.kind is AttemptKind.RELINK else STAGES
    order = [state for state, _ in stages]
    reached = order.index(attempt.state) if attempt.state in order else -1
    for number, (_, words) in enumerate(stages):
        icon = ":material/check_circle:" if number <= reached else ":material/radio_button_unchecked:"
        st.markdown(f"{icon} {words}" if number <= reached else f":gray[{icon} {words}]")


def ask(desk: Desk, actor: Actor, attempt: LinkAttempt, question: Question) -> None:
    """Put the attempt's question to the operator."""
    if question.kind is QuestionKind.ACCOUNT:
        _ask_account(desk, actor, attempt, question)
    elif question.kind is QuestionKind.DUPLICATE:
        _ask_duplicate(desk, actor, attempt, question)
    else:
        _ask_stripe_customer(desk, actor, attempt, question)


def _ask_account(desk: Desk, actor: Actor, attempt: LinkAttempt, question: Question) -> None:
    st.header("Which account shall be debited?")
    st.markdown(f"The customer shared several accounts at {attempt.institution_name or 'the bank'}.")
    for account in question.accounts:
        words = f"**{format.account(account.name, account.mask)}** · {account.subtype or account.type}"
        if not account.is_depository:
            st.button(f"{words} · cannot be debited by ACH", key=f"no-{account.id}", disabled=True, width="stretch")
        elif st.button(words, key=f"pick-{account.id}", width="stretch"):
            with errors.shown():
                desk.onboarding.choose(actor, attempt.id, account.id)
                st.rerun()


def _ask_duplicate(desk: Desk, actor: Actor, attempt: LinkAttempt, question: Question) -> None:
    st.header("This account is already linked")
    linked = question.already_linked
    if linked:
        linked_at = format.moment(linked.created_at, session.zone())
        st.markdown(
            f"{linked.institution_name}, **{format.account(linked.name, linked.mask)}**, linked on {linked_at}."
        )
    obstacle = desk.debits.obstacle(actor, linked) if linked else None
    if obstacle is None:
        st.markdown("Using it is best where it works. Replace it where the customer wants this link instead.")
    else:
        st.markdown(f"It cannot be used as it is. {errors.plain(f'{obstacle.what} {obstacle.meaning}')}")
    ways = {
        DuplicateAnswer.USE: "Use the linked account",
        DuplicateAnswer.REPLACE: "Replace it with this link",
        DuplicateAnswer.BESIDE: "It is another account: keep both",
    }
    if obstacle is not None:
        del ways[DuplicateAnswer.USE]
    best = next(iter(ways))
    for answer, words in ways.items():
        kind: Literal["primary", "secondary"] = "primary" if answer is best else "secondary"
        if st.button(words, key=f"duplicate-{answer}", type=kind, width="stretch"):
            with errors.shown():
                desk.onboarding.answer_duplicate(actor, attempt.id, answer)
                st.rerun()
    st.caption(
        "Replacing ends the first connection once the new one is ready: at Plaid, and at Stripe where it has a bank"
        " account of its own there. Its payments and its authorization stay in the history."
    )


def _ask_stripe_customer(desk: Desk, actor: Actor, attempt: LinkAttempt, question: Question) -> None:
    st.header("Is this the same person?")
    st.markdown("Stripe already knows a customer with this e-mail address.")
    for known in question.customers:
        since = format.moment(known.created_at, session.zone())
        if st.button(
            f"Yes: **{known.name or 'no name'}** · {known.email} · since {since}", key=known.id, width="stretch"
        ):
            with errors.shown():
                desk.onboarding.adopt(actor, attempt.customer_id, known.id)
                st.rerun()
    if st.button("No, make a new Stripe customer", width="stretch"):
        with errors.shown():
            desk.onboarding.adopt(actor, attempt.customer_id, None)
            st.rerun()


def show_result(desk: Desk, actor: Actor, attempt: LinkAttempt) -> None:
    """The linked account: bank, name, last digits, Stripe bank account, mandate; nothing secret."""
    if attempt.bank_account_id is None:
        st.header("The connection works again")
        st.warning(
            "**The account that was linked is no longer listed by the bank.**  \nNothing is debited from it."
            "  \n**What to do:** ask the customer whether it was closed; link another account.",
            icon=":material/help:",
        )
        return
    account = desk.onboarding.account(actor, attempt.bank_account_id)
    st.header("The bank is linked" if attempt.kind is AttemptKind.LINK else "The connection works again")
    with st.container(border=True):
        for name, value in (
            ("Bank", account.institution_name),
            ("Account", format.account(account.name, account.mask)),
            ("Stripe bank account", f"`{account.stripe_bank_account_id}` · {account.stripe_status}"),
            ("Mandate", f"`{account.mandate_id}` · {account.mandate_status}"),
        ):
            left, right = st.columns([1, 2])
            left.caption(name)
            right.markdown(value)
    bank_data.show_holder(desk, actor, account)
    for authorization in desk.mandates.of_account(actor, account.id)[:1]:
        mandates.offer_copy(authorization)
    if st.button("Debit this account", type="primary", width="stretch"):
        st.session_state["debit-account"] = account.id
        st.switch_page("../pages/debit.py")


def show_problem(desk: Desk, actor: Actor, attempt: LinkAttempt) -> None:
    """What happened, what to say to the customer, what to try, and the ids that support asks for."""
    ended = "The bank is not linked" if attempt.kind is AttemptKind.LINK else "The connection does not work yet"
    st.header(ended if attempt.state.is_final else "Not finished yet")
    problem = attempt.problem or Problem("The bank window was closed before the end.", "Nothing was linked.")
    ids = desk.attention.support_ids(actor, attempt)
    errors.show_problem(problem, gentle=attempt.state is AttemptState.EXITED, ids=ids)
    with st.expander("What Link reported", icon=":material/support_agent:"):
        events = desk.onboarding.events(actor, attempt.id)
        if events:
            st.dataframe(events, hide_index=True)
    if desk.onboarding.can_resume(attempt) and st.button("Continue where it stopped", type="primary", width="stretch"):
        with errors.shown():
            desk.onboarding.resume(actor, attempt.id)
            st.rerun()
