"""Which rows of the columns a filter shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, tzinfo

import numpy as np
import numpy.typing as npt

from dashboard.domain.payment_filter import DATES, PaymentFilter
from dashboard.domain.payment_status import WAITING
from dashboard.domain.searches import BEGINNING, search_words
from dashboard.store.payments.columns.held import Columns, Places
from dashboard.store.payments.columns.words import Codes
from dashboard.store.payments.questions import due_midnight, first_instant

Mask = npt.NDArray[np.bool_]
DIGITS = re.compile(r"[-0-9.]+")  # what an amount is found by
NAMES = ("customer", "email")
HALF = 2  # where so large a part of the rows is left, a word is looked for in all of them
FEW = 4  # so many states are compared faster one by one than looked up for each row
TEXTS = (*NAMES, "reference", "bank", "last4", "why")


def match(columns: Columns, wanted: PaymentFilter, today: date, zone: tzinfo, ids: Mapping[str, list[int]]) -> Places:
    """The places of the rows that a filter shows, in order. Days are the zone's; due dates are the banks' own days.

    `ids` are, for each word of the search, the keys of the rows one of whose ids it is, or begins (`BEGINNING`).
    """
    wanted, found = wanted.on(today), columns.alive.copy()
    for name, word in (
        ("customer_id", wanted.customer),
        ("payout_id", wanted.payout),
        ("reason", wanted.failure_code),
        ("bank", wanted.bank),
        ("rail", wanted.rail),
    ):
        if word:
            number = columns.words[name].find(word)
            found &= False if number is None else columns.code(name) == number
    if wanted.statuses:
        found &= _among(columns, {state.value for state in wanted.statuses})
    if wanted.overdue or wanted.in_time:
        due = columns.number("due")
        late = _among(columns, {state.value for state in WAITING}) & (due >= 0) & (due < due_midnight(today))
        found &= (late | (not wanted.overdue)) & ~(late & wanted.in_time)
    if wanted.amount_min is not None:
        found &= columns.number("amount") >= wanted.amount_min
    if wanted.amount_max is not None:
        found &= columns.number("amount") <= wanted.amount_max
    if wanted.created_from or wanted.created_to:
        found &= _dated(columns, wanted, zone)
    words = sorted(search_words(wanted.text), key=len, reverse=True)  # the longest leaves the least to the others
    if words and found.sum() * HALF > columns.size:  # it is looked for in all rows, without a copy of their columns
        found &= _with_word(columns, words[0], None, ids.get(words[0], []))
        del words[0]
    places: Places = np.flatnonzero(found)
    for word in words:
        places = places[_with_word(columns, word, places, ids.get(word, []))]
    return places


def match_names(columns: Columns, text: str) -> Places:
    """The places of the rows whose customer's name or e-mail has each word of a search."""
    found = columns.alive.copy()
    for word in search_words(text):
        found &= _inside(columns, word, None, NAMES)
    return np.flatnonzero(found)


def _dated(columns: Columns, wanted: PaymentFilter, zone: tzinfo) -> Mask:
    """Which rows have the date that is asked about, within its days."""
    kind = DATES[wanted.dated]
    moments = columns.number(kind.column)
    found: Mask = moments >= 0 if wanted.dated else np.ones(columns.size, np.bool_)
    if kind.states:
        found &= _among(columns, {state.value for state in kind.states})
    first = due_midnight if kind.is_day else lambda day: first_instant(day, zone)
    if wanted.created_from:
        found &= moments >= first(wanted.created_from)
    if wanted.created_to:
        found &= moments < first(date.fromordinal(wanted.created_to.toordinal() + 1))
    return found


def _among(columns: Columns, states: set[str]) -> Mask:
    marked, codes = columns.words["state"].among(states), columns.code("state")
    if marked.sum() > FEW:
        several: Mask = marked[codes]
        return several
    found: Mask = np.zeros(columns.size, np.bool_)
    for number in np.flatnonzero(marked):
        found |= codes == number
    return found


def _with_word(columns: Columns, word: str, places: Places | None, ids: list[int]) -> Mask:
    """Which of these rows have a word inside their texts or their amount, or an id of it; without places of all."""
    found = _inside(columns, word, places, TEXTS)
    if DIGITS.fullmatch(word):
        found |= columns.words["sum"].containing(word, _codes(columns, "sum", places))
    payouts, codes = columns.words["payout_id"], _codes(columns, "payout_id", places)
    found |= payouts.beginning(word, codes) if len(word) >= BEGINNING else payouts.being(word, codes)
    if ids:
        with_id = columns.find(np.array(ids, np.int64))
        if places is None:
            found[with_id] = True
        else:
            found |= np.isin(places, with_id)
    return found


def _inside(columns: Columns, word: str, places: Places | None, names: Iterable[str]) -> Mask:
    found = np.zeros(columns.size if places is None else len(places), np.bool_)
    for name in names:
        if columns.words[name].may_contain(word):
            found |= columns.words[name].containing(word, _codes(columns, name, places))
    return found


def _codes(columns: Columns, name: str, places: Places | None) -> Codes:
    """A column at these places; of all rows without a copy."""
    codes = columns.code(name)
    return codes if places is None else codes[places]
