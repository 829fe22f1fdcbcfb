"""Link a customer's bank in person: one question a screen, large enough for a tablet at arm's length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.plaid_link import plaid_link
from dashboard.customer_words import WORDS, Language
from dashboard.desk import Desk
from dashboard.errors import DeskError, InputError
from dashboard.hosted import is_open
from dashboard.models import Actor, AttemptKind, AttemptState, Customer, HolderType, LinkAttempt
from dashboard.onboarding.authorization import OFFLINE
from dashboard.ui import errors, evidence, format, frame, phone, session, standing, steps

AGREED = {
    Language.ENGLISH: "I agree. (The customer ticks this.)",
    Language.SPANISH: "Acepto. (I agree: the customer ticks this.)",
}
PARTS = ("customer", "attempt")
STYLE = """
<style>
[data-testid=stMainBlockContainer] { font-size: 1.1rem; }
[data-testid=stMainBlockContainer] h1 { font-size: 1.2rem; opacity: .7; }
[data-testid=stMainBlockContainer] h2 { font-size: 1.8rem; }
</style>
"""
HOLDERS = {HolderType.INDIVIDUAL: "A person", HolderType.COMPANY: "A company"}


def where() -> dict[str, str]:
    """Which customer and attempt this tab is at: from the address when the tab opens, from the session afterwards.

    The address alone will not do: a run that the browser's facts start brings the address as it was before the change.
    """
    if "onboard" not in st.session_state:
        st.session_state["onboard"] = {name: st.query_params[name] for name in PARTS if name in st.query_params}
    return dict(st.session_state["onboard"])


def go(**place: str) -> None:
    """Move on to this customer and attempt, and put them into the address so that a reload comes back here."""
    st.session_state["onboard"] = place
    st.query_params.from_dict(place)
    st.rerun()


def choose_customer(desk: Desk, actor: Actor) -> None:
    """The first question: who is it?"""
    st.header("Whose bank do you link?")
    text = st.text_input(
        "Find a customer", placeholder="Name, e-mail or reference", key="customer-search", help="Press Enter to search."
    )
    found = desk.customers.find(actor, text, limit=8)
    for customer in found:
        label = f"**{customer.name}** · {customer.email} · {customer.reference}"
        if st.button(label, key=f"pick-{customer.id}", width="stretch"):
            go(customer=customer.id)
    if text and not found:
        st.caption(f"Nobody fits “{text}”. Try another spelling, or add the customer below.")
    with st.expander("Add a customer", expanded=not found, icon=":material/person_add:"):
        add_customer(desk, actor)


def add_customer(desk: Desk, actor: Actor) -> None:
    """The form for somebody new."""
    with st.form("new-customer", border=False):
        name = st.text_input("Name", max_chars=120)
        email = st.text_input("E-mail", max_chars=254)
        reference = st.text_input("Your reference", max_chars=60, help="The customer's number in your own books.")
        holder = st.radio("The account belongs to", list(HOLDERS), format_func=HOLDERS.__getitem__, horizontal=True)
        if st.form_submit_button("Add customer", type="primary"):
            try:
                customer = desk.customers.add(actor, name, email, reference, holder)
            except InputError as error:
                errors.show(error)
                return
            go(customer=customer.id)


def authorize(desk: Desk, actor: Actor, customer: Customer, facts: Mapping[str, Any]) -> None:
    """The second question: does the customer agree to be debited?"""
    st.header(f"Link a bank for {customer.name}")
    show_linked(desk, actor, customer)
    hint = st.session_state.get("institution-hint")
    language = st.segmented_control(
        "The customer reads",
        list(Language),
        default=Language.ENGLISH,
        format_func=lambda one: WORDS[one].name,
        key=f"reads-{customer.id}",
        required=True,
    )
    hand_over(desk, actor, customer, hint, language)
    with st.container(border=True):
        st.markdown("**Or stay on this screen.** Let the customer read this:")
        st.text(desk.onboarding.mandate_text(actor, customer.id, language))
    agreed = st.checkbox(AGREED[language], key=f"agreed-{customer.id}")
    if hint:
        st.caption(f"Link will open for {st.session_state.get('institution-name')}.")
    line = st.container(horizontal=True)  # wraps on a tablet instead of cutting the words off
    goes_on = line.button("Continue", type="primary", disabled=not agreed, width=180)
    if desk.hosted.is_offered() and line.button(
        "On the customer's phone", icon=":material/smartphone:", disabled=not agreed
    ):
        accepted = desk.onboarding.accept(actor, customer.id, OFFLINE, facts, language)
        attempt_id = desk.hosted.open(actor, customer.id, accepted, hint=hint)
        st.session_state.pop("institution-hint", None)
        go(customer=customer.id, attempt=attempt_id)
    if goes_on:
        accepted = desk.onboarding.accept(actor, customer.id, OFFLINE, facts, language)
        opening = desk.onboarding.open(actor, customer.id, hint=hint, accepted=accepted)
        st.session_state.pop("institution-hint", None)
        go(customer=customer.id, attempt=opening.attempt_id)
    if line.button("Another customer"):
        start_over()


def show_linked(desk: Desk, actor: Actor, customer: Customer) -> None:
    """What the customer has linked already, before Link is opened: a repair is less trouble than a second link."""
    linked = [account for account in desk.onboarding.accounts(actor, customer.id) if account.ended is None]
    if not linked:
        return
    obstacles = desk.debits.obstacles(actor, linked)
    with st.container(border=True):
        st.markdown("**Already linked**")
        for account in linked:
            obstacle = obstacles[account.id]
            left, right = st.columns([3, 2], vertical_alignment="center")
            name = errors.plain(f"{account.institution_name}, {format.account(account.name, account.mask)}")
            left.markdown(f"{name}: {standing.word(account, obstacle)}")
            mends = obstacle is not None and standing.word(account, obstacle) == standing.SIGN_IN
            if mends and right.button("Relink it instead", key=f"relink-{account.item_id}", width="stretch"):
                relink(desk, actor, account.item_id, customer.id)
        st.caption("Link another bank only if the customer wants to pay from another account.")


def relink(desk: Desk, actor: Actor, item_id: str, customer_id: str) -> None:
    """Open Link for signing in to a connection again, on this device."""
    with errors.shown():
        go(customer=customer_id, attempt=desk.onboarding.relink(actor, item_id).attempt_id)


def hand_over(desk: Desk, actor: Actor, customer: Customer, hint: str | None, language: Language) -> None:
    """Give the device to the customer: from then on it shows their own steps, until the operator's PIN."""
    known = desk.handover.has_pin(actor)
    with st.form("hand-over"):
        st.markdown("**Hand over the tablet.** The customer reads, agrees and signs in at their bank alone.")
        label = "Your PIN, to take it back" if known else "Set your PIN (6 to 12 digits), to take it back"
        pin = st.text_input(label, type="password", max_chars=12, autocomplete="one-time-code")
        if st.form_submit_button("Hand over", type="primary", width="stretch", icon=":material/tablet:"):
            with errors.shown():
                desk.handover.lock(actor, customer.id, pin, language, hint)
                st.session_state.pop("institution-hint", None)
                st.session_state.pop("onboard", None)
                st.query_params.clear()
                st.rerun()


