"""Importing a bank statement on its page: a file is dropped, its proof is shown, one button imports it."""

from __future__ import annotations

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor
from dashboard.statements import ImportResult, NothingRead
from dashboard.ui import actions, errors, format, layout
from dashboard.ui.statements import mapping
from dashboard.ui.text import plain

LOOK, LINES, FILES, IMPORT = "statements-look", "Lines", "Files", "Import"
LARGEST = 2  # megabytes that a browser may send; the command line takes 50
NEW = "A new account …"
SHOWN = 500  # refused rows that are drawn
TIES = {
    True: "✓ Ties",
    False: "✕ Does not tie",
    None: "– Not stated",
}
REFUSALS = {
    "line": st.column_config.NumberColumn("Line", width="small", format="%d"),
    "why": st.column_config.TextColumn("Why it was not taken", width="large"),
}


def say_done() -> None:
    """What the last import did, once."""
    if done := st.session_state.pop("statement-done", None):
        st.success(plain(done), icon=":material/check_circle:")


def draw(desk: Desk, actor: Actor, accounts: list[str]) -> None:
    """The file, its account, and what importing it would do."""
    with st.container(border=True):
        st.caption(
            f"CSV, OFX or QFX, CAMT.053, MT940, BAI2, or a ZIP of them, up to {LARGEST} MB; for larger ones use"
            " `ach-desk statement import`. A file that was imported before, or overlaps one, adds nothing twice."
        )
        left, right = st.columns(2, vertical_alignment="bottom")
        account = left.selectbox("Account", [*accounts, NEW], key="statement-account")
        if account == NEW:
            account = right.text_input("Its name, as your team calls it", max_chars=60, key="statement-new").strip()
        number = st.session_state.get("statement-number", 0)
        upload = st.file_uploader("Drop the file here", key=f"statement-file-{number}", max_upload_size=LARGEST)
        if upload is None:
            return
        if not account:
            st.info("Name the account first.", icon=":material/info:")
            return
        with errors.shown():
            _offer(desk, actor, upload.getvalue(), upload.name, account)


def _offer(desk: Desk, actor: Actor, content: bytes, name: str, account: str) -> None:
    end, profile = st.session_state.get("statement-end", ""), st.session_state.get("statement-profile", "")
    try:
        result = desk.statements.check(actor, content, account=account, file_name=name, profile=profile, number=end)
    except NothingRead as error:
        errors.show(error)
        draw_refusals(error.result)
        return
    except InputError as error:
        if error.code == "statement_accounts":
            st.text_input("The end of the account's number", key="statement-end")
            errors.show(error)
        elif error.code in {"profile_unknown", "profile"}:
            mapping.draw(desk, actor, content, name)
        else:
            errors.show(error)
        return
    draw_proof(result)
    draw_refusals(result)
    next_number = st.session_state.get("statement-number", 0) + 1

    def take(person: Actor, fields: actions.Fields) -> actions.Then:
        taken = desk.statements.take(person, content, account=account, file_name=name, profile=profile, number=end)
        said = f"{format.count(taken.new, 'new line')} in {taken.account}; {taken.known:,} were known."
        if matched := desk.payout_matching.confirm_certain(person):
            said += f" {format.count(matched, 'payout')} matched by the trace number."
        return actions.Then(
            keep={
                "statement-done": said,
                LOOK: LINES,
                "statement-number": next_number,
                "statements-account": taken.account,
            },
            forget=("statement-end", "statement-profile"),
        )

    words = f"Import {format.count(result.new, 'new line')}" if result.new else "Keep this file, which has no new line"
    actions.button(plain(words), take, key="statement-take", slow="Importing …", type="primary")


def draw_proof(result: ImportResult) -> None:
    """What the file proves of itself."""
    st.markdown("**Not imported yet.** What the file says:")
    layout.metrics(
        [
            ("Rows", f"{result.rows:,}"),
            ("Read", f"{result.read:,}"),
            ("Refused", f"{result.refused:,}"),
            ("New", f"{result.new:,}"),
            ("Opening", format.money(result.opening, result.currency)),
            ("Closing", format.money(result.closing, result.currency)),
            ("Balances", TIES[result.ties]),
        ]
    )
    if result.ties is False:
        off = format.money(result.difference, result.currency)
        st.warning(
            f"**The file does not prove itself.** The closing balance differs by {plain(off)} from what the opening"
            " balance and the lines make, or a balance within does.  \n**What to do:** download the period again; rows"
            " may be missing.",
            icon=":material/warning:",
        )
    elif result.ties is None:
        st.caption("The file does not state both balances, so its rows cannot be proved complete.")
    for finding in result.findings[:20]:
        st.markdown(f":material/arrow_right: {plain(finding)}")


def draw_refusals(result: ImportResult) -> None:
    """Each row that is not taken, by line, with the reason."""
    if not result.refusals:
        return
    rows = [{"line": one.line, "why": one.reason} for one in result.refusals[:SHOWN]]
    st.markdown(f"**{format.count(len(result.refusals), 'row')} would not be taken:**")
    st.dataframe(rows, hide_index=True, column_config=REFUSALS, alt="Rows that are not taken, by line and reason")
