"""What stands beside the table: charts that add up to it, and the return rates beside Nacha's limits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from dashboard.domain.business_days import count_business_days
from dashboard.domain.clock import Clock
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import WAITING, PaymentState
from dashboard.domain.return_codes import NOT_SENT, RETURN_CODES, explain
from dashboard.payments.sheet import reason_words
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.payments.charts import COLLECTED, LOST, narrow

EPOCH = date(1970, 1, 1)
TOP = 10  # customers in the chart by name; the others stand together below them
RATE_DAYS = 60  # Nacha: return rates are counted over the 60 days before
RATE_LIMITS = {"unauthorized": 0.005, "administrative": 0.03, "overall": 0.15}  # Nacha's thresholds
NEVER_AT_THE_BANK = {
    *(
        PaymentState.REVIEW,
        PaymentState.AT_STRIPE,
        PaymentState.SCHEDULED,
        PaymentState.SENDING,
        PaymentState.UNKNOWN,
        PaymentState.UNSENT,
    ),
    *(PaymentState.INCOMPLETE, PaymentState.CANCELED),
}
ORIGINATED = tuple(sorted(set(PaymentState) - NEVER_AT_THE_BANK))
GROUPS = {
    **dict.fromkeys(COLLECTED, "Collected"),
    **dict.fromkeys(WAITING, "Waiting"),
    **dict.fromkeys(LOST, "Failed or returned"),
}
REST = "Refunded or canceled"
REST_OF_THEM = "rest"  # the group of the bar that stands for all that are not named
OVERDUE = "Overdue"
DAYS = {"Today": (0, 0), "1 to 2 days": (1, 2), "3 to 4 days": (3, 4), "5 days or more": (5, None)}  # business days
AGES = (OVERDUE, *DAYS)


@dataclass(frozen=True)
class Bar:
    """One bar or a part of one: what it stands for, how many payments and cents are in it, and the filter of those.

    `within` is none where no filter says it: of bars that stand for many.
    """

    name: str
    count: int
    amount: int
    group: str = ""
    start: date | None = None
    within: PaymentFilter | None = None


@dataclass(frozen=True)
class Chart:
    """The bars of one currency; `others` are the currencies that this chart leaves out."""

    bars: list[Bar]
    currency: str
    others: list[str]
    step: str = ""

    @property
    def count(self) -> int:
        """Payments in all bars."""
        return sum(bar.count for bar in self.bars)

    @property
    def amount(self) -> int:
        """Cents in all bars."""
        return sum(bar.amount for bar in self.bars)


@dataclass(frozen=True)
class ReturnRate:
    """One of Nacha's three rates over the last 60 days."""

    name: str
    returned: int
    originated: int
    limit: float

    @property
    def rate(self) -> float:
        """Returned by originated, between 0 and 1."""
        return self.returned / self.originated if self.originated else 0.0

    @property
    def level(self) -> str:
        """`ok`, `warning` from half the limit, `over` beyond it."""
        return "over" if self.rate > self.limit else "warning" if self.rate >= self.limit / 2 else "ok"


@dataclass(frozen=True)
class ReturnRates:
    """The three rates, since when, and by whose code each return was counted."""

    rates: list[ReturnRate]
    since: date
    by_return_code: int
    by_stripe_code: int

    def source(self) -> str:
        """Whose codes the rates stand on, as a sentence."""
        if not self.by_return_code:
            return "Stripe gave no bank return codes here: each return is counted by Stripe's own decline code."
        if not self.by_stripe_code:
            return "Each return is counted by the bank's return code."
        return (
            f"Returns counted by the bank's return code: {self.by_return_code:,}; by"
            f" Stripe's own decline code, since no return code was given: {self.by_stripe_code:,}."
        )


