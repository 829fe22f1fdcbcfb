"""Reads the official client's typed request parameters into the sandbox's compact specification.

`python -m tests.contract.stripe_spec` writes dashboard/sandbox/stripe/params.json again after an upgrade of `stripe`;
a contract test holds the file against the installed client.
"""

from __future__ import annotations

import importlib
import json
import types
import typing
from pathlib import Path
from typing import Any

import typing_extensions

FILE = Path(__file__).resolve().parents[2] / "dashboard/sandbox/stripe/params.json"
ENDPOINT_NAMES = """
account_retrieve account_retrieve_current balance_settings_retrieve balance_settings_update charge_create charge_list
charge_retrieve charge_update balance_retrieve balance_transaction_list balance_transaction_retrieve customer_create
customer_delete customer_list customer_retrieve customer_update customer_payment_source_create
customer_payment_source_delete customer_payment_source_list customer_payment_source_retrieve
customer_payment_source_update customer_payment_source_verify customer_payment_method_list
customer_payment_method_retrieve dispute_close dispute_list dispute_retrieve dispute_update event_list event_retrieve
mandate_retrieve payment_intent_cancel payment_intent_capture payment_intent_confirm payment_intent_create
payment_intent_list payment_intent_retrieve payment_intent_update payment_intent_verify_microdeposits
payment_method_attach payment_method_create payment_method_detach payment_method_list payment_method_retrieve
payment_method_update payout_cancel payout_create payout_list payout_retrieve payout_update refund_cancel
refund_create refund_list refund_retrieve refund_update setup_intent_cancel setup_intent_confirm setup_intent_create
setup_intent_list setup_intent_retrieve setup_intent_verify_microdeposits token_create token_retrieve
webhook_endpoint_create webhook_endpoint_delete webhook_endpoint_list webhook_endpoint_retrieve
"""
ENDPOINTS = ENDPOINT_NAMES.split()
OPTIONS = {"api_key", "stripe_version", "stripe_account", "stripe_context", "max_network_retries", "idempotency_key"}
OPTIONS |= {"content_type", "headers"}
DEEP = {"us_bank_account", "billing_details", "metadata", "type"}  # of the payment method types, only ACH is imitated


def describe(annotation: Any, module: dict[str, Any]) -> Any:
    """One annotation as s, i, b, f, m (map of strings), =a|b, * (anything), [item], {fields} or {"|": [choices]}."""
    if isinstance(annotation, str):
        annotation = eval(annotation, module)
    if isinstance(annotation, typing.ForwardRef):
        annotation = eval(annotation.__forward_arg__, module)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing_extensions.NotRequired, typing_extensions.Required):
        return describe(arguments[0], module)
    if origin in (typing.Union, types.UnionType):
        choices = [describe(argument, module) for argument in arguments]
        unique = [choice for place, choice in enumerate(choices) if choice not in choices[:place]]
        return unique[0] if len(unique) == 1 else {"|": unique}
    if origin is typing.Literal:
        return "=" + "|".join(str(argument) for argument in arguments)
    if origin is list:
        return [describe(arguments[0], module)]
    if origin is dict:
        return "m"
    simple = {str: "s", int: "i", bool: "b", float: "f"}
    if annotation in simple:
        return simple[annotation]
    if typing_extensions.is_typeddict(annotation):
        return fields_of(annotation, module)
    return "*"


def fields_of(params: Any, module: dict[str, Any]) -> dict[str, Any]:
    """The fields of one TypedDict; the name of a required one starts with `!`."""
    fields = {}
    for name, annotation in params.__annotations__.items():
        if name in OPTIONS:
            continue
        mark = "!" if name in params.__required_keys__ else ""
        fields[mark + name.rstrip("_")] = describe(annotation, module)
    kinds = {name for name, field in fields.items() if isinstance(field, dict) and name.strip("!") not in DEEP}
    if "us_bank_account" in fields:
        fields.update(dict.fromkeys(kinds, "*"))
    return fields


def read_specification() -> dict[str, Any]:
    """Every endpoint that the sandbox serves, by its name in `stripe.params`."""
    found = {}
    for endpoint in ENDPOINTS:
        module = importlib.import_module(f"stripe.params._{endpoint}_params")
        name = "".join(part.title() for part in endpoint.split("_")) + "Params"
        found[endpoint] = fields_of(getattr(module, name), vars(module))
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(read_specification(), indent=None, separators=(",", ":"), sort_keys=True) + "\n")
