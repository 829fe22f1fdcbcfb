"""Customers, and the merchant's own account."""

from __future__ import annotations

import json
from typing import Any

from dashboard.sandbox.stripe import accounts, pages, render, tables
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, no_such
from dashboard.sandbox.stripe.moment import Document, Moment
from dashboard.sandbox.stripe.params import merge_metadata

TEXTS = ("name", "email", "phone", "description", "address", "shipping", "individual_name", "business_name")
IMITATED = frozenset({*TEXTS, "metadata", "source"})


def make_customer(moment: Moment, **given: Any) -> Document:
    """Keep a new customer and tell of it."""
    doc: Document = {
        "id": moment.id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": moment.at,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": moment.id("", 8)[1:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **given,
    }
    tables.put(moment.db, "customer", doc, look=doc["email"])
    moment.emit("customer.created", lambda: doc)
    return doc


def create_customer(call: Call) -> Document:
    """POST /v1/customers, with an optional `source` that is attached at once."""
    call.only(IMITATED, "a customer")
    texts = _read_texts(call.params)
    token = accounts.find_token(call, call.params["source"]) if "source" in call.params else None
    doc = make_customer(call.moment, **texts, metadata=merge_metadata({}, call.params.get("metadata")))
    if token:
        accounts.attach_token(call, doc, token, None)
    return public(call, doc)


def _read_texts(params: Document) -> Document:
    """What a customer is told to say; an address has all of its six parts, and an empty text is none."""
    texts: Document = {name: params[name] or None for name in TEXTS if name in params}
    if texts.get("address"):
        texts["address"] = {**render.NO_ADDRESS, **texts["address"]}
    if texts.get("shipping"):
        texts["shipping"] = {**texts["shipping"], "address": {**render.NO_ADDRESS, **texts["shipping"]["address"]}}
    return texts


def public(call: Call, doc: Document) -> Document:
    """A customer as it is answered: a deleted one is three fields."""
    if doc.get("deleted"):
        return {"id": doc["id"], "object": "customer", "deleted": True}
    return doc


def find_customer(call: Call, id: str | None, param: str | None = None) -> Document:
    """A customer that exists and was not deleted."""
    doc = call.find("customer", id, "customer", param)
    if doc.get("deleted"):
        raise no_such("customer", doc["id"], param or "id", 400 if param else 404)
    return doc


def retrieve_customer(call: Call) -> Document:
    """GET /v1/customers/{id}."""
    return public(call, call.find("customer", call.ids[0], "customer"))


def update_customer(call: Call) -> Document:
    """POST /v1/customers/{id}."""
    call.only(IMITATED | {"default_source"}, "a customer")
    doc = find_customer(call, call.ids[0])
    if "source" in call.params:
        accounts.attach_token(call, doc, accounts.find_token(call, call.params["source"]), None)
        doc = find_customer(call, call.ids[0])
    doc.update(_read_texts(call.params))
    if "default_source" in call.params:
        doc["default_source"] = accounts.find_source(call, doc, call.params["default_source"])["id"]
    doc["metadata"] = merge_metadata(doc["metadata"], call.params.get("metadata"))
    tables.put(call.db, "customer", doc, look=doc["email"])
    call.moment.emit("customer.updated", lambda: doc)
    return doc


def delete_customer(call: Call) -> Document:
    """DELETE /v1/customers/{id}: its bank accounts go with it."""
    doc = find_customer(call, call.ids[0])
    for account in tables.find(call.db, "account", customer=doc["id"]):
        accounts.detach(call.moment, account)
    call.moment.emit("customer.deleted", lambda: find_customer(call, call.ids[0]))  # Stripe: as they were
    doc["deleted"] = True
    tables.put(call.db, "customer", doc, parent="deleted")
    return public(call, doc)


def list_customers(call: Call) -> Document:
    """GET /v1/customers, by e-mail (case-sensitive) and created."""
    where, values = ["kind = 'customer'", "parent IS NULL"], []
    if "email" in call.params:
        where.append("look = ?")
        values.append(call.params["email"])
    return pages.read_page(
        call.db,
        "objects",
        call.params,
        "/v1/customers",
        lambda rows: [json.loads(row["doc"]) for row in rows],
        where,
        values,
    )


def list_methods(call: Call) -> Document:
    """GET /v1/customers/{id}/payment_methods: bank accounts of both kinds of id."""
    doc = find_customer(call, call.ids[0])
    kept = tables.find(call.db, "account", customer=doc["id"])
    wanted = call.params.get("type") in (None, "us_bank_account")
    methods = [render.payment_method(each) for each in kept if wanted]
    return pages.whole(methods, call.params, f"/v1/customers/{doc['id']}/payment_methods")


def retrieve_method(call: Call) -> Document:
    """GET /v1/customers/{id}/payment_methods/{pm}."""
    doc = call.find("account", call.ids[1], "PaymentMethod")
    if doc["customer"] != find_customer(call, call.ids[0])["id"]:
        raise no_such("PaymentMethod", call.ids[1])
    return render.payment_method(doc)


def retrieve_account_by_id(call: Call) -> Document:
    """GET /v1/accounts/{id}: the merchant's own; another's is refused as one that the key does not reach."""
    if call.ids[0] != call.moment.state.secret("stripe.account"):
        raise StripeError(
            403,
            f"The provided key 'sk_test_********' does not have access to account '{call.ids[0]}' (or that account "
            "does not exist). Application access may have been revoked.",
            code="account_invalid",
        )
    return retrieve_account(call)


def retrieve_account(call: Call) -> Document:
    """GET /v1/account: the merchant."""
    return {
        "id": call.moment.state.secret("stripe.account"),
        "object": "account",
        "business_profile": {
            "mcc": None,
            "minority_owned_business_designation": None,
            "name": "ACH Desk Sandbox",
            "product_description": None,
            "specified_commercial_transactions_act_url": None,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": "company",
        "capabilities": {"us_bank_account_ach_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": 1546300800,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "merchant@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "card_payments": {
                "statement_descriptor_prefix": None,
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
            "dashboard": {"display_name": "ACH Desk Sandbox", "timezone": "America/New_York"},
            "payments": {
                "statement_descriptor": "ACH DESK",
                "statement_descriptor_kana": None,
                "statement_descriptor_kanji": None,
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
            "payouts": {
                "debit_negative_balances": True,
                "schedule": {"delay_days": 2, "interval": "daily"},
                "statement_descriptor": None,
            },
        },
        "type": "standard",
    }
