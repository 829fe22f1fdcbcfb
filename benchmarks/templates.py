"""Stripe's objects as templates: rendered by one `%` each, so that a page of 100 costs the server well under 1 ms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Document = dict[str, Any]
MEMO = "Monthly plan, collected by ACH debit under the customer's standing authorization; see the order for its lines"
_MARK = re.compile(r'"<(\w+):(\w+)>"|<(\w+):(\w+)>')


def mark(name: str, style: str = "s") -> str:
    """A place in a template: `mark("amount", "d")` is only a number, or digits inside a longer text."""
    return f"<{name}:{style}>"


class Template:
    """One object with places to fill; a place that is a whole value and ends in `d` becomes a JSON number."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        names: list[str] = []

        def place(found: re.Match[str]) -> str:
            whole, inner = found.group(1), found.group(3)
            names.append(whole or inner)
            style = found.group(2) or found.group(4)
            return f"%{style}" if whole and style == "d" else (f'"%{style}"' if whole else f"%{style}")

        text = json.dumps(document, separators=(", ", ": ")).replace("%", "%%")
        self._format = _MARK.sub(place, text).encode()
        self.names: Sequence[str] = tuple(names)

    def order(self, fields: Sequence[str]) -> tuple[int, ...]:
        """For each place, where its field stands among `fields`."""
        return tuple(fields.index(name) for name in self.names)

    def fill(self, values: Sequence[Any]) -> bytes:
        """The object, its places filled in their order; texts are bytes."""
        return self._format % tuple(values)


def bank(legacy: bool) -> Document:
    """`payment_method_details` of either rail."""
    details: Document = {
        "account_holder_type": "individual",
        "bank_name": mark("bank"),
        "fingerprint": f"bankfp{mark('account', '010d')}",
        "last4": mark("last4", "04d"),
        "routing_number": "110000000",
    }
    if legacy:
        return {"ach_debit": {**details, "country": "US"}, "type": "ach_debit"}
    details |= {
        "account_type": "checking",
        "expected_debit_date": mark("debit_on"),
        "mandate": f"mandate_{mark('customer_n', '020d')}",
        "payment_reference": f"0110000{mark('number', '08d')}",
    }
    return {"type": "us_bank_account", "us_bank_account": details}


def outcome(code: str | None) -> Document:
    """`outcome` of a charge that went through, or of one that was returned with this code."""
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if code else "approved_by_network",
        "reason": code,
        "risk_level": "not_assessed",
        "seller_message": "The bank returned the debit." if code else "Payment complete.",
        "type": "issuer_declined" if code else "authorized",
    }


