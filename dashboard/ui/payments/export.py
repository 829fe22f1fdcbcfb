"""The export on the payments page: what goes into the file, how far it is, and the file itself."""

from __future__ import annotations

from datetime import tzinfo
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.exports import Export, ExportState
from dashboard.domain.models import Actor
from dashboard.payments.export import COLUMNS, Format
from dashboard.payments.export_jobs import KEPT, ExportOrder
from dashboard.payments.lists import PaymentOrder
from dashboard.payments.sheet import SHEET
from dashboard.ui import actions, errors, format, session
from dashboard.ui.text import plain

NAMES = {Format.CSV: "CSV", Format.XLSX: "Excel (XLSX)", Format.PARQUET: "Parquet"}
LINK = """
<style>.desk-file { display: inline-flex; align-items: center; min-height: 2.75rem; padding: 0 1.1rem; font-weight: 600;
  border-radius: .4rem; border: 1px solid currentColor; color: inherit; text-decoration: none; }</style>
"""


def draw(desk: Desk, actor: Actor, shown: PaymentOrder) -> None:
    """Order a file of exactly the rows that the filter shows, and fetch it."""
    st.markdown("##### All rows that the filter shows, in one file")
    st.text(shown.wanted.words())
    line = st.container(horizontal=True, vertical_alignment="bottom")
    form = line.segmented_control(
        "File", list(Format), default=Format.CSV, format_func=NAMES.__getitem__, key="export-format", required=True
    )
    form = form or Format.CSV
    zones = {str(zone): zone for zone in (desk.settings.timezone, session.zone(), ZoneInfo("UTC"))}
    zone = line.selectbox("Times in", list(zones), key="export-zone", width=260)
    names = list(SHEET) if form is Format.XLSX else list(COLUMNS)
    heads = {name: SHEET[name][0].head if form is Format.XLSX else name for name in names}
    chosen = st.multiselect("Columns", names, names, format_func=heads.__getitem__, key=f"export-columns-{form}")
    columns = tuple(COLUMNS) if chosen == names else tuple(chosen)
    if form is Format.XLSX:
        st.caption(
            "Rows in the order of the table, amounts with their currency, times in the zone above, totals for each"
            " currency below; the second sheet holds the filter and the moment. Columns are in the order chosen above."
        )
        sort, descending = shown.sort, shown.descending
    else:
        st.caption(
            "For programs: oldest first, amounts are whole cents, times include their offset. Columns are in the order"
            " chosen above."
        )
        sort, descending = "created", False
    zoned = pick(zones, zone)
    wanted = shown.wanted.on(desk.payments.today())  # the file says days, which mean the same when it is read
    order = ExportOrder(wanted, form, zoned, columns, bom=True, sort=sort, descending=descending)
    make = actions.call(desk.exports.start, order)
    actions.button("Create the file", make, key="export-make", icon=":material/download:", type="primary")
    watch(desk, actor)


def pick(zones: dict[str, tzinfo], name: str | None) -> tzinfo:
    """The zone of that name, the first where none is chosen."""
    return zones.get(name or "") or next(iter(zones.values()))


def watch(desk: Desk, actor: Actor) -> None:
    """How far the newest export is; looks again while it runs."""
    job = desk.exports.latest(actor)
    if job is None:
        return
    running = job.state.is_open

    @st.fragment(run_every=0.7 if running else None)
    def look() -> None:
        now = desk.exports.latest(actor) if running else job
        if now:
            draw_job(desk, actor, now)
        if running and not (now and now.state.is_open):
            st.rerun(scope="app")

    look()


def draw_job(desk: Desk, actor: Actor, job: Export) -> None:
    """One export in one box."""
    with st.container(border=True):
        st.text(f"{NAMES[Format(job.format)]}. {job.words}.")
        if job.state.is_open:
            share = min(1.0, job.rows / job.total) if job.total else 0.0
            of = f" of {job.total:,}"
            st.progress(share, f"Rows written: {job.rows:,}{of}")
            actions.button("Stop", actions.call(desk.exports.stop, job.id), key="export-stop", icon=":material/stop:")
        elif job.state is ExportState.DONE:
            st.markdown(f":material/check_circle: **{format.count(job.rows, 'row')}**, times in {plain(job.zone)}.")
            st.html(
                f'{LINK}<a class="desk-file" href="/exports/{job.id}" download>Download {escape(job.file_name)}</a>'
            )
            st.caption(f"Kept for {int(KEPT.total_seconds() // 60)} minutes, only for this browser.")
        elif job.state is ExportState.STOPPED:
            st.markdown(":material/stop_circle: Stopped. Nothing was saved.")
        elif job.problem:
            errors.show_problem(job.problem, gentle=True)
        else:
            st.error("The file could not be created. Try again; an administrator can find the reason in the log.")
