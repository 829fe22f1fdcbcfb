"""Link a customer's bank in person: one question a screen, large enough for a tablet at arm's length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from components.document import key_of
from components.plaid_link import plaid_link
from dashboard.accounts import status_words
from dashboard.desk import Desk
from dashboard.domain.errors import DeskError
from dashboard.domain.models import Actor, AttemptKind, AttemptState, Customer, HolderType, LinkAttempt
from dashboard.domain.searches import search_words
from dashboard.linking.hosted import is_open
from dashboard.mandates.wording import OFFLINE
from dashboard.messages.customer_screens import WORDS, Language
from dashboard.ui import actions, errors, format, layout, session
from dashboard.ui.linking import device_facts, duplicates, phone, steps
from dashboard.ui.linking.opening import open_link, relink, to_link
from dashboard.ui.text import marked, plain

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
# A tablet in either direction: while a customer is at the counter, the whole screen is theirs. The choice of the next
# customer has the navigation again.
COUNTER_STYLE = """
<style>
@media (max-width: 1180px), (pointer: coarse) {
  [data-testid=stSidebar], [data-testid=stExpandSidebarButton] { display: none; }
}
</style>
"""
HOLDERS = {HolderType.INDIVIDUAL: "A person", HolderType.COMPANY: "A company"}


def where() -> dict[str, str]:
    """Which customer and attempt this tab is at: from the address when the tab opens, from the session afterwards.

    The address is not enough: a run that the browser's facts start brings the address as it was before the change.
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
    st.header("Whose bank do you want to link?", anchor=False)
    text = st.text_input(
        "Find a customer", placeholder="Name, e-mail or reference", key="customer-search", help="Press Enter to search."
    )
    found, words = desk.customers.find(actor, text, limit=8), search_words(text)
    for customer in found:
        label = f"**{marked(customer.name, words)}** · {marked(duplicates.describe(desk, actor, customer), words)}"
        actions.button(label, open_link(customer.id), key=f"pick-{customer.id}", width="stretch")
    if text and not found:
        st.caption(f"No customer matches “{plain(text)}”. Try another spelling, or add the customer below.")
    with st.expander("Add a customer", expanded=not found, icon=":material/person_add:"):
        add_customer(desk, actor)


def add_customer(desk: Desk, actor: Actor) -> None:
    """The form for somebody new; each field's error stands below it."""
    with st.form("new-customer", border=False):
        st.text_input("Name", max_chars=120, key="new-name")
        actions.explain("new-add", "name")
        st.text_input("E-mail", max_chars=254, key="new-email")
        actions.explain("new-add", "email")
        st.text_input(
            "Your reference", max_chars=60, key="new-reference", help="The customer's number in your own records."
        )
        actions.explain("new-add", "reference")
        st.radio(
            "The account belongs to", list(HOLDERS), format_func=HOLDERS.__getitem__, horizontal=True, key="new-holder"
        )
        actions.submit("Add customer", partial(duplicates.add, desk), key="new-add", type="primary")
    duplicates.ask(desk, actor)


def authorize(desk: Desk, actor: Actor, customer: Customer, facts: Mapping[str, Any]) -> None:
    """The second question: does the customer agree to be debited?"""
    st.header(f"Link a bank for {plain(customer.name)}", anchor=False)
    say_deleted(desk, actor, customer.id)
    duplicates.show(desk, actor, customer)
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
    hand_over(desk, actor, customer, hint)
    with st.container(border=True):
        st.markdown("**Or stay on this screen.** Let the customer read this:")
        with st.container(key=key_of(language.value, "mandate")):
            st.text(desk.linking.mandate_text(actor, customer.id, language))
    agreed = st.checkbox(AGREED[language], key=f"agreed-{customer.id}")
    if hint:
        st.caption(f"Link will open for {plain(st.session_state.get('institution-name') or '')}.")
    line, below = st.container(horizontal=True), st.container()  # wraps on a tablet instead of cutting the words off

    def accept(person: Actor, fields: actions.Fields, *, on_phone: bool) -> actions.Then:
        accepted = desk.linking.accept(person, customer.id, OFFLINE, facts, language)
        if on_phone:
            attempt_id = desk.hosted.open(person, customer.id, accepted, hint=hint)
        else:
            attempt_id = desk.linking.open(person, customer.id, hint=hint, accepted=accepted).attempt_id
        return replace(to_link(customer.id, attempt_id), forget=["institution-hint"])

    offer = partial(actions.button, place=line, below=below)
    here, phone = partial(accept, on_phone=False), partial(accept, on_phone=True)
    offer("Continue", here, key="authorize-here", type="primary", disabled=not agreed, width=180)
    if desk.hosted.is_offered():
        icon = ":material/smartphone:"
        offer("On the customer's phone", phone, key="authorize-phone", icon=icon, disabled=not agreed)
    offer("Another customer", open_link(), key="authorize-other")


