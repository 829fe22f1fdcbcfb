"""Limits that reserve: no debit is ordered, confirmed again or sent above what the settings allow in a window."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.formatting import money
from dashboard.domain.limits import Limit, LimitUse, ReservationState, counts_since
from dashboard.domain.models import Actor, Debit, DebitState
from dashboard.settings import KEYS, Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.audit_trail import TrailFilter

WATCHED = (
    "ACH_DESK_DEBIT_",
    "ACH_DESK_LIMIT_",
    "ACH_DESK_APPROVE_",
    "ACH_DESK_REFUND_",
    "ACH_DESK_BATCH_",
)  # the settings whose change at a start is kept
ENDS = {
    DebitState.SUBMITTED: ReservationState.POSTED,
    DebitState.REFUSED: ReservationState.RELEASED,
    DebitState.CANCELED: ReservationState.RELEASED,
}


@dataclass(frozen=True)
class RuleChange:
    """One setting that a start found other than the start before."""

    at: datetime
    setting: str
    before: str
    after: str


class Reservations:
    """What debits take of the limits. Call it inside the transaction that orders, moves or sends the debit."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock = store, clock
        self._rules, self._zone = settings.limits, settings.timezone

    def uses(
        self, customer_id: str, maker: str, *, without: str = "", only: Collection[Limit] = tuple(Limit)
    ) -> list[LimitUse]:
        """Each limit that is set and what of it is used; `maker` as `Actor.key`, `without` a debit's or a row's id."""
        now, found = self._clock.now(), []
        for limit, most in self._rules.items():
            if limit not in only:
                continue
            since = counts_since(limit, now, self._zone)
            sums = self._store.limits.sums(limit, _whose(limit, customer_id, maker), since, without=without)
            found.append(LimitUse(limit, most, *sums))
        return found

    def require(self, customer_id: str, maker: str, cents: int, *, without: str = "") -> None:
        """Nothing where the amount fits into every limit. Raises Refused with the limit and what it is used by."""
        for use in self.uses(customer_id, maker, without=without):
            if cents > use.left_cents:
                waiting = self._store.limits.waiting(use.limit, _whose(use.limit, customer_id, maker), without=without)
                by = ", ".join(f"{one.reference} {money(one.cents)}" for one in waiting)
                raise Refused(
                    f"{money(cents)} would go above the limit of {money(use.most_cents)} {use.limit.words}.",
                    meaning=f"{money(use.reserved_cents)} of it is reserved by debits that Stripe has not taken yet"
                    f"{f' ({by})' if by else ''}, {money(use.posted_cents)} was taken. Nothing was done.",
                    action=_advise(use),
                    code="above_limit",
                )

    def reserve(self, debit: Debit, maker: str, *, instead_of: str = "") -> None:
        """Count a debit that is ordered now. Raises Refused where it does not fit.

        `instead_of` is the batch's row that has reserved for it until now.
        """
        self.require(debit.customer_id, maker, debit.amount_cents, without=instead_of)
        self._store.limits.reserve(debit.id, debit.customer_id, maker, debit.amount_cents, debit.created_at)

    def require_again(self, debit: Debit) -> None:
        """The same for a debit that has reserved already: the limits may have been lowered since. Raises Refused."""
        maker = self._store.limits.maker(debit.id)
        self.require(debit.customer_id, maker, debit.amount_cents, without=debit.id)

    def follow(self, debit_id: str, state: DebitState) -> None:
        """Post or release by what the debit has become."""
        if state in ENDS:
            self._store.limits.end(debit_id, ENDS[state], self._clock.now())


class Limits:
    """What the pages show of the limits."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._reservations = Reservations(store, clock, settings)

    def uses(self, actor: Actor, customer_id: str) -> list[LimitUse]:
        """Each limit that is set and what of it this customer, this person and the desk have used."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._reservations.uses(customer_id, actor.key)

    def desk_use(self, actor: Actor) -> LimitUse | None:
        """What of the desk's own limit is used in this business day; None where it has none."""
        require(actor, Permission.VIEW_SETUP)
        return next((use for use in self._reservations.uses("", "") if use.limit is Limit.DESK_DAY), None)

    def changes(self, actor: Actor, most: int = 20) -> list[RuleChange]:
        """What starts found other than the start before, newest first."""
        require(actor, Permission.VIEW_SETUP)
        found = []
        for row in self._store.trail.search(TrailFilter(action="limits.changed"), limit=most):
            for setting, (before, after) in sorted(dict[str, list[str]](row.facts).items()):  # type: ignore[arg-type]
                found.append(RuleChange(row.at, setting, before, after))
        return found[:most]

    def note_start(self) -> None:
        """Keep in the trail which rules of debits and limits differ from the last start's, before the first debit."""
        rules = {key: value for key, value in self._settings.as_table().items() if key.startswith(WATCHED)}
        defaults = {key.name: key.default or "" for key in KEYS}
        with self._store.transaction():
            before = self._store.limits.in_force()
            changed = {
                key: [before.get(key, defaults[key]), value]
                for key, value in rules.items()
                if before.get(key, defaults[key]) != value
            }
            if changed:
                now = self._clock.now()
                self._store.limits.put_in_force(rules, now)
                self._store.trail.append(Actor.system(), "limits.changed", "limits", now, **changed)


def _whose(limit: Limit, customer_id: str, maker: str) -> str:
    return {Limit.MAKER_DAY: maker, Limit.DESK_DAY: ""}.get(limit, customer_id)


def _advise(use: LimitUse) -> str:
    less = f"Debit at most {money(use.left_cents)}, wait" if use.left_cents else "Wait"
    cancel = ", cancel an order that is no longer wanted" if use.reserved_cents else ""
    return f"{less}{cancel}, or ask an administrator about {use.limit.setting}."
