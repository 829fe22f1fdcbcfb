"""Plaid's OpenAPI document: what a request, an answer, an error and a webhook must look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.official.spec import load
from tests.official.stripe_types import shorten

Node = dict[str, Any]
FORMATS = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
}
KEYS = {"client_id", "secret"}
WEBHOOKS = {
    "AUTH/DEFAULT_UPDATE": "AuthDefaultUpdateWebhook",
    "ITEM/ERROR": "ItemErrorWebhook",
    "ITEM/PENDING_DISCONNECT": "PendingDisconnectWebhook",
    "ITEM/LOGIN_REPAIRED": "ItemLoginRepairedWebhook",
    "ITEM/NEW_ACCOUNTS_AVAILABLE": "NewAccountsAvailableWebhook",
    "ITEM/USER_PERMISSION_REVOKED": "UserPermissionRevokedWebhook",
    "ITEM/USER_ACCOUNT_REVOKED": "UserAccountRevokedWebhook",
    "ITEM/WEBHOOK_UPDATE_ACKNOWLEDGED": "WebhookUpdateAcknowledgedWebhook",
    "TRANSACTIONS/SYNC_UPDATES_AVAILABLE": "SyncUpdatesAvailableWebhook",
    "LINK/SESSION_FINISHED": "LinkSessionFinishedWebhook",
}


class PlaidTypes:
    """Plaid's published schemas, with what the newest official client knows beside them."""

    def __init__(self, folder: Path) -> None:
        found = load(folder, "plaid.json.gz")
        self.version: str = found["version"]
        self.paths: dict[str, Node] = found["paths"]
        self._schemas: dict[str, Node] = found["schemas"]
        self._newer: dict[str, Node] = found["newer"]

    def request(self, path: str, body: Any) -> list[str]:
        """What is wrong with a request; the keys may stand in it or in headers."""
        if path not in self.paths:
            return [f"{path} is no endpoint of Plaid"]
        without = {name: value for name, value in body.items() if name not in KEYS} if isinstance(body, dict) else body
        return list(self._value(self.paths[path]["request"], without, ""))

    def answer(self, path: str, body: Any) -> list[str]:
        """What is wrong with the body of a 200."""
        if path not in self.paths:
            return [f"{path} is no endpoint of Plaid"]
        return list(self._value(self.paths[path]["response"], body, ""))

    def error(self, body: Any) -> list[str]:
        """What is wrong with the body of a refusal."""
        return list(self._value({"$ref": "PlaidError"}, body, ""))

    def webhook(self, body: dict[str, Any]) -> list[str]:
        """What is wrong with a webhook."""
        name = f"{body.get('webhook_type')}/{body.get('webhook_code')}"
        if name not in WEBHOOKS:
            return [f"{name} is no webhook that is known here"]
        return list(self._value({"$ref": WEBHOOKS[name]}, body, ""))

    def _name(self, node: Node) -> str:
        return str(node.get("$ref", "")).rsplit("/", 1)[-1]

    def _parts(self, node: Node) -> tuple[dict[str, Node], set[str], bool]:
        """The fields of a schema with all that it is made of, those that are required, and whether it may be null."""
        fields: dict[str, Node] = {}
        required: set[str] = set(node.get("required", []))
        nullable = bool(node.get("nullable"))
        made_of = list(node.get("allOf", []))
        if name := self._name(node):
            made_of.append(self._schemas[name])
            newer = self._newer.get(name, {})
            fields |= {field: {} for field in newer.get("props", [])}
            required |= set(newer.get("required", []))
        for part in made_of:
            more, wanted, may_be_null = self._parts(part)
            fields |= more
            required |= wanted
            nullable = nullable or may_be_null
        fields |= node.get("properties", {})
        return fields, required, nullable

    def _value(self, node: Node, value: Any, at: str) -> Iterator[str]:
        schema = self._schemas[self._name(node)] if "$ref" in node else node
        choices = schema.get("oneOf") or schema.get("anyOf") or []
        fields, required, nullable = self._parts(node)
        if not node:
            return  # a field that only the newest client knows
        if value is None:
            if not nullable and not any(self._parts(each)[2] for each in choices):
                yield f"{at} is null"
        elif choices:
            yield from min((list(self._value(each, value, at)) for each in choices), key=len)
        elif "enum" in schema:
            allowed = schema["enum"] + self._newer.get(self._name(node), {}).get("allowed", {}).get("value", [])
            if value not in allowed:
                yield f"{at} is {shorten(value)}, none of {', '.join(map(str, allowed))[:90]}"
        elif schema.get("type", "object") == "object" and (fields or "type" in schema):
            yield from self._object(schema, fields, required, value, at)
        elif "allOf" in schema:
            for part in schema["allOf"]:
                yield from self._value(part, value, at)
        elif schema.get("type") == "array":
            yield from self._array(schema, value, at)
        else:
            yield from self._scalar(schema, value, at)

    def _object(self, schema: Node, fields: dict[str, Node], required: set[str], value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{at} is {shorten(value)}, not an object"
            return
        for name in sorted(required - value.keys() - KEYS):
            yield f"{at}.{name} is missing"
        more = schema.get("additionalProperties")
        for name, inner in value.items():
            if name in fields:
                yield from self._value(fields[name], inner, f"{at}.{name}")
            elif isinstance(more, dict):
                yield from self._value(more, inner, f"{at}.*")
            elif fields:
                yield f"{at}.{name} is not in the schema"

    def _array(self, schema: Node, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{at} is {shorten(value)}, not an array"
            return
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{at} has {len(value)} items"
        for inner in value:
            yield from self._value(schema["items"], inner, f"{at}[]")

    @staticmethod
    def _scalar(schema: Node, value: Any, at: str) -> Iterator[str]:
        kinds: dict[str, tuple[type, ...]] = {
            "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
        }  # fmt: skip
        kind = schema.get("type")
        if kind not in kinds:
            return
        fits = isinstance(value, kinds[kind]) and (kind == "boolean" or not isinstance(value, bool))
        if not fits:
            yield f"{at} is {shorten(value)}, not a {kind}"
        elif kind == "string":
            if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
                yield f"{at} has {len(value)} characters"
            if schema.get("format") in FORMATS and not re.fullmatch(FORMATS[schema["format"]], value):
                yield f"{at} is {shorten(value)}, not a {schema['format']}"
            if "pattern" in schema and not re.search(schema["pattern"], value):
                yield f"{at} is {shorten(value)}, against {schema['pattern']}"
        elif kind != "boolean" and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{at} is {value}, out of its range"
