"""What a device shows while it is in a customer's hands: their own steps, large and in their language, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from components.document import document, key_of
from components.idle_watch import idle_watch
from components.plaid_link import plaid_link
from dashboard.desk import Desk
from dashboard.domain.errors import DeskError
from dashboard.domain.models import Actor, AttemptState, LinkAttempt
from dashboard.linking.handover import IDLE, Step
from dashboard.linking.hosted import PhoneLink, is_open
from dashboard.messages.customer_screens import WORDS, Language, Words
from dashboard.staff.access import Permission, can
from dashboard.store.linking.handovers import Ending, HandoverLock
from dashboard.ui import actions, format, layout, session, sign_in_gate
from dashboard.ui.linking import device_facts, steps
from dashboard.ui.linking import phone as phone_screen
from dashboard.ui.linking.opening import to_link
from dashboard.ui.text import plain, plain_lines

LOOK_EVERY = 2.0  # seconds until a tab that was open before notices that its device changed hands
STYLE = """
<style>
[data-testid="stMainBlockContainer"] { font-size: 1.3rem; max-width: 52rem; margin: 0 auto; }
[data-testid="stMainBlockContainer"] p, [data-testid="stMainBlockContainer"] li { font-size: 1.3rem; line-height: 1.5; }
[data-testid="stMainBlockContainer"] h1, [data-testid="stMainBlockContainer"] h2 { font-size: 2.1rem; }
[data-testid="stMainBlockContainer"] h3 { font-size: 1.5rem; }
[data-testid="stMainBlockContainer"] button, [data-testid="stMainBlockContainer"] summary,
[data-testid="stLinkButton"] a { min-height: 3.5rem; }
[data-testid="stMainBlockContainer"] button p { font-size: 1.3rem; }
[data-testid="stToolbar"], [data-testid="stSidebar"], [data-testid="stTextInput"] button { display: none; }
</style>
"""


def gate(desk: Desk, paths: Sequence[str]) -> None:
    """Nothing where the device is the desk's; otherwise draw the customer's step and end the run.

    `paths` are the addresses of staff pages: each leads to the customer's step instead of to "page not found".
    """
    device, visit = session.device(), session.visit()
    lock = desk.handover.find(device, visit)
    watch(desk, device, visit, lock)
    if lock is None:
        return
    if desk.handover.release_by_sign_in(device, session.claims(), session.address(), visit=visit):
        remember(lock)
        st.rerun()
    st.navigation(sign_in_gate.blank_pages(paths, desk.settings.business_name), position="hidden")
    st.set_page_config(page_title=desk.settings.business_name)
    layout.mark_mode(desk.mode, STYLE)
    actor = session.actor()
    actions.begin("handover")
    with st.container():
        draw(desk, actor, lock)
    take_back(desk, device, visit)
    actions.end()
    document(lock.language.value)
    st.stop()


def remember(lock: HandoverLock) -> None:
    """Have the staff's page go on where the customer's steps ended."""
    st.session_state["onboard"] = to_link(lock.customer_id, lock.attempt_id).query


def offer(label: str, words: Words, use_case: Callable[..., object], *args: object, **look: Any) -> None:
    """A large button of the customer's; what goes wrong is said in their language."""
    actions.button(label, actions.call(use_case, *args), sorry=words.failed, **look)


def watch(desk: Desk, device: str, visit: str, lock: HandoverLock | None) -> None:
    """Run the app anew as soon as this device changes hands, or its customer's steps change in another tab."""
    if not device and not visit:
        return

    @st.fragment(run_every=LOOK_EVERY)
    def look() -> None:
        now = desk.handover.find(device, visit)
        if now != lock:
            st.rerun(scope="app")

    look()


def draw(desk: Desk, actor: Actor, lock: HandoverLock) -> None:
    """The customer's step; an ended one shows nothing of theirs."""
    words = WORDS[lock.language]
    if lock.ending is not None:
        draw_ending(words, lock.ending)
        return
    choose_language(desk, actor, lock)
    screen = st.container()
    facts = device_facts.gather()
    with screen:
        try:
            step = desk.handover.step(actor)
            # On their own phone Link is open, and this screen names nobody.
            if step.phone is None and idle_watch(lock.id, IDLE):
                desk.handover.end(actor, Ending.IDLE)
                st.rerun()
            draw_step(desk, actor, step, words, facts)
        except DeskError:
            st.error(words.failed, icon=":material/error:")


