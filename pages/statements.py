"""Bank statements: files that prove themselves, and every line of them once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from components.grid import grid
from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, layout, lists, session, sign_in_gate
from dashboard.ui.statements import importing
from dashboard.ui.statements.grid import LINES, fields
from dashboard.ui.text import plain

FILES = {
    "period": st.column_config.TextColumn("Days", width="medium"),
    "name": st.column_config.TextColumn("File", width="medium"),
    "format": st.column_config.TextColumn("Read as"),
    "read": st.column_config.NumberColumn("Read", format="localized"),
    "refused": st.column_config.NumberColumn("Refused", format="localized"),
    "opening": st.column_config.TextColumn("Opening", alignment="right"),
    "closing": st.column_config.TextColumn("Closing", alignment="right"),
    "ties": st.column_config.TextColumn("Balances"),
    "chains": st.column_config.TextColumn("After the file before"),
    "imported": st.column_config.TextColumn("Imported", width="medium"),
}
TIES = {"yes": importing.TIES[True], "no": importing.TIES[False], "unknown": importing.TIES[None]}


def files_frame(desk: Desk, files: list[dict[str, Any]], currency: str) -> pd.DataFrame:
    """One row a file, with its proof."""
    zone, now, today = session.zone(), desk.clock.now(), desk.payments.today()
    rows = [
        {
            "period": period(file["begins_on"], file["ends_on"], today),
            "name": file["name"],
            "format": " ".join(filter(None, (file["format"], file["profile"]))),
            "read": file["read"],
            "refused": file["refused"],
            "opening": format.money(file["opening_cents"], currency),
            "closing": format.money(file["closing_cents"], currency),
            "ties": TIES[file["ties"]],
            "chains": follows(file["chains"], currency),
            "imported": f"{format.moment(file['imported_at'], zone, now)}, {file['imported_by']}",
        }
        for file in files
    ]
    return pd.DataFrame(rows, columns=list(FILES))


def period(begins_on: str | None, ends_on: str | None, today: date) -> str:
    """The days of a file's lines."""
    if begins_on is None or ends_on is None:
        return format.NOTHING
    days = [format.day(date.fromisoformat(one), today) for one in dict.fromkeys((begins_on, ends_on))]
    return " to ".join(days)


def follows(cents: int | None, currency: str) -> str:
    """Whether a file goes on where the one before it ended."""
    if cents is None:
        return "– Not stated"
    return "✓ Follows" if cents == 0 else f"✕ Differs by {format.money(cents, currency)}"


def draw_files(desk: Desk, actor: Actor, account: str, currency: str) -> None:
    """The account's files; what was refused in the one that is picked."""
    files = desk.statements.files(actor, account)
    picked = st.dataframe(
        files_frame(desk, files, currency),
        hide_index=True,
        column_config=FILES,
        on_select="rerun",
        selection_mode="single-row",
        height=min(320, 37 + 35 * len(files)),
        key=layout.table_key("statement-files", (file["id"] for file in files)),
        alt="Files of the account with what was read and refused, balances, and who imported them",
    )
    rows = picked["selection"]["rows"] if picked else []
    if not rows or rows[0] >= len(files):
        st.caption("Select a file to see what was refused in it.")
        return
    file = files[rows[0]]
    for finding in file["findings"]:
        st.markdown(f":material/arrow_right: {plain(finding)}")
    refusals = desk.statements.refusals(actor, file["id"])
    if not refusals:
        st.markdown(":material/check_circle: Every row of this file was taken.")
        return
    table = [{"line": one.line, "why": one.reason} for one in refusals]
    st.dataframe(table, hide_index=True, column_config=importing.REFUSALS, alt="Refused rows, by line and reason")


def draw_account(desk: Desk, actor: Actor, accounts: dict[str, dict[str, Any]]) -> None:
    """What is known of one account, and its files."""
    account = st.selectbox("Account", list(accounts), key="statements-account", width=360)
    row = accounts[account]
    layout.metrics(
        [
            ("Lines", f"{row['lines']:,}"),
            ("Days", period(row["begins_on"], row["ends_on"], desk.payments.today())),
            ("Currency", row["currency"].upper()),
            ("Number", f"••{row['number_end']}" if row["number_end"] else format.NOTHING),
        ]
    )
    draw_files(desk, actor, account, row["currency"])


@st.fragment
def draw(desk: Desk) -> None:
    """Every line in the table, or in its place the files or the import; what the table says draws this and no more."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        accounts = {row["name"]: row for row in desk.statements.accounts(actor)}
        looks = [importing.LINES, importing.FILES] if accounts else []
        looks += [importing.IMPORT] if can(actor, Permission.IMPORT_STATEMENTS) else []
        look = importing.LINES
        with lists.head():
            layout.title("Bank statements")
            if looks:
                look = st.segmented_control(
                    "Look",
                    looks,
                    default=looks[0],
                    key=importing.LOOK,
                    required=True,
                    label_visibility="collapsed",
                    bind="query-params",
                )
        if not accounts:
            layout.empty("There is no bank statement yet.", "Download one from your bank and drop it here.")
        if look == importing.IMPORT:
            importing.draw(desk, actor, list(accounts))
        elif look == importing.FILES:
            draw_account(desk, actor, accounts)
        elif accounts:
            importing.say_done()
            empty = "No line has been read yet.", "Import a statement that has movements in it."
            grid(LINES.describe(actor, empty, fields=fields(list(accounts))), key=LINES.key)


def main() -> None:
    """The lines of every account; what your bank says came and went."""
    with lists.page():
        draw(session.desk())


main()