def say_deleted(desk: Desk, actor: Actor, customer_id: str) -> None:
    """Before Link is opened: a customer who was deleted at Stripe becomes a new one there."""
    if desk.linking.is_deleted_at_stripe(actor, customer_id):
        st.info(
            "**This customer was deleted at Stripe.**  \nLinking a bank makes a new Stripe customer. What was linked"
            " before cannot be debited any more; its payments stay.",
            icon=":material/person_off:",
        )


def show_linked(desk: Desk, actor: Actor, customer: Customer) -> None:
    """What the customer has linked already, before Link is opened: a relink is less trouble than a second link."""
    linked = [account for account in desk.linking.accounts(actor, customer.id) if account.ended is None]
    if not linked:
        return
    blockers = desk.debits.blockers(actor, linked)
    with st.container(border=True):
        st.markdown("**Already linked**")
        for account in linked:
            blocker = blockers[account.id]
            left, right = st.columns([3, 2], vertical_alignment="center")
            name = plain(f"{account.institution_name}, {format.account(account.name, account.mask)}")
            left.markdown(f"{name}: {plain(status_words.word(account, blocker))}")
            relinks = blocker is not None and status_words.word(account, blocker) == status_words.SIGN_IN
            if relinks:
                again = relink(desk, customer.id, account.item_id)
                key = f"relink-{account.item_id}"
                actions.button("Relink it instead", again, key=key, place=right, width="stretch")
        st.caption("Link another bank only if the customer wants to pay from another account.")


def hand_over(desk: Desk, actor: Actor, customer: Customer, hint: str | None) -> None:
    """Give the device to the customer: from then on it shows their own steps, until the operator's PIN."""
    with st.form("hand-over"):
        st.markdown("**Hand over the tablet.** The customer reads, agrees and signs in at their bank by themselves.")
        if desk.handover.typed_pin_at(actor):
            st.caption("You take it back by the PIN that you typed earlier in this shift.")
        else:
            known = desk.handover.has_pin(actor)
            label = "Your PIN, to take it back" if known else "Set your PIN (6 to 12 digits), to take it back"
            st.text_input(label, type="password", max_chars=12, autocomplete="one-time-code", key="hand-over-pin")

        def lock(person: Actor, fields: actions.Fields) -> actions.Then:
            language = fields[f"reads-{customer.id}"]  # as chosen by now, not as it was when this was drawn
            desk.handover.lock(person, customer.id, fields.get("hand-over-pin", ""), language, hint)
            return actions.Then(query={}, forget=["institution-hint", "onboard"])

        actions.submit(
            "Hand over", lock, key="hand-over-now", type="primary", width="stretch", icon=":material/tablet:"
        )


def link(desk: Desk, actor: Actor, attempt: LinkAttempt, facts: Mapping[str, Any]) -> None:
    """Link itself: the button, and the claim of what it reports.

    It stays mounted, idle, on the later screens: an outcome that was claimed must still be blanked in the browser.
    """
    idle = attempt.state is not AttemptState.OPENED
    config: dict[str, object] = {}
    script_url, open_type = desk.settings.plaid_link_url, None
    if not idle:
        st.header("Connect the bank", anchor=False)
        if attempt.kind is AttemptKind.RELINK:
            bank = plain(attempt.institution_name or "their bank")
            st.markdown(f"The customer signs in at {bank} again. The account and the authorization stay.")
        else:
            say_deleted(desk, actor, attempt.customer_id)
            st.markdown(
                "Turn the screen to the customer and stay with them: they choose their bank, sign in there, and choose"
                " one checking or savings account."
            )
        opening = desk.linking.opening(actor, attempt.id)
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
        desk.linking.report(actor, attempt.id, said.outcome, facts)
        st.session_state[seen] = said.outcome["id"]  # only now: the claim is committed
        st.rerun()
    if not idle:
        actions.button("Cancel", open_link(attempt.customer_id), key="cancel-link")


