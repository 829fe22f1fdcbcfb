"""Which lines of a bank statement are which payouts: passes in an order that a person can read, and exact amounts only.

| pass | what has to be true | |
|---|---|---|
| trace | the payout's trace number is a word of the line, same cents, within weeks of the arrival | certain |
| one to one | same cents, Stripe's words in the line, business day -1 to +3 of the arrival, one way only | likely |
| twins | as many payouts as lines that fit each other so: the group is right however its parts are paired | likely |
| late | the same up to 10 business days after the arrival | likely |
| exact day | of several that fit, the one line that was posted on the very day of the arrival | likely |
| sum | one line is the sum of 2 to 6 payouts of its days, or a payout that of lines, in one way only | likely |

A payout that failed is matched with its credit and the debit that took it back, which are three parts of one match. A
payout that Stripe takes from the bank is negative, and so is its line. Different cents never match.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from typing import TypeVar

from dashboard.domain.business_days import count_business_days
from dashboard.domain.formatting import count

_Part = TypeVar("_Part")
EARLY, ON_TIME, LATE = -1, 3, 10  # business days of posting after the arrival
TRACED = -5, 20  # the same for a line with the trace number, so that a number of another year is none
NEAR = timedelta(days=9)  # more than three business days with every holiday between, to look no further for sums
SHORTEST_TRACE = 8  # characters; a shorter one may stand in a line by chance
MOST_PARTS = 6  # of a sum
SUM_POOL = 14  # candidates of a sum that are tried in every combination; of more, only pairs
SUM_BUDGET = 300_000  # combinations in all
# Stripe's words on a bank line: its name, its company ids with the banks (also with their first digit lost), the id of
# a transfer. Source: Stripe, payouts/statement-descriptors; statements of several banks.
STRIPE = re.compile(r"\bstripe\b|(?<![0-9])1?800948598(?![0-9])|(?<![0-9])4270465600(?![0-9])|\bst-[a-z0-9]{8,}\b")
_BEFORE = r"(?:\bstripe(?:,?\s+inc\.?)?[\s/;:-]+|\bdes(?:cr)?:\s*)"
OTHERS = {  # what Stripe moves that is no payout: the words behind its name or in the entry's description
    "Stripe Capital": re.compile(_BEFORE + r"(?:capital|financing|loan)\b"),
    "Stripe's fees": re.compile(_BEFORE + r"(?:fees?|billing|invoice)\b"),
    "Top-up of the Stripe balance": re.compile(_BEFORE + r"(?:top-?up|topup|add funds)\b"),
    "Funding of refunds": re.compile(_BEFORE + r"refunds?\b"),
}


class MatchState(StrEnum):
    """What was decided about a proposal."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


_days_between = lru_cache(maxsize=65_536)(count_business_days)


class Pass(StrEnum):
    """How a match was found; the value is kept, `words` says it."""

    words: str

    def __new__(cls, value: str, words: str) -> Pass:
        """One pass with its words."""
        found = str.__new__(cls, value)
        found._value_, found.words = value, words
        return found

    TRACE = "trace", "Trace number"
    ONE = "one_to_one", "One to one"
    TWINS = "twins", "Twins"
    LATE = "late", "Late"
    DAY = "exact_day", "Exact day"
    SUM = "sum", "Sum"
    BY_HAND = "by_hand", "By hand"


@dataclass(frozen=True)
class BankLine:
    """A booked line; cents with its sign."""

    id: str
    posted_on: date
    cents: int
    currency: str
    text: str
    reference: str = ""

    @property
    def words(self) -> str:
        """What the bank wrote, in lower case."""
        return f"{self.text} {self.reference}".lower()


@dataclass(frozen=True)
class ExpectedPayout:
    """A payout that reaches the bank, or came back from it; cents with its sign."""

    id: str
    arrival: date
    cents: int
    currency: str
    trace: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Proposal:
    """Lines and payouts that belong together. `certain`: the trace number says so. `why` is a sentence."""

    how: Pass
    lines: tuple[str, ...]
    payouts: tuple[str, ...]
    why: str

    @property
    def certain(self) -> bool:
        """Whether it may be confirmed without a person, where a setting allows that."""
        return self.how is Pass.TRACE


def is_stripes(line: BankLine) -> bool:
    """Whether a line bears Stripe's name or ids."""
    return bool(STRIPE.search(line.words))


def known_other(line: BankLine) -> str:
    """What a line of Stripe's is that is no payout, in words; empty for any other line."""
    words = line.words
    if not STRIPE.search(words):
        return ""
    return next((name for name, pattern in OTHERS.items() if pattern.search(words)), "")


def difference(lines: Iterable[BankLine], payouts: Iterable[ExpectedPayout]) -> int:
    """By how many cents lines miss payouts; a payout that failed ought to have come and gone."""
    return sum(line.cents for line in lines) - sum(one.cents for one in payouts if not one.failed)