class Charts:
    """Reads figures for people; each obeys the table's filter."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._near: tuple[object, list[ReturnRate]] | None = None

    def today(self) -> date:
        """The business's day now."""
        return self._clock.now().astimezone(self._settings.timezone).date()

    def by_day(self, actor: Actor, wanted: PaymentFilter) -> Chart:
        """What was collected, waits or failed, by the day, week or month it was made in."""
        require(actor, Permission.VIEW_PAYMENTS)
        rows, currency, others = _one_currency(self._store.charts.by_day(wanted, self.today()))
        days = [row["day"] for row in rows]
        step = choose_step(max(days) - min(days) + 1 if days else 0)
        known = {state.value: group for state, group in GROUPS.items()}
        sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
        for row in rows:
            total = sums[begin(EPOCH + timedelta(row["day"]), step), known.get(row["state"], REST)]
            total[0] += row["count"]
            total[1] += row["amount"]
        asked = wanted.on(self.today())
        bars = [
            Bar(day.isoformat(), n, cents, group, day, _within_days(asked, day, step, group))
            for (day, group), (n, cents) in sorted(sums.items())
        ]
        return Chart(bars, currency, others, step)

    def ageing(self, actor: Actor, wanted: PaymentFilter) -> Chart:
        """How long what waits has been waiting, in business days."""
        require(actor, Permission.VIEW_PAYMENTS)
        today = self.today()
        rows, currency, others = _one_currency(self._store.charts.waiting(wanted, today))
        sums = {age: [0, 0] for age in AGES}
        for row in rows:
            total = sums[age_of(EPOCH + timedelta(row["day"]), bool(row["overdue"]), today)]
            total[0] += row["count"]
            total[1] += row["amount"]
        asked = narrow(wanted.on(today), WAITING)
        bars = [Bar(age, n, cents, within=_within_age(asked, age, today)) for age, (n, cents) in sums.items() if n]
        return Chart(bars, currency, others)

    def reasons(self, actor: Actor, wanted: PaymentFilter) -> Chart:
        """Why payments failed or were returned, most frequent first, each with who acts."""
        require(actor, Permission.VIEW_PAYMENTS)
        rows, currency, others = _one_currency(self._store.charts.by_reason_within(wanted, self.today()))
        rows.sort(key=lambda row: -row["count"])
        asked = narrow(wanted, LOST)
        bars = [
            Bar(
                reason_words(row["reason"]),
                row["count"],
                row["amount"],
                within=replace(asked, failure_code=row["reason"]),
            )
            if row["reason"]
            else Bar("no reason given", row["count"], row["amount"])
            for row in rows
        ]
        return Chart(_with_rest(bars, "other reasons"), currency, others)

    def by_customer(self, actor: Actor, wanted: PaymentFilter) -> Chart:
        """From whom the most was collected; everybody else stands together."""
        require(actor, Permission.VIEW_PAYMENTS)
        rows, currency, others = _one_currency(self._store.charts.by_customer(wanted, self.today()))
        names = self._store.charts.customer_names([row["customer_id"] for row in rows[:TOP]])
        asked = narrow(wanted, COLLECTED)
        bars = [
            Bar(
                names.get(row["customer_id"], row["customer_id"]),
                row["count"],
                row["amount"],
                within=replace(asked, customer=row["customer_id"]),
            )
            if row["customer_id"]
            else Bar("no customer", row["count"], row["amount"])
            for row in rows
        ]
        return Chart(_with_rest(bars, "customers together"), currency, others)

    def return_rates(self, actor: Actor) -> ReturnRates:
        """Nacha's three rates over 60 days: by return code where Stripe gives it, else by its own code's class.

        What Stripe refused before the bank network saw it counts neither as originated nor as returned.
        """
        require(actor, Permission.VIEW_PAYMENTS)
        return self._return_rates()

    def _return_rates(self) -> ReturnRates:
        start = self.today() - timedelta(days=RATE_DAYS)
        wanted = PaymentFilter(statuses=ORIGINATED, created_from=start)
        originated = self._store.payments.sums(wanted, self.today()).count
        returned = dict.fromkeys(RATE_LIMITS, 0)
        sources = {True: 0, False: 0}
        for row in self._store.charts.returned_since(start):
            if not row["was_sent"] and row["reason"] in NOT_SENT:
                originated -= row["count"]
                continue
            given = (row["network_code"] or "").upper()
            meaning = explain(given if given in RETURN_CODES else row["reason"])
            if meaning is not None and meaning.group in returned:
                returned[meaning.group] += row["count"]
            returned["overall"] += row["count"]
            sources[given in RETURN_CODES] += row["count"]
        rates = [ReturnRate(name, returned[name], originated, limit) for name, limit in RATE_LIMITS.items()]
        return ReturnRates(rates, start, sources[True], sources[False])

    def near_limits(self, actor: Actor, read_at: datetime | None) -> list[ReturnRate]:
        """The rates from half of their limit on; asked anew only after another sync (`read_at`) or on another day."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self.near_now(read_at)

    def near_now(self, read_at: datetime | None) -> list[ReturnRate]:
        """The same for the desk itself, which nobody asks."""
        state = (read_at, self.today())
        if self._near is None or self._near[0] != state:
            self._near = state, [rate for rate in self._return_rates().rates if rate.level != "ok"]
        return self._near[1]


def choose_step(days: int) -> str:
    """Days, weeks or months: about a hundred bars at most can be told apart on a screen."""
    return "day" if days <= 100 else "week" if days <= 700 else "month"


def begin(day: date, step: str) -> date:
    """The first day of the day, week (Monday) or month that a day lies in."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def end(day: date, step: str) -> date:
    """The last day of the day, week or month that begins with a day."""
    if step == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day + timedelta(days=6 if step == "week" else 0)


