"""Whether everything is connected and will stay so, what this browser can do, the keys, and the settings in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.doctor import Check, Step, Verdict, examine
from dashboard.domain.errors import InputError
from dashboard.domain.limits import Limit
from dashboard.domain.models import Actor
from dashboard.settings import KEYS
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, layout, pin, session
from dashboard.ui.linking import device_facts
from dashboard.ui.payments import sync_status
from dashboard.ui.text import plain

SIGNS = {
    Verdict.OK: (":green[:material/check_circle:]", "OK"),
    Verdict.WARNING: (":orange[:material/warning:]", "Warning"),
    Verdict.FAILED: (":red[:material/error:]", "Failed"),
}
ORDER = (Verdict.FAILED, Verdict.WARNING, Verdict.OK)


def browser_check(url: str) -> Check | None:
    """Whether this browser reaches the Link script; None while it tries."""
    said = device_facts.reaches(url)
    name = "Link script, from this browser"
    if said is None:
        return None
    if said == "reached":
        return Check(name, Verdict.OK, f"Reached: {url}", step=Step.PLAID)
    return Check(
        name,
        Verdict.FAILED,
        f"{url} was {said}",
        "Links made on this device will fail.",
        "Check its network, and any content blocker.",
        step=Step.PLAID,
    )


def draw_check(check: Check) -> None:
    """One finding: a sign and a word, what was found, what it means, what to do."""
    sign, word = SIGNS[check.verdict]
    with st.container(border=check.verdict is not Verdict.OK, gap="xxsmall"):
        st.markdown(f"{sign} **{word}** · **{plain(check.name)}** · {plain(check.found)}")
        if check.meaning:
            st.markdown(plain(check.meaning))
        if check.action:
            st.markdown(f"**What to do:** {plain(check.action)}")
        if check.request_id and check.verdict is not Verdict.OK:
            st.caption(f"request {plain(check.request_id)}")


def draw_checks(found: Iterable[Check], at: datetime, desk: Desk) -> None:
    """The findings by step, the worst first, and all of them to copy."""
    checks = list(found)
    counts = {verdict: sum(check.verdict is verdict for check in checks) for verdict in ORDER}
    words = ", ".join(f"{count} {SIGNS[verdict][1].lower()}" for verdict, count in counts.items() if count)
    st.markdown(f"**{plain(words)}**, looked at {format.moment(at, session.zone(), desk.clock.real())}.")
    for step in Step:
        st.markdown(f"##### {step.value}")
        for check in sorted((one for one in checks if one.step is step), key=lambda one: ORDER.index(one.verdict)):
            draw_check(check)
    with st.expander("Copy everything, for a ticket", icon=":material/content_copy:"):
        st.code("\n".join(check.as_text() for check in checks), language=None, wrap_lines=True)


def draw_doctor(desk: Desk, actor: Actor) -> None:
    """The checks, on demand: they ask Plaid and Stripe, and read the whole file."""
    st.subheader("Is everything connected?", anchor=False)
    st.caption(
        "Checks Plaid, Stripe and this machine with real calls. In Plaid's sandbox it links a test bank and"
        " removes it again."
    )
    actions.button(
        "Check this setup",
        partial(check, desk),
        key="setup-check",
        slow="Asking Plaid and Stripe, and reading the file …",
        icon=":material/stethoscope:",
        type="primary",
    )
    browser = browser_check(desk.settings.plaid_link_url)
    kept = st.session_state.get("setup-checks")
    if kept is None:
        if browser is None:
            st.markdown(":material/hourglass_top: Trying to reach the Link script from this browser …")
        else:
            draw_check(browser)
        return
    found, at = kept
    draw_checks([*found, *([browser] if browser else [])], at, desk)


def check(desk: Desk, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Run the checks and keep what they found."""
    return actions.Then(keep={"setup-checks": (examine(desk, actor), desk.clock.real())})


