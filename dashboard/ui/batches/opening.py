"""The file that is dropped, its template, and the batches that there are."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.batches import MOST_ROWS, SIZE_LIMIT
from dashboard.desk import Desk
from dashboard.domain.batches import MOST_BAD, Batch, BatchState
from dashboard.domain.models import Actor
from dashboard.ui import actions, downloads, format, layout, session
from dashboard.ui.text import plain

FILE = "batch-file"
SIGNS = {
    BatchState.DRAFT: ("orange", ":material/fact_check:"),
    BatchState.REVIEW: ("orange", ":material/pending_actions:"),
    BatchState.SENDING: ("blue", ":material/schedule_send:"),
    BatchState.DONE: ("green", ":material/check_circle:"),
    BatchState.STOPPED: ("red", ":material/front_hand:"),
    BatchState.DECLINED: ("red", ":material/block:"),
    BatchState.EXPIRED: ("gray", ":material/timer_off:"),
    BatchState.WITHDRAWN: ("gray", ":material/cancel:"),
}


def draw_upload(desk: Desk, actor: Actor) -> None:
    """Drop a file; nothing is sent by that."""
    with st.container(border=True):
        st.caption(
            f"CSV or XLSX, up to {MOST_ROWS:,} debits. Every row is checked and nothing is sent. A file with more than"
            f" {MOST_BAD} % of bad rows is refused, and a file that was here before opens its old batch."
        )
        files = desk.batches.files
        downloads.offer(
            "batch-template",
            lambda: files.template_lines(actor),
            lambda out: files.template_workbook(actor, out),
            "A template with the columns; the workbook says what each is.",
            ("Template for Excel", "Template as CSV"),
        )
        upload = st.file_uploader("Drop the file here", key=FILE, max_upload_size=SIZE_LIMIT // 1_000_000)
        if upload is None:
            return
        work = partial(open_file, desk, upload.getvalue(), upload.name)
        label = f"Check {plain(upload.name)}"
        actions.button(label, work, key="batch-open", slow="Checking every row …", type="primary", width="stretch")


def open_file(desk: Desk, content: bytes, name: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Check the file's rows, or find the batch that it was."""
    batch = desk.batches.open(actor, content, name)
    return actions.Then("batches", {"batch": batch.id})


def draw_recent(desk: Desk, actor: Actor) -> None:
    """The newest batches, each with its state and its one button."""
    found = desk.batches.recent(actor)
    if not found:
        layout.empty("There is no batch yet.", "Fill in the template, or drop a file with the same columns.")
        return
    st.markdown(f"#### Batches ({len(found):,})")
    for batch in found:
        _draw_line(desk, batch)


def _draw_line(desk: Desk, batch: Batch) -> None:
    color, icon = SIGNS[batch.state]
    made = format.moment(batch.made_at, session.zone(), desk.clock.now())
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"batch-line-{batch.id}"):
        total = plain(format.money(batch.total_cents))
        st.markdown(f"**{total} · {plain(batch.name)}** · :{color}[{icon} {plain(batch.state.words)}]", width="stretch")
        left_out = f", {batch.bad:,} left out" if batch.bad else ""
        words = f"{format.count(batch.good, 'debit')}{left_out}, {batch.made_by}, {made}"
        st.caption(plain(words), width="content")
        actions.button("Open", actions.go("batches", {"batch": batch.id}), key=f"batch-open-{batch.id}")
