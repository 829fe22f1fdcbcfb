"""The screens of one link attempt after Link has closed: progress, questions, the result, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor, AttemptKind, AttemptState, LinkAttempt, Problem
from dashboard.linking.questions import DuplicateAnswer, Question, QuestionKind
from dashboard.ui import actions, errors, format, session
from dashboard.ui.accounts import bank_data, mandates
from dashboard.ui.debits.opening import open_debit
from dashboard.ui.linking.duplicates import offer_merge
from dashboard.ui.linking.opening import open_link
from dashboard.ui.text import plain

STAGES = [
    (AttemptState.RECEIVED, "The bank has answered"),
    (AttemptState.EXCHANGED, "Access is stored, encrypted"),
    (AttemptState.TOKENIZED, "Stripe can use the account"),
    (AttemptState.CUSTOMER, "The customer is at Stripe"),
    (AttemptState.ATTACHED, "The bank account is at Stripe"),
    (AttemptState.AUTHORIZED, "The authorization is recorded"),
]
RELINK_STAGES = [
    (AttemptState.RECEIVED, "The customer has signed in again"),
    (AttemptState.AUTHORIZED, "The bank confirms it, and the account was found again"),
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
    st.header("One moment …", anchor=False)

    @st.fragment(run_every=1.0)
    def look() -> None:
        attempt = desk.linking.get(actor, attempt_id)
        settled = attempt.state.is_final or bool(attempt.problem and not attempt.working)
        if settled or desk.linking.question(attempt):
            st.rerun(scope="app")
        draw_stages(attempt)

    look()


def draw_stages(attempt: LinkAttempt) -> None:
    """The stages as a list, done ones ticked."""
    stages = RELINK_STAGES if attempt.kind is AttemptKind.RELINK else STAGES
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
    st.header("Which account should be debited?", anchor=False)
    st.markdown(f"The customer shared several accounts at {plain(attempt.institution_name or 'the bank')}.")
    for account in question.accounts:
        words = f"**{plain(format.account(account.name, account.mask))}** · {plain(account.subtype or account.type)}"
        if not account.is_depository:
            words = f"{words} · cannot be debited by ACH"
        choose = actions.call(desk.linking.choose, attempt.id, account.id)
        off = not account.is_depository
        actions.button(words, choose, key=f"pick-{account.id}", disabled=off, width="stretch")


def _ask_duplicate(desk: Desk, actor: Actor, attempt: LinkAttempt, question: Question) -> None:
    st.header("This account is already linked", anchor=False)
    linked = question.already_linked
    if linked:
        linked_at = format.moment(linked.created_at, session.zone())
        account = plain(format.account(linked.name, linked.mask))
        st.markdown(f"{plain(linked.institution_name)}, **{account}**, linked on {linked_at}.")
    blocker = desk.debits.blocker(actor, linked) if linked else None
    if blocker is None:
        st.markdown("Use the linked account if it works. Replace it if the customer prefers this link.")
    else:
        st.markdown(f"It cannot be used now. {plain(f'{blocker.what} {blocker.meaning}')}")
    ways = {
        DuplicateAnswer.USE: "Use the linked account",
        DuplicateAnswer.REPLACE: "Replace it with this link",
        DuplicateAnswer.BESIDE: "It is another account: keep both",
    }
    if blocker is not None:
        del ways[DuplicateAnswer.USE]
    best = next(iter(ways))
    for answer, words in ways.items():
        kind: Literal["primary", "secondary"] = "primary" if answer is best else "secondary"
        use = actions.call(desk.linking.answer_duplicate, attempt.id, answer)
        actions.button(plain(words), use, key=f"duplicate-{answer}", type=kind, width="stretch")
    st.caption(
        "Replacing ends the first connection once the new one is ready: at Plaid, and at Stripe if it has a bank"
        " account of its own there. Its payments and its authorization stay in the history."
    )


def _ask_stripe_customer(desk: Desk, actor: Actor, attempt: LinkAttempt, question: Question) -> None:
    st.header("Is this the same person?", anchor=False)
    st.markdown("Stripe already knows a customer with this e-mail address.")
    for known in question.customers:
        since = format.moment(known.created_at, session.zone())
        said = f"**{plain(known.name or 'no name')}** · {plain(known.email or '')} · since {since}"
        if known.owner is not None:
            with st.container(border=True):
                st.markdown(f"{said}  \nThis is {plain(f'{known.owner.name} ({known.owner.reference})')} at this desk.")
                offer_merge(actor, desk.customers.get(actor, attempt.customer_id), known.owner, key=f"merge-{known.id}")
            continue
        adopt = actions.call(desk.linking.adopt, attempt.customer_id, known.id)
        actions.button(f"Yes: {said}", adopt, key=f"adopt-{known.id}", width="stretch")
    new = actions.call(desk.linking.adopt, attempt.customer_id, None)
    actions.button("No, create a new Stripe customer", new, key="adopt-nobody", width="stretch")


def show_result(desk: Desk, actor: Actor, attempt: LinkAttempt) -> None:
    """The linked account: bank, name, last digits, Stripe bank account, mandate; nothing secret."""
    if attempt.bank_account_id is None:
        st.header("The connection works again", anchor=False)
        st.warning(
            "**The account that was linked is no longer listed by the bank.**  \nNothing is debited from it."
            "  \n**What to do:** ask the customer whether it was closed; link another account.",
            icon=":material/help:",
        )
        actions.button("Next customer", open_link(), key="next-customer", type="primary", width="stretch")
        return
    account = desk.linking.account(actor, attempt.bank_account_id)
    st.header("The bank is linked" if attempt.kind is AttemptKind.LINK else "The connection works again", anchor=False)
    with st.container(border=True):
        for name, value in (
            ("Bank", account.institution_name),
            ("Account", format.account(account.name, account.mask)),
        ):
            left, right = st.columns([1, 2])
            left.text(name)
            right.text(value)
        ids = (
            f"Stripe bank account {account.stripe_bank_account_id} · {account.stripe_status}, mandate"
            f" {account.mandate_id} · {account.mandate_status}"
        )
        st.caption(plain(ids))
    there = open_debit(account.id)
    actions.button("Next customer", open_link(), key="next-customer", type="primary", width="stretch")
    actions.button("Debit this account", there, key="debit-this", width="stretch")
    bank_data.show_holder(desk, actor, account)
    for authorization in desk.mandates.of_account(actor, account.id)[:1]:
        mandates.offer_copy(authorization)
        mandates.offer_mail(desk, actor, authorization)


def show_problem(desk: Desk, actor: Actor, attempt: LinkAttempt) -> None:
    """What happened, what to say to the customer, what to try, and the ids that support asks for."""
    ended = "The bank is not linked" if attempt.kind is AttemptKind.LINK else "The connection does not work yet"
    st.header(ended if attempt.state.is_final else "Not finished yet", anchor=False)
    problem = attempt.problem or Problem("The bank window was closed before you finished.", "Nothing was linked.")
    ids = desk.attention.support_ids(actor, attempt)
    errors.show_problem(problem, gentle=attempt.state is AttemptState.EXITED, ids=ids)
    with st.expander("What Link reported", icon=":material/support_agent:"):
        events = desk.linking.events(actor, attempt.id)
        if events:
            st.dataframe(events, hide_index=True, alt="What Link reported, step by step")
    if desk.linking.can_resume(attempt):
        resume = actions.call(desk.linking.resume, attempt.id)
        actions.button("Continue where it stopped", resume, key="resume-here", type="primary", width="stretch")
