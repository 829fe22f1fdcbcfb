"""The days that a file says it covers, whole days only: a quiet one among them is no hole.

A moment within a day, as of a download, leaves its day out: what is posted after it is not in the file. Banks echo the
first day that was asked for, also where they give fewer, so a long silence before the first line is not believed; and
no file covers the day on which it was imported, or one after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

DAY = timedelta(days=1)
QUIET = timedelta(days=100)  # a quarter: the longest silence that a file's own first day is believed for
Days = tuple[date, date]


def whole_days(first: date, last: date, *, begins_whole: bool, ends_whole: bool) -> Days | None:
    """The whole days from a moment of `first` to one of `last`; None where there is none."""
    first, last = (first if begins_whole else first + DAY), (last if ends_whole else last - DAY)
    return (first, last) if first <= last else None


def days_covered(stated: Days | None, posted: Sequence[date], today: date) -> Days | None:
    """What a statement covers: the days from its first line to its last, and the ones that it states before `today`."""
    lines = (min(posted), max(posted)) if posted else None
    if stated is None or min(stated[1], today - DAY) < stated[0]:
        return lines
    first, last = stated[0], min(stated[1], today - DAY)
    if (lines[0] if lines else last) - first > QUIET:
        if lines is None:
            return None
        first = lines[0]
    return min(first, lines[0] if lines else first), max(last, lines[1] if lines else last)
