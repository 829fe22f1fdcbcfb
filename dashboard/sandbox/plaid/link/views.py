"""What each pane of Link shows, as data for the modal's script."""

from __future__ import annotations

from typing import Any

from dashboard.sandbox.plaid.accounts import allowed
from dashboard.sandbox.plaid.institutions import (
    BY_ID,
    INSTITUTIONS,
    Institution,
    highlighted,
    products_of,
    search_institutions,
)
from dashboard.sandbox.plaid.logos import draw_logo
from dashboard.sandbox.plaid.users import DEVICES
from dashboard.sandbox.state import State

CLASSIC_PRODUCTS = {"connect": "transactions"}


def found_institutions(session: dict[str, Any]) -> list[Institution]:
    """The banks that have the session's products and fit the search; a hinted one comes first."""
    wanted = {CLASSIC_PRODUCTS.get(each, each) for each in session["request"].get("products") or []}
    found = search_institutions(session["query"]) if session["query"].strip() else list(INSTITUTIONS)
    found = [each for each in found if wanted <= {*products_of(each), "investments", "liabilities", "statements"}]
    hint = hinted(session)
    return sorted(found, key=lambda each: each != hint) if hint else found


def hinted(session: dict[str, Any]) -> Institution | None:
    """The bank that `institution_data` highlights: by its id, which goes first, else by a routing number."""
    given = session["request"].get("institution_data") or {}
    return BY_ID.get(given.get("institution_id") or "") or highlighted(given.get("routing_number"))


def choices(session: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    """The accounts that Link offers, and whether several may be taken."""
    request = session["request"]
    shown = [account for account in session["accounts"] or [] if allowed(account, request.get("account_filters"))]
    several = "multi" in str(request.get("link_customization_name") or "").lower()
    update = bool((request.get("update") or {}).get("account_selection_enabled"))
    return shown, session["mode"] == "current" and (several or update)


def show_bank(institution: Institution, session: dict[str, Any]) -> dict[str, Any]:
    """A bank in the list or in a heading."""
    return {
        "id": institution.id,
        "name": institution.name,
        "site": institution.site.removeprefix("https://"),
        "logo": draw_logo(institution.name, institution.color),
        "color": institution.color,
        "oauth": institution.oauth and session["mode"] == "current",
        "highlighted": institution == hinted(session),
    }


def render_view(state: State, session: dict[str, Any], base: str) -> dict[str, Any]:
    """The pane and what stands on it. Never holds a token or an expected answer."""
    pane = session["pane"]
    institution = BY_ID.get(session["institution_id"] or "")
    view: dict[str, Any] = {
        "pane": pane,
        "language": session["request"].get("language") or "en",
        "client_name": session["client_name"],
        "classic": session["mode"] == "classic",
        "hosted": session["hosted"],
        "update": bool(session["item_id"]),
        "institution": show_bank(institution, session) if institution else None,
        "error": session["error"],
    }
    if pane == "institutions":
        view["query"] = session["query"]
        view["institutions"] = [show_bank(each, session) for each in found_institutions(session)]
    elif pane == "credentials":
        view["pin"] = view["classic"] and institution is not None and institution.type == "usaa"
    elif pane == "device":
        view["devices"] = [{"id": id, "label": label} for id, label in DEVICES]
    elif pane in ("questions", "selections"):
        round_ = session["rounds"][0]
        view["prompts"] = list(round_["prompts"])
        view["options"] = [list(each) for each in round_["options"]]
    elif pane == "oauth":
        view["url"] = f"{base}/link/bank/{session['oauth']['state']}"
        view["can_redirect"] = bool(session["request"].get("redirect_uri")) and not session["hosted"]
    elif pane == "accounts":
        shown, several = choices(session)
        view["several"] = several
        view["accounts"] = [
            {"id": each["account_id"], **{key: each[key] for key in ("name", "mask", "type", "subtype")}}
            for each in shown
        ]
    elif pane == "success" and session["success"]:
        view["accounts"] = [
            {"name": each["name"], "mask": each["mask"]} for each in session["success"]["metadata"]["accounts"]
        ]
    return view
