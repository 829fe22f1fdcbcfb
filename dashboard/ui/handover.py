"""What a device shows while it is in a customer's hands: their own steps, large and in their language, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from components.idle_watch import idle_watch
from components.plaid_link import plaid_link
from dashboard.access import Permission, can
from dashboard.customer_words import WORDS, Language, Words
from dashboard.desk import Desk
from dashboard.errors import DeskError
from dashboard.handover import IDLE, Step
from dashboard.hosted import PhoneLink, is_open
from dashboard.models import Actor, AttemptState, LinkAttempt
from dashboard.store.locks import Ending, Lock
from dashboard.ui import errors, evidence, format, frame, session, steps
from dashboard.ui import phone as ui_phone

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
[data-testid="stToolbar"], [data-testid="stSidebar"] { display: none; }
</style>
"""


def gate(desk: Desk, paths: Sequence[str]) -> None:
    """Nothing where the device is the desk's; otherwise draw the customer's step and end the run.

    `paths` are the addresses of staff pages: each leads to the customer's step instead of to "page not found".
    """
    device = session.device()
    lock = desk.handover.find(device)
    watch(desk, device, lock)
    if lock is None:
        return
    pages = [st.Page(_nothing, title="ACH Desk", url_path=path, default=place == 0) for place, path in enumerate(paths)]
    st.navigation(pages, position="hidden")
    frame.mark_mode(desk.mode)
    st.html(STYLE)
    actor = session.actor()
    with st.container():
        draw(desk, actor, lock)
    take_back(desk, device, WORDS[lock.language])
    st.stop()


def _nothing() -> None:
    """A staff page's address while the device is a customer's."""


def watch(desk: Desk, device: str, lock: Lock | None) -> None:
    """Run the app anew as soon as this device changes hands, or its customer's steps change in another tab."""
    if not device:
        return

    @st.fragment(run_every=LOOK_EVERY)
    def look() -> None:
        now = desk.handover.find(device)
        if now != lock:
            st.rerun(scope="app")

    look()


def draw(desk: Desk, actor: Actor, lock: Lock) -> None:
    """The customer's step; an ended one shows nothing of theirs."""
    words = WORDS[lock.language]
    if lock.ending is not None:
        draw_ending(words, lock.ending)
        return
    choose_language(desk, actor, lock)
    screen = st.container()
    facts = evidence.gather()
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


def choose_language(desk: Desk, actor: Actor, lock: Lock) -> None:
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
    """One screen per state of the attempt."""
    attempt = step.attempt
    if attempt is None:
        draw_agreement(desk, actor, step, words, facts)
        return
    if step.phone is not None:
        if is_open(step.phone.left):
            draw_phone(desk, actor, step.phone, words)
        else:
            draw_exit(desk, actor, words)
        return
    draw_link(desk, actor, attempt, words, facts)
    if attempt.state is AttemptState.OPENED:
        if desk.hosted.is_offered() and st.button(words.phone, icon=":material/smartphone:", key="customer-phone"):
            desk.handover.use_phone(actor)
            st.rerun()
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
        st.markdown(words.staff_question.format(business=desk.settings.business_name))
    else:
        wait(desk, actor, attempt, words)


def draw_agreement(desk: Desk, actor: Actor, step: Step, words: Words, facts: Mapping[str, Any]) -> None:
    """What will happen, who asks, and the authorization."""
    business = _plain(desk.settings.business_name)
    st.header(words.hello.format(customer=_plain(step.customer.name)), anchor=False)
    st.markdown(words.who.format(business=business))
    st.subheader(words.steps_heading, anchor=False)
    st.markdown("\n".join(f"{place}. {text}" for place, text in enumerate(_steps(words), 1)))
    st.markdown(f":material/lock: {words.privacy.format(business=business)}")
    with st.container(border=True):
        st.subheader(words.mandate_heading, anchor=False)
        st.markdown(_plain(desk.handover.text(actor)))
    left, right = st.columns([2, 1])
    if left.button(words.agree, type="primary", width="stretch", key="customer-agrees"):
        desk.handover.agree(actor, facts)
        st.rerun()
    if right.button(words.decline, width="stretch", key="customer-declines"):
        desk.handover.end(actor, Ending.DECLINED)
        st.rerun()


def _steps(words: Words) -> tuple[str, str, str]:
    return words.step_agree, words.step_bank, words.step_done


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

    ui_phone.show(phone, words, look)
    if st.button(words.phone_here, key="customer-here"):
        desk.handover.again(actor)
        st.rerun()


def draw_accounts(desk: Desk, actor: Actor, attempt: LinkAttempt, words: Words) -> None:
    """The accounts that the customer shared, one to be taken."""
    st.header(words.account_heading, anchor=False)
    st.markdown(words.account)
    for account in attempt.accounts:
        name = f"**{_plain(format.account(account.name, account.mask))}**"
        label = name if account.is_depository else f"{name} · {words.not_debitable}"
        if st.button(label, key=f"take-{account.id}", disabled=not account.is_depository, width="stretch"):
            desk.handover.choose(actor, account.id)
            st.rerun()


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
                left.markdown(f":gray[{name}]")
                right.markdown(f"**{_plain(value)}**")
    st.markdown(words.done.format(business=_plain(desk.settings.business_name)))
    st.link_button(words.copy, "authorization-copy", icon=":material/print:", width="stretch")
    if st.button(words.finish, type="primary", width="stretch", key="customer-done"):
        desk.handover.end(actor, Ending.DONE)
        st.rerun()


def draw_exit(desk: Desk, actor: Actor, words: Words) -> None:
    """Link was closed before the end."""
    st.header(words.exited_heading, anchor=False)
    st.markdown(words.exited)
    left, right = st.columns(2)
    if left.button(words.again, type="primary", width="stretch", key="customer-again"):
        desk.handover.again(actor)
        st.rerun()
    if right.button(words.stop, width="stretch", key="customer-stops"):
        desk.handover.end(actor, Ending.DONE)
        st.rerun()


def draw_ending(words: Words, ending: Ending) -> None:
    """Nothing of the customer is left on the screen."""
    st.header(words.cleared_heading if ending is Ending.IDLE else words.thanks_heading, anchor=False)
    if ending is not Ending.DONE:
        st.markdown(words.cleared if ending is Ending.IDLE else words.declined)
    st.markdown(f":material/tablet: {words.give_back}")


def take_back(desk: Desk, device: str, words: Words) -> None:
    """The way out, for the operator alone."""
    st.space("large")
    with st.expander(words.staff, icon=":material/badge:"), st.form("take-back", border=False):
        pin = st.text_input(words.pin, type="password", autocomplete="one-time-code", max_chars=12)
        if st.form_submit_button(words.unlock):
            try:
                lock = desk.handover.release(device, pin, session.address())
            except DeskError as error:
                errors.show(error)
                return
            place = {"customer": lock.customer_id, **({"attempt": lock.attempt_id} if lock.attempt_id else {})}
            st.session_state["onboard"] = place
            st.rerun()


def _plain(text: str) -> str:
    for character in "\\`*_[]<>$~:":
        text = text.replace(character, f"\\{character}")
    return text
