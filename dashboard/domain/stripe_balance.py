"""Stripe's own balance beside ours: what it says that it holds, by currency and source type, in integer cents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from dashboard.domain.books import Balance, rail_name

OLD_SOURCE = "bank_account"  # Stripe: which balance the old rail's money is on; all other means are on `card` or `fpx`


@dataclass(frozen=True)
class Held:
    """What Stripe says it holds of one currency and source type; empty where it does not say which."""

    currency: str
    source_type: str
    available: int
    pending: int


@dataclass(frozen=True)
class Compared:
    """One rail and currency: Stripe's available and pending, and `ours`, worked out of everything that moved."""

    old_rail: bool
    currency: str
    source_types: tuple[str, ...]
    available: int
    pending: int
    ours: int

    @property
    def rail(self) -> str:
        """Which balance at Stripe it is."""
        return rail_name(self.old_rail)

    @property
    def stripes(self) -> int:
        """What Stripe says in all."""
        return self.available + self.pending

    @property
    def difference(self) -> int:
        """What Stripe says more than we worked out."""
        return self.stripes - self.ours

    @property
    def ties(self) -> bool:
        """Whether both are the same to the cent."""
        return self.difference == 0


@dataclass(frozen=True)
class Comparison:
    """Stripe's balance as it was read `at` beside ours of that instant."""

    at: datetime
    parts: tuple[Compared, ...]


def read_balance(answer: Mapping[str, Any]) -> list[Held]:
    """What `GET /v1/balance` says. Raises ValueError where it does not keep its contract.

    An amount that Stripe does not take apart, all or in part, is of no source type.
    """
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: {"available": 0, "pending": 0})
    for bucket in ("available", "pending"):
        rows = answer.get(bucket)
        if not isinstance(rows, list):
            raise ValueError(bucket)
        for row in rows:
            amount, currency, types = _read_row(row)
            for name, cents in {**types, "": amount - sum(types.values())}.items():
                if name or cents or not types:
                    found[currency, name][bucket] += cents
    return [Held(*key, sums["available"], sums["pending"]) for key, sums in sorted(found.items())]


def _read_row(row: object) -> tuple[int, str, dict[str, int]]:
    if not isinstance(row, Mapping):
        raise ValueError("row")
    amount, currency, types = row.get("amount"), row.get("currency"), row.get("source_types") or {}
    if not _is_cents(amount) or not isinstance(currency, str) or not currency or not isinstance(types, Mapping):
        raise ValueError("row")
    if not all(isinstance(name, str) and _is_cents(cents) for name, cents in types.items()):
        raise ValueError("source_types")
    return amount, currency.lower(), dict(types)


def _is_cents(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def compare(held: Sequence[Held], balances: Iterable[Balance]) -> tuple[Compared, ...]:
    """Both sides by rail and currency; what is nothing on both is left out."""
    ours = {(one.old_rail, one.currency): one.expected for one in balances}
    theirs: defaultdict[tuple[bool, str], list[Held]] = defaultdict(list)
    for one in held:
        theirs[one.source_type == OLD_SOURCE, one.currency].append(one)
    found = [
        Compared(
            *key,
            source_types=tuple(one.source_type for one in theirs[key] if one.source_type),
            available=sum(one.available for one in theirs[key]),
            pending=sum(one.pending for one in theirs[key]),
            ours=ours.get(key, 0),
        )
        for key in sorted(ours.keys() | theirs.keys(), key=lambda key: (key[1], key[0]))
    ]
    return tuple(one for one in found if one.available or one.pending or one.ours)
