"""Choosing the columns of a CSV that no profile knows: once, with what would be read of it below."""

from __future__ import annotations

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.bank_values import DATE_FORMATS
from dashboard.domain.csv_profiles import BOOKED, CsvProfile
from dashboard.domain.errors import InputError
from dashboard.domain.models import Actor
from dashboard.ui import actions, format, layout
from dashboard.ui.text import plain

MARKS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar"}
NONE = "–"
SIGNED, TWO, SIDE = (
    "One column with a sign",
    "One for money out, one for money in",
    "One column, and one that says which",
)
DECIMALS = {".": "1,234.56", ",": "1.234,56"}
PREVIEW = 8
LINES = {
    "date": st.column_config.TextColumn("Day"),
    "amount": st.column_config.TextColumn("Amount", alignment="right"),
    "text": st.column_config.TextColumn("Text", width="large"),
    "reference": st.column_config.TextColumn("Reference"),
}


def draw(desk: Desk, actor: Actor, content: bytes, file_name: str) -> None:
    """The file's first rows, what each column is, and how that reads."""
    tables = dict(desk.statements.look_at_columns(actor, content))
    if not tables:
        layout.empty("The file is no table of at least three columns.", "Download it again from the bank, as CSV.")
        return
    st.markdown(
        "**No profile knows these columns.** Say once what each is; files with the same columns are then known."
    )
    mark = st.radio("Between columns stands", list(tables), format_func=MARKS.__getitem__, horizontal=True)
    rows = tables[mark]
    widest = max(map(len, rows))
    st.dataframe(
        [{f"#{place + 1}": cell for place, cell in enumerate(row)} for row in rows[:PREVIEW]],
        hide_index=True,
        alt="The first rows of the file",
    )
    heads = st.selectbox(
        "The names of the columns stand in",
        range(len(rows[:PREVIEW]) + 1),
        format_func=lambda place: f"row {place + 1}" if place < len(rows[:PREVIEW]) else "no row: the file has none",
    )
    headed = heads < len(rows[:PREVIEW])
    names = [cell.strip() for cell in rows[heads]] if headed else [f"#{place + 1}" for place in range(widest)]
    choices = [one for one in dict.fromkeys(names) if one]
    profile = _choose(choices, mark, tuple(names) if headed else (), 0 if headed else widest)
    try:
        read = desk.statements.try_profile(actor, content, profile)
    except InputError as error:
        st.info(plain(f"{error.what} {error.meaning}"), icon=":material/info:")
        return
    currency = profile.currency
    st.markdown(
        f"**So {len(read.lines):,} of {format.count(read.rows, 'row')} can be read.** Look at days and signs closely:"
    )
    shown = [
        {
            "date": format.day(one.posted_on) + f" {one.posted_on.year}",
            "amount": format.money(one.cents, currency),
            "text": one.text,
            "reference": one.reference,
        }
        for one in read.lines[:PREVIEW]
    ]
    st.dataframe(shown, hide_index=True, column_config=LINES, alt="The first lines as they would be read")
    for refusal in read.refused[:5]:
        st.markdown(f":material/close: line {refusal.line:,}: {plain(refusal.reason)}")
    then = actions.Then(keep={"statement-profile": profile.name})
    keep = actions.call(desk.statements.keep_profile, profile, then=then)
    actions.button("Keep these columns", keep, key="profile-keep", type="primary", disabled=not read.lines)


def _choose(names: list[str], mark: str, header: tuple[str, ...], columns: int) -> CsvProfile:
    """What a person chose, whole or not."""
    left, right = st.columns(2)
    with left:
        name = st.text_input(
            "A name for these columns", placeholder="Your bank's name", max_chars=60, key="profile-name"
        )
        date = _pick("Day", names, "profile-date")
        form = st.selectbox("Days are written", DATE_FORMATS, index=None, placeholder="Choose", key="profile-form")
        text = st.multiselect("Text", names, key="profile-text")
        reference = _pick("Reference, if there is one", names, "profile-reference")
        status = _pick("Status, if there is one", names, "profile-status")
        booked = _words(st.text_input("Words for a booked row", key="profile-booked")) if status else ()
        balance = _pick("Balance after each row, if there is one", names, "profile-balance")
    amount = debit = credit = side = ""
    out: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    with right:
        way = st.radio("The amount is", [SIGNED, TWO, SIDE], key="profile-way")
        if way == TWO:
            debit, credit = _pick("Money out", names, "profile-out"), _pick("Money in", names, "profile-in")
        else:
            amount = _pick("Amount", names, "profile-amount")
        if way == SIDE:
            side = _pick("Which way", names, "profile-side")
            out = _words(st.text_input("Words for money out, with commas", key="profile-out-words"))
            into = _words(st.text_input("Words for money in, with commas", key="profile-in-words"))
        inverted = way == SIGNED and st.checkbox("Money out has no minus, money in has one", key="profile-inverted")
        decimal = st.radio(
            "Amounts are written", list(DECIMALS), format_func=DECIMALS.__getitem__, horizontal=True, key="profile-mark"
        )
        currency = st.text_input("Currency", "usd", max_chars=3, key="profile-currency").strip().lower()
    return CsvProfile(
        name=name,
        date=date,
        date_format=form or "",
        text=tuple(text),
        separator=mark,
        decimal=decimal,
        header=header,
        columns=columns,
        amount=amount,
        debit=debit,
        credit=credit,
        side=side,
        debit_words=out,
        credit_words=into,
        inverted=inverted,
        balance=balance,
        reference=(reference,) if reference else (),
        currency=currency,
        status=status,
        statuses=tuple((word, BOOKED) for word in booked),
    )


def _pick(label: str, names: list[str], key: str) -> str:
    found = st.selectbox(label, names, index=None, placeholder=NONE, key=key)
    return found or ""


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in text.split(","))))
