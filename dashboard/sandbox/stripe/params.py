"""Form bodies with nested brackets, held against the parameters that the official client knows (params.json).

In params.json: s string, i integer, b boolean, f float, m map of strings, =a|b one of these, * anything, [item] a list,
{fields} an object (a name that starts with ! is required), {"|": [...]} one of several.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from dashboard.sandbox.stripe.errors import StripeError, invalid, missing

TYPES_ENDED = "2026-09-30"
LONGEST_KEY, LONGEST_VALUE, MOST_KEYS = 40, 500, 50  # Stripe: limits of metadata


@lru_cache(maxsize=1)
def specification() -> dict[str, Any]:
    """Every endpoint's parameters, by the name of its module in `stripe.params`."""
    return dict(json.loads((Path(__file__).parent / "params.json").read_text()))


def decode(text: str) -> dict[str, Any]:
    """`a[b]=c&list[0]=x&list[]=y` as nested dictionaries and lists of strings."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parts = [name.split("[", 1)[0], *re.findall(r"\[([^\]]*)\]", name)]
        place = tree
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                raise invalid(f"Invalid parameter encoding: {name}", name)
            place = inner
        last = parts[-1] or str(len(place))
        place[last] = value
    return {name: _listed(value) for name, value in tree.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = {name: _listed(item) for name, item in value.items()}
    if items and all(name.isdigit() for name in items):
        return [items[name] for name in sorted(items, key=int)]
    return items


def translate(endpoint: str, given: dict[str, Any], version: str) -> dict[str, Any]:
    """Parameters of an older API version in the words of the current one.

    `payment_method_types` ended with 2026-09-30.endive (Stripe: changelog): requests of that version and later are
    refused, older ones have it taken as `allowed_payment_method_types`, beside which it must not stand.
    """
    if "payment_method_types" not in given or not endpoint.startswith(("payment_intent_", "setup_intent_")):
        return given
    if version[:10] >= TYPES_ENDED:
        raise invalid(
            "The payment_method_types parameter is no longer supported. Use allowed_payment_method_types instead.",
            "payment_method_types",
            "payment_method_types_no_longer_supported",
        )
    if "allowed_payment_method_types" in given:
        raise invalid(
            "You may only specify one of these parameters: payment_method_types, allowed_payment_method_types.",
            "payment_method_types",
            "parameters_exclusive",
        )
    kept = {name: value for name, value in given.items() if name != "payment_method_types"}
    types = given["payment_method_types"]
    if isinstance(types, list) and "ach_debit" in types:
        raise invalid("ach_debit is a legacy type that is no longer supported.", "payment_method_types")
    return {**kept, "allowed_payment_method_types": types}


def check(endpoint: str, given: dict[str, Any]) -> dict[str, Any]:
    """The parameters with their types; raises StripeError for one that is unknown, missing or of another type."""
    return _fields(specification()[endpoint], given, "")


def _fields(fields: dict[str, Any], given: dict[str, Any], prefix: str) -> dict[str, Any]:
    known = {name.lstrip("!"): field for name, field in fields.items()}
    for name in given:
        if name not in known:
            shown = _name(prefix, name)
            raise invalid(f"Received unknown parameter: {shown}", shown, "parameter_unknown")
    for name in fields:
        if name.startswith("!") and name[1:] not in given:
            raise missing(_name(prefix, name[1:]))
    return {name: _value(known[name], value, _name(prefix, name), name) for name, value in given.items()}


def _name(prefix: str, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name


def _value(field: Any, value: Any, shown: str, name: str) -> Any:
    if name == "metadata":
        return _metadata(value, shown)
    if isinstance(field, list):
        if not isinstance(value, list):
            raise invalid(f"Invalid array: {shown} must be a list", shown)
        return [_value(field[0], item, f"{shown}[{place}]", "") for place, item in enumerate(value)]
    if isinstance(field, dict) and "|" in field:
        return _choice(field["|"], value, shown, name)
    if isinstance(field, dict):
        if value == "" and not field:
            return {}
        if not isinstance(value, dict):
            raise invalid(f"Invalid object: {shown} must be a hash", shown)
        return _fields(field, value, shown)
    if field == "*":
        return value
    if field == "m":
        return _metadata(value, shown)
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {shown} must be a string", shown)
    return _scalar(field, value, shown)


def _choice(choices: list[Any], value: Any, shown: str, name: str) -> Any:
    if value == "" and "=" in choices:
        return ""
    for choice in choices:
        nested = isinstance(choice, dict | list)
        if nested and isinstance(value, dict | list):
            return _value(choice, value, shown, name)
    plain = [choice for choice in choices if not isinstance(choice, dict | list) and choice != "="]
    enumerations = [choice for choice in plain if choice.startswith("=")]
    if not plain:
        raise invalid(f"Invalid object: {shown}", shown)
    if "b" in plain and value in ("true", "false"):  # such as off_session: a boolean or a word
        return value == "true"
    return _value((enumerations or plain)[0], value, shown, name)


def _scalar(field: str, value: str, shown: str) -> Any:
    if field == "i":
        if not re.fullmatch(r"-?\d{1,18}", value):
            raise invalid(f"Invalid integer: {value}", shown, "parameter_invalid_integer")
        return int(value)
    if field == "b":
        if value not in ("true", "false"):
            raise invalid(f"Invalid boolean: {value}", shown)
        return value == "true"
    if field == "f":
        return float(value)
    if field.startswith("="):
        allowed = field[1:].split("|")
        if value not in allowed:
            raise invalid(f"Invalid {shown}: must be one of {_listing(allowed)}", shown)
        return value
    return value


def _listing(names: Iterable[str]) -> str:
    names = list(names)
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f", or {names[-1]}"


def _metadata(value: Any, shown: str) -> dict[str, str] | str:
    if value == "":
        return ""
    if not isinstance(value, dict):
        raise invalid(f"Invalid object: {shown} must be a hash", shown)
    for key, text in value.items():
        if not isinstance(text, str):
            raise invalid("Metadata values must be strings", f"{shown}[{key}]")
        if len(key) > LONGEST_KEY or len(text) > LONGEST_VALUE:
            raise invalid("Metadata keys have up to 40 characters, values up to 500", f"{shown}[{key}]")
    return value


def merge_metadata(kept: dict[str, str], given: dict[str, str] | str | None) -> dict[str, str]:
    """Stripe's rules: given keys are set, an empty value unsets its key, an empty metadata unsets all."""
    if given is None:
        return kept
    if isinstance(given, str):
        return {}
    merged = {key: text for key, text in {**kept, **given}.items() if text != ""}
    if len(merged) > MOST_KEYS:
        raise StripeError(400, "You can have at most 50 metadata keys", param="metadata")
    return merged