def charge(*, legacy: bool, status: str, code: str | None, refunded: bool, disputed: bool) -> Document:
    """A charge; the old rail has a `source` and no PaymentIntent."""
    failed, number, amount = status == "failed", mark("number", "020d"), mark("amount", "d")
    account = f"ba_{mark('account', '020d')}" if legacy else f"pm_{mark('account', '020d')}"
    source = {
        "id": account,
        "object": "bank_account",
        "account_holder_name": mark("name"),
        "account_holder_type": "individual",
        "bank_name": mark("bank"),
        "country": "US",
        "currency": "usd",
        "customer": f"cus_{mark('customer_n', '014d')}",
        "fingerprint": f"bankfp{mark('account', '010d')}",
        "last4": mark("last4", "04d"),
        "metadata": {},
        "routing_number": "110000000",
        "status": "verified",
    }
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {
        "id": f"py_{number}",
        "object": "charge",
        "amount": amount,
        "amount_captured": 0 if failed else amount,
        "amount_refunded": amount if refunded else 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": f"txn_1{number}",
        "billing_details": {
            "address": address,
            "email": f"customer{mark('customer_n', 'd')}@example.com",
            "name": mark("name"),
            "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": "ACH DESK",
        "captured": not failed,
        "created": mark("created", "d"),
        "currency": "usd",
        "customer": f"cus_{mark('customer_n', '014d')}",
        "description": f"Invoice INV-{mark('number', '07d')}",
        "destination": None,
        "dispute": f"du_{number}" if disputed else None,
        "disputed": disputed,
        "failure_balance_transaction": f"txn_2{number}" if failed else None,
        "failure_code": code,
        "failure_message": "The customer's bank returned the debit." if failed else None,
        "fraud_details": {},
        "invoice": None,
        "livemode": False,
        "metadata": {
            "invoice_reference": f"INV-{mark('number', '07d')}",
            "channel": "recurring",
            "team": "receivables",
        },
        "on_behalf_of": None,
        "order": None,
        "outcome": outcome(code),
        "paid": status == "succeeded",
        "payment_intent": None if legacy else f"pi_{number}",
        "payment_method": account,
        "payment_method_details": bank(legacy),
        "presentment_details": None,
        "radar_options": {},
        "receipt_email": f"customer{mark('customer_n', 'd')}@example.com",
        "receipt_number": None,
        "receipt_url": f"https://pay.stripe.com/receipts/payment/CAcaFwoVYWNjdF8xQmVuY2htYXJr{number}/{number}",
        "refunded": refunded,
        "review": None,
        "shipping": None,
        "source": source if legacy else None,
        "source_transfer": None,
        "statement_descriptor": "ACH DESK",
        "statement_descriptor_suffix": None,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }


def intent(*, status: str, code: str | None) -> Document:
    """The PaymentIntent of a new payment."""
    number, amount = mark("number", "020d"), mark("amount", "d")
    error = {
        "charge": f"py_{number}",
        "code": "payment_intent_payment_attempt_failed",
        "decline_code": code,
        "message": "The customer's bank returned the debit.",
        "payment_method": {
            "id": f"pm_{mark('account', '020d')}",
            "object": "payment_method",
            "type": "us_bank_account",
        },
        "type": "invalid_request_error",
    }
    return {
        "id": f"pi_{number}",
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": amount if status == "succeeded" else 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"pi_{number}_secret_bench",
        "confirmation_method": "automatic",
        "created": mark("created", "d"),
        "currency": "usd",
        "customer": f"cus_{mark('customer_n', '014d')}",
        "description": f"Invoice INV-{mark('number', '07d')}",
        "last_payment_error": error if code else None,
        "latest_charge": f"py_{number}",
        "livemode": False,
        "metadata": {"invoice_reference": f"INV-{mark('number', '07d')}"},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": f"pm_{mark('account', '020d')}",
        "payment_method_options": {"us_bank_account": {"verification_method": "automatic"}},
        "payment_method_types": ["us_bank_account"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": "ACH DESK",
        "statement_descriptor_suffix": None,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }


def balance_transaction(*, type: str, category: str, source: str, status: str) -> Document:
    """A balance transaction of one type."""
    return {
        "id": f"txn_{mark('code', '021d')}",
        "object": "balance_transaction",
        "amount": mark("gross", "d"),
        "available_on": mark("available_on", "d"),
        "balance_type": "payments",
        "created": mark("created", "d"),
        "currency": "usd",
        "description": None,
        "exchange_rate": None,
        "fee": mark("fee", "d"),
        "fee_details": [
            {
                "amount": mark("fee", "d"),
                "application": None,
                "currency": "usd",
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ],
        "net": mark("net", "d"),
        "reporting_category": category,
        "source": f"{source}_{mark('source', '020d')}",
        "status": status,
        "type": type,
    }


def refund() -> Document:
    """A refund that arrived."""
    number = mark("number", "020d")
    return {
        "id": f"re_{number}",
        "object": "refund",
        "amount": mark("amount", "d"),
        "balance_transaction": f"txn_3{number}",
        "charge": f"py_{number}",
        "created": mark("created", "d"),
        "currency": "usd",
        "destination_details": {
            "type": "us_bank_transfer",
            "us_bank_transfer": {"reference": None, "reference_status": "n/a"},
        },
        "metadata": {},
        "payment_intent": None,
        "reason": "requested_by_customer",
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def dispute() -> Document:
    """A late return, which Stripe shows as a lost dispute."""
    number = mark("number", "020d")
    return {
        "id": f"du_{number}",
        "object": "dispute",
        "amount": mark("amount", "d"),
        "balance_transactions": [],
        "charge": f"py_{number}",
        "created": mark("created", "d"),
        "currency": "usd",
        "evidence": {},
        "evidence_details": {"due_by": None, "has_evidence": False, "past_due": False, "submission_count": 0},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": None,
        "reason": "debit_not_authorized",
        "status": "lost",
    }


def payout() -> Document:
    """A day's automatic payout, paid and itemized."""
    return {
        "id": f"po_{mark('number', '020d')}",
        "object": "payout",
        "amount": mark("amount", "d"),
        "arrival_date": mark("arrival", "d"),
        "automatic": True,
        "balance_transaction": f"txn_5{mark('number', '020d')}",
        "created": mark("created", "d"),
        "currency": "usd",
        "description": "STRIPE PAYOUT",
        "destination": "ba_bench",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "paid",
        "trace_id": {"status": "supported", "value": f"T{mark('number', '012d')}"},
        "type": "bank_account",
    }


def customer() -> Document:
    """A customer."""
    number = mark("number", "014d")
    return {
        "id": f"cus_{number}",
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": mark("created", "d"),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": f"customer{mark('number', 'd')}@example.com",
        "invoice_prefix": "BENCH",
        "livemode": False,
        "metadata": {},
        "name": mark("name"),
        "phone": None,
        "shipping": None,
    }
