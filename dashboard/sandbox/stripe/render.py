"""From what is kept to what Stripe answers: narrow rows and documents as whole objects (API 2026-10-28.endive)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from dashboard.sandbox.stripe.moment import API_VERSION, Document

NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
CATEGORIES = {
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "adjustment": "dispute",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "payout_minimum_balance_hold": "payout_minimum_balance_hold",
    "payout_minimum_balance_release": "payout_minimum_balance_release",
}


def public(doc: Document) -> Document:
    """A document without what the sandbox keeps for itself (names that start with `_`)."""
    return {name: value for name, value in doc.items() if not name.startswith("_")}


ONLY_WITH_A_VALUE = ("failure_balance_transaction", "failure_reason", "pending_reason")  # Stripe: absent, never null


def refund(doc: Document) -> Document:
    """A Refund, without those of its fields that Stripe leaves out while they have no value."""
    return {name: value for name, value in public(doc).items() if value is not None or name not in ONLY_WITH_A_VALUE}


def bank_account(doc: Document) -> Document:
    """An account in the BankAccount view."""
    return {
        "id": doc["id"],
        "object": "bank_account",
        "account_holder_name": doc["account_holder_name"],
        "account_holder_type": doc["account_holder_type"],
        "account_type": doc["account_type"],
        "bank_name": doc["bank_name"],
        "country": "US",
        "currency": "usd",
        "customer": doc["customer"],
        "fingerprint": doc["fingerprint"],
        "last4": doc["last4"],
        "metadata": doc["metadata"],
        "routing_number": doc["routing_number"],
        "status": _status(doc),
    }


def _status(doc: Document) -> str:
    """Stripe: a bank account whose tokenized number the bank has switched off says so."""
    reason = (doc.get("_blocked") or {}).get("reason")
    return reason if reason == "tokenized_account_number_deactivated" else str(doc["status"])


def billing_details(doc: Document) -> Document:
    """The billing details of an account: those given for a payment method, else the holder's name."""
    given = doc.get("billing_details") or {}
    return {
        "address": {**NO_ADDRESS, **(given.get("address") or {})},
        "email": given.get("email"),
        "name": given.get("name") or doc["account_holder_name"],
        "phone": given.get("phone"),
        "tax_id": None,
    }


def payment_method(doc: Document) -> Document:
    """An account in the PaymentMethod view; a `ba_` keeps its id."""
    blocked = doc["_blocked"]
    return {
        "id": doc["id"],
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(doc),
        "created": doc["created"],
        "customer": doc["customer"],
        "customer_account": None,
        "livemode": False,
        "metadata": doc["metadata"],
        "type": "us_bank_account",
        "us_bank_account": {
            "account_holder_type": doc["account_holder_type"],
            "account_type": doc["account_type"] or "checking",
            "bank_name": doc["bank_name"],
            "financial_connections_account": None,
            "fingerprint": doc["fingerprint"],
            "last4": doc["last4"],
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "routing_number": doc["routing_number"],
            "status_details": {"blocked": blocked} if blocked else {},
        },
    }


def read_accounts(db: sqlite3.Connection, ids: Iterable[str | None]) -> dict[str, Document]:
    """The accounts with these ids, in one query."""
    wanted = sorted({id for id in ids if id})
    marks = ", ".join("?" * len(wanted))
    rows = db.execute(f"SELECT id, doc FROM objects WHERE id IN ({marks})", wanted)
    return {row[0]: json.loads(row[1]) for row in rows}


def charges(db: sqlite3.Connection, rows: list[Document]) -> list[Document]:
    """Rows of `charges` as Charge objects of either rail."""
    accounts = read_accounts(db, (row["account"] for row in rows))
    return [_charge(row, accounts[row["account"]]) for row in rows]


