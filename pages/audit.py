"""Who did what, when, from where, and what it was before: searched, checked, and handed over as a file."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.audit_actions import in_words
from dashboard.domain.models import Actor
from dashboard.operations.audit import AuditDetail, AuditFilter, AuditPage
from dashboard.ui import actions, downloads, errors, format, layout, session
from dashboard.ui.text import plain

COLUMNS = {
    "seq": st.column_config.NumberColumn("Row", format="%d", width="small"),
    "when": st.column_config.TextColumn("When", width="medium"),
    "who": st.column_config.TextColumn("Who", width="medium"),
    "what": st.column_config.TextColumn("What", width="medium"),
    "subject": st.column_config.TextColumn("About", width="large"),
    "from": st.column_config.TextColumn("From where"),
}


def choose(desk: Desk, actor: Actor) -> AuditFilter:
    """The filters on one line."""
    who, what, subject, dates = st.columns([3, 3, 4, 3], vertical_alignment="bottom")
    span = dates.date_input("Between", value=[], key="audit-dates")
    start, end = span if isinstance(span, tuple) and len(span) == 2 else (None, None)
    return AuditFilter(
        who=who.text_input("Who", placeholder="Part of a name", key="audit-who"),
        what=what.selectbox(
            "What",
            ["", *desk.audit.actions(actor)],
            format_func=lambda one: in_words(one) or "Everything",
            key="audit-what",
        ),
        subject=subject.text_input("About", placeholder="An id, or a customer", key="audit-subject"),
        start=start,
        end=end,
    )


@st.fragment(parallel=True)
def draw_chain(desk: Desk, actor: Actor) -> None:
    """Whether anybody changed the trail; walks all of it, beside the table and never before it."""
    with errors.shown():
        state = desk.audit.state(actor)
        if state.findings:
            st.error(
                f"**The trail was changed outside the desk.** {plain(state.findings[0])}"
                "  \n**What to do:** keep the file, compare it with the backups, and find out who had access.",
                icon=":material/error:",
            )
        elif state.end.seq:
            st.markdown(f":material/check_circle: **Complete up to entry {state.end.seq:,}.**")
            st.caption(
                "Note this line elsewhere; with it `ach-desk audit verify --end` proves that nothing was cut off."
            )
            st.code(f"{state.end.seq}:{state.end.digest}", language=None)


def draw_detail(detail: AuditDetail) -> None:
    """One row: who, when, from where, and what changed."""
    row = detail.row
    with st.container(border=True):
        st.subheader(f"{plain(in_words(row.action))} · row {row.seq:,}", anchor=False)
        when = format.moment(row.at, session.zone())
        st.markdown(
            f"**Who** {plain(row.actor)} · **when** {when} · **from** {plain(row.address or 'not known')}"
            f" · **about** {plain(row.subject)} · **action** {plain(row.action)}"
        )
        names = sorted(set(detail.before) | set(detail.after))
        if names:
            changes = [
                {"What": name, "Before": cell(detail.before.get(name)), "After": cell(detail.after.get(name))}
                for name in names
            ]
            st.dataframe(changes, hide_index=True, alt="What the action changed, before and after")
        if detail.facts:
            facts = [{"What": name, "Value": cell(value)} for name, value in sorted(detail.facts.items())]
            st.dataframe(facts, hide_index=True, alt="Other facts")
        if not (names or detail.facts):
            st.caption("There are no other facts.")


def cell(value: object) -> str:
    """A fact as a cell shows it."""
    return "–" if value is None or value == "" else str(value)


def draw_table(desk: Desk, actor: Actor, wanted: AuditFilter) -> None:
    """One page of rows, the way on, and the file."""
    keys: list[int] = st.session_state.setdefault("audit-keys", [])
    page = desk.audit.page(actor, wanted, before=keys[-1] if keys else None)
    if not page.rows:
        layout.empty("No row matches these filters.", "Remove a filter to see them.")
        return
    draw_actions(desk, actor, wanted, page, keys)
    zone = session.zone()
    shown = [
        {
            "seq": row.seq,
            "when": format.moment(row.at, zone),
            "who": row.actor,
            "what": in_words(row.action),
            "subject": row.subject,
            "from": row.address or "–",
        }
        for row in page.rows
    ]
    picked = st.dataframe(
        shown,
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        height=520 if len(shown) > 13 else "auto",
        key=f"audit-table-{wanted}-{keys[-1:]}",
        alt="Actions with row number, time, person, action, subject and network address",
    )
    rows = picked["selection"]["rows"] if picked else []
    if rows and rows[0] < len(page.rows):
        draw_detail(desk.audit.get(actor, page.rows[rows[0]].seq))
    else:
        st.caption("Select a row to see the change, before and after.")


def draw_actions(desk: Desk, actor: Actor, wanted: AuditFilter, page: AuditPage, keys: list[int]) -> None:
    """Newer, older, and the file of what the filter shows."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        st.caption(f"Rows {page.rows[-1].seq:,} to {page.rows[0].seq:,}, newest first")
        newer, older = (actions.go(keep={"audit-keys": way}) for way in (keys[:-1], [*keys, page.before]))
        actions.button("Newer", newer, key="audit-newer", icon=":material/chevron_left:", disabled=not keys)
        last = page.before is None
        actions.button("Older", older, key="audit-older", icon=":material/chevron_right:", disabled=last)
        downloads.offer(
            "audit", partial(desk.audit.export, actor, wanted), partial(desk.audit.workbook, actor, wanted=wanted)
        )


def main() -> None:
    """Filters, the chain's state, the table."""
    desk, actor = session.desk(), session.actor()
    layout.title(
        "Audit trail",
        f"Every action, and every view of personal data. Times are in {session.zone()}.",
    )
    with errors.shown():
        wanted = choose(desk, actor)
        if st.session_state.get("audit-filter") != wanted:
            st.session_state["audit-filter"] = wanted
            st.session_state["audit-keys"] = []
        draw_table(desk, actor, wanted)
        draw_chain(desk, actor)


main()
