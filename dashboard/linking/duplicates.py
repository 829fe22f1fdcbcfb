"""Customers who may be one person: asked about before Link opens, since two entries of one person split their payments.

The same e-mail, nearly the same name, the same customer at Stripe, or a reference that an older version took for two.
Whoever asks decides; a merge makes them one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dashboard.accounts.holder_match import Likeness, compare, fold
from dashboard.domain.models import Actor, Customer, HolderType
from dashboard.staff.access import Permission, require
from dashboard.store import Store

MOST = 5  # more are no help to a person at the counter
SHORTEST = 5  # letters; below that, one letter more or less is another name


class Reason(StrEnum):
    """Why two customers may be one."""

    STRIPE = "the same Stripe customer"
    REFERENCE = "the same reference"
    EMAIL = "the same e-mail"
    NAME = "nearly the same name"


@dataclass(frozen=True)
class Duplicate:
    """Another customer who may be the same person, and why."""

    customer: Customer
    reason: Reason


class Duplicates:
    """Finds customers who may be one person."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(
        self, actor: Actor, name: str, email: str, holder_type: HolderType | str = HolderType.INDIVIDUAL
    ) -> list[Duplicate]:
        """Who may be the person that is about to be added, the surest first, at most five."""
        require(actor, Permission.VIEW_CUSTOMERS)
        return self._find(name, email, HolderType(holder_type))

    def of(self, actor: Actor, customer: Customer) -> list[Duplicate]:
        """Who may be the same person as this customer, who is there already."""
        require(actor, Permission.VIEW_CUSTOMERS)
        stripe_id = customer.stripe_customer_id
        shared = self._store.customers.with_stripe_id(stripe_id) if stripe_id else []
        found = [Duplicate(one, Reason.STRIPE) for one in shared]
        same = self._store.customers.with_reference(customer.reference)
        found += [Duplicate(one, Reason.REFERENCE) for one in same]
        found += self._find(customer.name, customer.email, customer.holder_type)
        others = {one.customer.id: one for one in reversed(found) if one.customer.id != customer.id}
        return list(reversed(others.values()))[:MOST]

    def _find(self, name: str, email: str, holder_type: HolderType) -> list[Duplicate]:
        found = {
            one.id: Duplicate(one, Reason.EMAIL) for one in self._store.customers.with_email(email.strip(), MOST + 1)
        }
        company = holder_type is HolderType.COMPANY
        words = _words(name)
        for id, other in self._store.customers.names():
            if id not in found and _is_near(words, name, other, company) and (one := self._store.customers.get(id)):
                found[id] = Duplicate(one, Reason.NAME)
                if len(found) > MOST:
                    break
        return list(found.values())[: MOST + 1]


def is_near(one: str, other: str, *, company: bool = False) -> bool:
    """Whether two names may be one person's: the same words, an initial or a middle name more, or one letter mistyped.

    Numbers count: `Unit 4` and `Unit 5` are two.
    """
    return _is_near(_words(one), one, other, company)


def _is_near(words: frozenset[str], name: str, other: str, company: bool) -> bool:
    theirs = _words(other)
    if words & theirs and compare(name, [other], company=company) in {Likeness.SAME, Likeness.CLOSE}:
        return True
    left, right = " ".join(sorted(words)), " ".join(sorted(theirs))
    return min(len(left), len(right)) >= SHORTEST and _differ_by_one_letter(left, right)


def _words(name: str) -> frozenset[str]:
    """The words of a name without case and accents; names in ASCII, which most are, at once."""
    return frozenset((name.lower() if name.isascii() else fold(name)).replace(".", "").replace(",", " ").split())


def _differ_by_one_letter(one: str, other: str) -> bool:
    """One letter more, less or other, or two that changed places; no digit is a typing mistake."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return one == other
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[start:], other[start:]
    same_end = left[1:] == right[1:] or left[1:] == right or left == right[1:]
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return (same_end or swapped) and not any(letter.isdigit() for letter in left[:1] + right[:1])