def propose(
    lines: Iterable[BankLine], payouts: Iterable[ExpectedPayout], rejected: Collection[tuple[str, str]] = ()
) -> list[Proposal]:
    """Every match that can be proposed of what is unmatched, in the order of the passes; each part in one of them.

    `rejected` are pairs of a line's and a payout's id that a person has said no to: they are never proposed again.
    """
    return _Matching(list(lines), list(payouts), frozenset(rejected)).run()


class _Matching:
    """What is still free, and the passes over it."""

    def __init__(
        self, lines: list[BankLine], payouts: list[ExpectedPayout], rejected: frozenset[tuple[str, str]]
    ) -> None:
        self._rejected = rejected
        self._found: list[Proposal] = []
        self._all = lines
        self._lines = {one.id: one for one in lines if is_stripes(one) and not known_other(one)}
        self._payouts = {one.id: one for one in payouts}
        self._reversals: dict[str, str] = {}
        self._budget = SUM_BUDGET

    def run(self) -> list[Proposal]:
        """All passes."""
        self._by_trace()
        self._find_reversals()
        self._by_cents(ON_TIME, Pass.ONE, Pass.TWINS)
        self._by_exact_day()
        self._by_cents(LATE, Pass.LATE, Pass.LATE)
        self._by_sum()
        return self._found

    def _take(self, how: Pass, lines: Sequence[BankLine], payouts: Sequence[ExpectedPayout], why: str) -> None:
        returned = [self._reversals.pop(one.id) for one in payouts if one.id in self._reversals]
        self._found.append(
            Proposal(how, (*(one.id for one in lines), *returned), tuple(one.id for one in payouts), why)
        )
        for line in lines:
            self._lines.pop(line.id, None)
        for payout in payouts:
            del self._payouts[payout.id]

    def _fits(self, line: BankLine, payout: ExpectedPayout, latest: int, earliest: int = EARLY) -> bool:
        days = _days_between(payout.arrival, line.posted_on)
        return earliest <= days <= latest and (line.id, payout.id) not in self._rejected

    def _by_trace(self) -> None:
        """A trace that stands in one line of the same cents, and is the trace of one payout only."""
        holders: defaultdict[str, list[ExpectedPayout]] = defaultdict(list)
        for payout in self._payouts.values():
            if len(bare := _bare(payout.trace)) >= SHORTEST_TRACE:
                holders[bare].append(payout)
        by_cents: defaultdict[tuple[str, int], list[BankLine]] = defaultdict(list)
        for line in self._all:
            by_cents[line.currency, line.cents].append(line)
        for bare, holding in holders.items():
            if len(holding) > 1:
                continue
            (payout,) = holding
            pattern = re.compile(rf"(?<![0-9a-z])0*{re.escape(bare)}(?![0-9a-z])")
            found = [
                line
                for line in by_cents[payout.currency, payout.cents]
                if pattern.search(line.words) and self._fits(line, payout, TRACED[1], TRACED[0])
            ]
            if len(found) == 1 and not payout.failed:
                self._take(Pass.TRACE, found, [payout], f"The trace number {payout.trace} is in the line.")

    def _find_reversals(self) -> None:
        """For each payout that failed, the line that took its credit back; one that has none left no line at all."""
        free: defaultdict[tuple[str, int], list[BankLine]] = defaultdict(list)
        for line in self._lines.values():
            free[line.currency, line.cents].append(line)
        negative = {(one.currency, one.cents) for one in self._payouts.values() if not one.failed}
        for payout in sorted((one for one in self._payouts.values() if one.failed), key=lambda one: one.arrival):
            key = payout.currency, -payout.cents
            fitting = [line for line in free[key] if self._fits(line, payout, LATE)]
            if fitting and key not in negative:
                taken = min(fitting, key=lambda line: line.posted_on)
                free[key].remove(taken)
                del self._lines[taken.id]
                self._reversals[payout.id] = taken.id
            else:
                del self._payouts[payout.id]

    def _groups(self, latest: int) -> Iterator[tuple[list[BankLine], list[ExpectedPayout]]]:
        """Lines and payouts of the same cents that hang together by fitting each other."""
        lines: defaultdict[tuple[str, int], list[BankLine]] = defaultdict(list)
        for line in self._lines.values():
            lines[line.currency, line.cents].append(line)
        payouts: defaultdict[tuple[str, int], list[ExpectedPayout]] = defaultdict(list)
        for payout in self._payouts.values():
            payouts[payout.currency, payout.cents].append(payout)
        for key, some in payouts.items():
            yield from _components(some, lines.get(key, []), lambda line, one: self._fits(line, one, latest))

    def _by_cents(self, latest: int, single: Pass, several: Pass) -> None:
        for lines, payouts in list(self._groups(latest)):
            if len(lines) != len(payouts) or not _pairs_up(
                payouts, lines, lambda line, one: self._fits(line, one, latest)
            ):
                continue
            if len(lines) == 1:
                self._take(single, lines, payouts, _say_one(lines[0], payouts[0], returned=payouts[0].failed))
            else:
                why = f"{count(len(payouts), 'payout')} of the same amount, and as many lines in the same days."
                self._take(several, lines, payouts, why)

    def _by_exact_day(self) -> None:
        """Where more fit than there ought to be: the one line posted on the day on which one payout arrived."""
        for lines, payouts in list(self._groups(ON_TIME)):
            for payout in payouts:
                same = [line for line in lines if line.posted_on == payout.arrival and line.id in self._lines]
                rivals = [one for one in payouts if one.arrival == payout.arrival]
                if len(same) == 1 and len(rivals) == 1 and self._fits(same[0], payout, ON_TIME):
                    self._take(Pass.DAY, same, [payout], "It was posted on the very day of the arrival.")

    def _by_sum(self) -> None:
        lines = sorted(self._lines.values(), key=lambda one: one.posted_on)
        payouts = sorted((one for one in self._payouts.values() if not one.failed), key=lambda one: one.arrival)
        for line in lines:
            if self._budget < 0:
                return
            near = _near(payouts, line.posted_on, lambda one: one.arrival)
            pool = [one for one in near if one.id in self._payouts and one.currency == line.currency]
            pool = [one for one in pool if self._fits(line, one, ON_TIME)]
            chosen = self._only_sum(line.cents, pool, [one.cents for one in pool])
            if chosen:
                self._take(Pass.SUM, [line], chosen, f"The line is the sum of {count(len(chosen), 'payout')}.")
        for payout in payouts:
            if self._budget < 0:
                return
            beside = _near(lines, payout.arrival, lambda one: one.posted_on)
            free = [one for one in beside if one.id in self._lines and one.currency == payout.currency]
            free = [one for one in free if self._fits(one, payout, ON_TIME)]
            parts = self._only_sum(payout.cents, free, [one.cents for one in free])
            if parts and payout.id in self._payouts:
                self._take(Pass.SUM, parts, [payout], f"The payout is the sum of {count(len(parts), 'line')}.")

    def _only_sum(self, wanted: int, pool: list[_Part], cents: list[int]) -> list[_Part]:
        """The one choice of 2 to 6 that makes the sum; nothing where there is none, or a second one."""
        most = MOST_PARTS if len(pool) <= SUM_POOL else 2
        found: list[_Part] = []
        for size in range(2, min(most, len(pool)) + 1):
            for places in combinations(range(len(pool)), size):
                self._budget -= 1
                if self._budget < 0:
                    return []
                if sum(cents[place] for place in places) == wanted:
                    if found:
                        return []
                    found = [pool[place] for place in places]
        return found


