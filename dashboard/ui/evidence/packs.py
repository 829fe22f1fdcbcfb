"""Evidence for a bank: what it would lack, the one button that makes it, and the bank's request with its clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.errors import DeskError, InputError
from dashboard.domain.evidence import Pack, answer_day
from dashboard.domain.formatting import month_of
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, format, session
from dashboard.ui.text import plain

ZIP = "application/zip"
MOST_SHOWN = 5  # packs of one subject; each is another moment
MONTHS = 13  # of the choice: a year and this month
WHAT = (
    "A ZIP with a summary (PDF/A), the authorization word for word, the time line, and a manifest with the digest of"
    " each file and the end of the audit trail. Asked for again, also in two years, it is the same to the byte."
)


def draw(desk: Desk, actor: Actor, payment_id: str) -> None:
    """On a payment's or a case's page: what was never recorded, and the pack."""
    if not can(actor, Permission.MAKE_EVIDENCE):
        return
    with st.expander("Evidence for the bank", icon=":material/folder_zip:"):
        missing = desk.evidence.missing(actor, payment_id)
        if missing:
            st.markdown("**Never recorded,** and the pack says so:")
            st.markdown("\n".join(f"- {plain(one)}" for one in missing))
        else:
            st.markdown("Everything that the pack has a place for is recorded.")
        work = partial(desk.evidence.make, actor, payment_id)
        _offer("Make the evidence pack", f"evidence-{payment_id}.zip", work, desk, actor, key=f"pack-{payment_id}")
        _draw_made(desk, actor, desk.evidence.packs(actor, payment_id))


def draw_month(desk: Desk, actor: Actor) -> None:
    """Of all that banks sent or took back in a month."""
    if not can(actor, Permission.MAKE_EVIDENCE):
        return
    with st.popover("For the bank", icon=":material/folder_zip:", on_change="rerun", key="evidence-month") as there:
        if not there.open:
            return
        st.caption(plain(WHAT))
        months = _last_months(desk.cases.today())
        chosen = st.selectbox("Returns of the month", months, format_func=month_of, key="evidence-of")
        name = chosen.isoformat()[:7]
        work = partial(desk.evidence.make_month, actor, name)
        _offer("Make the evidence pack", f"evidence-{name}.zip", work, desk, actor, key=f"pack-{name}")
        _draw_made(desk, actor, desk.evidence.packs(actor, name))


def draw_request(desk: Desk, actor: Actor, case_id: str) -> None:
    """On a case: the bank's request, its last day, and that it was answered."""
    request, today = desk.evidence.request(actor, case_id), desk.cases.today()
    works = can(actor, Permission.WORK_CASES)
    if request is None:
        if works:
            with st.expander("The bank asks for proof", icon=":material/gavel:"), st.form("bank-asks", border=False):
                st.caption(
                    "The proof is due within 10 banking days of the bank's letter; after that the return stands."
                )
                st.date_input("Asked on", value=today, max_value=today, key="bank-asked-on")
                actions.submit("Start the clock", partial(_record, desk, case_id), key="bank-asks-send")
        return
    asked, due = format.day(request.asked_on, today), format.day(request.due_on, today)
    if not request.is_open:
        at = format.moment(request.answered_at, session.zone(), desk.clock.now())
        st.success(plain(f"The bank asked for proof {asked} and was answered {at} by {request.answered_by}."))
        return
    near = format.from_today(request.due_on, today)
    late = "**⚠ Overdue.** " if request.due_on < today else ""
    due_words = plain(f"due {due}" + (f" ({near})" if near else ""))
    st.warning(
        f"{late}**The bank asks for proof,** {due_words}. Asked {plain(asked)}; 10 banking days.",
        icon=":material/gavel:",
    )
    if works:
        answered = actions.call(desk.evidence.answer_request, case_id, then=actions.Then(said="It is answered."))
        actions.button("The bank was answered", answered, key="bank-answered")


def _record(desk: Desk, case_id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Keep the request; its day is counted from the letter's."""
    if not isinstance(fields["bank-asked-on"], date):
        raise InputError("The day of the bank's letter is missing.", action="Type it.", code="invalid_day")
    desk.evidence.record_request(actor, case_id, fields["bank-asked-on"])
    return actions.Then(said=f"The proof is due {format.day(answer_day(fields['bank-asked-on']), desk.cases.today())}.")


def _offer(label: str, name: str, make: Callable[[], Pack], desk: Desk, actor: Actor, *, key: str) -> None:
    """One click: made, or found where nothing has changed, and saved."""

    def content() -> bytes:
        try:
            return desk.evidence.file(actor, make().id)
        except DeskError as error:  # a download has no other place to say it
            return "\n".join(part for part in (error.what, error.meaning, error.action) if part).encode()

    st.download_button(
        plain(label),
        content,
        file_name=name,
        mime=ZIP,
        icon=":material/download:",
        on_click="ignore",
        key=key,
        help=plain(WHAT),
    )


def _draw_made(desk: Desk, actor: Actor, packs: list[Pack]) -> None:
    """The packs that were made, each to be had again."""
    zone, now = session.zone(), desk.clock.now()
    for one in packs[:MOST_SHOWN]:
        at = format.moment(one.as_of, zone, now)
        st.caption(plain(f"Made {at} by {one.made_by}: {one.size / 1000:,.0f} kB, SHA-256 {one.sha256}"))
        st.download_button(
            "The same again",
            partial(desk.evidence.file, actor, one.id),
            file_name=one.file_name,
            mime=ZIP,
            on_click="ignore",
            key=f"again-{one.id}",
            type="tertiary",
        )


def _last_months(today: date) -> list[date]:
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
