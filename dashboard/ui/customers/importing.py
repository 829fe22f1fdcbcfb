"""Importing customers on their page: a file, what it would do line by line, and the button that does it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.customers.importing import LINE_LIMIT, SIZE_LIMIT, ImportPlan, Line
from dashboard.desk import Desk
from dashboard.domain.csv_lines import csv_file
from dashboard.domain.models import Actor
from dashboard.ui import actions, errors, format

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
    """The whole import."""
    done = st.session_state.pop("import-done", None)
    if done:
        st.success(f"{format.count(done, 'customer')} added.", icon=":material/check_circle:")
    with st.expander("Import customers from a file", icon=":material/upload_file:", expanded=True):
        st.caption(
            f"CSV (UTF-8 or UTF-16, with commas, semicolons or tabs), up to {LINE_LIMIT:,} customers and"
            f" {SIZE_LIMIT // 1_000_000} MB. The first line names the"
            " columns: name, email, reference, and, where some are companies, holder_type (individual or company)."
        )
        example = csv_file(EXAMPLE)
        st.download_button("An example file", example, "customers-example.csv", "text/csv", on_click="ignore")
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
        f"**Dry run: nothing is added yet.** {format.count(len(plan.lines), 'line')}: {good:,} new,"
        f" {doubtful:,} with an e-mail that"
        f" is already used, {wrong:,} with a mistake."
    )
    with_duplicates = bool(doubtful) and st.checkbox(
        f"Add the {doubtful:,} with an e-mail that is already used", key="import-duplicates"
    )
    leave_out = bool(wrong) and st.checkbox(f"Leave out the {wrong:,} with a mistake", key="import-leave-out")
    _draw_lines(plan, with_duplicates=with_duplicates)
    count = len(plan.taken(with_duplicates=with_duplicates))
    ready = count > 0 and (not wrong or leave_out)
    next_number = st.session_state.get("import-number", 0) + 1

    def add(person: Actor, fields: actions.Fields) -> actions.Then:
        added = desk.customer_import.add_all(
            person, content, with_duplicates=with_duplicates, leave_out_wrong=leave_out
        )
        return actions.Then(keep={"import-done": added, "import-number": next_number})

    words = f"Import {format.count(count, 'customer')}"
    actions.button(words, add, key="import-now", slow="Adding them …", type="primary", disabled=not ready)


def _draw_lines(plan: ImportPlan, *, with_duplicates: bool) -> None:
    order = sorted(plan.lines, key=lambda line: (not line.mistakes, not line.duplicates, line.number))
    rows = [
        {
            "line": line.number,
            "status": _status(line, with_duplicates=with_duplicates),
            "name": line.name,
            "email": line.email,
            "reference": line.reference,
            "holder": line.holder_type,
            "why": " ".join((*line.mistakes, *line.duplicates)),
        }
        for line in order[:SHOWN]
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    st.dataframe(table, hide_index=True, column_config=COLUMNS, key="import-lines", alt="The lines of the file")
    if len(order) > SHOWN:
        st.caption(f"The first {SHOWN} lines, those with mistakes first.")


def _status(line: Line, *, with_duplicates: bool) -> str:
    if line.mistakes:
        return "✕ Mistake"
    if line.duplicates:
        return "⚠ Added anyway" if with_duplicates else "⚠ Left out"
    return "✓ New"
