"""Importing customers on their page: a file, what it would do line by line, and the button that does it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.customer_import import LINE_LIMIT, SIZE_LIMIT, ImportPlan, Line
from dashboard.desk import Desk
from dashboard.models import Actor
from dashboard.ui import errors

EXAMPLE = "name,email,reference,holder_type\nJenny Rosen,jenny@example.com,C-1001,individual\n"
SHOWN = 500  # lines that are drawn; the sums above them count all
COLUMNS = {
    "line": st.column_config.NumberColumn("Line", width="small"),
    "status": st.column_config.TextColumn("Status"),
    "name": st.column_config.TextColumn("Name"),
    "email": st.column_config.TextColumn("E-mail"),
    "reference": st.column_config.TextColumn("Reference"),
    "holder": st.column_config.TextColumn("Kind"),
    "why": st.column_config.TextColumn("Why", width="large"),
}


def draw(desk: Desk, actor: Actor) -> None:
    """The whole import, folded away until it is wanted."""
    done = st.session_state.pop("import-done", None)
    if done:
        st.success(f"{done:,} customers were added.", icon=":material/check_circle:")
    with st.expander("Import customers from a file", icon=":material/upload_file:", expanded=bool(done)):
        st.caption(
            f"CSV in UTF-8, up to {LINE_LIMIT:,} customers and {SIZE_LIMIT // 1_000_000} MB. The first line names the"
            " columns: name, email, reference, and, where some are companies, holder_type (individual or company)."
        )
        st.download_button("An example file", EXAMPLE, "customers-example.csv", "text/csv", on_click="ignore")
        number = st.session_state.get("import-number", 0)
        upload = st.file_uploader(
            "Choose the file", type=["csv"], key=f"import-file-{number}", max_upload_size=SIZE_LIMIT // 1_000_000
        )
        if upload is not None:
            with errors.shown():
                _offer(desk, actor, upload.getvalue())


def _offer(desk: Desk, actor: Actor, content: bytes) -> None:
    plan = desk.customer_import.check(actor, content)
    wrong, doubtful = len(plan.wrong), len(plan.doubtful)
    good = len(plan.lines) - wrong - doubtful
    st.markdown(
        f"**Dry run: nothing is added yet.** {len(plan.lines):,} lines: {good:,} new, {doubtful:,} with an e-mail that"
        f" somebody has, {wrong:,} with a mistake."
    )
    with_twins = bool(doubtful) and st.checkbox(
        f"Add the {doubtful:,} with an e-mail that somebody has too", key="import-twins"
    )
    leave_out = bool(wrong) and st.checkbox(f"Leave out the {wrong:,} with a mistake", key="import-leave-out")
    _draw_lines(plan, with_twins=with_twins)
    count = len(plan.taken(with_twins=with_twins))
    ready = count > 0 and (not wrong or leave_out)
    if st.button(f"Import {count:,} customers", type="primary", disabled=not ready):
        with st.spinner("Adding them …"):
            added = desk.customer_import.take(actor, content, with_twins=with_twins, leave_out_wrong=leave_out)
        st.session_state["import-done"] = added
        st.session_state["import-number"] = st.session_state.get("import-number", 0) + 1
        st.rerun()


def _draw_lines(plan: ImportPlan, *, with_twins: bool) -> None:
    order = sorted(plan.lines, key=lambda line: (not line.mistakes, not line.twins, line.number))
    rows = [
        {
            "line": line.number,
            "status": _status(line, with_twins=with_twins),
            "name": line.name,
            "email": line.email,
            "reference": line.reference,
            "holder": line.holder_type,
            "why": " ".join((*line.mistakes, *line.twins)),
        }
        for line in order[:SHOWN]
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    st.dataframe(table, hide_index=True, column_config=COLUMNS, key="import-lines", alt="The lines of the file")
    if len(order) > SHOWN:
        st.caption(f"The first {SHOWN} lines are shown, those with a mistake before the others.")


def _status(line: Line, *, with_twins: bool) -> str:
    if line.mistakes:
        return "✕ Mistake"
    if line.twins:
        return "⚠ Added anyway" if with_twins else "⚠ Left out"
    return "✓ New"
