"""The answer sheet for a customer who asks where their refund is, of every refund that Stripe shows of a payment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dashboard.domain.business_days import add_business_days, submission_day
from dashboard.domain.formatting import day_in_full, money
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.domain.refunds import ARRIVES_WITHIN, ASK_AFTER, GONE, RefundAnswer
from dashboard.messages import refund_answers as words
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.sql import from_epoch

OLD_RAIL = "ach_debit"


class RefundAnswers:
    """Writes the sheets."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings, self._zone = store, settings, settings.timezone

    def of_payment(self, actor: Actor, payment_id: str) -> list[RefundAnswer]:
        """One for each refund that Stripe shows, oldest first; also of those that were not ordered here."""
        require(actor, Permission.VIEW_PAYMENTS)
        payment = require_found(self._store.payments.get(payment_id), "payment")
        parts = self._store.payments.parts(payment["id"])
        return [self._write(payment, refund) for refund in parts["refund"]]

    def _write(self, payment: Mapping[str, Any], refund: Mapping[str, Any]) -> RefundAnswer:
        sent = from_epoch(refund["created"])
        amount = money(refund["amount"], refund["currency"])
        by = None if payment["rail"] == OLD_RAIL else add_business_days(submission_day(sent), ARRIVES_WITHIN)
        facts = {
            "amount": amount,
            "account": self._account(payment),
            "paid": money(payment["amount"], payment["currency"]),
            "debited": self._day(from_epoch(payment["created"])),
            "sent": self._day(sent),
            "business": self._settings.business_name,
        }
        head = words.WAITS if payment["state"] == "pending" else words.SENT
        lines = [self._settings.business_name, words.TITLE.format(**facts), head.format(**facts)]
        if refund["status"] in GONE:
            lines.append(words.FAILED)
        else:
            lines += self._say_when(refund, by, facts)
            lines.append(words.NOT_TWICE)
        lines.append(self._contact())
        return RefundAnswer(refund["id"], refund["status"], refund["reference"], by, words.write(lines))

    def _say_when(self, refund: Mapping[str, Any], by: date | None, facts: Mapping[str, str]) -> list[str]:
        if refund["status"] == "succeeded":
            lines = [words.ARRIVED]
        else:
            lines = [words.EXPECTED.format(by=day_in_full(by)) if by else words.NO_DAY]
        ask = add_business_days(by, ASK_AFTER) if by else None
        if refund["reference"]:
            known = day_in_full(ask) if ask else "then"
            return [*lines, words.ASK.format(ask=known, **facts) + f"\n\n    {refund['reference']}"]
        if refund["reference_status"] == "unavailable":
            return [*lines, words.UNAVAILABLE]
        return [*lines, words.NO_REFERENCE.format(after=day_in_full(by) if by else "some days")]

    def _account(self, payment: Mapping[str, Any]) -> str:
        bank = payment["bank"] or "your bank"
        return f"{bank} ending in {payment['last4']}" if payment["last4"] else bank

    def _contact(self) -> str:
        contact = self._settings.contact
        how = " · ".join(part for part in (contact.phone, contact.email, contact.address) if part)
        return words.CONTACT.format(how=how) if how else ""

    def _day(self, at: datetime) -> str:
        return day_in_full(at.astimezone(self._zone).date())