def draw_keys(desk: Desk, actor: Actor) -> None:
    """How far Plaid's access tokens are rotated, and the way to change them all."""
    status = desk.plaid_tokens.status(actor)
    st.subheader("Access tokens", anchor=False)
    words = [f"**{status.changeable:,}** can be changed"]
    words += [f"**{status.going_on:,}** being changed now"] if status.going_on else []
    words += [f"**{status.refused:,}** refused by Plaid, unchanged"] if status.refused else []
    words += [f":red[:material/error:] **{status.lost:,}** lost: in the *Inbox*"] if status.lost else []
    st.markdown(" · ".join(words))
    st.caption(
        "After a leak, have Plaid replace every access token. Debits continue. A token whose new value is"
        " lost on its way cannot be had again: that bank has to be linked anew. The encryption key itself is changed"
        " with `ach-desk keys rotate`."
    )
    if not can(actor, Permission.ADMIN) or not status.changeable:
        return
    with st.form("rotate-tokens", border=False):
        st.checkbox("I understand that every old token stops working at once.", key="rotate-sure")
        known = pin.ask(desk, actor, "rotate-pin")
        actions.submit(
            "Change every access token",
            partial(rotate, desk),
            key="rotate-tokens-now",
            icon=":material/key:",
            disabled=not known,
        )


def rotate(desk: Desk, actor: Actor, fields: actions.Fields) -> None:
    """Have every access token changed by Plaid."""
    if not fields["rotate-sure"]:
        raise InputError("The box is not ticked.", meaning="Nothing was changed.", action="Tick it, if you mean it.")
    desk.plaid_tokens.rotate(pin.prove(desk, actor, fields, "rotate-pin"))


def draw_limits(desk: Desk, actor: Actor) -> None:
    """What is limited and how much of the desk's own day is used; and every start that found other rules."""
    st.subheader("Limits", anchor=False)
    rules, changes, zone = desk.settings.limits, desk.limits.changes(actor), session.zone()
    words = [f"{format.money(desk.settings.debit_rules.max_cents)} for one debit"]
    words += [f"{format.money(most)} {limit.words}" for limit, most in rules.items()]
    st.markdown(plain(" · ".join(words)))
    use = desk.limits.desk_use(actor)
    if use is not None:
        st.markdown(
            f"In this business day {plain(format.money(use.posted_cents))} was taken,"
            f" {plain(format.money(use.reserved_cents))} is reserved; {plain(format.money(use.left_cents))} is left."
        )
    missing = [limit.setting for limit in Limit if limit not in rules]
    if missing:
        st.caption(f"Not limited: {plain(', '.join(missing))}.")
    if not changes:
        st.caption("No start has found other rules of debits and limits than the start before.")
        return
    newest = changes[0]
    st.markdown(f"Last changed by a start on **{format.moment(newest.at, zone, desk.clock.now())}**:")
    rows = [
        {
            "When": format.moment(one.at, zone, desk.clock.now()),
            "Setting": one.setting,
            "Before": one.before or "none",
            "After": one.after or "none",
        }
        for one in changes
    ]
    st.dataframe(rows, hide_index=True, alt="Changes of the rules of debits and limits")


def draw_settings(desk: Desk) -> None:
    """Every setting with its value, secrets hidden."""
    shown = desk.settings.as_table()
    rows = [
        {"Setting": key.name, "Value": shown.get(key.name, ""), "What it is": key.what.replace("`", "")} for key in KEYS
    ]
    st.subheader("Settings", anchor=False)
    st.dataframe(rows, hide_index=True, alt="Current settings, secrets hidden")


def main() -> None:
    """Checks first, then the sync, the keys, the limits and the settings."""
    desk, actor = session.desk(), session.actor()
    layout.title("Setup", "What this desk is connected to. Secrets are never shown.")
    with errors.shown():
        with st.container(border=True):
            draw_doctor(desk, actor)
        status, now = desk.sync.status(), desk.clock.now()
        with st.container(border=True):
            st.subheader("Sync with Stripe", anchor=False)
            following = ""
            if status.next_at:
                following = f" The next one is due {format.moment(status.next_at, session.zone(), now)}."
            st.markdown(
                f"Last finished **{format.moment(status.last_finished_at, session.zone(), now)}**"
                f" ({format.ago(status.last_finished_at, now)}).{following} When nothing happens it asks less often,"
                " so that polling takes less than a third of the allowance."
            )
            sync_status.draw_reads(status)
        with st.container(border=True):
            draw_keys(desk, actor)
        with st.container(border=True):
            draw_limits(desk, actor)
        draw_settings(desk)


main()