def _charge(row: Document, account: Document) -> Document:
    failed, succeeded, legacy = row["status"] == "failed", row["status"] == "succeeded", bool(row["legacy"])
    bank: Document = {
        "account_holder_type": account["account_holder_type"],
        "bank_name": account["bank_name"],
        "fingerprint": account["fingerprint"],
        "last4": account["last4"],
        "routing_number": account["routing_number"],
    }
    if legacy:
        rail, bank = "ach_debit", {**bank, "country": "US"}
    else:
        rail = "us_bank_account"
        bank["account_type"] = account["account_type"] or "checking"
        given = {"expected_debit_date": row["debit_on"], "mandate": row["mandate"]}
        bank |= {name: value for name, value in given.items() if value is not None}  # Stripe: absent, never null
        bank["payment_reference"] = row["reference"]
    amount = row["amount"]
    return {
        "id": row["id"],
        "object": "charge",
        "amount": amount,
        "amount_captured": 0 if failed else amount,
        "amount_refunded": row["refunded"],
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": row["txn"],
        "billing_details": billing_details(account),
        "calculated_statement_descriptor": row["descriptor"],
        "captured": not failed,
        "created": row["created"],
        "currency": "usd",
        "customer": row["customer"],
        "description": row["description"],
        "disputed": bool(row["disputed"]),
        "failure_balance_transaction": row["failure_txn"],
        "failure_code": row["code"],
        "failure_message": row["message"],
        "fraud_details": {},
        "livemode": False,
        "metadata": json.loads(row["metadata"]),
        "on_behalf_of": None,
        "outcome": _outcome(row),
        "paid": succeeded,
        "payment_intent": row["intent"],
        "payment_method": row["account"],
        "payment_method_details": {rail: bank, "type": rail},
        "radar_options": {},
        "receipt_email": row["email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": row["refunded"] >= amount,
        "review": None,
        "shipping": None,
        "source": bank_account(account) if legacy else None,
        "source_transfer": None,
        "statement_descriptor": row["descriptor"],
        "statement_descriptor_suffix": None,
        "status": row["status"],
        "transfer_data": None,
        "transfer_group": None,
    }


def _outcome(row: Document) -> Document:
    failed = row["status"] == "failed"
    network = "approved_by_network"
    if failed:
        network = "not_sent_to_network" if row["blocked"] else "declined_by_network"
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": row["network_code"] if failed else None,
        "network_status": network,
        "reason": row["code"] if failed else None,
        "risk_level": "not_assessed",
        "seller_message": row["message"] if failed else "Payment complete.",
        "type": ("blocked" if row["blocked"] else "issuer_declined") if failed else "authorized",
    }


def charge(db: sqlite3.Connection, row: Document) -> Document:
    """One row of `charges` as a Charge."""
    return charges(db, [row])[0]


def intents(db: sqlite3.Connection, rows: list[Document]) -> list[Document]:
    """Rows of `intents` as PaymentIntent objects."""
    return [intent(row) for row in rows]


def intent(row: Document) -> Document:
    """One row of `intents` as a PaymentIntent."""
    kept = json.loads(row["options"]) if row["options"] else {}
    options = public(kept)
    return {
        "id": row["id"],
        "object": "payment_intent",
        "allowed_payment_method_types": kept.get("_allowed"),
        "amount": row["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": row["amount"] if row["status"] == "succeeded" else 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": row["canceled_at"],
        "cancellation_reason": row["cancellation"],
        "capture_method": "automatic_async",
        "client_secret": f"{row['id']}_secret_{row['id'][-25:].replace('_', '')}",
        "confirmation_method": "automatic",
        "created": row["created"],
        "currency": "usd",
        "customer": row["customer"],
        "customer_account": None,
        "description": row["description"],
        "excluded_payment_method_types": None,
        "last_payment_error": json.loads(row["error"]) if row["error"] else None,
        "latest_charge": row["charge"],
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": json.loads(row["metadata"]),
        "next_action": json.loads(row["next_action"]) if row["next_action"] else None,
        "on_behalf_of": None,
        "payment_method": row["account"],
        "payment_method_configuration_details": None,
        "payment_method_options": {"us_bank_account": {"verification_method": "automatic", **options}},
        "payment_method_types": ["us_bank_account"],
        "payment_record": None,
        "processing": None,
        "receipt_email": row["email"],
        "review": None,
        "setup_future_usage": options.get("setup_future_usage"),
        "shipping": None,
        "source": None,
        "statement_descriptor": row["descriptor"],
        "statement_descriptor_suffix": None,
        "status": row["status"],
        "transfer_data": None,
        "transfer_group": None,
    }


def txn(row: Document, now: int) -> Document:
    """One row of `txns` as a BalanceTransaction; it is available from its day on."""
    if row["fees"]:
        details = json.loads(row["fees"])
    else:
        details = [("ACH Direct Debit processing fee", row["fee"])] if row["fee"] else []
    return {
        "id": row["id"],
        "object": "balance_transaction",
        "amount": row["amount"],
        "available_on": row["available_on"],
        "balance_type": "payments",
        "created": row["created"],
        "currency": "usd",
        "description": row["description"],
        "exchange_rate": None,
        "fee": row["fee"],
        "fee_details": [
            {"amount": cents, "application": None, "currency": "usd", "description": text, "type": "stripe_fee"}
            for text, cents in details
        ],
        "net": row["amount"] - row["fee"],
        "reporting_category": CATEGORIES[row["type"]],
        "source": row["source"],
        "status": "available" if row["available_on"] <= now else "pending",
        "type": row["type"],
    }


def event(row: Document) -> Document:
    """One row of `events` as an Event."""
    data: Any = {"object": json.loads(row["object"])}
    if row["previous"]:
        data["previous_attributes"] = json.loads(row["previous"])
    return {
        "id": row["id"],
        "object": "event",
        "api_version": API_VERSION,
        "created": row["created"],
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": json.loads(row["request"]) if row["request"] else {"id": None, "idempotency_key": None},
        "type": row["type"],
    }
