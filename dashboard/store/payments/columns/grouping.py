"""Counts and sums of the columns' rows, for each combination of some columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.store.payments.columns.held import Columns, Places
from dashboard.store.payments.questions import due_midnight

WIDE = 4_000_000  # combinations that are counted in one array; of more only those that occur
HALF = 24  # bits; floats add whole numbers exactly up to 2**53, so each half of an amount is added by itself
SLICE = 1 << 16  # rows that are counted at a time: what is made of them stays in the processor's cache


def group(columns: Columns, places: Places, by: Sequence[str], today: date) -> list[dict[str, Any]]:
    """`{*by, count, amount}` for each combination that occurs among these rows."""
    if not len(places):
        return []
    parts = [_part(columns, name, today) for name in by]
    shape = [len(values) for _, values in parts]
    size = int(np.prod(shape))
    kinds, step = np.arange(min(size, WIDE)), SLICE
    if size > WIDE:
        kinds, step = np.unique(_key(parts, places)), len(places)
    counts, low, high = (np.zeros(len(kinds), np.int64) for _ in range(3))
    for start in range(0, len(places), step):
        some = places[start : start + step].astype(np.intp)  # once: numpy does it at each use of them
        key = _key(parts, some)
        if size > WIDE:
            key = np.searchsorted(kinds, key)
        amount = columns.number("amount")[some]
        counts += np.bincount(key, minlength=len(kinds))
        low += np.bincount(key, amount & ((1 << HALF) - 1), len(kinds)).astype(np.int64)
        above = amount >> HALF
        if above.any():
            high += np.bincount(key, above, len(kinds)).astype(np.int64)
    occurs = np.flatnonzero(counts)
    cents = ((high << HALF) + low)[occurs].tolist()
    at = np.unravel_index(kinds[occurs], shape)
    named = [[values[place] for place in found.tolist()] for (_, values), found in zip(parts, at, strict=True)]
    names = [*by, "count", "amount"]
    return [dict(zip(names, row, strict=True)) for row in zip(*named, counts[occurs].tolist(), cents, strict=True)]


Part = tuple[Callable[[Places], npt.NDArray[Any]], list[Any]]


def _key(parts: Sequence[Part], places: Places) -> Places:
    """The number of each row's combination; what all rows have in common, such as their currency, takes no part."""
    key = np.zeros(len(places), np.intp)
    for read, values in parts:
        if len(values) > 1:
            key = key * len(values) + read(places)
    return key


def _part(columns: Columns, name: str, today: date) -> Part:
    """How a column is read as numbers from 0, and what each stands for."""
    if name == "overdue":
        due, midnight = columns.number("due"), due_midnight(today)
        return lambda places: (due[places] >= 0) & (due[places] < midnight), [False, True]
    if name == "day":
        days = columns.number("day")
        first, last = int(days.min()), int(days.max())
        return lambda places: days[places] - first, list(range(first, last + 1))
    codes = columns.code(name)
    return lambda places: codes[places], columns.words[name].values.to_pylist()
