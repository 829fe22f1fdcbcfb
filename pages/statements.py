"""Bank statements: files that prove themselves, and every line of them once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.statements import PAGE_SIZE
from dashboard.store.sql import from_epoch
from dashboard.ui import actions, errors, format, layout, session
from dashboard.ui.statements import importing
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
LINES = {
    "day": st.column_config.TextColumn("Posted"),
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "text": st.column_config.TextColumn("Text", width="large"),
    "reference": st.column_config.TextColumn("Reference"),
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
            "imported": f"{format.moment(from_epoch(file['imported_at']), zone, now)}, {file['imported_by']}",
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
    st.subheader("Files", anchor=False)
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


def draw_lines(desk: Desk, actor: Actor, account: str) -> None:
    """The account's lines, page by page, the last day first."""
    key = f"statement-lines-{account}"
    number = int(st.session_state.get(key, 0))
    lines, has_more = desk.statements.lines(actor, account, number)
    today = desk.payments.today()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Lines", anchor=False)
        with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            first = number * PAGE_SIZE + 1
            st.caption(f"{first:,} to {first + len(lines) - 1:,}" if lines else "None")
            back, on = (actions.go(keep={key: place}) for place in (number - 1, number + 1))
            actions.button("Previous", back, key=f"{key}-back", icon=":material/chevron_left:", disabled=not number)
            actions.button("Next", on, key=f"{key}-on", icon=":material/chevron_right:", disabled=not has_more)
    rows = [
        {
            "day": format.day(date.fromisoformat(line["posted_on"]), today),
            "amount": format.money(line["cents"], line["currency"]),
            "text": line["text"],
            "reference": line["reference"],
        }
        for line in lines
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=list(LINES)),
        hide_index=True,
        column_config=LINES,
        height=min(760, 37 + 35 * max(1, len(rows))),
        alt="Lines of the bank statement with day, amount, text and reference",
    )


def main() -> None:
    """Import, then the account that is chosen."""
    desk, actor = session.desk(), session.actor()
    layout.title("Bank statements", "What your bank says came and went. Days are those that the bank posted.")
    with errors.shown():
        accounts = {row["name"]: row for row in desk.statements.accounts(actor)}
        if can(actor, Permission.IMPORT_STATEMENTS):
            importing.draw(desk, actor, list(accounts))
        if not accounts:
            layout.empty("There is no bank statement yet.", "Download one from your bank and drop it above.")
            return
        account = st.selectbox("Account", list(accounts), key="statements-account", width=360)
        row = accounts[account]
        today = desk.payments.today()
        layout.metrics(
            [
                ("Lines", f"{row['lines']:,}"),
                ("Days", period(row["begins_on"], row["ends_on"], today)),
                ("Currency", row["currency"].upper()),
                ("Number", f"••{row['number_end']}" if row["number_end"] else format.NOTHING),
            ]
        )
        draw_files(desk, actor, account, row["currency"])
        draw_lines(desk, actor, account)


main()