def _within_days(wanted: PaymentFilter, day: date, step: str, group: str) -> PaymentFilter | None:
    """The filter of a bar by days of creation; none where the filter is by another date already."""
    if wanted.dated:
        return None
    states = [state for state in PaymentState if GROUPS.get(state, REST) == group]
    kept = narrow(wanted, states)
    last = end(day, step)
    return replace(
        kept,
        created_from=max(day, kept.created_from or day),
        created_to=min(last, kept.created_to or last),
    )


def _within_age(waiting: PaymentFilter, age: str, today: date) -> PaymentFilter | None:
    """The filter of a bar by age; none where it needs days of creation and the filter is by another date already."""
    if age == OVERDUE:
        return replace(waiting, overdue=True)
    if waiting.dated:
        return None
    least, most = DAYS[age]
    start = None if most is None else _first_of_age(most, today)
    end = _first_of_age(least - 1, today) - timedelta(days=1) if least else None
    first, last = waiting.created_from, waiting.created_to
    return replace(
        waiting,
        in_time=True,
        created_from=max(filter(None, (start, first)), default=None),
        created_to=min(filter(None, (end, last)), default=None),
    )


def _first_of_age(most: int, today: date) -> date:
    """The first day whose payments have waited for no more business days than that."""
    day = today
    while count_business_days(day - timedelta(days=1), today) <= most:
        day -= timedelta(days=1)
    return day


def age_of(made: date, overdue: bool, today: date) -> str:
    """In which of AGES a payment stands that was made on this day."""
    if overdue:
        return OVERDUE
    days = max(0, count_business_days(made, today))
    return next(age for age, (least, most) in DAYS.items() if days >= least and (most is None or days <= most))


def _one_currency(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str, list[str]]:
    """The rows of the currency with the most payments, it, and the others: money of two is never added up."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row["currency"]] += row["count"]
    main = max(counts, key=lambda one: (counts[one], one), default="usd")
    return [row for row in rows if row["currency"] == main], main, sorted(set(counts) - {main})


def _with_rest(bars: list[Bar], what: str) -> list[Bar]:
    """The first bars by name, the rest as one, so that nothing is left out of the sum."""
    rest = bars[TOP:]
    if len(rest) < 2:
        return bars
    return [
        *bars[:TOP],
        Bar(f"{len(rest):,} {what}", sum(bar.count for bar in rest), sum(bar.amount for bar in rest), REST_OF_THEM),
    ]
