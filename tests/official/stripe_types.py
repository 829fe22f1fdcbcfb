"""Stripe's types: what an answer and a request must look like, each deviation in one line.

A type is one of {"ref"}, {"props", "index"} (an object; "o" marks what may be absent, "dep" what is deprecated),
{"list"} (Stripe's list object), {"map"}, {"anyOf"}, {"allOf"}, {"enum"}, {"const"}, {"type"} and {"any"}.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.official.spec import load

SCALARS: dict[str, tuple[type, ...]] = {"string": (str,), "number": (int, float), "boolean": (bool,)}
LIST = {"object", "data", "has_more", "url"}
ERROR_TEXTS = {
    "advice_code", "charge", "code", "decline_code", "doc_url", "message", "network_advice_code",
    "network_decline_code", "param", "payment_method_type", "request_log_url", "type",
}  # fmt: skip
ERROR_OBJECTS = {
    "payment_intent": "resources/PaymentIntents#PaymentIntent",
    "setup_intent": "resources/SetupIntents#SetupIntent",
    "payment_method": "resources/PaymentMethods#PaymentMethod",
    "source": "resources/BankAccounts#BankAccount",
}
ERROR_TYPES = {"api_error", "idempotency_error", "invalid_request_error", "card_error"}
NEWER_CODES = {"payment_method_types_no_longer_supported"}  # of Stripe's changelog, 2026-09-30.endive
ALIASES = {"/v1/accounts/{}": "/v1/account"}  # one method of the client, whose types name the shorter path
Node = dict[str, Any]


def shorten(value: Any) -> str:
    """A value in a line."""
    return repr(value)[:70]


class StripeTypes:
    """Stripe's published types at one API version."""

    def __init__(self, folder: Path) -> None:
        found = load(folder, "stripe-types.json.gz")
        self.version: str = found["api"]
        self._types: dict[str, Node] = found["types"]
        self._endpoints = [(each["method"], each["path"].strip("/").split("/"), each) for each in found["endpoints"]]
        codes = self._types["resources/PaymentIntents#PaymentIntent.LastPaymentError"]["props"]["code"]["s"]
        self._codes = set(self._values(codes)) | NEWER_CODES

    def _values(self, node: Node) -> list[Any]:
        node = self._follow(node)
        return [*node.get("enum", []), *(value for each in node.get("anyOf", []) for value in self._values(each))]

    def _follow(self, node: Node) -> Node:
        while "ref" in node:
            node = self._types[node["ref"]]
        return node

    def endpoint(self, method: str, path: str) -> Node | None:
        """The endpoint that serves a path; one with more fixed parts goes before one with ids."""
        parts = path.strip("/").split("/")
        for alias, target in ALIASES.items():
            pattern = alias.strip("/").split("/")
            if method == "GET" and len(pattern) == len(parts) and self._fits(pattern, parts):
                parts = target.strip("/").split("/")
        fits = [
            (sum(part != "{}" for part in pattern), number)
            for number, (wanted, pattern, _) in enumerate(self._endpoints)
            if wanted == method and len(pattern) == len(parts) and self._fits(pattern, parts)
        ]
        return self._endpoints[max(fits)[1]][2] if fits else None

    @staticmethod
    def _fits(pattern: list[str], parts: list[str]) -> bool:
        return all(wanted in ("{}", part) for wanted, part in zip(pattern, parts, strict=True))

    # Answers

    def answer(self, method: str, path: str, body: Any) -> list[str]:
        """What is wrong with the body of a 200."""
        found = self.endpoint(method, path)
        if found is None:
            return [f"{method} {path} is no endpoint of Stripe"]
        wrong = list(self._value(found["response"], body, ""))
        if isinstance(body, dict) and body.get("object") == "list" and body.get("url") != path:
            wrong.append(f".url is {body.get('url')}, not {path}")
        return wrong

    def event(self, body: Any) -> list[str]:
        """What is wrong with an event, the object in it included."""
        return self.answer("GET", "/v1/events/evt_1", body)

    def error(self, body: Any) -> list[str]:
        """What is wrong with the body of a refusal."""
        error = body.get("error") if isinstance(body, dict) else None
        if not isinstance(error, dict) or set(body) != {"error"}:
            return [f"the body of an error is {shorten(body)}"]
        wrong: list[str] = []
        for name, value in error.items():
            if name in ERROR_OBJECTS:
                wrong += self._value({"ref": ERROR_OBJECTS[name]}, value, f".error.{name}")
            elif name not in ERROR_TEXTS:
                wrong.append(f".error.{name} is not in the type")
            elif not isinstance(value, str):
                wrong.append(f".error.{name} is {shorten(value)}, not a string")
        if error.get("type") not in ERROR_TYPES:
            wrong.append(f".error.type is {shorten(error.get('type'))}")
        if "code" in error and error["code"] not in self._codes:
            wrong.append(f".error.code {error['code']} is not in Stripe's list of codes")
        return wrong

    def _value(self, node: Node, value: Any, at: str) -> Iterator[str]:
        if "ref" in node:
            target = self._types[node["ref"]]
            if "const" in target.get("props", {}).get("object", {}).get("s", {}):
                at = node["ref"].split("#")[1]  # what is wrong with a resource is the same wherever it stands
            yield from self._value(target, value, at)
        elif "list" in node:
            yield from self._listing(node["list"], value, at)
        elif "anyOf" in node:
            yield from self._choice(node["anyOf"], value, at)
        elif "props" in node:
            yield from self._object(node, value, at)
        elif "map" in node:
            if not isinstance(value, dict):
                yield f"{at} is {shorten(value)}, not a map"
                return
            for inner in value.values():
                yield from self._value(node["map"], inner, f"{at}.*")
        elif "allOf" in node:
            for each in node["allOf"]:
                yield from self._value(each, value, at)
        elif "const" in node or "enum" in node:
            allowed = node.get("enum") or [node["const"]]
            if value not in allowed:
                yield f"{at} is {shorten(value)}, none of {', '.join(map(str, allowed))[:90]}"
        elif node.get("type") == "array":
            if not isinstance(value, list):
                yield f"{at} is {shorten(value)}, not an array"
                return
            for inner in value:
                yield from self._value(node["items"], inner, f"{at}[]")
        elif node.get("type") == "null":
            if value is not None:
                yield f"{at} is {shorten(value)}, not null"
        elif node.get("type") in SCALARS and not self._is_scalar(node["type"], value):
            yield f"{at} is {shorten(value)}, not a {node['type']}"

    @staticmethod
    def _is_scalar(type_: str, value: Any) -> bool:
        return isinstance(value, SCALARS[type_]) and (type_ == "boolean" or not isinstance(value, bool))

    def _listing(self, item: Node, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict) or value.get("object") != "list":
            yield f"{at} is {shorten(value)}, not a list"
            return
        if set(value) != LIST:
            yield f"{at} is a list with the fields {', '.join(sorted(value))}"
        for inner in value.get("data", []):
            yield from self._value(item, inner, f"{at}.data[]")

    def _object(self, node: Node, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{at} is {shorten(value)}, not an object"
            return
        for name, field in node["props"].items():
            if name in value:
                yield from self._value(field["s"], value[name], f"{at}.{name}")
            elif not field.get("o"):
                yield f"{at}.{name} is missing"
        for name in value.keys() - node["props"].keys():
            if "index" in node:
                yield from self._value(node["index"], value[name], f"{at}.*")
            else:
                yield f"{at}.{name} is not in the type"

    def _choice(self, choices: list[Node], value: Any, at: str) -> Iterator[str]:
        possible = [each for each in choices if self._may_be(each, value)]
        if not possible:
            yield f"{at} is {shorten(value)}, none of its {len(choices)} variants"
            return
        yield from min((list(self._value(each, value, at)) for each in possible), key=len)

    def _may_be(self, node: Node, value: Any) -> bool:
        """Whether a value could be meant as this variant: its kind, and the words that tell variants apart."""
        node = self._follow(node)
        if "props" in node:
            return isinstance(value, dict) and all(
                value.get(name, field["s"]["const"] if field.get("o") else None) == field["s"]["const"]
                for name, field in node["props"].items()
                if "const" in field["s"]
            )
        if "list" in node or "map" in node:
            return isinstance(value, dict)
        if "const" in node or "enum" in node:
            return isinstance(value, str | int)
        if node.get("type") == "array":
            return isinstance(value, list)
        return value is None if node.get("type") == "null" else self._is_scalar(node.get("type", "string"), value)

    # Requests

    def params(self, method: str, path: str, given: dict[str, Any]) -> list[str]:
        """What is wrong with the parameters of a request, which are nested texts as `tree` makes them."""
        found = self.endpoint(method, path)
        if found is None:
            return [f"{method} {path} is no endpoint of Stripe"]
        if found["params"] is None:
            return ["it takes no parameters"] if given else []
        return list(self._param(found["params"], given, ""))

    def _param(self, node: Node, value: Any, at: str) -> Iterator[str]:
        node = self._follow(node)
        if "anyOf" in node:
            yield from min((list(self._param(each, value, at)) for each in node["anyOf"]), key=len)
        elif "props" in node:
            yield from self._params_object(node, value, at)
        elif "map" in node:
            if value != "" and not (isinstance(value, dict) and all(isinstance(each, str) for each in value.values())):
                yield f"{at} is {shorten(value)}, not a map"
        elif "const" in node or "enum" in node:
            allowed = [str(each) for each in node.get("enum") or [node["const"]]]
            if value not in allowed:
                yield f"{at} is {shorten(value)}, none of {', '.join(allowed)[:90]}"
        elif node.get("type") == "array":
            if not isinstance(value, dict) or not all(name.isdigit() for name in value):
                yield f"{at} is {shorten(value)}, not an array"
                return
            for inner in value.values():
                yield from self._param(node["items"], inner, f"{at}[]")
        elif "type" in node and not self._is_text_of(node["type"], value):
            yield f"{at} is {shorten(value)}, not a {node['type']}"

    @staticmethod
    def _is_text_of(type_: str, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        patterns = {"number": r"-?\d+(\.\d+)?", "boolean": "true|false", "string": r"[\s\S]*"}
        return re.fullmatch(patterns.get(type_, r"(?!)"), value) is not None

    def _params_object(self, node: Node, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{at} is {shorten(value)}, not an object"
            return
        for name, field in node["props"].items():
            where = f"{at}[{name}]" if at else name
            if name in value:
                yield from self._param(field["s"], value[name], where)
                if field.get("dep"):
                    yield f"{where} is deprecated"
            elif not field.get("o"):
                yield f"{where} is missing"
        for name in value.keys() - node["props"].keys():
            if "index" not in node:
                yield f"{at}[{name}] is no parameter" if at else f"{name} is no parameter"


def tree(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0]=c` as nested dictionaries of texts; `a[]=c` counts its own places."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = [name.split("[", 1)[0], *re.findall(r"\[([^\]]*)\]", name)]
        place, key = root, head
        for part in rest:
            place = place.setdefault(key, {})
            key = part or str(len(place))
        place[key] = value
    return root