def choose_language(desk: Desk, actor: Actor, lock: HandoverLock) -> None:
    """The language switch, at the top of every step."""
    chosen = st.segmented_control(
        WORDS[lock.language].switch,
        list(Language),
        default=lock.language,
        format_func=lambda one: WORDS[one].name,
        label_visibility="collapsed",
        key=f"language-{lock.id}",
    )
    if chosen is not None and chosen is not lock.language:
        desk.handover.speak(actor, chosen)
        st.rerun()


def draw_step(desk: Desk, actor: Actor, step: Step, words: Words, facts: Mapping[str, Any]) -> None:
    """One screen per state of the attempt; whose it is stands on top of each, but of one that waits for a phone."""
    attempt = step.attempt
    if attempt is None:
        draw_agreement(desk, actor, step, words, facts)
        return
    if step.phone is None or not is_open(step.phone.left):
        st.markdown(f":material/person: **{plain(step.customer.name)}**")
    if step.phone is not None:
        if is_open(step.phone.left):
            draw_phone(desk, actor, step.phone, words)
        else:
            draw_exit(desk, actor, words)
        return
    draw_link(desk, actor, attempt, words, facts)
    if attempt.state is AttemptState.OPENED:
        if desk.hosted.is_offered():
            icon = ":material/smartphone:"
            offer(words.phone, words, desk.handover.use_phone, icon=icon, key="customer-phone")
        return
    if attempt.state is AttemptState.CHOOSING:
        draw_accounts(desk, actor, attempt, words)
    elif attempt.state is AttemptState.AUTHORIZED:
        draw_result(desk, actor, attempt, words)
    elif attempt.state is AttemptState.EXITED:
        draw_exit(desk, actor, words)
    elif attempt.state.is_final or attempt.problem:
        st.header(words.failed_heading, anchor=False)
        st.markdown(words.failed)
    elif not attempt.working:
        st.header(words.thanks_heading, anchor=False)
        st.markdown(words.staff_question.format(business=plain(desk.settings.business_name)))
    else:
        wait(desk, actor, attempt, words)


def draw_agreement(desk: Desk, actor: Actor, step: Step, words: Words, facts: Mapping[str, Any]) -> None:
    """What will happen, who asks, and the authorization."""
    business = plain(desk.settings.business_name)
    st.header(words.hello.format(customer=plain(step.customer.name)), anchor=False)
    st.markdown(words.who.format(business=business))
    st.subheader(words.steps_heading, anchor=False)
    st.markdown(f"1. {words.step_agree}\n2. {words.step_bank}\n3. {words.step_done}")
    st.markdown(f":material/lock: {words.privacy.format(business=business)}")
    with st.container(border=True):
        st.subheader(words.mandate_heading, anchor=False)
        st.markdown(plain_lines(desk.handover.text(actor)))
    left, right = st.columns([2, 1])
    agree, end, wide = desk.handover.agree, desk.handover.end, {"width": "stretch"}
    offer(words.agree, words, agree, facts, place=left, type="primary", key="customer-agrees", **wide)
    offer(words.decline, words, end, Ending.DECLINED, place=right, key="customer-declines", **wide)


def draw_link(desk: Desk, actor: Actor, attempt: LinkAttempt, words: Words, facts: Mapping[str, Any]) -> None:
    """Link: the button, and the claim of what it reports. Idle later on: a claimed outcome must still be blanked."""
    idle = attempt.state is not AttemptState.OPENED
    config: dict[str, object] = {}
    open_type = None
    if not idle:
        st.header(words.bank_heading, anchor=False)
        st.markdown(words.bank)
        config = dict(desk.handover.opening(actor).config)
        open_type = config.pop("open_type", None)
    seen = f"seen-{attempt.id}"
    said = plaid_link(
        attempt.id,
        config,
        script_url=desk.settings.plaid_link_url,
        key=f"customer-link-{attempt.id}",
        seen=st.session_state.get(seen),
        idle=idle,
        label=words.connect,
        open_type=str(open_type) if open_type else None,
        redirect_uri=steps.redirect_of(facts, attempt.id),
        words={name: getattr(words, name) for name in LINK_WORDS},
    )
    if said.outcome and said.outcome.get("id") != st.session_state.get(seen):
        desk.handover.report(actor, said.outcome, facts)
        st.session_state[seen] = said.outcome["id"]  # only now: the claim is committed
        st.rerun()


LINK_WORDS = ("loading", "opening", "saving", "closed", "slow", "unavailable", "popup_blocked")


def draw_phone(desk: Desk, actor: Actor, phone: PhoneLink, words: Words) -> None:
    """The customer links their bank on their own phone; this screen waits."""

    def look() -> PhoneLink | None:
        return desk.handover.step(actor).phone if can(actor, Permission.OWN_STEP) else None

    phone_screen.show(phone, words, look)
    offer(words.phone_here, words, desk.handover.again, key="customer-here")


