"""One payment from order to bank statement: its time line, its money, its mandate, what its code means, and its ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from dashboard.access import Permission, require
from dashboard.clock import Clock
from dashboard.errors import InputError
from dashboard.models import Actor, Mode
from dashboard.payments import PaymentRow, read_row
from dashboard.return_codes import RETURN_CODES, CodeMeaning, explain
from dashboard.settings import Settings
from dashboard.status import HARMLESS_DISPUTES, PaymentState
from dashboard.store import Store

STRIPE_DASHBOARD = "https://dashboard.stripe.com"
HANDED_OVER = frozenset({"payment", "charge"})  # a balance transaction of these types means: given to the bank network
TAKEN_BACK = frozenset({"payment_failure_refund", "payment_reversal"})


@dataclass(frozen=True)
class Moment:
    """One step in a payment's story; `is_day` where only the bank's day is known and no zone may move it."""

    at: datetime
    what: str
    is_certain: bool = True
    is_day: bool = False


@dataclass(frozen=True)
class MandateNote:
    """What the desk keeps of the authorization behind a payment."""

    id: str
    status: str
    acceptance: str
    accepted_at: datetime
    operator: str


@dataclass(frozen=True)
class Reason:
    """Why a payment did not succeed: the meaning, whether the bank's own return code said it, the provider's words."""

    meaning: CodeMeaning
    is_return_code: bool
    message: str


@dataclass(frozen=True)
class PaymentDetail:
    """Everything about one payment.

    `money` is signed cents, the net last; `links` lead to the provider's dashboard, which the sandbox has not.
    """

    row: PaymentRow
    story: list[Moment]
    money: list[tuple[str, int]]
    ids: dict[str, str]
    links: dict[str, str]
    mandate: MandateNote | None
    mandate_id: str | None
    reason: Reason | None


class PaymentStories:
    """Tells one payment's story to people."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings

    def get(self, actor: Actor, id: str) -> PaymentDetail:
        """One payment by any of its ids. Raises InputError where there is none."""
        require(actor, Permission.VIEW_PAYMENTS)
        found = self._store.payments.get(id)
        if found is None:
            raise InputError(
                "There is no such payment here.",
                meaning="It may be newer than the last sync.",
                action="Press Sync now on the payments page, then look again.",
                code="unknown_payment",
            )
        now = self._clock.now()
        self._store.trail.note_view(actor, "payment.viewed", str(found["id"]), now)
        row = read_row(found, now.astimezone(self._settings.timezone).date())
        parts = self._store.payments.parts(row.id)
        charge = next(iter(parts["charge"]), {})
        mandate_id = charge.get("mandate_id") or self._store.figures.mandate_of_debit(row.debit_id)
        return PaymentDetail(
            row=row,
            story=tell(row, parts, now),
            money=add_up(row, parts, self._store.figures.settlements(_aftermath(parts))),
            ids=collect_ids(row, parts, mandate_id),
            links=link_to_dashboard(row, self._settings.mode),
            mandate=self._mandate(mandate_id),
            mandate_id=mandate_id,
            reason=find_reason(row, charge),
        )

    def _mandate(self, id: str | None) -> MandateNote | None:
        kept = self._store.figures.mandate(id) if id else None
        if kept is None:
            return None
        return MandateNote(
            kept["stripe_mandate_id"],
            kept["status"],
            kept["acceptance"],
            _time(kept["accepted_at"]),
            kept["operator"],
        )


def tell(row: PaymentRow, parts: dict[str, list[dict[str, Any]]], now: datetime) -> list[Moment]:
    """The time line, oldest first; what lies ahead or is a bank's estimate is not certain."""
    charge = next(iter(parts["charge"]), {})
    story = [Moment(row.created, "Created")]
    debited = _day(charge.get("expected_debit"))
    if debited and (row.state.is_waiting or debited <= now):  # an old estimate ahead of a known end only misleads
        story.append(Moment(debited, "Debited at the customer's bank (its estimate)", is_certain=False, is_day=True))
    for settlement in parts["settlement"]:
        created = _time(settlement["created"])
        if settlement["type"] in HANDED_OVER:
            story.append(Moment(created, "Handed to the bank network"))
            if row.state not in {PaymentState.FAILED, PaymentState.CANCELED}:
                available = _bank_day(settlement["available_on"])
                story.append(Moment(available, "Available in the Stripe balance", available <= now, is_day=True))
        elif settlement["type"] in TAKEN_BACK:
            story.append(Moment(created, "Failed at the bank; Stripe took the money back"))
    if row.waiting.business_days is not None and row.on and not any(moment.at > now for moment in story):
        story.append(Moment(_bank_day(int(row.on.timestamp())), "Answer expected at the latest", False, is_day=True))
    for payout in parts["payout"]:
        story.append(Moment(_bank_day(payout["arrival"]), f"Paid out ({payout['status']})", is_day=True))
    for refund in parts["refund"]:
        story.append(Moment(_time(refund["created"]), f"Refund of {_dollars(refund)} {refund['status']}"))
    for dispute in parts["dispute"]:
        harmless = dispute["status"] in HARMLESS_DISPUTES
        what = f"Questioned by the bank, {dispute['status']}" if harmless else "Returned by the bank"
        story.append(Moment(_time(dispute["created"]), f"{what}: {_dollars(dispute)} ({dispute['reason']})"))
    return sorted(story, key=lambda moment: moment.at)


