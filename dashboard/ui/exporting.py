"""The export on the payments page: what goes into the file, how far it is, and the file itself."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.desk import Desk
from dashboard.export import COLUMNS, Format
from dashboard.export_jobs import KEPT, ExportJob, ExportOrder, JobState
from dashboard.filters import PaymentFilter
from dashboard.models import Actor
from dashboard.ui import errors, session

NAMES = {Format.CSV: "CSV", Format.XLSX: "Excel (XLSX)", Format.PARQUET: "Parquet"}
LINK = """
<style>.desk-file { display: inline-flex; align-items: center; min-height: 2.75rem; padding: 0 1.1rem; font-weight: 600;
  border-radius: .4rem; border: 1px solid currentColor; color: inherit; text-decoration: none; }</style>
"""


def draw(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """Order a file of exactly the rows that the filter shows, and fetch it."""
    st.markdown("##### Exactly the rows that the filter shows, all pages, in one file")
    st.text(wanted.words())
    line = st.container(horizontal=True, vertical_alignment="bottom")
    form = line.segmented_control(
        "File", list(Format), default=Format.CSV, format_func=NAMES.__getitem__, key="export-format", required=True
    )
    zones = {str(zone): zone for zone in (session.zone(), desk.settings.timezone, ZoneInfo("UTC"))}
    zone = line.selectbox("Times in", list(zones), key="export-zone", width=260)
    columns = st.multiselect("Columns", list(COLUMNS), list(COLUMNS), key="export-columns")
    st.caption(
        "Amounts are whole cents; times carry their offset. The order of the columns is that of the choice above."
    )
    if st.button("Make the file", icon=":material/download:", type="primary"):
        with errors.shown():
            desk.exports.start(actor, ExportOrder(wanted, form or Format.CSV, pick(zones, zone), tuple(columns)))
    watch(desk, actor)


def pick(zones: dict[str, tzinfo], name: str | None) -> tzinfo:
    """The zone of that name, the first where none is chosen."""
    return zones.get(name or "") or next(iter(zones.values()))


def watch(desk: Desk, actor: Actor) -> None:
    """How far the newest export is; looks again while it runs."""
    job = desk.exports.latest(actor)
    if job is None:
        return
    running = job.state in {JobState.WAITING, JobState.RUNNING}

    @st.fragment(run_every=0.7 if running else None)
    def look() -> None:
        draw_job(desk, actor, job)
        if running and job.state not in {JobState.WAITING, JobState.RUNNING}:
            st.rerun(scope="app")

    look()


def draw_job(desk: Desk, actor: Actor, job: ExportJob) -> None:
    """One export in one box."""
    with st.container(border=True):
        st.text(f"{NAMES[job.order.format]}. {job.order.wanted.words()}.")
        if job.state in {JobState.WAITING, JobState.RUNNING}:
            share = min(1.0, job.rows / job.total) if job.total else 0.0
            of = f" of {job.total:,}" if job.total is not None else ""
            st.progress(share, f"{job.rows:,}{of} rows written")
            if st.button("Stop", icon=":material/stop:", key="export-stop"):
                desk.exports.stop(actor, job.id)
        elif job.state is JobState.DONE:
            st.markdown(f":material/check_circle: **{job.rows:,} rows**, times in {job.order.zone}.")
            st.html(f'{LINK}<a class="desk-file" href="/exports/{job.id}" download>Download {job.file_name}</a>')
            st.caption(f"Kept for {int(KEPT.total_seconds() // 60)} minutes, for this browser alone.")
        elif job.state is JobState.STOPPED:
            st.markdown(":material/stop_circle: Stopped. Nothing was kept.")
        elif job.problem:
            errors.show(job.problem)
        else:
            st.error("The file could not be made; an administrator finds the reason in the log. Try again.")