def _near(sorted_by_day: Sequence[_Part], day: date, day_of: Callable[[_Part], date]) -> Sequence[_Part]:
    """Those of a list, which is in the order of their days, that are near enough to be part of a sum."""
    first = bisect_left(sorted_by_day, day - NEAR, key=day_of)
    return sorted_by_day[first : bisect_right(sorted_by_day, day + NEAR, key=day_of)]


def _bare(trace: str) -> str:
    """A trace number without what banks add to it or leave out: case, zeros in front."""
    return trace.strip().lower().lstrip("0")


def _say_one(line: BankLine, payout: ExpectedPayout, *, returned: bool) -> str:
    days = _days_between(payout.arrival, line.posted_on)
    when = "on the day of its arrival" if days == 0 else f"{count(abs(days), 'business day')} {_side(days)} its arrival"
    back = " The payout failed, and the money went back." if returned else ""
    return f"The only line of Stripe's with this amount, posted {when}.{back}"


def _side(days: int) -> str:
    return "after" if days > 0 else "before"


def _components(
    payouts: Sequence[ExpectedPayout], lines: Sequence[BankLine], fits: Callable[[BankLine, ExpectedPayout], bool]
) -> Iterator[tuple[list[BankLine], list[ExpectedPayout]]]:
    """Payouts and lines that hang together; each payout in one of them, with at least one line."""
    left = list(payouts)
    free = list(lines)
    while left:
        some, mine = [left.pop()], list[BankLine]()
        grown = True
        while grown:
            added = [line for line in free if any(fits(line, one) for one in some)]
            free = [line for line in free if line not in added]
            mine += added
            joined = [one for one in left if any(fits(line, one) for line in added)]
            left = [one for one in left if one not in joined]
            some += joined
            grown = bool(joined)
        if mine:
            yield (
                sorted(mine, key=lambda one: (one.posted_on, one.id)),
                sorted(some, key=lambda one: (one.arrival, one.id)),
            )


def _pairs_up(
    payouts: Sequence[ExpectedPayout], lines: Sequence[BankLine], fits: Callable[[BankLine, ExpectedPayout], bool]
) -> bool:
    """Whether every payout of a group has a line of its own that fits it (Kuhn's augmenting paths)."""
    owner: dict[str, ExpectedPayout] = {}

    def place(payout: ExpectedPayout, tried: set[str]) -> bool:
        for line in lines:
            if line.id not in tried and fits(line, payout):
                tried.add(line.id)
                if line.id not in owner or place(owner[line.id], tried):
                    owner[line.id] = payout
                    return True
        return False

    return all(place(payout, set()) for payout in payouts)