def add_up(
    row: PaymentRow, parts: dict[str, list[dict[str, Any]]], aftermath: list[dict[str, Any]]
) -> list[tuple[str, int]]:
    """The payment's money line by line in cents, as Stripe's balance transactions say; without any, the amount alone.

    `aftermath` are the balance transactions of its refunds and disputes.
    """
    lines: list[tuple[str, int]] = [("Amount", row.amount)]
    disputes = {one["id"] for one in parts["dispute"]}
    for settlement in [*parts["settlement"], *aftermath]:
        if settlement["type"] in TAKEN_BACK:
            lines.append(("Taken back after the failure", settlement["amount"]))
        elif settlement["source_id"] in disputes:
            lines.append(("Returned by the bank", settlement["amount"]))
        elif settlement["type"] not in HANDED_OVER:
            lines.append(("Refunded", settlement["amount"]))
        if settlement["fee"]:
            name = "Stripe's fee" if settlement["type"] in HANDED_OVER else "Stripe's fee for that"
            lines.append((name, -settlement["fee"]))
    if parts["settlement"]:
        lines.append(("Net", sum(one["net"] for one in [*parts["settlement"], *aftermath])))
    return lines


def _aftermath(parts: dict[str, list[dict[str, Any]]]) -> list[str]:
    return [one["id"] for one in [*parts["refund"], *parts["dispute"]]]


def collect_ids(
    row: PaymentRow, parts: dict[str, list[dict[str, Any]]], mandate_id: str | None = None
) -> dict[str, str]:
    """Every id by which a provider or the bank knows this payment, by what it is an id of."""
    charge = next(iter(parts["charge"]), {})
    ids = {
        "Charge": charge.get("id"),
        "PaymentIntent": row.intent_id,
        "Payment method": charge.get("method_id"),
        "Customer": row.customer_id,
        "Mandate": mandate_id,
        "Balance transaction": charge.get("settlement_id"),
        "Payout": row.payout_id,
        "Our debit": row.debit_id,
        "Bank's trace": charge.get("trace"),
    }
    for name, table in (("Refund", "refund"), ("Dispute", "dispute")):
        for number, one in enumerate(parts[table], 1):
            ids[name if number == 1 else f"{name} {number}"] = one["id"]
    return {name: str(id) for name, id in ids.items() if id}


def link_to_dashboard(row: PaymentRow, mode: Mode) -> dict[str, str]:
    """Where Stripe's Dashboard shows the payment, its customer and its payout; the sandbox has none."""
    if mode is Mode.SANDBOX:
        return {}
    base = STRIPE_DASHBOARD if mode is Mode.LIVE else f"{STRIPE_DASHBOARD}/test"
    payment = row.intent_id or (None if row.id == row.debit_id else row.id)
    links = {
        "Payment": payment and f"{base}/payments/{payment}",
        "Customer": row.customer_id and f"{base}/customers/{row.customer_id}",
        "Payout": row.payout_id and f"{base}/payouts/{row.payout_id}",
    }
    return {name: url for name, url in links.items() if url}


def find_reason(row: PaymentRow, charge: dict[str, Any]) -> Reason | None:
    """By the bank's return code where Stripe gave it (`outcome.network_decline_code`), else by Stripe's own code."""
    if not row.reason:
        return None
    given = str(charge.get("network_code") or "").upper()
    by_return_code = given in RETURN_CODES
    meaning = explain(given if by_return_code else row.reason)
    return Reason(meaning, by_return_code, charge.get("failure_message") or "") if meaning else None


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _bank_day(seconds: int) -> datetime:
    """Noon of the bank's day, which Stripe gives as midnight UTC: it stands after what happened that morning."""
    return _time(seconds).replace(hour=12, minute=0, second=0)


def _day(text: str | None) -> datetime | None:
    try:
        return (
            _bank_day(int(datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC).timestamp()))
            if text
            else None
        )
    except ValueError:
        return None  # a provider's word that is no day; the rest of the story does not depend on it


def _dollars(part: dict[str, Any]) -> str:
    return f"{part['amount'] // 100:,}.{part['amount'] % 100:02d} {part['currency'].upper()}"
