"""One payment from order to bank statement: its time line, its money, its mandate, what its code means, and its ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from dashboard.domain.clock import Clock
from dashboard.domain.customers import HolderType
from dashboard.domain.errors import InputError
from dashboard.domain.formatting import money
from dashboard.domain.models import Actor, Mode
from dashboard.domain.payment_status import HARMLESS_DISPUTES, PaymentState
from dashboard.domain.return_codes import RETURN_CODES, CodeMeaning, explain
from dashboard.domain.return_windows import ReturnWindows, find_return_windows
from dashboard.payments import PaymentRow, read_row
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.sql import from_epoch, maybe_from_epoch

STRIPE_DASHBOARD = "https://dashboard.stripe.com"
HANDED_OVER = frozenset({"payment", "charge"})  # a balance transaction of these types means: given to the bank network
TAKEN_BACK = frozenset({"payment_failure_refund", "payment_reversal"})


@dataclass(frozen=True)
class TimelineEntry:
    """One step in a payment's timeline; `is_day` where only the bank's day is known and no zone may move it."""

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


class MoneyLine(NamedTuple):
    """One line of a payment's money: signed, in the smallest unit of its own currency."""

    name: str
    cents: int
    currency: str


@dataclass(frozen=True)
class PaymentDetail:
    """Everything about one payment.

    `money` ends with the net; `links` lead to the provider's dashboard, which the sandbox has not. `windows` say until
    when the bank may still send it back; None where it has, or where it was never sent.
    """

    row: PaymentRow
    timeline: list[TimelineEntry]
    money: list[MoneyLine]
    ids: dict[str, str]
    links: dict[str, str]
    mandate: MandateNote | None
    mandate_id: str | None
    reason: Reason | None
    case_id: str | None
    windows: ReturnWindows | None


class PaymentDetails:
    """Tells one payment's timeline to people."""

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
        case = self._store.cases.of_payment(row.id)
        mandate_id = charge.get("mandate_id") or (self._store.mandates.of_debit(row.debit_id) if row.debit_id else None)
        return PaymentDetail(
            row=row,
            timeline=build_timeline(row, parts, now),
            money=add_up(row, parts, self._store.payments.balance_transactions(_aftermath(parts))),
            ids=collect_ids(row, parts, mandate_id),
            links=link_to_dashboard(row, self._settings.mode),
            mandate=self._mandate(mandate_id),
            mandate_id=mandate_id,
            reason=find_reason(row, charge),
            case_id=case.id if case else None,
            windows=find_windows(row, found, charge) if charge else None,
        )

    def _mandate(self, id: str | None) -> MandateNote | None:
        found = self._store.mandates.find(id) if id else None
        if found is None:
            return None
        return MandateNote(found.stripe_mandate_id, found.status, found.acceptance, found.accepted_at, found.operator)


def build_timeline(row: PaymentRow, parts: dict[str, list[dict[str, Any]]], now: datetime) -> list[TimelineEntry]:
    """The time line, oldest first; what lies ahead or is a bank's estimate is not certain."""
    charge = next(iter(parts["charge"]), {})
    timeline = [TimelineEntry(row.created, "Created")]
    debited = _day(charge.get("expected_debit"))
    if debited and (row.state.is_waiting or debited <= now):  # an old estimate ahead of a known end only misleads
        timeline.append(
            TimelineEntry(debited, "Debited at the customer's bank (estimate)", is_certain=False, is_day=True)
        )
    for balance_transaction in parts["balance_transaction"]:
        created = from_epoch(balance_transaction["created"])
        if balance_transaction["type"] in HANDED_OVER:
            timeline.append(TimelineEntry(created, "Sent to the bank network"))
            if row.state not in {PaymentState.FAILED, PaymentState.CANCELED}:
                available = _bank_day(balance_transaction["available_on"])
                timeline.append(
                    TimelineEntry(available, "Available in the Stripe balance", available <= now, is_day=True)
                )
        elif balance_transaction["type"] in TAKEN_BACK:
            timeline.append(TimelineEntry(created, "Failed at the bank; Stripe took the money back"))
    if row.waiting.business_days is not None and row.on and not any(entry.at > now for entry in timeline):
        timeline.append(
            TimelineEntry(_bank_day(int(row.on.timestamp())), "Answer expected at the latest", False, is_day=True)
        )
    for payout in parts["payout"]:
        timeline.append(TimelineEntry(_bank_day(payout["arrival"]), f"Paid out ({payout['status']})", is_day=True))
    for refund in parts["refund"]:
        timeline.append(
            TimelineEntry(from_epoch(refund["created"]), f"Refund of {_dollars(refund)} {refund['status']}")
        )
    for dispute in parts["dispute"]:
        harmless = dispute["status"] in HARMLESS_DISPUTES
        what = f"Inquiry by the bank, {dispute['status']}" if harmless else "Returned by the bank"
        timeline.append(
            TimelineEntry(from_epoch(dispute["created"]), f"{what}: {_dollars(dispute)} ({dispute['reason']})")
        )
    return sorted(timeline, key=lambda entry: entry.at)