def draw_accounts(desk: Desk, actor: Actor, attempt: LinkAttempt, words: Words) -> None:
    """The accounts that the customer shared, one to be taken."""
    st.header(words.account_heading, anchor=False)
    st.markdown(words.account)
    for account in attempt.accounts:
        name = f"**{plain(format.account(account.name, account.mask))}**"
        label = name if account.is_depository else f"{name} · {words.not_debitable}"
        look = {"key": f"take-{account.id}", "disabled": not account.is_depository, "width": "stretch"}
        offer(label, words, desk.handover.choose, account.id, **look)


def wait(desk: Desk, actor: Actor, attempt: LinkAttempt, words: Words) -> None:
    """The steps run on the worker; this looks at the row until it has changed."""
    st.header(words.working_heading, anchor=False)
    st.markdown(f":material/hourglass_top: {words.working}")

    @st.fragment(run_every=0.5)
    def look() -> None:
        if not can(actor, Permission.OWN_STEP):
            st.rerun(scope="app")
        now = desk.handover.step(actor).attempt
        if now is None or not now.working:
            st.rerun(scope="app")

    look()


def draw_result(desk: Desk, actor: Actor, attempt: LinkAttempt, words: Words) -> None:
    """The linked account as its holder knows it, and the end of the customer's part."""
    account = desk.handover.account(actor)
    st.header(f":material/check_circle: {words.done_heading}", anchor=False)
    if account is not None:
        with st.container(border=True):
            for name, value in (
                (words.bank_label, account.institution_name),
                (words.account_label, format.account(account.name, account.mask)),
            ):
                left, right = st.columns([1, 2])
                left.markdown(f":gray[{plain(name)}]")
                right.markdown(f"**{plain(value)}**")
    st.markdown(words.done.format(business=plain(desk.settings.business_name)))
    st.link_button(words.copy, "authorization-copy", icon=":material/print:", width="stretch")
    if account is not None and desk.copy_mails.is_on:
        if desk.copy_mails.is_sent_own(actor, account.id):
            st.markdown(f":material/mail: {words.copy_mailed}")
        else:
            mail = {"key": "customer-mail", "icon": ":material/mail:", "width": "stretch"}
            offer(words.copy_mail, words, desk.copy_mails.send_own, account.id, **mail)
    look = {"key": "customer-done", "type": "primary", "width": "stretch"}
    offer(words.finish, words, desk.handover.end, Ending.DONE, **look)


def draw_exit(desk: Desk, actor: Actor, words: Words) -> None:
    """Link was closed before the end."""
    st.header(words.exited_heading, anchor=False)
    st.markdown(words.exited)
    left, right = st.columns(2)
    again, end, wide = desk.handover.again, desk.handover.end, {"width": "stretch"}
    offer(words.again, words, again, place=left, type="primary", key="customer-again", **wide)
    offer(words.stop, words, end, Ending.DONE, place=right, key="customer-stops", **wide)


def draw_ending(words: Words, ending: Ending) -> None:
    """Nothing of the customer is left on the screen."""
    st.header(words.cleared_heading if ending is Ending.IDLE else words.thanks_heading, anchor=False)
    if ending is not Ending.DONE:
        st.markdown(words.cleared if ending is Ending.IDLE else words.declined)
    st.markdown(f":material/tablet: {words.give_back}")


def take_back(desk: Desk, device: str, visit: str) -> None:
    """The ways out, for staff only and in their language: the operator's PIN, a colleague's, or a new sign-in."""
    st.space("large")
    with st.container(key=key_of("en", "staff")), st.expander("Staff", icon=":material/badge:"):
        with st.form("take-back", border=False, clear_on_submit=True):
            st.text_input("PIN", type="password", autocomplete="off", max_chars=12, key="take-back-pin")
            if desk.settings.open_id is not None:
                st.text_input(
                    "Using a colleague's PIN? Their e-mail address (optional)",
                    autocomplete="off",
                    key="take-back-colleague",
                )

            def release(actor: Actor, fields: actions.Fields) -> actions.Then:
                pin, colleague = fields["take-back-pin"], str(fields.get("take-back-colleague") or "").strip()
                lock = desk.handover.release(device, pin, session.address(), visit=visit, colleague=colleague)
                return to_link(lock.customer_id, lock.attempt_id)

            actions.submit("Take the device back", release, key="take-back-now")
        if desk.settings.open_id is not None:
            st.button("Forgot it? Sign in again", icon=":material/login:", on_click=session.sign_in)
