"""What a customer is told before a scheduled debit: the sentence that staff say, and the mail, in their language.

Source: Regulation E, 12 CFR 1005.10(d): the amount and the date of a debit that differs from the one before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboard.domain.formatting import day_in_full, money
from dashboard.domain.schedules import NoticeReason
from dashboard.messages.customer_screens import Language

MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]


@dataclass(frozen=True)
class ToldDebit:
    """What is said of a debit; cents. `how` is how the business is reached, as the end of a sentence, or empty."""

    business: str
    name: str
    amount_cents: int
    currency: str
    account: str
    collect_on: date
    reference: str
    reason: NoticeReason
    was_cents: int | None
    how: str


@dataclass(frozen=True)
class Mail:
    """A mail without its addresses: plain text."""

    subject: str
    text: str


def say_debit(cents: int, currency: str, account: str, day: str, reference: str) -> str:
    """The sentence that staff say, and that a mail has, with the day in the words of whoever reads it."""
    return f"We will debit {money(cents, currency)} from {account} on {day}, for {reference}."


def write_mail(told: ToldDebit, language: Language) -> Mail:
    """The mail, which says the amount, the day, the account, what it is for, and why it is sent."""
    return _spanish(told) if language is Language.SPANISH else _english(told)


def _english(told: ToldDebit) -> Mail:
    amount, day = money(told.amount_cents, told.currency), day_in_full(told.collect_on)
    if told.reason is NoticeReason.AMOUNT:
        why = f"The amount is another than that of the last debit, which was {money(told.was_cents, told.currency)}."
    else:
        why = "Banks are closed on the day that was agreed, so it is taken on the next day on which they are open."
    return Mail(
        f"{told.business}: {amount} will be debited on {day}",
        _join(
            f"{told.name},",
            say_debit(told.amount_cents, told.currency, told.account, day, told.reference),
            why,
            f"You authorized these debits. If something is wrong, or if you do not want it, tell us{told.how}.",
            told.business,
        ),
    )


def _spanish(told: ToldDebit) -> Mail:
    amount, on = money(told.amount_cents, told.currency), told.collect_on
    day = f"{on.day} de {MONTHS[on.month - 1]} de {on.year}"
    if told.reason is NoticeReason.AMOUNT:
        was = money(told.was_cents, told.currency)
        why = f"El importe es distinto del importe del último débito, que fue de {was}."
    else:
        why = "Los bancos cierran el día acordado, por lo que se cobrará el siguiente día hábil."
    return Mail(
        f"{told.business}: se debitarán {amount} el {day}",
        _join(
            f"{told.name}:",
            f"Debitaremos {amount} de {told.account} el {day}, por {told.reference}.",
            why,
            f"Usted autorizó estos débitos. Si algo no es correcto, o si no lo desea, avísenos{told.how}.",
            told.business,
        ),
    )


def _join(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
