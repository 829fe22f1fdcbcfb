"""Counts and sums of the columns' rows, for each combination of some columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from dashboard.store.payments.columns.held import Columns, Places
from dashboard.store.payments.columns.matching import due_midnight

WIDE = 4_000_000  # combinations that are counted in one array; of more only those that occur
HALF = 24  # bits; floats add whole numbers exactly up to 2**53, so each half of an amount is added by itself


def group(columns: Columns, places: Places, by: Sequence[str], today: date) -> list[dict[str, Any]]:
    """`{*by, count, amount}` for each combination that occurs among these rows."""
    parts = [_part(columns, name, places, today) for name in by]
    shape = [len(values) for _, values in parts]
    if not len(places):
        return []
    key = np.ravel_multi_index([codes for codes, _ in parts], shape)
    kinds = np.arange(np.prod(shape))
    if np.prod(shape) > WIDE:
        kinds, key = np.unique(key, return_inverse=True)
    counts, amount = np.bincount(key, minlength=len(kinds)), columns.number("amount")[places]
    low = np.bincount(key, amount & ((1 << HALF) - 1), len(kinds)).astype(np.int64)
    above = amount >> HALF
    high = np.bincount(key, above, len(kinds)).astype(np.int64) if above.any() else 0
    occurs = np.flatnonzero(counts)
    cents = ((high << HALF) + low)[occurs].tolist()
    at = np.unravel_index(kinds[occurs], shape)
    named = [[values[place] for place in found.tolist()] for (_, values), found in zip(parts, at, strict=True)]
    names = [*by, "count", "amount"]
    return [dict(zip(names, row, strict=True)) for row in zip(*named, counts[occurs].tolist(), cents, strict=True)]


def _part(columns: Columns, name: str, places: Places, today: date) -> tuple[Places, list[Any]]:
    """A column of these rows as numbers from 0, and what each stands for."""
    if name == "overdue":
        due = columns.number("due")[places]
        return ((due >= 0) & (due < due_midnight(today))).astype(np.int64), [False, True]
    if name == "day":
        days = columns.number("day")[places]
        first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
        return days - first, list(range(first, last + 1))
    return columns.code(name)[places], columns.words[name].values.to_pylist()
