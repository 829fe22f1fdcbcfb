"""`/institutions/get`, `/institutions/search`, `/institutions/get_by_id`."""

from __future__ import annotations

from typing import Any

from dashboard.sandbox.plaid.errors import PlaidError, field_error
from dashboard.sandbox.plaid.fields import check_countries, check_products
from dashboard.sandbox.plaid.institutions import (
    BY_ID,
    INSTITUTIONS,
    Institution,
    products_of,
    render_institution,
    search_institutions,
)
from dashboard.sandbox.plaid.items import iso, settings
from dashboard.sandbox.state import State

MOST = 500  # Plaid: count of /institutions/get
FOUND = 10  # Plaid: /institutions/search gives at most 10


def fitting(found: list[Institution], body: dict[str, Any], products: list[str] | None) -> list[Institution]:
    """Those that the request's countries, products and options let through."""
    check_countries(body["country_codes"])
    check_products("products", [each for each in products or [] if each != "balance"])
    options = body.get("options") or {}
    if "US" not in body["country_codes"]:
        return []
    numbers = options.get("routing_numbers")
    return [
        each
        for each in found
        if set(products or []) <= set(products_of(each))
        and (options.get("oauth") is None or each.oauth == options["oauth"])
        and (not numbers or set(numbers) & set(each.routing))
    ]


def show(state: State, institution: Institution, body: dict[str, Any]) -> dict[str, Any]:
    """One institution with the metadata that the request's options ask for."""
    options = body.get("options") or {}
    return render_institution(
        institution,
        iso(state.clock.now()),
        optional=bool(options.get("include_optional_metadata")),
        status=bool(options.get("include_status")),
        auth=bool(options.get("include_auth_metadata")),
        down=settings(state)["institution_down"] == institution.id,
    )


def list_institutions(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/institutions/get`: pages by count and offset."""
    count, offset = body["count"], body["offset"]
    if not 1 <= count <= MOST:
        raise field_error("count must be between 1 and 500")
    if offset < 0:
        raise field_error("offset must be at least 0")
    found = fitting(list(INSTITUTIONS), body, (body.get("options") or {}).get("products"))
    page = [show(state, each, body) for each in found[offset : offset + count]]
    return {"institutions": page, "total": len(found)}


def find_institutions(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/institutions/search`: by words of the name."""
    found = fitting(search_institutions(body["query"]), body, body.get("products"))
    return {"institutions": [show(state, each, body) for each in found[:FOUND]]}


def get_institution(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/institutions/get_by_id`."""
    check_countries(body["country_codes"])
    institution = BY_ID.get(body["institution_id"])
    if institution is None or "US" not in body["country_codes"]:
        raise PlaidError("INVALID_INSTITUTION")
    return {"institution": show(state, institution, body)}