def start_over(*, keep_customer: bool = False) -> None:
    """Back to the first question, or to the second for the same customer."""
    customer = where().get("customer")
    if keep_customer and customer:
        go(customer=customer)
    go()


def link(desk: Desk, actor: Actor, attempt: LinkAttempt, facts: Mapping[str, Any]) -> None:
    """Link itself: the button, and the claim of what it reports.

    It stays mounted, idle, on the later screens: an outcome that was claimed must still be blanked in the browser.
    """
    idle = attempt.state is not AttemptState.OPENED
    config: dict[str, object] = {}
    script_url, open_type = desk.settings.plaid_link_url, None
    if not idle:
        st.header("Connect the bank")
        if attempt.kind is AttemptKind.RELINK:
            bank = errors.plain(attempt.institution_name or "their bank")
            st.markdown(f"The customer signs in at {bank} once more. The account and the authorization stay.")
        else:
            st.markdown(
                "Turn the screen to the customer and stay beside them: they pick their bank, sign in there, and choose"
                " one checking or savings account."
            )
        opening = desk.onboarding.opening(actor, attempt.id)
        config = dict(opening.config)
        open_type = config.pop("open_type", None)
    seen = f"seen-{attempt.id}"
    said = plaid_link(
        attempt.id,
        config,
        script_url=script_url,
        key=f"link-{attempt.id}",
        seen=st.session_state.get(seen),
        idle=idle,
        open_type=str(open_type) if open_type else None,
        redirect_uri=steps.redirect_of(facts, attempt.id),
        label="Sign in at the bank" if attempt.kind is AttemptKind.RELINK else "Connect a bank",
        wants_institutions="key" in config,
    )
    if said.institutions:
        desk.institutions.keep(actor, said.institutions)
    if said.outcome and said.outcome.get("id") != st.session_state.get(seen):
        desk.onboarding.report(actor, attempt.id, said.outcome, facts)
        st.session_state[seen] = said.outcome["id"]  # only now: the claim is committed
        st.rerun()
    if not idle and st.button("Cancel", key="cancel-link"):
        start_over(keep_customer=True)