def name_customer(desk: Desk, actor: Actor, attempt: LinkAttempt) -> None:
    """Whose link this is, on top of every step, and the way to somebody else."""
    customer = desk.customers.get_many(actor, [attempt.customer_id]).get(attempt.customer_id)
    if customer is None:
        return
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.markdown(f":material/person: **{plain(customer.name)}** · {plain(customer.reference)}")
    if attempt.state is not AttemptState.AUTHORIZED:  # there *Next customer* comes first
        actions.button("Another customer", open_link(), key="follow-other", place=right, width="stretch")


def follow(desk: Desk, actor: Actor, attempt: LinkAttempt, facts: Mapping[str, Any]) -> None:
    """Whatever stage the attempt has reached, and the one thing to do now."""
    name_customer(desk, actor, attempt)
    waiting = desk.hosted.show(actor, attempt)
    if waiting is not None and is_open(waiting.left):
        phone.show(
            waiting,
            WORDS[Language.ENGLISH],
            lambda: desk.hosted.show(actor, desk.linking.get(actor, attempt.id)),
        )
        actions.button("Cancel", open_link(attempt.customer_id), key="cancel-phone")
        return
    question = desk.linking.question(attempt)
    link(desk, actor, attempt, facts)
    if attempt.state is AttemptState.OPENED:
        return
    if question:
        steps.ask(desk, actor, attempt, question)
    elif attempt.state is AttemptState.AUTHORIZED:
        steps.show_result(desk, actor, attempt)
    elif attempt.state.is_final or (attempt.problem and not attempt.working):
        steps.show_problem(desk, actor, attempt)
        if attempt.kind is AttemptKind.RELINK and attempt.item_id:
            again = relink(desk, attempt.customer_id, attempt.item_id)
            actions.button("Sign in again", again, key="relink-again", type="primary", width="stretch")
        else:
            again = open_link(attempt.customer_id)
            actions.button("Try again", again, key="link-again", type="primary", width="stretch")
    else:
        steps.watch(desk, actor, attempt.id)


def come_back(desk: Desk, actor: Actor, facts: Mapping[str, Any]) -> None:
    """The bank has sent the customer back to an address that names no attempt: go on with the one this tab left."""
    if "page" not in facts:
        st.markdown("Coming back from the bank …")
        return
    attempt_id = str(facts.get("away") or "")
    if attempt_id:
        attempt = desk.linking.get(actor, attempt_id)
        go(customer=attempt.customer_id, attempt=attempt.id)
    st.warning(
        "**The bank sent the customer back, but this tab does not know which link it was.**  \nNothing was linked."
        "  \n**What to do:** choose the customer and open Link again in this tab.",
        icon=":material/info:",
    )
    choose_customer(desk, actor)


def main() -> None:
    """Pick the screen by what the address names, so that a reload resumes where the person was."""
    desk, actor = session.desk(), session.actor()
    st.html(STYLE)
    with st.container(horizontal_alignment="center"), st.container(width=720), errors.shown():
        screen = st.container()
        facts = device_facts.gather()
        with screen:
            try:
                place = where()
                attempt_id, customer_id = place.get("attempt"), place.get("customer")
                if attempt_id or customer_id:
                    st.html(COUNTER_STYLE)
                if attempt_id:
                    follow(desk, actor, desk.linking.get(actor, attempt_id), facts)
                elif customer_id:
                    authorize(desk, actor, desk.customers.get(actor, customer_id), facts)
                elif steps.is_back_from_bank():
                    come_back(desk, actor, facts)
                else:
                    choose_customer(desk, actor)
            except DeskError as error:
                errors.show(error)
                actions.button("Start over", open_link(), key="start-over")


layout.title("Onboard")
main()
