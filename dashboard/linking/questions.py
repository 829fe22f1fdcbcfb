"""What a link attempt may have to ask before it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.domain.errors import Refused
from dashboard.domain.models import BankAccount, Customer, OfferedAccount

KIND = "link"  # of the job that an attempt is


class QuestionKind(StrEnum):
    """Which of its questions an attempt asks."""

    ACCOUNT = "choose_account"
    DUPLICATE = "already_linked"
    STRIPE_CUSTOMER = "choose_stripe_customer"


class DuplicateAnswer(StrEnum):
    """What becomes of a link to an account that looks linked already.

    `use`: the linked one stays, this link is dropped unused. `replace`: this link takes its place, and the old
    connection is removed once the new account is ready. `beside`: it is another account.
    """

    USE = "use"
    REPLACE = "replace"
    BESIDE = "beside"


@dataclass(frozen=True)
class ExistingStripeCustomer:
    """A Stripe customer with the same e-mail, who may be the same person.

    `owner` is another customer of the desk who is this one at Stripe: it is theirs, and two never share one.
    """

    id: str
    name: str | None
    email: str | None
    created_at: datetime
    owner: Customer | None = None


@dataclass(frozen=True)
class Question:
    """What the page asks: pick one of `accounts`; use or link again what is `already_linked`; pick a customer."""

    kind: QuestionKind
    accounts: tuple[OfferedAccount, ...] = ()
    already_linked: BankAccount | None = None
    customers: tuple[ExistingStripeCustomer, ...] = ()


def refuse_anothers(chosen: ExistingStripeCustomer) -> None:
    """Nothing where this Stripe customer is free. Raises Refused where it is another customer's of this desk."""
    if chosen.owner is not None:
        raise Refused(
            f"This Stripe customer is {chosen.owner.name} ({chosen.owner.reference}) at this desk.",
            meaning="Two customers never share one, since their payments would be mixed.",
            action="If both are one person, merge them (Customers, Merge); otherwise create a new Stripe customer.",
            code="anothers",
        )