def follow(desk: Desk, actor: Actor, attempt: LinkAttempt, facts: Mapping[str, Any]) -> None:
    """Whatever stage the attempt has reached, and the one thing to do now."""
    waiting = desk.hosted.show(actor, attempt)
    if waiting is not None and is_open(waiting.left):
        phone.show(
            waiting,
            WORDS[Language.ENGLISH],
            lambda: desk.hosted.show(actor, desk.onboarding.get(actor, attempt.id)),
        )
        if st.button("Cancel", key="cancel-phone"):
            start_over(keep_customer=True)
        return
    question = desk.onboarding.question(attempt)
    link(desk, actor, attempt, facts)
    if attempt.state is AttemptState.OPENED:
        return
    if question:
        steps.ask(desk, actor, attempt, question)
    elif attempt.state is AttemptState.AUTHORIZED:
        steps.show_result(desk, actor, attempt)
        if st.button("Next customer", width="stretch"):
            start_over()
    elif attempt.state.is_final or (attempt.problem and not attempt.working):
        steps.show_problem(desk, actor, attempt)
        if attempt.kind is AttemptKind.RELINK and attempt.item_id:
            if st.button("Sign in again", type="primary", width="stretch"):
                relink(desk, actor, attempt.item_id, attempt.customer_id)
        elif st.button("Try again", type="primary", width="stretch"):
            start_over(keep_customer=True)
    else:
        steps.watch(desk, actor, attempt.id)


def come_back(desk: Desk, actor: Actor, facts: Mapping[str, Any]) -> None:
    """The bank has sent the customer back to an address that names no attempt: go on with the one this tab left."""
    if "page" not in facts:
        st.markdown("Coming back from the bank …")
        return
    attempt_id = str(facts.get("away") or "")
    if attempt_id:
        attempt = desk.onboarding.get(actor, attempt_id)
        go(customer=attempt.customer_id, attempt=attempt.id)
    st.warning(
        "**The bank sent the customer back, but this tab does not know to whose link.**  \nNothing was linked."
        "  \n**What to do:** pick the customer and open Link again, in this tab.",
        icon=":material/info:",
    )
    choose_customer(desk, actor)


def main() -> None:
    """Pick the screen by what the address names, so that a reload resumes where the person was."""
    desk, actor = session.desk(), session.actor()
    st.html(STYLE)
    with st.container(horizontal_alignment="center"), st.container(width=720), errors.shown():
        screen = st.container()
        facts = evidence.gather()
        with screen:
            try:
                place = where()
                attempt_id, customer_id = place.get("attempt"), place.get("customer")
                if attempt_id:
                    follow(desk, actor, desk.onboarding.get(actor, attempt_id), facts)
                elif customer_id:
                    authorize(desk, actor, desk.customers.get(actor, customer_id), facts)
                elif steps.is_back_from_bank():
                    come_back(desk, actor, facts)
                else:
                    choose_customer(desk, actor)
            except DeskError as error:
                errors.show(error)
                if st.button("Start over"):
                    start_over()


frame.title("Onboard")
main()