def find_windows(row: PaymentRow, payment: dict[str, Any], charge: dict[str, Any]) -> ReturnWindows | None:
    """Until when the bank may still send a payment back; None where it has, or the money never came."""
    if row.state in {PaymentState.FAILED, PaymentState.CANCELED, PaymentState.RETURNED_LATE}:
        return None
    of_company = charge["holder_type"] == HolderType.COMPANY
    return find_return_windows(row.created, maybe_from_epoch(payment["available_on"]), of_company=of_company)


def add_up(row: PaymentRow, parts: dict[str, list[dict[str, Any]]], aftermath: list[dict[str, Any]]) -> list[MoneyLine]:
    """The payment's money line by line, as Stripe's balance transactions say; without any, only the amount.

    `aftermath` are the balance transactions of its refunds and disputes.
    """
    lines = [MoneyLine("Amount", row.amount, row.currency)]
    disputes = {one["id"] for one in parts["dispute"]}
    for balance_transaction in [*parts["balance_transaction"], *aftermath]:
        currency = balance_transaction["currency"]
        if balance_transaction["type"] in TAKEN_BACK:
            lines.append(MoneyLine("Taken back after the failure", balance_transaction["amount"], currency))
        elif balance_transaction["source_id"] in disputes:
            lines.append(MoneyLine("Returned by the bank", balance_transaction["amount"], currency))
        elif balance_transaction["type"] == "refund_failure":
            lines.append(MoneyLine("Given back: the refund failed", balance_transaction["amount"], currency))
        elif balance_transaction["type"] not in HANDED_OVER:
            lines.append(MoneyLine("Refunded", balance_transaction["amount"], currency))
        elif currency != row.currency:
            lines.append(MoneyLine("Converted by Stripe", balance_transaction["amount"], currency))
        if balance_transaction["fee"]:
            name = "Stripe's fee" if balance_transaction["type"] in HANDED_OVER else "Stripe's fee for that"
            lines.append(MoneyLine(name, -balance_transaction["fee"], currency))
    nets: dict[str, int] = {}
    for one in [*parts["balance_transaction"], *aftermath] if parts["balance_transaction"] else []:
        nets[one["currency"]] = nets.get(one["currency"], 0) + one["net"]
    return lines + [MoneyLine("Net", cents, currency) for currency, cents in nets.items()]


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
        "Balance transaction": charge.get("balance_transaction_id"),
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


def _bank_day(seconds: int) -> datetime:
    """Noon of the bank's day, which Stripe gives as midnight UTC: it stands after what happened that morning."""
    return from_epoch(seconds).replace(hour=12, minute=0, second=0)


def _day(text: str | None) -> datetime | None:
    try:
        return (
            _bank_day(int(datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC).timestamp()))
            if text
            else None
        )
    except ValueError:
        return None  # a provider's word that is no day; the rest of the timeline does not depend on it


def _dollars(part: dict[str, Any]) -> str:
    return money(part["amount"], part["currency"])
